import { narrowing, type Narrowing, type Search } from '../../fhir/fhir.ts'
import { type Fragment, fragment, join, type Runner } from '../../platform/sql.ts'
import type { Asking } from '../asking.ts'
import { anyOfType, dayMax, dayMin, isIdentifierCode, manyWords, nearForm, spanForm, stringMax, tokenForm, wordForm } from '../write/rows.ts'
import { narrowHash, systemsOfValue, tokenBytes, wideHash } from '../write/hashes.ts'
import { isServerId, keyOfId, parseReference } from '../ids.ts'
import { isAt, isOneOf } from '../store.ts'
import { amongKeys } from './candidates.ts'
import { beginsWith, type Names } from './names.ts'

type Condition = Narrowing['any'][number]
type OfKind<K extends Condition['is']> = Extract<Condition, { is: K }>

const dayMs = 86_400_000
/** Types whose `date` has one value and is the row's day. */
const dayIsDate = new Set(['Observation', 'Encounter', 'Procedure', 'Immunization', 'Composition', 'ImagingStudy'])

/**
 * The days in which every result lies, when the question limits them. With `isUnlessMarked`, resources with the mark of a long or repeated date are
 * excepted.
 */
type Days = { from: number; to: number; isUnlessMarked?: boolean }
const anyDay: Days = { from: dayMin, to: dayMax }
/** `isCustom`: the parameter was added later, so the tokens of older rows lack it. `keys`: collects conditions that can lead. */
type Where = { asking: Asking; type: string; isScoped: boolean; days: Days; isCustom?: boolean; keys?: Fragment[] | undefined }
export const ofAnyDay = (asking: Asking, type: string, isScoped: boolean): Where => ({ asking, type, isScoped, days: anyDay })

/**
 * Conditions on `r` that leave fewer candidates and never lose a match: the resource itself decides afterwards. `isScoped` means that the patients
 * are already named, so only conditions that narrow inside one patient's rows are useful. `names` have conditions of their own, and `left` have none.
 * `keys`, when given, takes those conditions that choose patients, as conditions on `t` (record.token).
 */
export function planOf(asking: Asking, search: Search, isScoped: boolean, { names, left }: Names = { names: [], left: [] }, keys?: Fragment[]): Fragment[] {
  const type = search.type as string
  const entries = narrowing(search)
  const isNamed = new Set(names.map(({ entry }) => entry))
  const isLeft = new Set(left)
  const at: Where = { asking, type, isScoped, days: daysOf(type, entries) }
  const where: Fragment[] = [fragment`r.type = ${asking.world.fhir.typeCode(type)}::int2`]
  let isAnywhere = !isScoped && names.length === 0
  for (const [no, entry] of entries.entries()) {
    if (isNamed.has(no) || isLeft.has(no)) {
      asking.trace?.push({ step: 'narrow', what: `${entry.code}: ${isNamed.has(no) ? 'names' : 'decided by each resource'}` })
      continue
    }
    // For an added parameter the index of older rows gives only their patients, once they are indexed; the rows themselves say nothing.
    const isIndexed = asking.world.fhir.custom.isEntryIndexed(type, entry)
    const isSilent = isIndexed !== undefined && (isScoped || !isIndexed)
    const condition = isSilent
      ? null
      : conditionOf(isIndexed === undefined ? { ...at, keys: entry.any.length === 1 ? keys : undefined } : { ...at, isCustom: true }, entry)
    asking.trace?.push({ step: 'narrow', what: `${entry.code}: ${condition ? kindsOf(entry) : 'decided by each resource'}` })
    if (!condition) continue
    where.push(condition)
    if (entry.any.every(({ is }) => is !== 'date')) isAnywhere = false
  }
  // Nothing names the patients: then all patients with a resource of the type are read, and not the whole table.
  if (isAnywhere && keys?.length === 0) keys.push(tokensOf(at, [anyOfType]))
  else if (isAnywhere) where.push(amongPatients(at, [anyOfType]))
  return where
}

const kindsOf = ({ any }: Narrowing): string => [...new Set(any.map(({ is }) => is))].join(', ')

