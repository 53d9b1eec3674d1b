import { narrowing, type Search } from '../../fhir/fhir.ts'
import { togetherOn } from '../../platform/ask-together.ts'
import { type Fragment, fragment, identifier, join, type Runner } from '../../platform/sql.ts'
import { type Asking, traced } from '../asking.ts'
import { isOneOf, type Place } from '../store.ts'
import { stringMax } from '../write/rows.ts'
import { type AskedWord, askedWords, type Own } from './asked-words.ts'
import type { Reading } from './candidates.ts'

/**
 * A condition that every result meets: it has one of these spellings, one of these words that sound alike (their hashes in record.token), or one of
 * these beginnings, where the spellings are too many. `entry` is the condition of the search that it stands for, `rows` how many rows of the index
 * have it, as far as they are counted.
 */
export type Name = { entry: number; rows: number } & ({ spellings: string[] } | { words: number[] } | { lows: string[] })

/**
 * Whether the rows of a search may be led to by the index of texts, which is in the order of ids. This depends on nothing but the question: the pages of
 * one answer have one order, whichever way finds their rows.
 */
export const isByText = (search: Search): boolean => narrowing(search).some(({ any }) => any.some((one) => one.is === 'string' && one.how === 'starts'))

/** The names that a search asks for, and the conditions that each resource must still be tested for. */
export type Names = { names: Name[]; left: number[] }

/** A beginning with fewer rows than this is replaced by its spellings. With more rows the spellings are walked one by one, up to the limit. */
const fewRows = 1000
/** A beginning of more words or spellings than this is not followed by them. */
export const wordsMax = 64
/** With this many rows, one of the next rows in key order soon has the name. */
const commonRows = 100_000

/**
 * Translates the beginnings of names and the sounds of a search into values of the index. The planner cannot know how many people have a beginning.
 * Equal values it can ask for row by row and follow along the index in key order. The moment is fixed here, so that no later name is missed.
 */
export async function namesIn(asking: Asking, sql: Runner, search: Search, reading: Reading): Promise<Names> {
  const type = search.type as string
  const own = ownOf(asking, search)
  const asked = await askedWords(asking, type, own)
  const all = own.flatMap(beginningsOf)
  if (all.length + asked.length === 0) return { names: [], left: [] }
  return traced(asking.trace, 'names', async () => {
    const names = await wordsOf(sql, asked, reading)
    const begun = all.filter(({ entry }) => names.every((one) => one.entry !== entry))
    names.push(...(await spellingsOf(asking, sql, type, begun, reading)))
    const unspelt = [...new Set(begun.map(({ entry }) => entry))].filter((entry) => names.every((one) => one.entry !== entry))
    if (names.length > 0 || unspelt.length === 0) return { names, left: unspelt }
    const common = await commonOf(asking, sql, type, begun)
    const [first] = unspelt.filter((entry) => !common.has(entry))
    if (first === undefined) return { names, left: unspelt }
    const lows = begun.filter(({ entry }) => entry === first).map(({ low }) => low)
    return { names: [{ entry: first, rows: commonRows, lows }], left: unspelt.filter((entry) => entry !== first) }
  })
}

/** The conditions of a search whose parameters have been indexed since the beginning. */
export const ownOf = ({ world: { fhir } }: Asking, search: Search): Own[] =>
  narrowing(search)
    .map((one, entry) => ({ ...one, entry }))
    .filter((one) => fhir.custom.isEntryIndexed(search.type as string, one) === undefined)

type Beginning = { entry: number; low: string }

export function beginningsOf({ any, entry }: Own): Beginning[] {
  const starts = any.flatMap((one) => (one.is === 'string' && one.how === 'starts' && one.value !== '' ? [one.value.slice(0, stringMax)] : []))
  return starts.length === any.length ? starts.map((low) => ({ entry, low })) : []
}

