import { createHash } from 'node:crypto'
import type { Resource } from '../../fhir/fhir.ts'
import { isNational } from './national.ts'

export type Json = Record<string, unknown>
export type Reference = { reference: string; type?: string; display?: string }

/** What had no place, or could not be taken as it was: never a value, only where it stood and why. */
export type Loss = { place: string; why: string }

/** One resource in the making, with the fields that it was made of. */
export class Entry {
  readonly fullUrl: string
  readonly resource: Resource
  /** What the message is about replaces what was known; the rest is only made when it is not there. */
  isAbout = false
  readonly sources: string[] = []

  constructor(fullUrl: string, resource: Resource) {
    this.fullUrl = fullUrl
    this.resource = resource
  }

  get reference(): Reference {
    return { reference: this.fullUrl }
  }
}

export type MappedBundle = { resourceType: 'Bundle'; type: 'transaction'; entry: { fullUrl: string; resource: Resource; request: Json }[] }

export type Mapped = {
  bundle: MappedBundle
  losses: Loss[]
  /** Kind and version of the mapping that made it. */
  mapping: string
}

/** Resources that belong together, each once, under names that are the same whenever the same message is mapped again. */
export class Draft {
  readonly entries: Entry[] = []
  readonly losses: Loss[] = []
  readonly #known = new Map<string, Entry>()
  readonly #seed: Buffer
  #count = 0

  constructor(seed: string | Uint8Array) {
    this.#seed = createHash('sha256').update(seed).digest()
  }

