import type { Resource } from '../fhir/fhir.ts'

type Json = Record<string, unknown>
type Random = (below: number) => number
type Site = { holder: Json; name: string }

export function randomFrom(seed: number): Random {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff
    return (state >>> 8) % below
  }
}

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

// Elements that R4 requires (min 1), on types that are frequent in the examples.
const required: Record<string, string[]> = {
  Observation: ['status', 'code'],
  Patient: [],
  Condition: ['subject'],
  Encounter: ['status', 'class'],
  MedicationRequest: ['status', 'intent', 'subject'],
  DiagnosticReport: ['status', 'code'],
  Immunization: ['status', 'vaccineCode', 'patient'],
  Procedure: ['status', 'subject'],
  ValueSet: ['status'],
  CodeSystem: ['status', 'content'],
  StructureDefinition: ['url', 'name', 'status', 'kind', 'abstract', 'type'],
  Questionnaire: ['status'],
  Bundle: ['type'],
  List: ['status', 'mode'],
  Task: ['status', 'intent'],
  CarePlan: ['status', 'intent', 'subject'],
  Claim: ['status', 'type', 'use', 'patient', 'created', 'provider', 'priority', 'insurance'],
}

const kinds: Record<string, (sites: Site[], resource: Resource, random: Random) => boolean> = {
  'a required element removed': (_, resource, random) => {
    const names = (required[resource.resourceType] ?? []).filter((name) => name in resource && !(`_${name}` in resource))
    const name = names[random(names.length || 1)]
    return name !== undefined && delete resource[name]
  },
  'an unknown element': (sites, resource, random) => {
    const objects = [resource as Json, ...sites.map(({ holder }) => holder)]
    ;(objects[random(objects.length)] as Json).unheardOf = 'x'
    return true
  },
  'an object for a text': (sites, _, random) =>
    change(
      sites,
      random,
      (value) => typeof value === 'string',
      () => ({ text: 'x' }),
    ),
  'a number for a text': (sites, _, random) =>
    change(
      sites,
      random,
      (value) => typeof value === 'string',
      () => 7,
    ),
  'an array for an object': (sites, _, random) => change(sites, random, isObject, (value) => [value]),
  'an object for an array': (sites, _, random) =>
    change(
      sites,
      random,
      (value) => Array.isArray(value) && isObject(value[0]),
      (value) => (value as unknown[])[0],
    ),
  'an empty array': (sites, _, random) => change(sites, random, Array.isArray, () => []),
  'an empty text': (sites, _, random) =>
    change(
      sites,
      random,
      (value) => typeof value === 'string',
      () => '',
    ),
  'a null': (sites, _, random) =>
    change(
      sites,
      random,
      () => true,
      () => null,
    ),
  'a day that is not in the calendar': (sites, _, random) =>
    change(
      sites,
      random,
      (value, name) => typeof value === 'string' && /date|issued|authored|recorded/i.test(name) && /^\d{4}-\d\d-\d\d/.test(value),
      (value) => `${String(value).slice(0, 5)}02-31${String(value).slice(10)}`,
    ),
  'a code that is not in the value set': (sites, resource, random) =>
    change(
      [...sites.filter(({ holder }) => holder === resource)],
      random,
      (_, name) => name === 'status' || name === 'gender',
      () => 'not-a-code',
    ),
  'a contained resource that is not there': (sites, _, random) =>
    change(
      sites,
      random,
      (_, name) => name === 'reference',
      () => '#nowhere',
    ),
  'an id with a space': (_, resource) => Object.assign(resource, { id: 'not an id' }) === resource,
}

/** Breaks one rule of R4 at one place. Null when the resource has no place for the kind that was drawn. */
export function mutated(resource: Resource, random: Random): { kind: string; text: string } | null {
  const names = Object.keys(kinds)
  const kind = names[random(names.length)] as string
  const copy = JSON.parse(JSON.stringify(resource)) as Resource
  const isDone = kinds[kind]?.(sitesOf(copy), copy, random)
  return isDone === true ? { kind, text: JSON.stringify(copy) } : null
}

function change(sites: Site[], random: Random, isRight: (value: unknown, name: string) => boolean, to: (value: unknown) => unknown): boolean {
  const right = sites.filter(({ holder, name }) => isRight(holder[name], name))
  const site = right[random(right.length || 1)]
  if (site === undefined) return false
  site.holder[site.name] = to(site.holder[site.name])
  return true
}

/** Every property except the type and the id of a resource, which have rules of their own. */
function sitesOf(value: unknown): Site[] {
  if (Array.isArray(value)) return value.flatMap(sitesOf)
  if (!isObject(value)) return []
  return Object.keys(value).flatMap((name) => (name === 'resourceType' || name === 'id' ? [] : [{ holder: value, name }, ...sitesOf(value[name])]))
}