/** A row for each beginning, and the condition for rows of the text index that begin so. */
function rangesOf({ world }: Asking, type: string, begun: readonly Beginning[]) {
  const lows = begun.map(({ low }) => low)
  const here = fragment`s.type = ${world.fhir.typeCode(type)}::int2`
  return {
    each: fragment`unnest(${lows}::text[], ${lows.map(highOf)}::text[]) with ordinality as g (low, high, no)`,
    here,
    range: fragment`${here} and s.value >= g.low and s.value < g.high`,
  }
}

const highOf = (low: string) => `${low}\u{10ffff}`
/** Condition on a row of record.string, by default under the name `s`. */
export function beginsWith(low: string, of: 's' | 'r' = 's'): Fragment {
  const value = identifier(`${of}.value`)
  return fragment`(${value} >= ${low}::text and ${value} < ${highOf(low)}::text)`
}

/** The conditions whose beginnings have few spellings. */
async function spellingsOf(asking: Asking, sql: Runner, type: string, begun: readonly Beginning[], reading: Reading): Promise<Name[]> {
  if (begun.length === 0) return []
  const { each: ranges, here, range } = rangesOf(asking, type, begun)
  // With many rows: steps from one value to the next different one, as long as there are few.
  const rows = await togetherOn(sql).run<{ no: number; found: string[]; count: number; snapshot: string }>(fragment`
    select g.no::int4, c.count, pg_current_snapshot()::text as snapshot,
           case when c.count < ${fewRows}::int4 then array(select distinct s.value from record.string s where ${range} limit ${fewRows}::int4)
           else array(
             with recursive step (value) as (
               (select s.value from record.string s where ${range} order by s.value limit 1)
               union all
               select (select s.value from record.string s where ${here} and s.value > f.value and s.value < g.high order by s.value limit 1)
                 from step f where f.value is not null)
             select value from step where value is not null limit ${wordsMax + 1}::int4) end as found
      from ${ranges}
     cross join lateral (select count(*)::int4 as count from (select from record.string s where ${range} limit ${fewRows}::int4) s) c
     limit ${begun.length}::int4`)
  reading.snapshot ??= rows[0]?.snapshot ?? null
  const each = Map.groupBy(rows, ({ no }) => (begun[no - 1] as Beginning).entry)
  return [...each].flatMap(([entry, of]) =>
    of.every(({ found, count }) => count < fewRows || found.length <= wordsMax)
      ? [{ entry, rows: of.reduce((sum, { count }) => sum + count, 0), spellings: of.flatMap(({ found }) => found) }]
      : [],
  )
}

/** The conditions with a beginning that very many rows have. */
async function commonOf(asking: Asking, sql: Runner, type: string, begun: readonly Beginning[]): Promise<Set<number>> {
  const { each: ranges, range } = rangesOf(asking, type, begun)
  const rows = await togetherOn(sql)<{ no: number }>`
    select g.no::int4 from ${ranges}
     where exists (select from record.string s where ${range} offset ${commonRows}::int4)
     limit ${begun.length}::int4`
  return new Set(rows.map(({ no }) => (begun[no - 1] as Beginning).entry))
}

/** The words that are asked for, without beginnings that too many words have. */
async function wordsOf(sql: Runner, asked: readonly AskedWord[], reading: Reading): Promise<Name[]> {
  const sizes = await sizesOf(sql, asked)
  reading.snapshot ??= sizes[0]?.snapshot ?? null
  return sizes.flatMap(({ words, count }, at): Name[] => {
    const { entry, isBeginning } = asked[at] as AskedWord
    return isBeginning && words.length > wordsMax ? [] : [{ entry, rows: count, words }]
  })
}

/**
 * The words that have one of some forms. Of a beginning, one more than are followed is enough: it tells that they are too many, and however many
 * there are, few are read.
 */
export const wordsWith = (forms: Fragment, most: Fragment): Fragment => fragment`
  array(select distinct w.word
          from unnest(${forms}) as a (near)
         cross join lateral (select s.word from record.sound s where s.near = a.near limit ${most}) w)`

