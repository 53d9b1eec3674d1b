import { hash } from 'node:crypto'
import type { Resource } from '../../fhir/fhir.ts'
import { TextMap } from '../../platform/text-map.ts'
import { inOnePiece } from './characters.ts'
import { isNational } from './national.ts'
import { remembered } from './remembered.ts'

export type Json = Record<string, unknown>
export type Reference = { reference: string; type?: string; display?: string }

/** Numbers that an edge makes of what a statement says, to find it again; they mean nothing to anybody else. */
export const statementSystem = 'urn:spona:edge:statement'

/** What had no place, or could not be taken as it was: never a value, only where it stood and why. */
export type Loss = { place: string; why: string }

/** One resource in the making, with the fields that it was made of. */
export class Entry {
  readonly fullUrl: string
  /** Which of the draft it is; its name ends in it. */
  readonly number: number
  readonly resource: Resource
  /** What the message is about replaces what was known; the rest is only made when it is not there. */
  isAbout = false
  /** The segments, sections or columns that it was made of. */
  readonly sources: string[]
  #handed: Reference[] | undefined
  #query: string | undefined | null = null
  #key: string | undefined

  constructor(fullUrl: string, number: number, resource: Resource, source: string) {
    this.sources = [source]
    this.fullUrl = fullUrl
    this.number = number
    this.resource = resource
  }

