import { bigintArray, int2Array, int4Array, int8Array, textArray, uuidArray } from '../../platform/arrays.ts'
import { type Fragment, fragment } from '../../platform/sql.ts'
import { dayMax, dayMin } from './rows.ts'
import type { Known, KnownValues, TokenRow } from './known-values.ts'
import type { Version } from './write.ts'

/** The parts of a version for the index. */
type Indexed = Pick<Version, 'patient' | 'type' | 'id' | 'index'>

/**
 * Writes the rows that find a patient's resources when the search names no patient: values once per patient with the days they span, identifiers,
 * texts. Rows are never removed: a value of an old version leads to a candidate that the check of the resource itself rejects.
 *
 * Values that `known` holds are left out, and the sent ones are noted in it. `areNew`: none of these resources existed before. `made`: keys under
 * which there is nothing yet.
 */
export function indexCtes(versions: readonly Indexed[], { known = null, areNew = false, made = new Set() }: How = {}): Fragment[] {
  const ctes: Fragment[] = []
  const tokens = tokensOf(versions, known?.values ?? null)
  known?.sent.push(...tokens)
  const [newTokens, otherTokens] = partition(tokens, made)
  if (newTokens.length > 0) ctes.push(newTokenCte(newTokens))
  if (otherTokens.length > 0) ctes.push(tokenCte(otherTokens))
  const [newIdentifiers, otherIdentifiers] = partition(identifiersOf(versions), made)
  if (newIdentifiers.length > 0) ctes.push(newIdentifierCte(newIdentifiers))
  if (otherIdentifiers.length > 0) ctes.push(identifierCte(otherIdentifiers))
  const sounds = soundsOf(versions)
  if (sounds.length > 0) ctes.push(soundCte(sounds))
  const strings: StringRow[] = []
  for (const { index, patient, type, id } of versions) if (index) for (const value of index.strings) strings.push({ patient, type, id, value })
  if (strings.length > 0) ctes.push(stringCte(strings, areNew))
  return ctes
}

type How = { known?: Known | null; areNew?: boolean; made?: ReadonlySet<number> }

function partition<T extends { patient: number }>(rows: readonly T[], made: ReadonlySet<number>): [T[], T[]] {
  const [those, others]: [T[], T[]] = [[], []]
  for (const row of rows) (made.has(row.patient) ? those : others).push(row)
  return [those, others]
}

/** One row for each value and patient. Sorted, so that writers do not deadlock and neighbours in the index are written together. */
function tokensOf(versions: readonly Indexed[], known: KnownValues | null): TokenRow[] {
  const rows: TokenRow[] = []
  let met = new Map<number, TokenRow>()
  let of = Number.NaN
  for (const { index, patient } of versions) {
    if (!index) continue
    if (patient !== of) {
      met = new Map()
      of = patient
    }
    const [first, last] = index.day === null ? [dayMin, dayMax] : [index.day, index.day]
    for (const hash of index.wide) {
      const row = met.get(hash)
      if (row) {
        if (first < row.first) row.first = first
        if (last > row.last) row.last = last
        continue
      }
      const fresh = { hash, patient, first, last }
      met.set(hash, fresh)
      rows.push(fresh)
    }
  }
  // Compares by less-than: a difference of two such large numbers would be a new object each time.
  return (known === null ? rows : rows.filter((row) => !known.has(row))).sort((a, b) => (a.hash < b.hash ? -1 : a.hash > b.hash ? 1 : a.patient - b.patient))
}

const tokenRows = (rows: readonly TokenRow[]): Fragment => fragment`
    unnest(${int8Array(rows.map((r) => r.hash))}::int8[], ${int8Array(rows.map((r) => r.patient))}::int8[],
           ${int4Array(rows.map((r) => r.first))}::int4[], ${int4Array(rows.map((r) => r.last))}::int4[])`

/** A row that cannot be there yet is not looked for. A row that may conflict is written twice to the log: as a claim, and as confirmed. */
const newTokenCte = (rows: readonly TokenRow[]): Fragment => fragment`record_new_tokens as (
    insert into record.token (hash, patient, first_day, last_day) select * from ${tokenRows(rows)})`

/** Most values are already known for the patient: looking first keeps the row unlocked and the log small. */
function tokenCte(rows: readonly TokenRow[]): Fragment {
  return fragment`record_tokens as (
    insert into record.token as t (hash, patient, first_day, last_day)
    select n.* from ${tokenRows(rows)} as n (hash, patient, first_day, last_day)
     where not exists (select 1 from record.token k
                        where k.hash = n.hash and k.patient = n.patient and k.first_day <= n.first_day and k.last_day >= n.last_day)
    on conflict (hash, patient) do update
      set first_day = least(t.first_day, excluded.first_day), last_day = greatest(t.last_day, excluded.last_day))`
}

type IdentifierRow = { hash: bigint; patient: number }

function identifiersOf(versions: readonly Indexed[]): IdentifierRow[] {
  const rows: IdentifierRow[] = []
  for (const { index, patient } of versions) if (index) for (const hash of index.identifiers) rows.push({ hash, patient })
  rows.sort((a, b) => (a.hash < b.hash ? -1 : a.hash > b.hash ? 1 : a.patient - b.patient))
  return rows.filter(({ hash, patient }, at) => at === 0 || rows[at - 1]?.hash !== hash || rows[at - 1]?.patient !== patient)
}

const identifierInsert = (rows: readonly IdentifierRow[]): Fragment => fragment`
    insert into record.identifier (hash, patient)
    select * from unnest(${bigintArray(rows.map((r) => r.hash))}::int8[], ${int8Array(rows.map((r) => r.patient))}::int8[])`
const newIdentifierCte = (rows: readonly IdentifierRow[]): Fragment => fragment`record_new_identifiers as (${identifierInsert(rows)})`
const identifierCte = (rows: readonly IdentifierRow[]): Fragment => fragment`record_identifiers as (${identifierInsert(rows)} on conflict do nothing)`

type SoundRow = { near: number; word: number }

function soundsOf(versions: readonly Indexed[]): SoundRow[] {
  const rows = versions.flatMap(({ index }) => index?.sounds ?? []).sort((a, b) => (a.near < b.near ? -1 : a.near > b.near ? 1 : a.word - b.word))
  return rows.filter(({ near, word }, at) => at === 0 || rows[at - 1]?.near !== near || rows[at - 1]?.word !== word)
}

/** Names repeat: nearly all of these rows exist, and by looking first the statement writes nothing. */
function soundCte(rows: readonly SoundRow[]): Fragment {
  return fragment`record_sounds as (
    insert into record.sound (near, word)
    select n.* from unnest(${int8Array(rows.map((r) => r.near))}::int8[], ${int8Array(rows.map((r) => r.word))}::int8[]) as n (near, word)
     where not exists (select 1 from record.sound k where k.near = n.near and k.word = n.word)
    on conflict do nothing)`
}

type StringRow = { patient: number; type: number; id: string; value: string }

/** New resources cannot have rows yet: PostgreSQL then need not look first, nor write down that it did. */
function stringCte(rows: readonly StringRow[], areNew: boolean): Fragment {
  return fragment`record_strings as (
    insert into record.string (patient, type, id, value)
    select * from unnest(${int8Array(rows.map((r) => r.patient))}::int8[], ${int2Array(rows.map((r) => r.type))}::int2[],
                         ${uuidArray(rows.map((r) => r.id))}::uuid[], ${textArray(rows.map((r) => r.value))}::text[])
    ${areNew ? fragment`` : fragment`on conflict do nothing`})`
}
