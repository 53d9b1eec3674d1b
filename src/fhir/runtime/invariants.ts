import { TextMap } from '../../platform/text-map.ts'
import { numberOf } from '../search/numbers.ts'
import { type Check, textOf, tokenOf } from './check.ts'

type Json = Record<string, unknown>
type Invariant = (object: Json, check: Check, depth: number) => void

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)
const list = (value: unknown): Json[] => (Array.isArray(value) ? value.filter(isObject) : [])

/** bdl-7: two entries have the same fullUrl only with different versions. */
const entriesAreDistinct: Invariant = (bundle, check, depth) => {
  if (bundle.type === 'history') return
  const seen = new TextMap<true>()
  for (const { fullUrl, resource } of list(bundle.entry)) {
    if (typeof fullUrl !== 'string') continue
    const meta = isObject(resource) && isObject(resource.meta) ? resource.meta : {}
    const version = textOf(meta.versionId)
    const name = version === '' ? fullUrl : `${fullUrl} ${version}`
    if (seen.has(name)) return check.invariant(depth, 'bdl-7', 'a fullUrl must be unique in a bundle')
    seen.set(name, true)
  }
}

/** obs-7: a component must not repeat the code of an observation that has a value. */
const componentsDiffer: Invariant = (observation, check, depth) => {
  const { code, component } = observation
  if (!Array.isArray(component) || !isObject(code) || !hasValue(observation)) return
  const own = new Set(list(code.coding).map(tokenOf))
  for (const one of list(component)) {
    const codings = isObject(one.code) ? list(one.code.coding) : []
    if (codings.some((coding) => own.has(tokenOf(coding)))) {
      return check.invariant(depth, 'obs-7', 'a component must not have the code of an observation that has a value itself')
    }
  }
}

function hasValue(object: Json): boolean {
  for (const name in object) if (name.startsWith('value')) return true
  return false
}

/** que-2 and csd-1: a linkId or a code occurs only once in the whole tree. */
const unique = (key: string, child: string, name: string, says: string): Invariant => {
  return (object, check, depth) => {
    const seen = new Set<unknown>()
    const waiting = list(object[child])
    for (let one = waiting.pop(); one !== undefined; one = waiting.pop()) {
      if (one[name] !== undefined && seen.has(one[name])) return check.invariant(depth, key, says)
      seen.add(one[name])
      for (const inner of list(one[child])) waiting.push(inner)
    }
  }
}

/** ras-2: a probability, as a number or as a range, is at most 100 percent. */
const probability: Invariant = ({ probabilityDecimal, probabilityRange }, check, depth) => {
  const high = isObject(probabilityRange) && isObject(probabilityRange.high) ? probabilityRange.high.value : undefined
  if ((numberOf(probabilityDecimal) ?? 0) <= 100 && (numberOf(high) ?? 0) <= 100) return
  check.invariant(depth, 'ras-2', 'a probability must be at most 100')
}

/** cnt-3: a count is a whole number with the unit 1. */
const count: Invariant = ({ value, code, system }, check, depth) => {
  const number = numberOf(value)
  const isWhole = number === null || (Number.isInteger(number) && !(typeof value === 'object' && /\./.test(String((value as { rawJSON?: string }).rawJSON))))
  const isOne =
    (value === undefined || code !== undefined) && (code === undefined || code === '1') && (system === undefined || system === 'http://unitsofmeasure.org')
  if (!isWhole || !isOne) check.invariant(depth, 'cnt-3', 'a count is a whole number with the code 1 of UCUM')
}

/** ctm-1: only a practitioner acts on behalf of an organization. */
const onBehalfOf: Invariant = (participant, check, depth) => {
  const { member } = participant
  if (participant.onBehalfOf === undefined || !isObject(member) || typeof member.reference !== 'string') return
  const type = /(?:^|\/)([A-Z][A-Za-z]+)\/[A-Za-z0-9\-.]{1,64}$/.exec(member.reference)?.[1]
  if (type !== undefined && type !== 'Practitioner') check.invariant(depth, 'ctm-1', 'onBehalfOf can only be there when the member is a Practitioner')
}

/**
 * Handwritten rules whose FHIRPath is not translated; the structure walk itself checks those marked 'elsewhere'.
 * dom-3 (a contained resource nobody refers to) and the check against whole expansions are left out: they refuse harmless data.
 */
export const inlineInvariants: Record<string, Invariant | 'elsewhere'> = {
  'dom-2': 'elsewhere',
  'dom-3': 'elsewhere',
  'dom-4': 'elsewhere',
  'dom-5': 'elsewhere',
  'ref-1': 'elsewhere',
  'txt-1': 'elsewhere',
  'txt-2': 'elsewhere',
  'cnt-3': count,
  'ctm-1': onBehalfOf,
  'bdl-7': entriesAreDistinct,
  'obs-7': componentsDiffer,
  'que-2': unique('que-2', 'item', 'linkId', 'a linkId must be unique in a questionnaire'),
  'csd-1': unique('csd-1', 'concept', 'code', 'a code must be unique in a code system'),
  'ras-2': probability,
  'que-12': 'elsewhere',
}
