import { dateTimeOf } from '../../draft/dates.ts'
import { type Json, put, some } from '../../draft/draft.ts'
import { table } from '../../draft/table.ts'
import { identifierSystem } from '../../draft/systems.ts'
import type { Segment, Value } from '../message.ts'
import { fill, type Mapping, periodIn, rowsOf } from './mapping.ts'
import { wordsOf } from './medication.ts'
import { dateTime, decimalIn, humanName, name } from './types.ts'

const rows = rowsOf([
  [2, 'identifier[]', certificate],
  [6, 'created', dateTime],
])

/** The number of a paper of the insurer, although in a CX: the same authority also numbers people, in another form. */
function certificate(value: Value, { options }: Mapping): Json | undefined {
  const [number, authority] = [value.part(1), value.inside(4)]
  value.skip(2, 3, 5)
  return number === undefined ? undefined : some({ system: identifierSystem(authority?.part(1), authority?.part(2)) ?? options.localSystem, value: number })
}

/**
 * IN3: the insurer's advance certification of a stay: for how many days and until when. Like AUT it is the answer to a claim, of the insurance before
 * it.
 */
export function certification(segment: Segment, mapping: Mapping): void {
  const entry = mapping.aboutPatient('ClaimResponse', segment, 'patient')
  if (entry === undefined) return
  segment.skip(1)
  const { resource } = entry
  fill(entry, segment, rows, mapping)
  const { coverage } = mapping
  const [payor] = (coverage?.resource['payor'] ?? []) as Json[]
  const isPayer = mapping.draft.find(payor)?.resource.resourceType === 'Organization'
  Object.assign(resource, { status: 'active', use: 'preauthorization', outcome: 'complete', type: { text: 'certification' } })
  // R4 demands both: a patient who pays is not an insurer, and without a time the message's time is used.
  resource['insurer'] = isPayer ? payor : { display: 'not said' }
  resource['created'] ??= dateTimeOf(mapping.message.segments[0]?.text(7) ?? '') ?? '1900'
  if (coverage !== undefined) resource['insurance'] = [{ sequence: 1, focal: true, coverage: coverage.reference }]
  const number = segment.text(2)
  if (number !== undefined) resource['preAuthRef'] = number
  const period = periodIn(segment, 9, 10, mapping)
  if (period !== undefined) resource['preAuthPeriod'] = period
  const refused = segment.first(12) && wordsOf(segment.first(12) as Value)
  if (refused !== undefined) resource['disposition'] = refused
  days(resource, segment)
  notes(resource, segment)
  mapping.noted = undefined
}

// HL7 table 0149.
const kindsOfDays = table<string>({ AP: 'approved days', DE: 'denied days', PE: 'pending days' })

/** IN3-11 (DTN): the kind of days, and their number. */
function days(resource: Json, segment: Segment): void {
  const [kind, value] = [segment.first(11)?.part(1)?.toUpperCase(), decimalIn(segment.first(11)?.part(2))]
  if (value === undefined) return
  resource['item'] = [{ itemSequence: 1, adjudication: [some({ category: { text: kindsOfDays[kind ?? ''] ?? 'days' }, value }) as Json] }]
}

/** Who certified it and whom to ask; R4 has no element for them in a ClaimResponse. */
function notes(resource: Json, segment: Segment): void {
  const people = [
    [3, 'certified by'],
    [14, 'reviewed by'],
  ] as const
  for (const [field, what] of people)
    for (const value of segment.all(field))
      put(resource, 'processNote[]', { text: `${what}: ${[value.part(1), calledIn(name(value, 2, {}))].filter(Boolean).join(' ')}` })
  const contact = segment.first(15)?.whole()
  if (contact !== undefined) put(resource, 'processNote[]', { text: `to ask: ${contact}` })
  const manager = segment.first(21) && calledIn(humanName(segment.first(21) as Value))
  if (manager !== undefined) put(resource, 'processNote[]', { text: `case manager: ${manager}` })
  const isNeeded = segment.text(4)
  if (isNeeded !== undefined) put(resource, 'processNote[]', { text: `certification required: ${isNeeded}` })
}

function calledIn(called: Json | undefined): string | undefined {
  return called && [...((called['given'] ?? []) as string[]), called['family']].filter(Boolean).join(' ')
}
