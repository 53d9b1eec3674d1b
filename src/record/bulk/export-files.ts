import { outcomeOf } from '../../platform/refusal.ts'
import type { World } from '../../platform/world.ts'
import { createPart, type Part } from './job-files.ts'
import type { Output } from './jobs.ts'
import type { Slice } from '../read/rows-at.ts'

const newLine = 10
const deletedInBundle = 1000

type Making = Output & { part: Part }

/** The files of one segment: one for each type, with one resource a line. */
export class ExportFiles {
  readonly #world: World
  readonly #job: string
  readonly #number: number
  readonly #making = new Map<string, Making>()

  /** `before` are the files of earlier segments, whose names are not used again. */
  constructor(world: World, job: string, before: readonly Output[]) {
    this.#world = world
    this.#job = job
    this.#number = 1 + Math.max(0, ...before.map(({ file }) => Number(/-(\d+)\./.exec(file)?.[1] ?? 0)))
  }

  /** Writes bodies type by type: neighbours are mostly of one type and are written together. */
  async write(slices: readonly Slice[], bodies: readonly Buffer[]): Promise<void> {
    const byType = Map.groupBy(slices.keys(), (at) => (slices[at] as Slice).type)
    for (const [type, places] of byType) {
      let length = 0
      for (const at of places) length += (bodies[at] as Buffer).length + 1
      const lines = Buffer.allocUnsafe(length)
      let end = 0
      for (const at of places) {
        end += (bodies[at] as Buffer).copy(lines, end)
        lines[end++] = newLine
      }
      await this.#add('output', this.#world.fhir.types[type] as string, lines, places.length)
    }
  }

  /** Bulk Data Access 2.0: `deleted` files hold transaction bundles of deletes, so that a client can apply them as they are. */
  async writeDeleted(slices: readonly Slice[]): Promise<void> {
    for (let from = 0; from < slices.length; from += deletedInBundle) {
      const some = slices.slice(from, from + deletedInBundle)
      const entry = some.map((one) => ({ request: { method: 'DELETE', url: `${this.#world.fhir.types[one.type]}/${one.name ?? one.id}` } }))
      await this.#add('deleted', 'Bundle', Buffer.from(`${JSON.stringify({ resourceType: 'Bundle', type: 'transaction', entry })}\n`), 1)
    }
  }

  async writeIgnored(names: readonly string[]): Promise<void> {
    const outcome = outcomeOf(names.map((name) => ({ severity: 'warning', code: 'not-supported', diagnostics: `${name} is not supported and was left out` })))
    await this.#add('error', 'OperationOutcome', Buffer.from(`${JSON.stringify(outcome)}\n`), 1)
  }

  async #add(kind: Output['kind'], type: string, lines: Buffer, count: number): Promise<void> {
    const file = `${kind === 'output' ? type : kind}-${this.#number}.ndjson`
    let making = this.#making.get(file)
    if (!making) this.#making.set(file, (making = { kind, type, file, count: 0, part: createPart(this.#world, this.#job, file) }))
    await making.part.write(lines)
    making.count += count
  }

  /** Resolves when all files are on disk. */
  async end(): Promise<Output[]> {
    const all = [...this.#making.values()]
    await Promise.all(all.map(({ part }) => part.end()))
    return all.map(({ kind, type, file, count }) => ({ kind, type, file, count }))
  }

  abandon(): void {
    for (const { part } of this.#making.values()) part.abandon()
  }
}
