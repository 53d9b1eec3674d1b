import { findByChartNumber } from '../../draft/chart-number.ts'
import type { Entry, Json } from '../../draft/draft.ts'
import type { Segment } from '../message.ts'
import { fill, isOfSender, type Mapping, rowsOf } from './mapping.ts'
import { humanName, identifier } from './types.ts'

/**
 * In these events MRG names an account, a visit or another number of the patient (HL7 2.8.2, 3.3.35 to 3.3.51), so the chart that it names stays
 * separate. It is often the chart of the PID itself, which would be put out of use if it were joined with itself.
 */
const joinsNoCharts = new Set(['A35', 'A41', 'A42', 'A43', 'A44', 'A45', 'A48', 'A49', 'A50', 'A51'])
const endsAccount = new Set(['A35', 'A36', 'A41', 'A49'])
const renumbersVisit = new Set(['A50', 'A51'])

/**
 * MRG: the chart that is merged into that of the PID before it (A40 and similar events), the account that is merged into another, or the former
 * number of a visit.
 */
export function merged(segment: Segment, mapping: Mapping): void {
  const { patient: survivor, draft } = mapping
  const { event } = mapping.message
  if (survivor === undefined) return
  if (endsAccount.has(event)) formerAccount(segment, mapping)
  if (renumbersVisit.has(event)) mapping.formerVisit = formerNumber(segment, mapping)
  const entry = draft.add('Patient', segment.place, true)
  fill(entry, segment, mergedRows, mapping)
  findByChartNumber(entry, isOfSender(mapping))
  const isItself = entry.key !== undefined && entry.key === survivor.key
  const names = entry.resource['identifier'] !== undefined
  if (names && !isItself && !joinsNoCharts.has(event)) {
    Object.assign(entry.resource, { active: false, link: [{ other: survivor.reference, type: 'replaced-by' }] })
    addLink(survivor, entry, 'replaces')
    return
  }
  draft.remove(entry)
  if (!names && !joinsNoCharts.has(event)) draft.lose(segment.place, 'names no chart that goes into the other')
  else if (isItself && !joinsNoCharts.has(event)) draft.lose(`${segment.place}-1`, 'is the chart of the PID itself, which cannot go into itself')
  else if (names && !isItself) draft.lose(`${segment.place}-1`, `stays a chart of its own: ${event} moves what is in it, and joins no charts`)
}
const mergedRows = rowsOf([
  [1, 'identifier[]', identifier],
  [2, 'identifier[]', identifier],
  [7, 'name[]', humanName],
])

/** MRG-3: charges to this account now go to the account of the PID. */
function formerAccount(segment: Segment, mapping: Mapping): void {
  const { account, draft, patient } = mapping
  if (segment.first(3) === undefined || account === undefined || patient === undefined) return
  const entry = draft.add('Account', segment.place, true)
  fill(entry, segment, accountRows, mapping)
  if (entry.key === undefined || entry.key === account.key) return draft.remove(entry)
  Object.assign(entry.resource, { status: 'inactive', subject: [patient.reference], partOf: account.reference })
}
const accountRows = rowsOf([[3, 'identifier[]', identifier]])

/** MRG-5 (A50) or MRG-6 (A51): the visit is found by this number, and has the number of PV1 from now on. */
function formerNumber(segment: Segment, mapping: Mapping): Json | undefined {
  const field = mapping.message.event === 'A51' ? 6 : 5
  const given = segment.first(field)
  const made = given && identifier(given, mapping, `${segment.place}-${field}`)
  return made === undefined ? undefined : { use: 'old', ...made }
}

/** A24: both charts belong to the same person, and both stay in use. */
export function isLinked(mapping: Mapping): void {
  const [first, second] = mapping.patients
  if (mapping.message.event !== 'A24' || !mapping.isOf('ADT') || mapping.patients.length !== 2) return
  const [one, other] = [first as Entry, second as Entry]
  if (one.key !== undefined && one.key === other.key) return
  addLink(one, other, 'seealso')
  addLink(other, one, 'seealso')
}

function addLink(entry: Entry, other: Entry, type: string): void {
  const links = ((entry.resource as Json & { link?: Json[] }).link ??= [])
  links.push({ other: other.reference, type })
}