function conditionOf(at: Where, { code, any }: Narrowing): Fragment | null {
  if (any.length === 0) return fragment`false`
  const codes = any.every(isCode) && !isIdentifierCode(code) && code !== '_id' ? any.map(({ value }) => tokenForm(code, value)) : []
  if (codes.length > formsMax) return hashedCondition(at, codes, []) // All codes of a value set at once.
  if (code === '_id' && any.every(isCode))
    return idsCondition(
      at,
      any.map(({ value }) => value),
    )
  if (any.every(isString)) return at.isScoped ? null : stringCondition(at, any)
  const parts: Fragment[] = []
  for (const condition of any) {
    const asked = condition.of?.[0] ?? code
    const part = asked === '_id' ? idCondition(at, condition) : oneCondition(at, asked, condition)
    if (part === null) return null // An alternative that cannot narrow leaves every row a candidate.
    parts.push(part)
  }
  return parts.length === 1 ? (parts[0] as Fragment) : fragment`(${join(parts, ' or ')})`
}

const isCode = (condition: Condition): condition is Condition & { is: 'token'; value: string } =>
  condition.is === 'token' && condition.value !== undefined && condition.of === undefined

function idCondition(at: Where, condition: Condition): Fragment | null {
  if (condition.is === 'ids') return idsCondition(at, condition.ids)
  return condition.is === 'token' && condition.value !== undefined ? idsCondition(at, [condition.value]) : null
}

/** All ids in one condition: several that are joined by `or` would be asked of every row of the type. */
function idsCondition(at: Where, ids: readonly string[]): Fragment {
  const type = at.asking.world.fhir.typeCode(at.type)
  const [only] = ids
  if (only !== undefined && ids.length === 1 && isServerId(only)) return isAt({ patient: keyOfId(only), type, id: only })
  const given = ids.filter(isServerId)
  const named = ids.filter((id) => !isServerId(id))
  const ways: Fragment[] = []
  if (given.length > 0) {
    ways.push(fragment`select n.patient, ${type}::int2, n.id from unnest(${given.map(keyOfId)}::int8[], ${given}::uuid[]) as n (patient, id)`)
  }
  if (named.length > 0) ways.push(fragment`select n.patient, n.type, n.id from record.name n where n.type = ${type}::int2 and n.name = any(${named}::text[])`)
  return ways.length === 0 ? fragment`false` : isOneOf(join(ways, ' union all '))
}

function oneCondition(at: Where, code: string, condition: Condition): Fragment | null {
  switch (condition.is) {
    case 'token':
      return tokenCondition(at, code, condition)
    case 'reference':
      return referenceCondition(at, condition)
    case 'uri':
      return hashedCondition(at, [condition.value], [])
    case 'sounds':
      return at.isScoped ? null : soundsCondition(at, condition.near)
    case 'words':
      return at.isScoped ? null : wordsCondition(at, condition.words)
    case 'string':
      return at.isScoped ? null : stringCondition(at, [condition])
    case 'date':
      return code === '_lastUpdated' ? instantCondition(condition) : dayCondition(at, code, condition)
    default:
      return null
  }
}

function tokenCondition(at: Where, code: string, { system, value }: OfKind<'token'>): Fragment | null {
  if (value === undefined) return null // `system|` alone: no row tells which systems occur.
  return isIdentifierCode(code) ? identifierCondition(at, system ?? null, value) : hashedCondition(at, [tokenForm(code, value)], [])
}

function identifierCondition({ asking: { world }, type, isScoped, isCustom }: Where, system: string | null, value: string): Fragment {
  const { narrow, row } = world.hashes.identifier(world.fhir.typeCode(type), system, value)
  const inside = fragment`position(${tokenBytes(narrow)}::bytea in r.tokens) > 0`
  if (isScoped) return inside
  const matching = system ? fragment`i.hash = ${row}::int8` : fragment`i.hash between ${row}::int8 and ${row + systemsOfValue - 1n}::int8`
  const among = fragment`r.patient in (select i.patient from record.identifier i where ${matching})`
  return isCustom ? among : fragment`(${among} and ${inside})`
}

/** A reference to a resource under the same key is found by the key in its id; every other reference has a row. */
function referenceCondition(at: Where, { literals }: OfKind<'reference'>): Fragment {
  const ownKeys = literals
    .map((literal) => parseReference(literal, at.asking.base))
    .filter((found) => found !== null && isServerId(found.id))
    .map((found) => keyOfId((found as { id: string }).id))
  return hashedCondition(at, literals, ownKeys)
}

