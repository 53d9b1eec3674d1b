import pg from 'pg'
import { prepareValue } from 'pg/lib/utils.js'

export type Row = Record<string, unknown>
type Parse = (text: string) => unknown
/** The form of a statement's rows. `blank` has all keys: copying it for each row is several times as fast as adding key after key. */
type Shape = { blank: Row; keys: readonly string[]; parses: readonly Parse[] }

/** The parts of the driver's connection that a query of one's own is given (`pg`, class Query does the same with them). */
type Wire = pg.Connection & {
  parsedStatements: Record<string, string | undefined>
  submittedNamedStatements: Record<string, string | undefined>
  sendCopyFail(sentence: string): void
  parse(query: { text: string; name: string | undefined }): void
  bind(config: { statement: string | undefined; values: readonly (string | Buffer | null)[] }): void
  describe(what: { type: 'P' }): void
}
type Field = { name: string; dataTypeID: number }

/** Execute without a limit of rows, then Sync: the same bytes each time (PostgreSQL, 54.7 Message Formats). */
const executeAndSync = Buffer.from([0x45, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0x53, 0, 0, 0, 4])

/** A prepared statement never changes what it answers (PostgreSQL refuses then), so each connection is told once. */
const shapes = new WeakMap<pg.Connection, Map<string, Shape>>()

/**
 * One statement and its rows. The driver's own query asks what the columns are each time, makes a result object and an array for each
 * row, and copies what it is given: as much work again as reading the rows.
 */
export class PreparedQuery implements pg.Submittable {
  readonly text: string
  readonly name: string | undefined
  #values: readonly (string | Buffer | null)[]
  readonly #types: pg.CustomTypesConfig
  #rows: Row[] = []
  #shape: Shape | undefined
  #failure: unknown
  /** Set by the driver: by the pool, or by whoever waits. */
  callback: ((error: unknown, rows?: Row[]) => void) | undefined

  constructor(statement: { text: string; values: readonly unknown[]; name: string | undefined }, types: pg.CustomTypesConfig) {
    this.text = statement.text
    this.name = statement.name
    this.#values = statement.values.map((value) => prepareValue(value)) // What cannot be sent must be known before anything is.
    this.#types = types
  }

  submit(connection: pg.Connection): void {
    const wire = connection as Wire
    const { name, text } = this
    this.#shape = name === undefined ? undefined : shapes.get(connection)?.get(name)
    wire.stream.cork()
    try {
      if (!(name !== undefined && (wire.parsedStatements[name] ?? wire.submittedNamedStatements[name]) !== undefined)) {
        wire.parse({ text, name })
        if (name !== undefined) wire.submittedNamedStatements[name] = text
      }
      bind(wire, name, this.#values)
      if (!this.#shape) wire.describe({ type: 'P' })
      wire.stream.write(executeAndSync)
    } finally {
      wire.stream.uncork()
    }
  }

  handleRowDescription({ fields }: { fields: readonly Field[] }): void {
    this.#shape = shapeOf(fields, this.#types)
  }

  handleDataRow({ fields }: { fields: readonly (string | null)[] }): void {
    const { blank, keys, parses } = this.#shape as Shape
    if (this.#failure !== undefined) return
    try {
      const row = { ...blank }
      for (let at = 0; at < keys.length; at++) {
        const text = fields[at] as string | null
        if (text !== null) row[keys[at] as string] = (parses[at] as Parse)(text)
      }
      this.#rows.push(row)
    } catch (error) {
      this.#failure = error // The rest of the answer is on its way; whoever waits hears of it when the connection is ready again.
    }
  }

  handleCommandComplete(_message: unknown, connection: pg.Connection): void {
    const { name } = this
    if (name === undefined) return
    let known = shapes.get(connection)
    if (!known) shapes.set(connection, (known = new Map()))
    if (!known.has(name)) known.set(name, this.#shape ?? nothing)
  }

  handleEmptyQuery(): void {}

  handleError(error: unknown): void {
    this.#answer(this.#failure ?? error)
  }

  handleReadyForQuery(): void {
    if (this.#failure === undefined) this.#answer(null, this.#rows)
    else this.#answer(this.#failure)
  }

  /**
   * Nothing of what was sent or answered hangs on a query that has its answer: a query outlives it by a while, and its parameters, as large as what is
   * stored, became old with it. The whole heap was collected twice a second then, thirty milliseconds each time.
   */
  #answer(error: unknown, rows?: Row[]): void {
    const { callback } = this
    this.callback = undefined
    this.#values = []
    this.#rows = []
    callback?.(error, rows)
  }

  handleCopyInResponse(connection: pg.Connection): void {
    ;(connection as Wire).sendCopyFail('nothing is copied by a statement')
  }

  handleCopyData(): void {}
}

/** Parameters above this size go to the socket piece by piece; the driver would join them in one buffer and copy it each time it grows. */
const largeBytes = 65_536

function bind(wire: Wire, statement: string | undefined, values: readonly (string | Buffer | null)[]): void {
  let bytes = 0
  for (const value of values) bytes += value?.length ?? 0
  if (bytes < largeBytes) return wire.bind({ statement, values })
  for (const piece of piecesOf(statement ?? '', values)) wire.stream.write(piece)
}

/** The message Bind (PostgreSQL, 54.7): an unnamed portal, each parameter as text or, of a Buffer, in binary form, and all results as text. */
function* piecesOf(statement: string, values: readonly (string | Buffer | null)[]): Generator<Buffer> {
  const parameters = values.map((value) => (typeof value === 'string' ? Buffer.from(value) : value))
  const name = Buffer.from(statement)
  const head = Buffer.alloc(1 + 4 + 1 + name.length + 1 + 2 + 2 * values.length + 2)
  let at = head.writeUInt8(0x42, 0) + 4
  at += 1 + name.copy(head, at + 1) + 1
  at = head.writeInt16BE(values.length, at)
  for (const value of values) at = head.writeInt16BE(typeof value === 'string' || value === null ? 0 : 1, at)
  head.writeInt16BE(values.length, at)
  const bytes = parameters.reduce((sum, parameter) => sum + 4 + (parameter?.length ?? 0), 0)
  head.writeInt32BE(head.length - 1 + bytes + 4, 1)
  yield head
  for (const parameter of parameters) {
    const length = Buffer.allocUnsafe(4)
    length.writeInt32BE(parameter?.length ?? -1)
    yield length
    if (parameter !== null && parameter.length > 0) yield parameter
  }
  yield allAsText
}

const allAsText = Buffer.from([0, 1, 0, 0])

const nothing: Shape = { blank: {}, keys: [], parses: [] }

function shapeOf(fields: readonly Field[], types: pg.CustomTypesConfig): Shape {
  const keys = fields.map(({ name }) => name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase()))
  return {
    keys,
    blank: Object.fromEntries(keys.map((key) => [key, null])),
    parses: fields.map(({ dataTypeID }) => types.getTypeParser(dataTypeID, 'text') as Parse),
  }
}
