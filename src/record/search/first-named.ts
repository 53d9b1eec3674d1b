import type { Search } from '../../fhir/fhir.ts'
import { togetherOn } from '../../platform/ask-together.ts'
import { type Fragment, fragment, identifier, join, type Runner } from '../../platform/sql.ts'
import { type Asking, traced } from '../asking.ts'
import type { Stored } from '../store.ts'
import { typeOfNames } from '../write/rows.ts'
import { type AskedWord, askedWords } from './asked-words.ts'
import type { Reading } from './candidates.ts'
import { rowsNamed } from './few-rows.ts'
import { beginningsOf, hasWord, isShort, ownOf, patientsWith, sizesOf, wordsMax, wordsWith } from './names.ts'
import { planOf } from './search-plan.ts'

/** The first candidates, and the last patient that was looked at; null when there are no more with the name. */
export type FirstNamed = { rows: Stored[]; last: number | null }
type Within = { visible: Fragment; reading: Reading }

/** Each name is a part of the statement to be planned; nobody types so many. */
const namesMax = 12

/**
 * The first page of a search for patients by the words of their names, in one statement: which words these are, the first patients who have one, and
 * their rows. It fixes the moment. Null when the search asks for other names too, or for beginnings of too many words: then the general way finds it.
 */
export async function firstNamed(asking: Asking, sql: Runner, search: Search, { visible, reading }: Within, patients: number): Promise<FirstNamed | null> {
  if (search.type !== typeOfNames || sql !== asking.world.sql || reading.snapshot !== null) return null
  const own = ownOf(asking, search)
  const all = await askedWords(asking, typeOfNames, own)
  if (all.length === 0 || all.length > namesMax) return null
  if (own.flatMap(beginningsOf).some(({ entry }) => all.every((one) => one.entry !== entry))) return null
  const sizes = await sizesKnown(asking, sql, all)
  const sized = all.map((one, at): Sized => ({ ...one, ...(sizes[at] ?? unknownSize) }))
  const [lead, ...others] = sized.filter((one) => !isTooMany(one)).sort((a, b) => a.rows - b.rows)
  if (lead === undefined) return null
  const named = {
    names: [lead, ...others].map(({ entry }) => ({ entry, rows: 0, words: [] })),
    left: sized.filter(isTooMany).map(({ entry }) => entry),
  }
  const where = [...planOf(asking, search, false, named), visible]
  const statement = statementOf(lead, others, where, patients)
  const [found] = await traced(
    asking.trace,
    'named',
    () => togetherOn(sql).run<Found>(statement),
    ([one]) => ({ rows: one?.leads ?? 0, statement }),
  )
  if (!found) return null
  if (found.isTooMany) {
    noteSize(asking, lead, { ...unknownSize, words: wordsMax + 1 })
    return null
  }
  reading.snapshot = found.snapshot
  if (!found.names || !found.keys) return { rows: [], last: found.leads < patients ? null : found.last }
  const keys = found.keys.split(' ').map(Number)
  const rows = await rowsNamed(asking, sql, { keys, type: asking.world.fhir.typeCode(typeOfNames) }, found.names.split(' '))
  return { rows: rows.sort((a, b) => a.patient - b.patient || (a.id < b.id ? -1 : 1)), last: found.leads < patients ? null : found.last }
}

/** `leads` patients have the name, `last` of them the last one; `keys` and `names` are of the rows among them. */
type Found = { isTooMany: boolean; snapshot: string; leads: number; last: number | null; keys: string | null; names: string | null }

function statementOf(lead: Sized, others: readonly Sized[], where: readonly Fragment[], patients: number): Fragment {
  const column = (at: number) => identifier(`n.w${at}`)
  // The others are known to be of few words, as of a minute ago, and must have all of them.
  const most = lead.isBeginning ? fragment`${wordsMax + 1}::int4` : fragment`null`
  const words = [lead, ...others].map(
    ({ forms }, at) => fragment`${wordsWith(fragment`${forms}::int8[]`, at === 0 ? most : fragment`null`)} as ${identifier(`w${at}`)}`,
  )
  const tests = others.map((_, at) => hasWord(column(at + 1)))
  const isFew = lead.isBeginning ? fragment`cardinality(n.w0) <= ${wordsMax}::int4` : fragment`true`
  const led = patientsWith({
    words: column(0),
    only: () => isFew,
    tested: join([fragment`true`, ...tests], ' and '),
    isShort: others.length > 0 && lead.words > 1 && isShort(lead),
    limit: patients,
  })
  return fragment`
    select not ${isFew} as is_too_many, (select pg_current_snapshot()::text) as snapshot, f.*
      from (select ${join(words, ', ')} offset 0) n
     cross join lateral (
       select count(distinct l.patient)::int4 as leads, max(l.patient) as last, string_agg(r.patient::text, ' ') as keys,
              string_agg(r.id::text || r.version, ' ') as names
         from (${led}) l
         left join lateral (
           select r.patient, r.id, r.version from record.resource r
            where r.patient = l.patient and not r.deleted and not r.voided and ${join(where, ' and ')} offset 0) r on true) f
     limit 1::int4`
}

/** How many words are meant, and how many rows of the index have one of them, up to a limit: those with the fewest lead. */
type Size = { words: number; rows: number }
type Sized = AskedWord & Size
const unknownSize: Size = { words: 0, rows: 0 }
const isTooMany = ({ isBeginning, words }: Sized): boolean => isBeginning && words > wordsMax

const keptMax = 2000
/** Of a longer list of alternatives nothing is remembered, so that what is kept stays small. */
const formsMax = 100
const keptMs = 60_000
const kept = new WeakMap<Asking['world'], Map<string, Size & { at: number }>>()
const nameOf = ({ forms }: AskedWord) => forms.join()

function keptIn({ world }: Asking): Map<string, Size & { at: number }> {
  let sizes = kept.get(world)
  if (!sizes) kept.set(world, (sizes = new Map()))
  return sizes
}

function noteSize(asking: Asking, one: AskedWord, size: Size): void {
  if (one.forms.length > formsMax) return
  const sizes = keptIn(asking)
  if (sizes.size >= keptMax) for (const oldest of [...sizes.keys()].slice(0, keptMax / 2)) sizes.delete(oldest)
  sizes.set(nameOf(one), { ...size, at: performance.now() })
}

/** They choose only the way, so that those of a minute ago will do. Of a single name nothing needs to be known. */
async function sizesKnown(asking: Asking, sql: Runner, asked: readonly AskedWord[]): Promise<(Size | undefined)[]> {
  const sizes = keptIn(asking)
  const since = performance.now() - keptMs
  const found = asked.map((one) => sizes.get(nameOf(one))).map((size) => (size && size.at > since ? size : undefined))
  if (asked.length === 1 || !found.includes(undefined)) return found
  const counted = (await sizesOf(sql, asked)).map(({ words, count }) => ({ words: words.length, rows: count }))
  for (const [at, one] of asked.entries()) noteSize(asking, one, counted[at] as Size)
  return counted
}
