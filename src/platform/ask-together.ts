import { byteaArray } from './arrays.ts'
import { gather } from './gather.ts'
import { prepareValue } from 'pg/lib/utils.js'
import { Fragment, type Runner, statementOf } from './sql.ts'

/** A parameter that stands once in the text, with its type: `$3::bytea`. */
type Parameter = { type: string; isArray: boolean }
type Values = readonly unknown[]

const togetherMost = 16
/** Texts beyond these are asked alone: a search has more forms than a process should remember. */
const textsMax = 400

/**
 * Asks statements of one text that come at the same time as one statement, because a statement costs more than such an answer. Each must answer one
 * row, whatever its values are, and name the type of each parameter; one that does not name them is asked alone. When the common statement fails, each
 * is asked alone, so that nobody fails for the values of another.
 */
export function askTogether(sql: Runner): <R extends object>(piece: Fragment) => Promise<R> {
  const desks = new Map<string, ((values: Values) => Promise<object>) | null>()
  return async <R extends object>(piece: Fragment) => {
    const { text, values } = statementOf(piece)
    let desk = desks.get(text)
    if (desk === undefined && desks.size < textsMax) desks.set(text, (desk = deskFor(sql, text, values)))
    return (desk ? desk(values) : alone(sql, text, values)) as Promise<R>
  }
}

function deskFor(sql: Runner, text: string, first: Values): ((values: Values) => Promise<object>) | null {
  const parameters = parametersOf(text, first)
  if (parameters === null) return null
  const joined = joinedText(text, parameters)
  return gather<Values, object>(async (asked) => {
    const [only] = asked
    if (asked.length === 1 && only) return [await alone(sql, text, only)]
    const columns = parameters.map(({ type, isArray }, at) => {
      const column = asked.map((values) => values[at])
      if (type === 'bytea') return byteaArray(column as Buffer[])
      return isArray ? column.map(prepareValue) : column
    })
    const rows = await sql.run(pieceOf(joined, columns)).catch(() => [])
    // A promise as a value: whose question fails hears it, and the others have their answers.
    return rows.length === asked.length ? rows : asked.map((values) => alone(sql, text, values))
  }, togetherMost)
}

async function alone(sql: Runner, text: string, values: Values): Promise<object> {
  const [row] = await sql.run(pieceOf(text, values))
  if (!row) throw new Error('a statement that is asked together answered no row')
  return row
}

/** A statement with its parameters written out already. */
const pieceOf = (text: string, values: Values): Fragment => new Fragment(text.split(/\$\d+/), values)

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

/** `offset 0` keeps PostgreSQL from reading an array anew for each row that it is compared with. */
function joinedText(text: string, parameters: readonly Parameter[]): string {
  const names = parameters.map((_, at) => `p${at + 1}`)
  const columns = parameters.map(({ type, isArray }, at) => `$${at + 1}::${isArray ? 'text' : type}[]`)
  const read = parameters.map(({ type, isArray }, at) => (isArray ? `p${at + 1}::${type}[] as p${at + 1}` : `p${at + 1}`))
  return `
    select q.*
      from (select ${read.join(', ')}, place from unnest(${columns.join(', ')}) with ordinality as given (${names.join(', ')}, place) offset 0) k
     cross join lateral (${text.replaceAll(/\$(\d+)/g, 'k.p$1')}) q
     order by k.place`
}