/** For each the words that it stands for, of a beginning up to a limit, and how many rows have one, up to another. */
export async function sizesOf(sql: Runner, asked: readonly AskedWord[]): Promise<{ words: number[]; count: number; snapshot: string }[]> {
  if (asked.length === 0) return []
  // The forms of each as a text of their own, so that none is compared with those of the others.
  const forms = asked.map((one) => `{${one.forms.join()}}`)
  const most = asked.map(({ isBeginning }) => (isBeginning ? wordsMax + 1 : null))
  const rows = await togetherOn(sql).run<{ found: string[]; count: number; snapshot: string }>(fragment`
    select w.found, pg_current_snapshot()::text as snapshot,
           (select count(*)::int4 from (select from record.token t where t.hash = any(w.found) limit ${fewRows}::int4) t) as count
      from (select n.no, ${wordsWith(fragment`n.forms::int8[]`, fragment`n.most`)} as found
              from unnest(${forms}::text[], ${most}::int4[]) with ordinality as n (forms, most, no)
            offset 0) w
     order by w.no
     limit ${asked.length}::int4`)
  return rows.map(({ found, count, snapshot }) => ({ words: found.map(Number), count, snapshot }))
}

/** Condition on `r`. For spellings and words, one row is tested by looking it up in the index. */
export function namedCondition(type: number, name: Name): Fragment {
  if ('words' in name) return hasWord(fragment`${name.words}::int8[]`)
  if ('lows' in name) return isOneOf(fragment`select s.patient, s.type, s.id from record.string s where ${begunWith(type, name.lows)}`)
  return fragment`exists (
    select from record.string s where s.type = ${type}::int2 and s.value = any(${name.spellings}::text[]) and s.patient = r.patient and s.id = r.id)`
}

/** Condition on `r`, written so that the planner looks for each row: otherwise it would read all rows that have the word. */
export const hasWord = (words: Fragment): Fragment => fragment`(select true from record.token t where t.hash = any(${words}) and t.patient = r.patient limit 1)`

/** `only`: a condition on the rows of record.token under this name; `tested`: one on `r`, for the other names. */
type Patients = { words: Fragment; only: (row: 't' | 'r') => Fragment; tested: Fragment; isShort: boolean; limit: number }

/** The next patients who have one of the words. With `isShort` all of them are sorted first and tested until there are enough, and not for each word. */
export const patientsWith = ({ words, only, tested, isShort, limit }: Patients): Fragment =>
  isShort
    ? fragment`
      select r.patient
        from (select distinct t.patient from record.token t where t.hash = any(${words}) and ${only('t')} order by 1 offset 0) r
       where ${tested}
       order by 1 limit ${limit}::int4`
    : fragment`
      select distinct r.patient from unnest(${words}) as w (hash)
       cross join lateral (
         select r.patient from record.token r
          where r.hash = w.hash and ${only('r')} and ${tested}
          order by r.patient limit ${limit}::int4) r
       order by 1 limit ${limit}::int4`

const begunWith = (type: number, lows: readonly string[], of: 's' | 'r' = 's'): Fragment =>
  fragment`${identifier(`${of}.type`)} = ${type}::int2 and (${join(
    lows.map((low) => beginsWith(low, of)),
    ' or ',
  )})`

/** The name with the fewest rows leads. */
export function leadOf(type: number, names: readonly Name[]): Lead | null {
  const name = names.reduce<Name | null>((least, one) => (least !== null && least.rows <= one.rows ? least : one), null)
  return name && { name, others: names.filter((one) => one !== name), type }
}

/** The name whose index rows are followed in key order, and the names that a result must also have. */
export type Lead = { name: Name; others: readonly Name[]; type: number }
/** Some of the patients or resources with the name, in key order: a condition on `r`, and the place after them; null at the end. */
export type Some = { among: Fragment; count: number; last: LeadPlace | null }
export type LeadPlace = { patient: number; id: string | null }

