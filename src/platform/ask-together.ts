import { byteaArray } from './arrays.ts'
import { gather } from './gather.ts'
import { prepareValue } from 'pg/lib/utils.js'
import { Fragment, type Runner, runnerOn, type Sql, statementOf } from './sql.ts'

/** A parameter that stands once in the text, with its type: `$3::bytea`. */
type Parameter = { type: string; isArray: boolean }
type Values = readonly unknown[]

const togetherMost = 8
/** Texts beyond these are asked alone: a search has more forms than a process should remember. */
const formsMax = 400

const desks = new WeakMap<Runner, Runner>()

/** Asks together with others on the connections that plan once; within a transaction each is asked there. */
export function togetherOn(sql: Runner): Runner {
  if (!isShared(sql)) return sql
  let desk = desks.get(sql)
  if (!desk) desks.set(sql, (desk = askTogether(sql.steady)))
  return desk
}

const isShared = (sql: Runner): sql is Sql => (sql as Partial<Sql>).steady !== undefined

/**
 * Asks statements of one text that come at the same time as one statement, because a statement costs more than such an answer. Each must name the type
 * of each parameter; one that does not is asked alone. When the common statement fails, each is asked alone, so that nobody fails for the values of
 * another.
 */
export function askTogether(sql: Runner): Runner {
  const forms = new Map<string, ((values: Values) => Promise<object[]>) | null>()
  return runnerOn(async <R>(piece: Fragment) => {
    const { text, values } = statementOf(piece)
    let ask = forms.get(text)
    if (ask === undefined && forms.size < formsMax) forms.set(text, (ask = askerOf(sql, text, values)))
    return (ask ? ask(values) : sql.run(piece)) as Promise<R[]>
  })
}

function askerOf(sql: Runner, text: string, first: Values): ((values: Values) => Promise<object[]>) | null {
  const parameters = parametersOf(text, first)
  if (parameters === null) return null
  const [single, joined] = [text, joinedText(text, parameters)].map((one) => one.split(/\$\d+/)) as [string[], string[]]
  const alone = (values: Values) => sql.run(new Fragment(single, values))
  return gather<Values, object[]>(async (asked) => {
    const [only] = asked
    if (asked.length === 1 && only) return [await alone(only)]
    const columns = parameters.map(({ type, isArray }, at) => {
      const column = asked.map((values) => values[at])
      if (type === 'bytea') return byteaArray(column as Buffer[])
      return isArray ? column.map(prepareValue) : column
    })
    const rows = await sql.run<{ togetherPlace: number }>(new Fragment(joined, columns)).catch(() => null)
    // A promise as a value: whose question fails hears it, and the others have their answers.
    if (rows === null) return asked.map(alone) as unknown as object[][]
    const answers: object[][] = asked.map(() => [])
    for (const { togetherPlace, ...row } of rows) answers[togetherPlace - 1]?.push(row)
    return answers
  }, togetherMost)
}

function parametersOf(text: string, values: Values): Parameter[] | null {
  const found: Parameter[] = []
  for (const [, number, type, brackets] of text.matchAll(/\$(\d+)(?:::([a-z0-9]+)(\[\])?)?/g)) {
    const value = values[Number(number) - 1]
    // What is written as bytes already is of one form only.
    if (type === undefined || value instanceof Buffer !== (type === 'bytea' && brackets === undefined)) return null
    found.push({ type, isArray: brackets !== undefined })
  }
  return found.length === values.length && found.length > 0 ? found : null
}

/**
 * The rows of each come in the order of its own text, because one is answered after the other (a nested loop is the only way to join `lateral` on
 * parameters). `offset 0` keeps PostgreSQL from reading an array anew for each row that it is compared with.
 */
function joinedText(text: string, parameters: readonly Parameter[]): string {
  const names = parameters.map((_, at) => `p${at + 1}`)
  const columns = parameters.map(({ type, isArray }, at) => `$${at + 1}::${isArray ? 'text' : type}[]`)
  const read = parameters.map(({ type, isArray }, at) => (isArray ? `p${at + 1}::${type}[] as p${at + 1}` : `p${at + 1}`))
  return `
    select together.place::int4 as together_place, q.*
      from (select ${read.join(', ')}, place from unnest(${columns.join(', ')}) with ordinality as given (${names.join(', ')}, place) offset 0) together
     cross join lateral (${text.replaceAll(/\$(\d+)/g, 'together.p$1')}) q`
}