  add(resourceType: string, source: string, about = false): Entry {
    const entry = new Entry(this.#name(this.#count++), { resourceType })
    entry.isAbout = about
    entry.sources.push(source)
    this.entries.push(entry)
    return entry
  }

  /** The same key gives the same entry; `make` fills it the first time. */
  once(key: string, resourceType: string, source: string, make: (entry: Entry) => void): Entry {
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const entry = this.add(resourceType, source)
    this.#known.set(key, entry)
    make(entry)
    return entry
  }

  lose(place: string, why: string): void {
    this.losses.push({ place, why })
  }

  remove(entry: Entry): void {
    this.entries.splice(this.entries.indexOf(entry), 1)
  }

  /** A UUID of version 8 (RFC 9562): the digest with the number of the resource in its last four bytes. */
  #name(number: number): string {
    const bytes = Buffer.from(this.#seed.subarray(0, 16))
    bytes[6] = ((bytes[6] as number) & 0x0f) | 0x80
    bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80
    bytes.writeUInt32BE(number, 12)
    const hex = bytes.toString('hex')
    return `urn:uuid:${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
  }

  /** Things told of twice under one number (an organization in two roles) are one; what is referred to is then the first of them. */
  #joinSame(): Map<string, string> {
    const first = new Map<string, Entry>()
    const other = new Map<string, string>()
    for (const entry of [...this.entries]) {
      const query = entry.isAbout || !isJoined.has(entry.resource.resourceType) ? undefined : queryOf(entry.resource)
      if (query === undefined) continue
      const key = `${entry.resource.resourceType}?${query}`
      const known = first.get(key)
      if (known === undefined) first.set(key, entry)
      else {
        for (const [name, value] of Object.entries(entry.resource)) known.resource[name] ??= value
        known.sources.push(...entry.sources)
        other.set(entry.fullUrl, known.fullUrl)
        this.remove(entry)
      }
    }
    return other
  }

  /** Ends the draft: nothing is added after it. */
  bundle(): MappedBundle {
    const queries = this.entries.map(({ resource }) => queryOf(resource))
    const counts = new Map<string, number>()
    for (const [index, query] of queries.entries()) {
      const key = `${this.entries[index]?.resource.resourceType}?${query}`
      counts.set(key, (counts.get(key) ?? 0) + 1)
    }
    const entry = this.entries.map(({ fullUrl, resource, isAbout }, index) => {
      const query = queries[index]
      // A number that several things of one message have finds none of them again.
      const isOne = counts.get(`${resource.resourceType}?${query}`) === 1
      return { fullUrl, resource, request: requestOf(resource.resourceType, isOne ? query : undefined, isAbout) }
    })
    return { resourceType: 'Bundle', type: 'transaction', entry }
  }

  /** To be called before the Provenance is told, which names every resource. */
  settle(): void {
    const other = this.#joinSame()
    if (other.size > 0) for (const { resource } of this.entries) renameReferences(resource, other)
  }
}

function renameReferences(value: unknown, other: Map<string, string>): void {
  if (typeof value !== 'object' || value === null) return
  for (const [name, inner] of Object.entries(value)) {
    if (name === 'reference' && typeof inner === 'string') (value as Json)[name] = other.get(inner) ?? inner
    else renameReferences(inner, other)
  }
}

const isJoined = new Set(['Practitioner', 'Organization', 'Location'])

// Of these a second one with the same identifier is the same thing, whoever sends it.
const isFoundByIdentifier = new Set([
  'Patient',
  'Encounter',
  'EpisodeOfCare',
  'ChargeItem',
  'Practitioner',
  'Organization',
  'Location',
  'ServiceRequest',
  'DiagnosticReport',
  'Observation',
  'Specimen',
  'Appointment',
  'Coverage',
  'Account',
  'DocumentReference',
  'Immunization',
  'MedicationRequest',
  'MedicationDispense',
  'MedicationStatement',
  'MedicationAdministration',
  'Condition',
  'AllergyIntolerance',
  'Procedure',
  'FamilyMemberHistory',
  'Goal',
])

/** The search that finds the resource again: by a number that is not national where it has one. */
function queryOf(resource: Resource): string | undefined {
  if (!isFoundByIdentifier.has(resource.resourceType)) return undefined
  const identifiers = (Array.isArray(resource['identifier']) ? resource['identifier'] : []) as Json[]
  const usable = identifiers.filter(({ system, value }) => typeof system === 'string' && typeof value === 'string')
  const identifier = usable.find((one) => !isNational(one)) ?? usable[0]
  if (identifier === undefined) return undefined
  return `identifier=${encodeURIComponent(searchable(identifier['system']))}|${encodeURIComponent(searchable(identifier['value']))}`
}

/** A conditional update or create where something identifies it, so that a repeated message doubles nothing (R4 http, 3.1.0.4.3 and 3.1.0.7.1). */
function requestOf(type: string, query: string | undefined, isAbout: boolean): Json {
  if (query === undefined) return { method: 'POST', url: type }
  return isAbout ? { method: 'PUT', url: `${type}?${query}` } : { method: 'POST', url: type, ifNoneExist: query }
}

/** In a token these mark parts and alternatives (R4 search, 3.1.1.3). */
const searchable = (value: unknown) => String(value).replace(/[\\|,$]/g, '\\$&')

/** Sets a property at a path, the last part of which may end in `[]` for one more. */
export function put(target: Json, path: string, value: unknown): void {
  if (value === undefined) return
  const dot = path.indexOf('.')
  if (dot > 0) {
    const name = path.slice(0, dot)
    target[name] ??= {}
    put(target[name] as Json, path.slice(dot + 1), value)
  } else if (path.endsWith('[]')) {
    const name = path.slice(0, -2)
    target[name] ??= []
    ;(target[name] as unknown[]).push(value)
  } else target[path] ??= value
}

/** The object without what is undefined; undefined when nothing is left. (Deleting properties would make a slow object of it.) */
export function some(object: Json): Json | undefined {
  let made: Json | undefined
  for (const name of Object.keys(object)) {
    const value = object[name]
    if (value === undefined || (Array.isArray(value) && value.length === 0)) continue
    made ??= {}
    made[name] = value
  }
  return made
}

/** A Period of moments as FHIR writes them; one that ends before it begins says nothing (per-1), and its beginning is kept. */
export function periodOf(start: string | undefined, end: string | undefined): Json | undefined {
  const isTurned = start !== undefined && end !== undefined && Date.parse(start) > Date.parse(end)
  return some({ start, end: isTurned ? undefined : end })
}

/** Text that goes into a narrative. */
export const inXml = (text: string): string => text.replace(/[&<>"]/g, (mark) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[mark] as string)
