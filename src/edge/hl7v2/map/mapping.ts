import { dateTimeOf } from '../../draft/dates.ts'
import { type Draft, type Entry, type Json, type Path, pathOf, periodOf, putAt } from '../../draft/draft.ts'
import { identifierSystem } from '../../draft/systems.ts'
import type { Message, Segment, Value } from '../message.ts'

export type Options = {
  /** The system of identifiers whose authority the sender does not name. */
  localSystem?: string
  /** Identifier systems by the names that senders give to authorities, as `nameOfAuthority` writes them. */
  authorities?: ReadonlyMap<string, string>
}

/** One spelling for all: "Klinički centar " and "KLINIČKI CENTAR" are the same. */
export const nameOfAuthority = (name: string): string => name.trim().replace(/\s+/g, ' ').toLocaleUpperCase('sr')

/** The authorities of the settings, by their names for look-up. */
export const authoritiesOf = (all: readonly { system: string; names: readonly string[] }[]): ReadonlyMap<string, string> =>
  new Map(all.flatMap(({ system, names }) => names.map((name) => [nameOfAuthority(name), system] as const)))

/** The state of a message while it is mapped: the next segment belongs to what came last. */
export class Mapping {
  readonly message: Message
  readonly draft: Draft
  readonly options: Options
  readonly header: Entry
  /** The patient whom the segments are about at the moment, and all patients of the message. */
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
  /** The group by which the stay is paid. */
  grouped: Entry | undefined
  /** The adverse event, and the segment that reports it. */
  adverse: Entry | undefined
  reported: Segment | undefined
  /** What distinguishes resources with the same contents (a diagnosis at admission and at discharge). */
  readonly apart = new Map<Entry, string>()
  readonly orders = new Map<string, Entry>()
  readonly results = new Map<string, Entry>()
  /** The specimen of the following orders, in messages where specimens come first. */
  specimenOfGroup: Entry | undefined
  /** The former number of the visit (A50). */
  formerVisit: Json | undefined
  /** The segments before and after the present one. */
  before: Segment | undefined
  next: Segment | undefined
  /** The resource to which an NTE belongs. */
  noted: Entry | undefined
  /** When the event happened, if it says so. */
  occurred: string | undefined
  /** Where the event happened. */
  happened: Json | undefined

  constructor(message: Message, draft: Draft, options: Options) {
    this.message = message
    this.draft = draft
    this.options = options
    this.header = draft.add('MessageHeader', (message.segments[0] as Segment).place)
  }

  /**
   * Begins another patient: the visit, the order and all else of the patient before do not belong to this one (A17, A24, several patients of a
   * laboratory).
   */
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

  /** Makes a resource about the patient; undefined, with a loss, when the message has none. */
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

/** Whether an identifier system is that of the sender: by the settings, or by the facility in MSH-4. */
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
  /** The result that the results of this order are part of. */
  parent?: Entry
  /** Timing segments that came before the order itself. */
  timed?: Segment[]
  /** The specimen that OBR describes, until an SPM says more about it. */
  collected?: Entry | undefined
  /** When the specimen was taken (OBR-7). */
  takenAt?: string | undefined
  /** The number that identifies a result: the filler's, else the placer's. */
  number?: string
}

/** A moment in a field; an unreadable one is a loss. */
export function momentIn(segment: Segment, field: number, mapping: Mapping): string | undefined {
  const given = segment.text(field)
  if (given === undefined) return undefined
  const moment = dateTimeOf(given)
  if (moment === undefined) mapping.draft.lose(`${segment.place}-${field}`, 'could not be read as a moment')
  return moment
}

/** A period from two fields; an end before its beginning is a loss. */
export function periodIn(segment: Segment, from: number, to: number, mapping: Mapping): Json | undefined {
  const [start, end] = [momentIn(segment, from, mapping), momentIn(segment, to, mapping)]
  const made = periodOf(start, end)
  if (end !== undefined && made?.['end'] === undefined) mapping.draft.lose(`${segment.place}-${to}`, 'is before its beginning, and was left out')
  return made
}

export type Convert = (value: Value, mapping: Mapping, place: string) => unknown
/**
 * A field, its path in the resource, and the conversion: one row of HL7's own concept maps. A path that ends in `[]` takes every repetition, any
 * other the first.
 */
type Row = readonly [field: number, path: string, convert: Convert]
/** The rows in a form that is computed once and is the same for every message. */
export type Rows = readonly { field: number; suffix: string; path: Path; told: string; convert: Convert }[]

export const rowsOf = (rows: readonly Row[]): Rows =>
  rows.map(([field, path, convert]) => {
    const made = pathOf(path)
    return { field, suffix: `-${field}`, path: made, told: ` ${made.isMany ? path.slice(0, -2) : path}<${field}`, convert }
  })

/** Applies the rows. An unreadable field is a loss, and each field that was used is in the sources of the entry, such as `birthDate<7`. */
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
