import { dateTimeOf } from '../../draft/dates.ts'
import { type Draft, type Entry, type Json, type Path, pathOf, periodOf, putAt } from '../../draft/draft.ts'
import { identifierSystem } from '../../draft/systems.ts'
import type { Message, Segment, Value } from '../message.ts'

export type Options = {
  /** The system of identifiers that the sending system gives without saying who assigns them. */
  localSystem?: string
  /** Spaces of numbers by the names that senders give to whoever assigns them, as `nameOfAuthority` writes them. */
  authorities?: ReadonlyMap<string, string>
}

/** However it is written: "Klinički centar " and "KLINIČKI CENTAR" are one. */
export const nameOfAuthority = (name: string): string => name.trim().replace(/\s+/g, ' ').toLocaleUpperCase('sr')

/** The settings' names of those who assign numbers, as they are looked up. */
export const authoritiesOf = (all: readonly { system: string; names: readonly string[] }[]): ReadonlyMap<string, string> =>
  new Map(all.flatMap(({ system, names }) => names.map((name) => [nameOfAuthority(name), system] as const)))

/** A message on its way to resources: what was met last is what the next segment belongs to. */
export class Mapping {
  readonly message: Message
  readonly draft: Draft
  readonly options: Options
  readonly header: Entry
  /** Whom the segments are about at the moment, and all whom the message is about. */
  patient: Entry | undefined
  readonly patients: Entry[] = []
  encounter: Entry | undefined
  episode: Entry | undefined
  account: Entry | undefined
  coverage: Entry | undefined
  procedure: Entry | undefined
  order: Order = {}
  document: Entry | undefined
  appointment: Entry | undefined
  immunization: Entry | undefined
  medication: Entry | undefined
  specimen: Entry | undefined
  referral: Entry | undefined
  supply: Entry | undefined
  /** The group that the stay is paid by. */
  grouped: Entry | undefined
  /** What was suffered, and the report that tells of it. */
  adverse: Entry | undefined
  reported: Segment | undefined
  /** What tells apart those that otherwise say the same (a diagnosis at admission and at discharge). */
  readonly apart = new Map<Entry, string>()
  readonly orders = new Map<string, Entry>()
  readonly results = new Map<string, Entry>()
  /** What the orders after it are about, where specimens come first. */
  specimenOfGroup: Entry | undefined
  /** The number that the visit had before (A50). */
  formerVisit: Json | undefined
  /** What stands before and after the segment that is read. */
  before: Segment | undefined
  next: Segment | undefined
  /** What a NTE is a note on. */
  noted: Entry | undefined
  /** When it happened, where the event says so. */
  occurred: string | undefined
  /** Where it happened. */
  happened: Json | undefined

  constructor(message: Message, draft: Draft, options: Options) {
    this.message = message
    this.draft = draft
    this.options = options
    this.header = draft.add('MessageHeader', (message.segments[0] as Segment).place)
  }

  /** Another patient begins: the visit, the order and all else of the one before are not of this one (A17, A24, several patients of a laboratory). */
  beginsPatient(entry: Entry): void {
    this.patients.push(entry)
    this.patient = entry
    if (this.patients.length === 1) return
    Object.assign(this, ofNobody)
    this.order = {}
  }

  isOf(...types: string[]): boolean {
    return types.includes(this.message.type)
  }

  /** A resource about the patient; undefined, and a loss, when the message has none. */
  aboutPatient(type: string, segment: Segment, property: 'subject' | 'patient' | 'beneficiary' | 'individual' = 'subject', about = true): Entry | undefined {
    if (this.patient === undefined) {
      this.draft.lose(segment.place, `a ${type} is of a patient, and no PID stands before it`)
      return undefined
    }
    const entry = this.draft.add(type, segment.place, about)
    entry.resource[property] = this.patient.reference
    return entry
  }
}

