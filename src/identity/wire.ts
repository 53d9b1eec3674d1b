// The types that identity sends to the portals.

import type { OneLook } from '../audit/audit.ts'

/** One line of the finder. Demographics are masked unless the reader already has a basis to see them. */
export type FoundPerson = {
  id: string
  family: string
  given: string
  parent: string | null
  birthDate: string | null
  sex: 'male' | 'female' | 'other' | 'unknown'
  place: string | null
  /** The issued number in groups of four, or null while the identity is pending. */
  lzb: string | null
  temporaryNumber: string | null
  state: 'identified' | 'pending'
  /** The relation that opens the record for this reader, or null when there is none. */
  basis: { kind: string; until: string | null } | null
}

export type FinderAnswer = {
  people: FoundPerson[]
  /** The words of the query as they were searched for, for example `djordjevic`. */
  foldedAs: string[]
  /** More than ten matched: ask for a more exact query. */
  more: boolean
}

/** `POST /identity/people/search` */
export type FinderQuestion = { query: string }

/** `POST /identity/visits`: the patient is present and is proved by card, or by a number with the birth date. */
export type OpenVisit = { card: string; reason: string } | { number: string; birthDate: string; reason: string }
export type OpenedVisit = { person: string; until: string }

/** `POST /identity/people/:person/look-reports`: a look that the person does not recognise, by its id and moment in the list of looks. */
/** `mail`: the address for the message that it was answered, at a centre that sends mail. */
export type MakeLookReport = { id: string; at: string; text?: string; mail?: string }
export type LookReport = {
  id: string
  look: OneLook['look']
  text: string | null
  madeAt: string
  /** The last day for an answer. */
  due: string
  state: 'open' | 'answered'
  finding: 'in-order' | 'not-in-order' | null
  answer: string | null
  answeredAt: string | null
  answeredBy: string | null
}
/** `GET /identity/people/:person/look-reports` */
export type LookReports = { reports: LookReport[]; canMail: boolean }

export type LookReportLine = LookReport & { person: { id: string; family: string; given: string; lzb: string | null } }
/** `GET /identity/look-reports`: the reports of the data officer's own institution, open ones first. */
export type LookReportsDesk = { today: string; lines: LookReportLine[] }
/** `GET /identity/look-reports/waiting` */
export type LookReportsWaiting = { count: number; overdue: number }
/** `POST /identity/look-reports/:id/answer` */
export type AnswerLookReport = { finding: 'in-order' | 'not-in-order'; text: string }