/** The types of which anything was ever filed: only these are searched when none is named. */
export const presentTypes = (asking: Asking): Promise<string[]> => typesWith(asking, anyOfType)

/** The types of which any resource has the value in the index. */
export async function typesWith({ world }: Asking, form: string): Promise<string[]> {
  const { types } = world.fhir
  const wide = types.map((_, type) => wideHash(world.hashes.of(form), type))
  const found = await world.sql<{ hash: number }>`
    select h.hash from unnest(${wide}::int8[]) as h (hash)
     where exists (select 1 from record.token t where t.hash = h.hash)
     limit ${types.length}`
  const known = new Set(found.map(({ hash }) => hash))
  return types.filter((_, type) => known.has(wide[type] as number))
}

/** The keys with a resource of the type that has any of these references from outside; null when they are too many. */
export async function patientsWith({ world }: Asking, sql: Runner, type: string, literals: readonly string[], most: number): Promise<number[] | null> {
  const wide = literals.map((literal) => wideHash(world.hashes.of(literal), world.fhir.typeCode(type)))
  const rows = await sql<{ patient: number }>`
    select distinct t.patient from record.token t where t.hash = any(${wide}::int8[]) limit ${most + 1}`
  return rows.length > most ? null : rows.map(({ patient }) => patient)
}

export function hashedCondition(at: Where, forms: readonly string[], ownKeys: readonly number[]): Fragment {
  if (forms.length === 0) return fragment`false` // A patient whom nobody sent: no resource can refer to it by another name.
  // There are many because relations were followed: choosing the patients is enough, and the resource itself decides.
  if (forms.length > formsMax) return at.isScoped ? fragment`true` : amongOr(at, forms, ownKeys)
  const { hashes } = at.asking.world
  const inside = forms.map((form) => fragment`position(${tokenBytes(narrowHash(hashes.of(form)))}::bytea in r.tokens) > 0`)
  const narrow = fragment`(${join(inside, ' or ')})`
  if (at.isScoped) return narrow
  if (at.isCustom) return amongOr(at, forms, ownKeys)
  if (at.keys !== undefined && forms.length === 1 && ownKeys.length === 0) {
    at.keys.push(tokensOf(at, forms))
    return narrow
  }
  return fragment`(${amongOr(at, forms, ownKeys)} and ${narrow})`
}

const formsMax = 50

function amongOr(at: Where, forms: readonly string[], ownKeys: readonly number[]): Fragment {
  const among = amongPatients(at, forms)
  return ownKeys.length === 0 ? among : fragment`(${among} or r.patient = any(${ownKeys}::int8[]))`
}

/** Each word may be in another document of the patient: candidates are patients who have all of them somewhere. */
function wordsCondition(at: Where, words: readonly string[]): Fragment {
  return fragment`(${join(
    words.map((word) => amongPatients(at, [wordForm(word), wordForm(manyWords)])),
    ' and ',
  )})`
}

/**
 * Patients who have, for each word, a word that shares a sound with it. Written as an array that is computed first: the planner cannot guess how many
 * sound alike, and with its guess of one it would read everybody.
 */
function soundsCondition({ asking: { world } }: Where, near: readonly (readonly string[])[]): Fragment {
  const each = near.map((forms) => {
    const hashes = forms.map((form) => world.hashes.of(nearForm(form)))
    return fragment`select t.patient from record.token t where t.hash = any(array(select s.word from record.sound s where s.near = any(${hashes}::int8[])))`
  })
  return fragment`r.patient = any(array(${join(each, ' intersect ')} order by 1 limit ${alikeMax}))`
}

/** One more than a search reads before it is refused as too costly, so the limit loses nothing. */
const alikeMax = 1_000_001

/** Rows of patients who have any resource of the type in these days. */
export const amongThoseWith = (asking: Asking, type: string, days: Days): Fragment => amongPatients({ asking, type, isScoped: false, days }, [anyOfType])

const amongPatients = (at: Where, forms: readonly string[]): Fragment => amongKeys(tokensOf(at, forms))