/** Whether a space of numbers is that of the sender: of its settings, or of the facility in MSH-4. */
export function isOfSender({ message, options }: Mapping): (system: string) => boolean {
  const sender = message.segments[0]?.first(4)
  const [name, universal] = [sender?.part(1), sender?.part(2)]
  const own = [
    options.localSystem,
    identifierSystem(name, undefined),
    identifierSystem(undefined, universal),
    options.authorities?.get(nameOfAuthority(name ?? '')),
  ]
  return (system) => own.includes(system)
}

const ofNobody = {
  encounter: undefined,
  episode: undefined,
  account: undefined,
  coverage: undefined,
  procedure: undefined,
  document: undefined,
  immunization: undefined,
  medication: undefined,
  specimen: undefined,
  specimenOfGroup: undefined,
  formerVisit: undefined,
  supply: undefined,
  grouped: undefined,
  adverse: undefined,
  reported: undefined,
  noted: undefined,
}

export type Order = {
  common?: Segment
  request?: Entry
  report?: Entry
  /** The result that those of this order are a part of. */
  parent?: Entry
  /** What says when, and stood before the order itself. */
  timed?: Segment[]
  /** The specimen that OBR tells of by itself, until SPM says more of it. */
  collected?: Entry | undefined
  /** When it was taken (OBR-7). */
  takenAt?: string | undefined
  /** What makes the identity of a result: the filler's number, else the placer's. */
  number?: string
}

/** A moment in a field; what cannot be read as one is a loss. */
export function momentIn(segment: Segment, field: number, mapping: Mapping): string | undefined {
  const given = segment.text(field)
  if (given === undefined) return undefined
  const moment = dateTimeOf(given)
  if (moment === undefined) mapping.draft.lose(`${segment.place}-${field}`, 'could not be read as a moment')
  return moment
}

/** From one field to another; an end that is before its beginning is a loss. */
export function periodIn(segment: Segment, from: number, to: number, mapping: Mapping): Json | undefined {
  const [start, end] = [momentIn(segment, from, mapping), momentIn(segment, to, mapping)]
  const made = periodOf(start, end)
  if (end !== undefined && made?.['end'] === undefined) mapping.draft.lose(`${segment.place}-${to}`, 'is before its beginning, and was left out')
  return made
}

export type Convert = (value: Value, mapping: Mapping, place: string) => unknown
/** A field, the path it goes to, and the way: one row of HL7's own concept maps. A path that ends in `[]` takes every repetition, another the first. */
type Row = readonly [field: number, path: string, convert: Convert]
/** What of a row is the same in every message, worked out once. */
export type Rows = readonly { field: number; suffix: string; path: Path; told: string; convert: Convert }[]

export const rowsOf = (rows: readonly Row[]): Rows =>
  rows.map(([field, path, convert]) => {
    const made = pathOf(path)
    return { field, suffix: `-${field}`, path: made, told: ` ${made.isMany ? path.slice(0, -2) : path}<${field}`, convert }
  })

/**
 * Follows the rows. What a row cannot read is a loss, and each field that gave something stands in the sources of the entry as `birthDate<7`.
 */
export function fill(entry: Entry, segment: Segment, rows: Rows, mapping: Mapping, target: Json = entry.resource): void {
  let taken = ''
  for (const row of rows) {
    const values = segment.all(row.field)
    if (values.length === 0) continue
    const place = segment.place + row.suffix
    const { isMany } = row.path
    const count = isMany ? values.length : 1
    for (let at = 0; at < count; at++) if (take(row, values[at] as Value, target, mapping, place)) taken += row.told
    if (values.length > count) mapping.draft.lose(place, `${values.length} values stand where one has a place`)
  }
  if (taken !== '') entry.comesFrom(segment.place + taken)
}

function take({ path, convert }: Rows[number], value: Value, target: Json, mapping: Mapping, place: string): boolean {
  const made = convert(value, mapping, place)
  if (made === undefined) {
    if (value.unread().length === 0) mapping.draft.lose(place, 'could not be read as what stands in this field')
    return false
  }
  if (Array.isArray(made) && path.isMany) for (const one of made) putAt(target, path, one)
  else putAt(target, path, made)
  return true
}
