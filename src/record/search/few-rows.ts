import { int4Array, uuidArray } from '../../platform/arrays.ts'
import { togetherOn } from '../../platform/ask-together.ts'
import { fragment, join, type Fragment, type Runner, steadyOn } from '../../platform/sql.ts'
import { type Asking, traced } from '../asking.ts'
import { hasId, pointer, rowsMax, type Stored } from '../store.ts'
import { byKey, candidates, type Reading } from './candidates.ts'
import { nameLength, rowsKnown } from './contents.ts'

/** Which rows, and of whose keys. `most`: this many rows or more are not few. */
type Asked = { where: readonly Fragment[]; keys: readonly number[]; type: number; reading: Reading; most: number }

/**
 * All candidates of a few named charts when they are fewer than `most`, else null. For a version that was read before only its name is fetched: a
 * version never changes, and fetching a row of fifteen columns costs more than deciding whether it matches.
 */
export async function fewRows(asking: Asking, sql: Runner, asked: Asked): Promise<Stored[] | null> {
  const { where, reading, most } = asked
  if (reading.snapshot !== null) {
    const rows = await candidates(steadyOn(sql), { where, order: byKey, after: null, limit: most, reading })
    return rows.length < most ? rows : null
  }
  const statement = fragment`
    select string_agg(r.id::text || r.version, ' ') as names, count(*)::int4 as count, (select pg_current_snapshot()::text) as snapshot
      from (select r.id, r.version
              from record.resource r
             where not r.deleted and not r.voided and ${join(where, ' and ')}
             limit ${most}::int4) r`
  const [found] = await traced(
    reading.trace,
    'candidates',
    () => togetherOn(sql).run<{ names: string | null; count: number; snapshot: string }>(statement),
    (rows) => ({ rows: rows[0]?.count ?? 0, statement }),
  )
  if (!found?.names) return []
  reading.snapshot = found.snapshot
  return found.count < most ? rowsNamed(asking, sql, asked, found.names.split(' ')) : null
}

/** The rows of versions by their names, which are their id and number; only those that were not read before are fetched. */
export async function rowsNamed({ world }: Asking, sql: Runner, { keys, type }: Pick<Asked, 'keys' | 'type'>, names: readonly string[]): Promise<Stored[]> {
  const known = rowsKnown(world, names)
  const missing = names.filter((_, at) => known[at] === undefined)
  if (missing.length === 0) return known as Stored[]
  const fetched = new Map<string, Stored>()
  const ids = uuidArray(missing.map((name) => name.slice(0, nameLength)))
  const versions = int4Array(missing.map((name) => Number(name.slice(nameLength))))
  const same = fragment`r.patient = any(${keys}::int8[]) and r.type = ${type}::int2 and ${hasId(fragment`r`, fragment`w.id`)} and r.version = w.version`
  // A version may have been superseded a moment ago, so both tables are asked.
  const rows = await steadyOn(sql)<Stored>`
    select ${pointer} from unnest(${ids}::uuid[], ${versions}::int4[]) as w (id, version) join record.resource r on ${same}
    union all
    select ${pointer} from unnest(${ids}::uuid[], ${versions}::int4[]) as w (id, version) join record.superseded r on ${same}
    limit ${rowsMax}`
  for (const row of rows) fetched.set(`${row.id}${row.version}`, row)
  return names.flatMap((name, at) => known[at] ?? fetched.get(name) ?? [])
}
