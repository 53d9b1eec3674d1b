import { fragment, type Fragment, join } from '../platform/sql.ts'
import type { Sql } from '../platform/world.ts'
import { farness, type Question } from './finder-question.ts'

/** A person whom the query may mean, before anything is masked. */
export type Candidate = {
  person: number
  handle: string
  isIdentified: boolean
  temporaryNumber: string | null
  keys: number[]
  family: string
  given: string
  parent: string | null
  birthDate: string | null
  sex: 'male' | 'female' | 'other' | 'unknown'
  place: string | null
  words: string[]
}

const beginningsMax = 40
const slipsMax = 200
const hitsMax = 100

/** For each typed word the names that it may stand for, nearest first. */
export async function likelyNames(sql: Sql, words: readonly string[]): Promise<Map<string, { name: string; far: number }[]>> {
  const rows = await sql<{ typed: string; name: string }>`
    select typed, name
      from unnest(${[...words]}::text[]) as typed,
           lateral (
             select word as name from identity.name_word where word = typed
             union
             (select word from identity.name_word where word >= typed and word < typed || U&'\\+10FFFF' limit ${beginningsMax})
             union
             (select word from identity.name_word where variants && identity.variants_of(typed) limit ${slipsMax})) likely`
  const names = new Map<string, { name: string; far: number }[]>(words.map((word) => [word, []]))
  for (const { typed, name } of rows) {
    const far = farness(typed, name)
    if (far !== null) names.get(typed)?.push({ name, far })
  }
  for (const list of names.values()) list.sort((a, b) => a.far - b.far)
  return names
}

type Named = { sets: readonly string[][]; initials: readonly string[]; born: string | null }

/**
 * People with a name for every typed word, and another name for every initial. For a common name the index gives any few hundred people, and the
 * reader is told to ask more exactly; people whom the reader treats are always among them.
 */
export async function peopleNamed(sql: Sql, { sets, initials, born }: Named, ownKeys: readonly number[]): Promise<Candidate[]> {
  const conditions = sets.map((names) => fragment`demographics.words && ${names}::text[]`)
  for (const initial of initials)
    conditions.push(fragment`exists (select from unnest(demographics.words) as word where word ^@ ${initial} and word <> all(${sets.flat()}::text[]))`)
  if (born !== null) conditions.push(fragment`demographics.birth_date ^@ ${born}`)
  const named = join(conditions, ' and ')
  const hit = fragment`
    select chart_key.person
      from identity.demographics demographics
      join identity.chart_key chart_key using (key)
     where ${named}`
  return people(
    sql,
    fragment`
    (${hit} and demographics.key = any(${[...ownKeys]}::int8[]) limit ${hitsMax})
    union
    (${hit} limit ${hitsMax})`,
  )
}

export function peopleById(sql: Sql, ids: readonly number[]): Promise<Candidate[]> {
  return people(sql, fragment`select unnest(${[...ids]}::int8[]) as person`)
}

/** People of these keys, for the doctor's own day. */
export function peopleOfKeys(sql: Sql, keys: readonly number[]): Promise<Candidate[]> {
  return people(sql, fragment`select person from identity.chart_key where key = any(${[...keys]}::int8[])`)
}

function people(sql: Sql, hits: Fragment): Promise<Candidate[]> {
  return sql.run<Candidate>(fragment`
    with hit as materialized (select distinct person from (${hits}) hits)
    select person.id as person, person.handle, person.identified_at is not null as is_identified, person.temporary_number, held.keys,
           coalesce(said.family, '') as family, coalesce(said.given, '') as given, said.parent, said.birth_date,
           coalesce(said.sex, 'unknown') as sex, said.place, coalesce(said.words, '{}') as words
      from hit
      join identity.person person on person.id = hit.person
      join lateral (select array_agg(key order by key <> person.id, key) as keys from identity.chart_key where chart_key.person = person.id) held on true
      left join lateral (
        select family, given, parent, birth_date, sex, place, words
          from identity.demographics
         where key = any(held.keys)
         order by is_central desc, changed_at desc
         limit 1) said on true
     where person.state <> 'void'`)
}

/** How far a person's names are from the question. The answer is sorted by it. */
export function farnessOf({ words }: Question, candidate: Candidate): number {
  const sum = (names: string[]) => words.reduce((total, typed) => total + Math.min(9, ...names.map((name) => farness(typed, name) ?? 9)), 0)
  return sum(candidate.words)
}
