import type { Resource } from '../../fhir/fhir.ts'
import { dayOf, zone } from '../../platform/calendar.ts'

/**
 * What a resource says about completeness: that somebody came (a visit, a stay), or that there is something to read about it (a report). Pure. Each
 * rule of this file is named in `rules`, which every answer carries, so that a figure can be questioned.
 */
export type Visit = {
  is: 'visit'
  kind: 'booking' | 'visit' | 'stay'
  state: 'open' | 'due' | 'void'
  beganAt: Date
  endedAt: Date
  /** The `Appointment/id` that an Encounter names. */
  booking: string | null
}
export type Report = { is: 'report'; at: Date; day: string; encounter: string | null; isVoid: boolean }

const minuteMs = 60_000
const visitMinutes = 15

/** HL7's classes of a stay (v3-ActCode, ActEncounterCode); all others go home the same day. */
const stays = new Set(['IMP', 'ACUTE', 'NONAC', 'SS', 'OBSENC'])
const encounterStates: Record<string, Visit['state']> = {
  arrived: 'open',
  triaged: 'open',
  'in-progress': 'open',
  onleave: 'open',
  finished: 'due',
  unknown: 'open',
}
const booked = new Set(['booked', 'arrived', 'fulfilled', 'checked-in'])
const finishedReports = new Set(['final', 'amended', 'corrected', 'appended'])
const currentDocuments = new Set(['current', 'superseded'])
/** The original that the edge keeps beside the mapped resources is the same news a second time (src/edge/draft/provenance.ts). */
const keptOriginal = 'the original that was mapped'

export const heardTypes = ['Appointment', 'Encounter', 'Composition', 'DiagnosticReport', 'DocumentReference'] as const

export function heardOf(resource: Resource): Visit | Report | null {
  if (resource.resourceType === 'Appointment') return appointment(resource)
  if (resource.resourceType === 'Encounter') return encounter(resource)
  return report(resource)
}

type Any = Record<string, any>

function appointment(resource: Resource): Visit | null {
  const { status, start, end, minutesDuration } = resource as Any
  const beganAt = first(start)
  if (beganAt === null) return null
  const minutes = typeof minutesDuration === 'number' ? minutesDuration : visitMinutes
  const endedAt = last(end) ?? new Date(beganAt.getTime() + minutes * minuteMs)
  return { is: 'visit', kind: 'booking', state: booked.has(status) ? 'due' : 'void', beganAt, endedAt: laterOf(beganAt, endedAt), booking: null }
}

function encounter(resource: Resource): Visit | null {
  const { status, period, appointment: named, class: kindOf } = resource as Any
  const beganAt = first(period?.start)
  if (beganAt === null) return null
  const isStay = stays.has(kindOf?.code)
  const ended = last(period?.end)
  const said = encounterStates[status] ?? 'void'
  // A reported end ends it, whatever the status says. Without one a visit is over with its day; a stay is not.
  const state = said !== 'open' || ended === null ? said : 'due'
  const endedAt = laterOf(beganAt, ended ?? (isStay ? beganAt : new Date(beganAt.getTime() + visitMinutes * minuteMs)))
  return {
    is: 'visit',
    kind: isStay ? 'stay' : 'visit',
    state: state === 'open' && !isStay ? 'due' : state,
    beganAt,
    endedAt,
    booking: referenceOf(named?.[0], 'Appointment'),
  }
}

function report(resource: Resource): Report | null {
  const { resourceType, status, date, issued, effectiveDateTime, effectivePeriod, context, description, docStatus } = resource as Any
  if (resourceType === 'Composition') return made(date, resource['event'] as Any, (resource as Any)['encounter'], finishedReports.has(status))
  if (resourceType === 'DiagnosticReport') {
    const about = effectivePeriod?.end ?? effectivePeriod?.start ?? effectiveDateTime
    return made(issued ?? about, about === undefined ? undefined : [{ period: { end: about } }], (resource as Any)['encounter'], finishedReports.has(status))
  }
  if (resourceType !== 'DocumentReference' || description === keptOriginal) return null
  const isCurrent = currentDocuments.has(status) && docStatus !== 'preliminary' && docStatus !== 'entered-in-error'
  return made(date ?? context?.period?.end, context?.period === undefined ? undefined : [{ period: context.period }], context?.encounter?.[0], isCurrent)
}

function made(written: unknown, events: Any | undefined, encounterOf: Any | undefined, isFinished: boolean): Report | null {
  const period = events?.[0]?.period
  const about = last(period?.end) ?? first(period?.start) ?? first(written)
  const at = last(written) ?? about
  if (at === null || about === null) return null
  return { is: 'report', at, day: dayOf(about), encounter: referenceOf(encounterOf, 'Encounter'), isVoid: !isFinished }
}

const laterOf = (one: Date, other: Date): Date => (other > one ? other : one)

/** `Type/id` of a reference, with or without an address in front. */
function referenceOf(value: Any | undefined, type: string): string | null {
  const text = typeof value?.['reference'] === 'string' ? value['reference'] : ''
  return new RegExp(`(?:^|/)(${type}/[A-Za-z0-9\\-.]{1,64})(?:/_history/[^/]+)?$`).exec(text)?.[1] ?? null
}

const wholeDay = /^\d{4}-\d{2}-\d{2}$/

/** The first instant that a date may mean; null for a year or a month, which gives no day. */
function first(text: unknown): Date | null {
  if (typeof text !== 'string') return null
  if (wholeDay.test(text)) return startOf(text, 0)
  return text.length > 10 ? instantOf(text) : null
}

/** The last instant that a date may mean: a day is over when the next begins. */
function last(text: unknown): Date | null {
  if (typeof text === 'string' && wholeDay.test(text)) {
    const next = startOf(text, 1)
    return next === null ? null : new Date(next.getTime() - 1000)
  }
  return first(text)
}

function startOf(day: string, plus: number): Date | null {
  try {
    return new Date(Temporal.PlainDate.from(day).add({ days: plus }).toZonedDateTime(zone).epochMilliseconds)
  } catch {
    return null
  }
}

function instantOf(text: string): Date | null {
  const at = new Date(text)
  return Number.isNaN(at.getTime()) ? null : at
}
