// The answers of the record to the portals: one answer holds the whole page of one person.

import type { Header } from '../identity/identity.ts'

/** Where an item comes from; every item on the page can show it. */
export type Source = {
  /** `Type/id` of the FHIR resource. */
  resource: string
  version: number
  institution: string
  author: string | null
  /** When it happened to the patient, ISO date or instant. */
  at: string | null
  /** When the centre accepted it, ISO instant. */
  receivedAt: string
}

export type Coded = { code: string | null; system: string | null; text: string }

export type Allergy = {
  what: Coded
  reaction: string | null
  criticality: 'low' | 'high' | 'unable-to-assess' | null
  category: string | null
  since: string | null
  source: Source
}

export type Problem = {
  what: Coded
  status: 'active' | 'inactive' | 'resolved' | 'unknown'
  since: string | null
  until: string | null
  source: Source
}

export type Therapy = {
  medicine: Coded
  dose: string | null
  status: 'active' | 'stopped' | 'completed' | 'unknown'
  from: string | null
  until: string | null
  reason: string | null
  source: Source
}

export type LabPoint = {
  at: string
  /** Exactly the digits that the laboratory sent, so `5,0` stays `5,0`; null when the result is text. */
  value: string | null
  /** The value as a number, for drawing only. */
  number: number | null
  text: string | null
  low: number | null
  high: number | null
  flag: 'low' | 'high' | 'critical-low' | 'critical-high' | 'abnormal' | null
  source: Source
}

/** One analysis over time, newest point first. */
export type LabSeries = { analysis: Coded; group: string | null; unit: string | null; points: LabPoint[] }

export type ImmunizationItem = {
  vaccine: Coded
  at: string | null
  dose: string | null
  lot: string | null
  status: 'completed' | 'not-done' | 'entered-in-error'
  source: Source
}

export type TimelineKind =
  | 'visit'
  | 'hospital'
  | 'emergency'
  | 'dental'
  | 'document'
  | 'laboratory'
  | 'imaging'
  | 'procedure'
  | 'immunization'
  | 'therapy'
  | 'other'

export type TimelineEntry = {
  id: string
  kind: TimelineKind
  at: string
  until: string | null
  title: string
  /** Diagnoses, doctor, unit: one line. */
  detail: string | null
  institution: string
  /** The id for `GET /record/people/:person/documents/:id`, when there is a document to read. */
  document: string | null
  source: Source
}

export type DocumentView = {
  id: string
  title: string
  institution: string
  author: string | null
  at: string | null
  status: string
  version: number
  /** Cleaned text of each section: paragraphs, and tables as rows of cells. */
  sections: { title: string; paragraphs: string[]; tables: string[][][] }[]
  attachments: { title: string; contentType: string; url: string | null }[]
  source: Source
}

/** The header of identity, with the names of institutions, and what the record adds. */
export type PersonHeader = Omit<Header, 'charts'> & {
  charts: { institution: string; number: string }[]
  insurance: { active: boolean; until: string | null; basis: string | null } | null
  chosenDoctors: { category: string; name: string; institution: string }[]
}

export type Overview = {
  person: PersonHeader
  /** Why this reader may see the page: the kind of relation and its end. */
  basis: { kind: string; until: string | null }
  /** The kinds that this reader's role never sees, whatever the record holds; null when there are none. */
  withheld: { reason: 'role' | 'relation'; kinds: string[] } | null
  allergyState: 'known' | 'none-known' | 'not-recorded'
  allergiesConfirmedAt: string | null
  allergies: Allergy[]
  problems: Problem[]
  therapy: Therapy[]
  results: LabSeries[]
  immunizations: ImmunizationItem[]
  timeline: TimelineEntry[]
  institutions: { name: string; lastReceivedAt: string; items: number }[]
  counts: Record<string, number>
  at: string
}

/** One day of an institution: how many reports were expected, and why, and how many came. */
export type CompletenessDay = {
  day: string
  expected: number
  /**
   * Why so many are expected. visits: the reported bookings and visits; weekday: the median of the same weekday before, because the day was nearly
   * silent; reports: the institution reports no visits.
   */
  why: 'visits' | 'weekday' | 'reports'
  /** The median of the same weekday in the weeks before; 0 while it is not known. */
  usual: number
  received: number
  /** How many of the received came within 24 hours. */
  inTime: number
  late: number
  /** Expected and not received after the time for it ended. */
  missing: number
  /** Expected and not received, while there is still time. */
  awaited: number
  /** All reports about the day. */
  reports: number
  /** Documents that the record refused. */
  refused: number
}
export type CompletenessTotal = Omit<CompletenessDay, 'day' | 'why' | 'usual'> & { silentDays: number }

/** `GET /record/completeness`: the actor's own institution. `missing` is empty unless the reader is its system or staff. */
export type Completeness = {
  institution: { id: number; name: string }
  from: string
  to: string
  rules: readonly string[]
  total: CompletenessTotal
  days: CompletenessDay[]
  refused: { code: string; expression: string | null; reason: string; count: number; last: string; message: string }[]
  missing: { reference: string; kind: 'booking' | 'visit' | 'stay'; endedAt: string; dueAt: string }[]
}

/** `GET /record/completeness/institutions`: all institutions, worst first. `trials`: invented ones of the sandbox's vendors, which count in no total. */
export type CompletenessOfAll = {
  from: string
  to: string
  rules: readonly string[]
  total: CompletenessTotal
  institutions: { id: number; name: string; total: CompletenessTotal }[]
  trials: { id: number; name: string; total: CompletenessTotal }[]
}

/** `GET /record/people/:person/visits`: the visits, and whether the report of each has come. */
export type VisitsReported = {
  visits: {
    reference: string
    institution: string
    kind: 'booking' | 'visit' | 'stay'
    endedAt: string
    dueAt: string
    receivedAt: string | null
    state: 'received' | 'received-late' | 'awaited' | 'missing'
  }[]
}

/** `GET /record/people/:person/visit`: what a form about the present visit is filled with at first. Diagnoses are of ICD-10, those of the visit first. */
export type VisitView = {
  visit: { at: string; institution: string; author: string | null } | null
  diagnoses: { code: string; text: string; at: string | null; ofVisit: boolean }[]
}