  /** A new object each time; they are remembered, so that all of them can be pointed elsewhere without a walk through what was made. */
  get reference(): Reference {
    const made = { reference: this.fullUrl }
    // An array that begins with what it holds is a small one, one that begins empty takes room for many.
    if (this.#handed === undefined) this.#handed = [made]
    else this.#handed.push(made)
    return made
  }

  comesFrom(source: string): void {
    this.sources.push(source)
  }

  /** It turned out to be the same thing as another: whoever refers to it refers to that. */
  becomes(other: Entry): void {
    const all = this.#handed ?? []
    for (const one of all) one.reference = other.fullUrl
    other.#handed = [...(other.#handed ?? []), ...all]
    other.sources.push(...this.sources)
  }

  /** Without a space it is one of the sender's that has none: a number of somebody else's never answers. Without a value nothing finds it. */
  isFoundBy(identifier: Json): void {
    this.#query = identifier['value'] === undefined ? undefined : identifying(identifier)
    this.#key = undefined
  }

  /** The search that finds it again, asked for when nothing is put into it any more. */
  get query(): string | undefined {
    if (this.#query === null) this.#query = queryOf(this.resource)
    return this.#query
  }

  /** The search with the type; undefined where nothing finds it. */
  get key(): string | undefined {
    const { query } = this
    return query === undefined ? undefined : (this.#key ??= `${this.resource.resourceType}?${query}`)
  }
}

export type MappedBundle = { resourceType: 'Bundle'; type: 'transaction'; entry: { fullUrl: string; resource: Resource; request: Json }[] }

export type Mapped = {
  bundle: MappedBundle
  losses: Loss[]
  /** Kind and version of the mapping that made it. */
  mapping: string
}

/** The last digits of a name. Few messages have more resources than this. */
const endOf = (number: number) => (0x1_0000_0000 + number).toString(16).slice(1)
const ends = Array.from({ length: 256 }, (_, number) => endOf(number))

/** Resources that belong together, each once, under names that are the same whenever the same message is mapped again. */
export class Draft {
  readonly entries: Entry[] = []
  readonly losses: Loss[] = []
  readonly #known = new TextMap<Entry>()
  readonly #seed: string
  /** By their numbers, with a hole where one was taken away again. */
  readonly #made: (Entry | undefined)[] = []

  constructor(seed: string | Uint8Array) {
    const hex = hash('sha256', seed, 'hex')
    // A UUID of version 8 (RFC 9562): the digest, with the number of the resource in its last four bytes.
    const variant = '89ab'[Number.parseInt(hex.charAt(16), 16) & 3]
    this.#seed = `urn:uuid:${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 24)}`
  }

  add(resourceType: string, source: string, about = false): Entry {
    const number = this.#made.length
    const entry = new Entry(inOnePiece(this.#seed, ends[number] ?? endOf(number)), number, { resourceType }, source)
    entry.isAbout = about
    this.entries.push(entry)
    this.#made.push(entry)
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

  /** What a reference points to. */
  find(reference: Json | undefined): Entry | undefined {
    const name = reference?.['reference']
    const found = typeof name === 'string' ? this.#made[Number.parseInt(name.slice(-8), 16)] : undefined
    return found?.fullUrl === name ? found : undefined
  }

  /** Said once, however often it is met. */
  lose(place: string, why: string): void {
    const last = this.losses.at(-1)
    if (last?.place !== place || last.why !== why) this.losses.push({ place, why })
  }

  remove(entry: Entry): void {
    this.entries.splice(this.entries.indexOf(entry), 1)
    this.#made[entry.number] = undefined
  }

  /**
   * Things told of twice under one number (an organization in two roles) are one; what is referred to is then the first of them.
   * To be called before the Provenance is told, which names every resource.
   */
  settle(): void {
    const first = new TextMap<Entry>()
    for (const entry of [...this.entries]) {
      const { resourceType, active } = entry.resource
      // A chart that is merged into another stays one of its own, whatever its number.
      const isTold = resourceType === 'Patient' ? active !== false : isJoined.has(resourceType) && !entry.isAbout
      const key = isTold ? entry.key : undefined
      if (key === undefined) continue
      const known = first.get(key)
      if (known === undefined) first.set(key, entry)
      else {
        for (const name of Object.keys(entry.resource)) known.resource[name] ??= entry.resource[name]
        entry.becomes(known)
        known.isAbout ||= entry.isAbout
        this.remove(entry)
      }
    }
  }

  /**
   * Numbers of statements in documents are often those of the sample that a vendor began with, and the same in many documents. So a statement is found
   * again by a number made of the patient's, its own, and which of several with that number it is; its own stays beside it. In messages that is
   * needed only where several of one message share a number. That number is then nobody's own: it is kept without its space, or the next message
   * that names it would find several and be refused (R4 http, 3.1.0.7.1).
   */
  numberStatements(which: 'all' | 'shared'): void {
    const shared = countsOf(this.entries)
    if (which === 'shared') withoutSpaces(this.entries)
    // Of somebody without a number only the message itself says whose it is.
    const patient = this.entries.find(({ resource }) => resource.resourceType === 'Patient')?.query ?? this.#seed
    const counts = new Map<string, number>()
    for (const entry of this.entries) {
      const { resourceType, identifier } = entry.resource as Resource & { identifier?: Json[] }
      if (entry.key === undefined || isShared(entry.resource)) continue
      if (which === 'shared' && shared.get(entry.key) === 1) continue
      const key = [patient, resourceType, entry.query].join('\u0000')
      const count = counts.get(key) ?? 0
      counts.set(key, count + 1)
      const own = { system: statementSystem, value: hash('sha256', `${key}\u0000${count}`, 'base64url') }
      entry.isFoundBy(own)
      identifier?.push(own)
    }
  }

  /** Ends the draft: nothing is added after it. */
  bundle(): MappedBundle {
    const counts = countsOf(this.entries)
    const entry = this.entries.map(({ fullUrl, resource, isAbout, query, key }) => {
      // A number that several things of one message have finds none of them again.
      const isOne = key !== undefined && counts.get(key) === 1
      return { fullUrl, resource, request: requestOf(resource.resourceType, isOne ? query : undefined, isAbout) }
    })
    return { resourceType: 'Bundle', type: 'transaction', entry }
  }
}

function withoutSpaces(entries: readonly Entry[]): void {
  const holders = new Map<string, { by: Resource; all: Json[]; isShared: boolean }>()
  for (const { resource } of entries) {
    if (isShared(resource) || !isFoundByIdentifier.has(resource.resourceType)) continue
    for (const one of (resource['identifier'] as Json[] | undefined) ?? []) {
      if (one['system'] === undefined) continue
      const key = `${resource.resourceType}?${String(one['system'])}|${String(one['value'])}`
      const held = holders.get(key)
      if (held === undefined) holders.set(key, { by: resource, all: [one], isShared: false })
      else {
        held.all.push(one)
        // Many give an order one number as its placer and as its filler: of one thing twice it is still its own.
        held.isShared ||= held.by !== resource
      }
    }
  }
  for (const { all, isShared: isOfSeveral } of holders.values()) if (isOfSeveral) for (const one of all) withoutSpace(one)
}

function withoutSpace(identifier: Json): void {
  const system = identifier['system']
  delete identifier['system']
  identifier['assigner'] ??= { display: system }
}

function countsOf(entries: readonly Entry[]): TextMap<number> {
  const counts = new TextMap<number>()
  for (const { key } of entries) if (key !== undefined) counts.set(key, (counts.get(key) ?? 0) + 1)
  return counts
}

const isOfEverybody = new Set(['Patient', 'Practitioner', 'Organization', 'Location'])
/** An instrument is everybody's, an implant its patient's. */
const isShared = (resource: Resource): boolean =>
  isOfEverybody.has(resource.resourceType) || (resource.resourceType === 'Device' && resource['patient'] === undefined)
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
  'Device',
  'ClaimResponse',
  'Consent',
  'ResearchSubject',
  'SupplyRequest',
  'CareTeam',
])

/** The search that finds the resource again: by a number that is not national where it has one. */
function queryOf(resource: Resource): string | undefined {
  if (!isFoundByIdentifier.has(resource.resourceType)) return undefined
  const identifiers = (Array.isArray(resource['identifier']) ? resource['identifier'] : []) as Json[]
  let first: Json | undefined
  for (const one of identifiers) {
    if (typeof one['system'] !== 'string' || typeof one['value'] !== 'string') continue
    if (!isNational(one)) return identifying(one)
    first ??= one
  }
  return first && identifying(first)
}

const identifying = ({ system, value }: Json) =>
  inOnePiece('identifier=', system === undefined ? '' : systemInQuery(String(system)), '|', inQuery(String(value)))
/** Addresses and numbers that need no escape are most of them. */
function inQuery(text: string): string {
  if (isWord.test(text)) return text
  return isPlain.test(text) ? text.replaceAll(':', '%3A').replaceAll('/', '%2F') : encodeURIComponent(searchable(text))
}
const isWord = /^[A-Za-z0-9._~-]*$/
const isPlain = /^[A-Za-z0-9._~:/-]*$/

const systemInQuery = remembered(inQuery)

/** A conditional update or create where something identifies it, so that a repeated message doubles nothing (R4 http, 3.1.0.4.3 and 3.1.0.7.1). */
function requestOf(type: string, query: string | undefined, isAbout: boolean): Json {
  if (query === undefined) return { method: 'POST', url: type }
  return isAbout ? { method: 'PUT', url: inOnePiece(type, '?', query) } : { method: 'POST', url: type, ifNoneExist: query }
}

/** In a token these mark parts and alternatives (R4 search, 3.1.1.3). */
const searchable = (text: string) => text.replace(/[\\|,$]/g, '\\$&')

export type Path = { outer: readonly string[]; last: string; isMany: boolean }

// Every path stands in the code of a mapping, so there are only so many.
const paths = new Map<string, Path>()
/** The last part of a path may end in `[]` for one more. */
export function pathOf(path: string): Path {
  const known = paths.get(path)
  if (known !== undefined) return known
  const isMany = path.endsWith('[]')
  const outer = (isMany ? path.slice(0, -2) : path).split('.')
  const last = outer.pop() as string
  const made = { outer, last, isMany }
  paths.set(path, made)
  return made
}

/** Sets a property at a path. */
export function put(target: Json, path: string, value: unknown): void {
  if (value !== undefined) putAt(target, pathOf(path), value)
}

export function putAt(target: Json, { outer, last, isMany }: Path, value: unknown): void {
  let at = target
  for (const name of outer) at = (at[name] ??= {}) as Json
  const known = at[last]
  if (!isMany) at[last] = known ?? value
  else if (known === undefined) at[last] = [value]
  else (known as unknown[]).push(value)
}

/** The object without what is undefined; undefined when nothing is left. (Deleting properties would make a slow object of it.) */
export function some(object: Json): Json | undefined {
  let made: Json | undefined
  for (const name in object) {
    const value = object[name]
    if (value === undefined || (Array.isArray(value) && value.length === 0)) continue
    made ??= {}
    made[name] = value
  }
  return made
}

/** A Period of moments as FHIR writes them; one that ends before it begins says nothing (per-1), and its beginning is kept. */
export function periodOf(start: string | undefined, end: string | undefined): Json | undefined {
  if (end === undefined) return start === undefined ? undefined : { start }
  if (start === undefined) return { end }
  return Date.parse(start) > Date.parse(end) ? { start } : { start, end }
}

/** Text that goes into a narrative. */
export const inXml = (text: string): string =>
  !hasMark.test(text) ? text : text.replace(/[&<>"]/g, (mark) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[mark] as string)
const hasMark = /[&<>"]/
