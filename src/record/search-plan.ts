import { narrowing, type Narrowing, type Search } from '../fhir/fhir.ts'
import { type Fragment, fragment, join } from '../platform/sql.ts'
import type { Asking } from './asking.ts'
import { identifierForms, isIdentifierCode, stringMax, stringParam } from './rows.ts'
import { referenceForm, tokenBytes, tokenForms } from './hashes.ts'
import { isServerId, keyOfId, parseReference } from './ids.ts'

type Condition = Narrowing['any'][number]
type OfKind<K extends Condition['is']> = Extract<Condition, { is: K }>

const dayMs = 86_400_000
/** Types whose `date` has one value and is the row's day. */
const dayIsDate = new Set(['Observation', 'Encounter', 'Procedure', 'Immunization', 'Composition', 'ImagingStudy'])

/**
 * Conditions on `r` that leave fewer candidates and never lose one: the resource itself decides afterwards. `isScoped` means
 * that the patients are named already, so only what narrows inside one patient's rows is worth asking.
 */
export function planOf(asking: Asking, search: Search, isScoped: boolean): Fragment[] {
  const type = search.type as string
  const where: Fragment[] = [fragment`r.type = ${asking.world.fhir.typeCode(type)}::int2`]
  for (const entry of narrowing(search)) {
    const condition = conditionOf(asking, type, entry, isScoped)
    if (condition) where.push(condition)
  }
  return where
}

function conditionOf(asking: Asking, type: string, { code, any }: Narrowing, isScoped: boolean): Fragment | null {
  if (any.length === 0) return fragment`false`
  const parts: Fragment[] = []
  for (const condition of any) {
    const part = code === '_id' ? idCondition(condition) : oneCondition(asking, type, code, condition, isScoped)
    if (part === null) return null // An alternative that cannot narrow leaves every row a candidate.
    parts.push(part)
  }
  return parts.length === 1 ? (parts[0] as Fragment) : fragment`(${join(parts, ' or ')})`
}

function idCondition(condition: Condition): Fragment | null {
  if (condition.is !== 'token' || condition.value === undefined) return null
  return isServerId(condition.value)
    ? fragment`(r.patient = ${keyOfId(condition.value)} and r.id = ${condition.value}::uuid)`
    : fragment`(r.patient, r.type, r.id) in (select n.patient, n.type, n.id from record.name n where n.name = ${condition.value})`
}

function oneCondition(asking: Asking, type: string, code: string, condition: Condition, isScoped: boolean): Fragment | null {
  switch (condition.is) {
    case 'token':
      return tokenCondition(asking, type, code, condition, isScoped)
    case 'reference':
      return referenceCondition(asking, type, code, condition, isScoped)
    case 'uri':
      return hashedCondition(asking, [`u ${type} ${code} ${condition.value}`], [], isScoped)
    case 'string':
      return isScoped ? null : stringCondition(asking, type, code, condition)
    case 'date':
      return code === '_lastUpdated' ? instantCondition(condition) : dayCondition(type, code, condition)
    default:
      return null
  }
}

function tokenCondition(asking: Asking, type: string, code: string, { system, value }: OfKind<'token'>, isScoped: boolean): Fragment | null {
  if (value === undefined) return null // `system|` alone: no row says which systems occur.
  const { hashes } = asking.world
  if (isIdentifierCode(code)) {
    const forms = identifierForms(type, code, system ?? null, value)
    const hash = hashes.wide(forms.at(-1) as string)
    return fragment`(r.patient, r.type, r.id) in (select i.patient, i.type, i.id from record.identifier i where i.hash = ${hash})`
  }
  const forms = tokenForms(type, code, system ?? null, value)
  return hashedCondition(asking, [forms.at(-1) as string], [], isScoped, [forms[0] as string])
}

/** A reference to something filed under the same key is found by the key in its id; every other has a row of its own. */
function referenceCondition(asking: Asking, type: string, code: string, { literals }: OfKind<'reference'>, isScoped: boolean): Fragment {
  const ownKeys = literals
    .map((literal) => parseReference(literal, asking.base))
    .filter((found) => found !== null && isServerId(found.id))
    .map((found) => keyOfId((found as { id: string }).id))
  return hashedCondition(
    asking,
    literals.map((literal) => referenceForm(type, code, literal)),
    ownKeys,
    isScoped,
  )
}

/** `wide` are the forms that stand once per patient, where they differ from those in each row. */
export function hashedCondition(
  { world: { hashes } }: Asking,
  forms: readonly string[],
  ownKeys: readonly number[],
  isScoped: boolean,
  wide = forms,
): Fragment {
  if (forms.length === 0) return fragment`false` // A patient nobody sent: no resource can refer to it under another name.
  const inside = forms.map((form) => fragment`position(${tokenBytes(hashes.narrow(form))}::bytea in r.tokens) > 0`)
  const narrow = fragment`(${join(inside, ' or ')})`
  if (isScoped) return narrow
  const among = fragment`r.patient in (select t.patient from record.token t where t.hash = any(${wide.map((form) => hashes.wide(form))}::int8[]))`
  return ownKeys.length === 0 ? fragment`(${among} and ${narrow})` : fragment`((${among} or r.patient = any(${ownKeys}::int8[])) and ${narrow})`
}

function stringCondition(asking: Asking, type: string, code: string, { how, value }: OfKind<'string'>): Fragment {
  const param = stringParam(asking.world.hashes, type, code)
  const start = value.slice(0, stringMax)
  const match =
    how === 'starts'
      ? fragment`s.value >= ${start} and s.value < ${`${start}\u{10ffff}`}`
      : value.length > stringMax / 2
        ? fragment`true`
        : fragment`position(${value} in s.value) > 0 or length(s.value) >= ${stringMax}`
  return fragment`(r.patient, r.type, r.id) in (select s.patient, s.type, s.id from record.string s where s.param = ${param} and (${match}))`
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

function dayCondition(type: string, code: string, { lowFrom, lowTo, highFrom }: OfKind<'date' | 'number'>): Fragment | null {
  if (code !== 'date' || !dayIsDate.has(type)) return null
  const parts: Fragment[] = []
  const day = (ms: number) => Math.max(-2_000_000, Math.min(2_000_000_000, Math.floor(ms / dayMs)))
  if (lowFrom !== undefined) parts.push(fragment`r.day >= ${day(lowFrom)}`)
  if (lowTo !== undefined) parts.push(fragment`r.day <= ${day(lowTo)}`)
  // The end of a period is not in the row; nothing lasts longer than the year of a partial date or an open period, so no bound.
  if (highFrom !== undefined || parts.length === 0) return parts.length === 0 ? null : fragment`(r.day is null or (${join(parts, ' and ')}))`
  return fragment`(r.day is null or (${join(parts, ' and ')}))`
}