/** The place of a page may be in the middle of a patient's rows; for words only the patient is known, so that patient is read again. */
export const leadFrom = (name: Name, after: Place | null): LeadPlace =>
  after === null ? { patient: -1, id: null } : 'words' in name ? { patient: after.patient - 1, id: null } : after

export async function nextNamed(sql: Runner, { name, others, type }: Lead, from: LeadPlace, limit: number): Promise<Some> {
  if ('words' in name) {
    const tested = others.filter(isOfPatient)
    const rows = await togetherOn(sql).run<{ patient: number }>(
      patientsWith({
        words: fragment`${name.words}::int8[]`,
        only: (row) => fragment`${identifier(`${row}.patient`)} > ${from.patient}::int8`,
        tested: besides(type, tested),
        isShort: isShort(name) && tested.length > 0,
        limit,
      }),
    )
    const keys = rows.map(({ patient }) => patient)
    return { among: fragment`r.patient = any(${keys}::int8[])`, count: keys.length, last: lastOf(rows, limit, () => null) }
  }
  const rows = await togetherOn(sql).run<{ patient: number; id: string }>(nextRows({ name, others, type }, from, limit))
  const among = isOneOf(fragment`
    select n.patient, ${type}::int2, n.id
      from unnest(${rows.map(({ patient }) => patient)}::int8[], ${rows.map(({ id }) => id)}::uuid[]) as n (patient, id)`)
  return { among, count: rows.length, last: lastOf(rows, limit, ({ id }) => id) }
}

/** All rows of a name are sorted first when they are few: then the other names are tested until there are enough, and not for each value by itself. */
export const isShort = ({ rows }: Pick<Name, 'rows'>): boolean => rows < fewRows

function nextRows({ name, others, type }: Lead & { name: Exclude<Name, { words: number[] }> }, from: LeadPlace, limit: number): Fragment {
  const behind = (table: Fragment) => fragment`(${table}.patient, ${table}.id) > (${from.patient}::int8, ${from.id ?? nobody}::uuid)`
  const tested = fragment`${behind(fragment`r`)} and ${besides(type, others)}`
  if ('lows' in name) {
    return fragment`
    select distinct r.patient, r.id from record.string r where ${begunWith(type, name.lows, 'r')} and ${tested} order by 1, 2 limit ${limit}::int4`
  }
  if (isShort(name) && others.length > 0) {
    return fragment`
    select r.patient, r.id
      from (select s.patient, ${type}::int2 as type, s.id
              from (select distinct s.patient, s.id from record.string s
                     where s.type = ${type}::int2 and s.value = any(${name.spellings}::text[]) and ${behind(fragment`s`)}
                     order by 1, 2 offset 0) s) r
     where ${besides(type, others)}
     order by 1, 2 limit ${limit}::int4`
  }
  return fragment`
    select distinct r.patient, r.id from unnest(${name.spellings}::text[]) as v (value)
     cross join lateral (
       select r.patient, r.id from record.string r
        where r.type = ${type}::int2 and r.value = v.value and ${tested} order by r.patient, r.id limit ${limit}::int4) r
     order by 1, 2 limit ${limit}::int4`
}

/** A word is indexed for a patient, a spelling for one resource. */
const isOfPatient = (name: Name): boolean => 'words' in name
/** The names that `nextNamed` cannot test, so that each resource must be tested. */
export const leftBehind = ({ name, others }: Lead): Name[] => (isOfPatient(name) ? others.filter((one) => !isOfPatient(one)) : [])
const besides = (type: number, others: readonly Name[]): Fragment =>
  others.length === 0
    ? fragment`true`
    : join(
        others.map((name) => namedCondition(type, name)),
        ' and ',
      )

const nobody = '00000000-0000-0000-0000-000000000000'

function lastOf<R extends { patient: number }>(rows: readonly R[], limit: number, idOf: (row: R) => string | null): LeadPlace | null {
  const last = rows.length < limit ? undefined : rows.at(-1)
  return last ? { patient: last.patient, id: idOf(last) } : null
}