/** Conditions on `t` (record.token). A single value is an equation, so that its patients come in the order of the index and a page ends early. */
function tokensOf({ asking: { world }, type, days }: Where, forms: readonly string[]): Fragment {
  const wide = forms.map((form) => wideHash(world.hashes.of(form), world.fhir.typeCode(type)))
  const parts = [wide.length === 1 ? fragment`t.hash = ${wide[0]}::int8` : fragment`t.hash = any(${wide}::int8[])`]
  if (days.from > dayMin || days.to < dayMax) {
    const within = fragment`t.last_day >= ${days.from}::int4 and t.first_day <= ${days.to}::int4`
    const marked = wideHash(world.hashes.of(spanForm), world.fhir.typeCode(type))
    // Written so that the planner looks for one mark: otherwise it would read all patients with the mark.
    const isMarked = fragment`(select true from record.token m where m.hash = ${marked}::int8 and m.patient = t.patient limit 1)`
    parts.push(days.isUnlessMarked ? fragment`((${within}) or ${isMarked})` : within)
  }
  return join(parts, ' and ')
}

const isString = (condition: Condition): condition is Condition & OfKind<'string'> => condition.is === 'string'

/** All spellings in one statement, so that each is a range of the index. */
function stringCondition({ asking: { world }, type }: Where, all: readonly OfKind<'string'>[]): Fragment {
  const match = all.map(({ how, value }) => {
    const start = value.slice(0, stringMax)
    if (how === 'starts') return beginsWith(start)
    return value.length > stringMax / 2 ? fragment`true` : fragment`position(${value} in s.value) > 0 or length(s.value) >= ${stringMax}`
  })
  return isOneOf(fragment`
    select s.patient, s.type, s.id from record.string s where s.type = ${world.fhir.typeCode(type)}::int2 and (${join(match, ' or ')})`)
}

function instantCondition({ lowFrom, lowTo, highFrom, highTo }: OfKind<'date' | 'number'>): Fragment {
  const parts = [fragment`true`]
  const from = [lowFrom, highFrom].filter((one) => one !== undefined)
  const to = [lowTo, highTo].filter((one) => one !== undefined)
  for (const one of from) parts.push(fragment`r.at >= ${instant(one)}::timestamptz`)
  for (const one of to) parts.push(fragment`r.at <= ${instant(one)}::timestamptz`)
  return join(parts, ' and ')
}

const earliest = Date.UTC(1, 0, 1)
const latest = Date.UTC(9999, 11, 31)
const instant = (ms: number) => new Date(Math.max(earliest, Math.min(latest, ms))).toISOString()

const dayOf = (ms: number) => Math.max(-2_000_000, Math.min(2_000_000_000, Math.floor(ms / dayMs)))

/** The day tells where a date begins, and its end to within one more day. Rows with longer or repeated dates have a mark (`rows.ts`). */
function dayCondition({ asking, type }: Where, code: string, bounds: Bounds): Fragment | null {
  if (code !== 'date' || !dayIsDate.has(type)) return null
  const { from, to } = daysWithin(bounds)
  if (from === dayMin && to === dayMax) return null
  const marked = tokenBytes(narrowHash(asking.world.hashes.of(spanForm)))
  return fragment`(r.day is null or (r.day >= ${from}::int4 and r.day <= ${to}::int4) or position(${marked}::bytea in r.tokens) > 0)`
}

type Bounds = OfKind<'date' | 'number'>

/** The days of unmarked resources that begin and end within these bounds. */
function daysWithin({ lowFrom, lowTo, highFrom, highTo }: Bounds): Days {
  const from = [...(lowFrom === undefined ? [] : [dayOf(lowFrom)]), ...(highFrom === undefined ? [] : [dayOf(highFrom) - 1])]
  const to = [lowTo, highTo].flatMap((one) => (one === undefined ? [] : [dayOf(one)]))
  return { from: Math.max(dayMin, ...from), to: Math.min(dayMax, ...to) }
}

/** The same bounds for the rows that exist once for each patient; of alternatives the widest counts. */
function daysOf(type: string, entries: readonly Narrowing[]): Days {
  const days = { ...anyDay, isUnlessMarked: true }
  if (!dayIsDate.has(type)) return days
  for (const { code, any } of entries) {
    if (code !== 'date') continue
    const each = any.flatMap((one) => (one.is === 'date' ? [daysWithin(one)] : []))
    if (each.length < any.length || each.length === 0) continue
    days.from = Math.max(days.from, Math.min(...each.map(({ from }) => from)))
    days.to = Math.min(days.to, Math.max(...each.map(({ to }) => to)))
  }
  return days
}
