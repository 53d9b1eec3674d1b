import { dateTimeOf } from '../../draft/dates.ts'
import { type Json, put, some } from '../../draft/draft.ts'
import type { Segment, Value } from '../message.ts'
import { fill, type Mapping, periodIn, rowsOf } from './mapping.ts'
import { dateTime, decimal, entity, entityIdentifier, money, organizationCoded } from './types.ts'

const rows = rowsOf([
  [6, 'identifier[]', entity()],
  [2, 'insurer', organizationCoded],
  [10, 'created', dateTime],
])

/** AUT: what the payer has agreed to beforehand, as the answer to a claim; its referral or order refers to it. */
export function authorization(segment: Segment, mapping: Mapping): void {
  const entry = mapping.aboutPatient('ClaimResponse', segment, 'patient')
  if (entry === undefined) return
  const { resource } = entry
  fill(entry, segment, rows, mapping)
  const named = segment.first(3)?.whole()
  const payer = mapping.draft.find(resource['insurer'] as Json | undefined)
  if (payer !== undefined && named !== undefined) callIt(payer.resource, named)
  Object.assign(resource, { status: 'active', use: 'preauthorization', outcome: 'complete' })
  resource['type'] = { text: 'authorization' }
  resource['insurer'] ??= { display: named ?? 'not said' }
  // R4 demands a creation time: when the payer gives none, it is the time of the message.
  resource['created'] ??= dateTimeOf(mapping.message.segments[0]?.text(7) ?? '') ?? '1900'
  const number = segment.first(6) && entityIdentifier(segment.first(6) as Value, mapping)
  if (number !== undefined) resource['preAuthRef'] = number['value']
  const period = periodIn(segment, 4, 5, mapping)
  if (period !== undefined) resource['preAuthPeriod'] = period
  treatments(resource, segment)
  const limit = segment.first(7)
  const amount = limit && money(limit, mapping, `${segment.place}-7`)
  if (amount !== undefined) resource['total'] = [{ category: { coding: [{ system: adjudication, code: 'benefit' }] }, amount }]
  names(mapping, entry.reference)
  mapping.noted = undefined
}
const adjudication = 'http://terminology.hl7.org/CodeSystem/adjudication'

/** An organization known only by a code gets its name from here; the code becomes its identifier. */
function callIt(payer: Json, name: string): void {
  if (payer['identifier'] === undefined) payer['identifier'] = [{ value: payer['name'] }]
  payer['name'] = name
}

/** AUT-8 and 9: how many treatments were requested, and how many were granted. */
function treatments(resource: Json, segment: Segment): void {
  const said = [
    [8, 'requested number of treatments'],
    [9, 'authorized number of treatments'],
  ] as const
  const all = said.flatMap(([field, text]) => {
    const value = segment.first(field) && decimal(segment.first(field) as Value)
    return value === undefined ? [] : [some({ category: { text }, value }) as Json]
  })
  if (all.length > 0) resource['item'] = [{ itemSequence: 1, adjudication: all }]
}

function names({ referral, order, medication }: Mapping, reference: Json): void {
  const asked = order.request ?? (medication?.resource.resourceType === 'MedicationRequest' ? medication : undefined) ?? referral
  if (asked !== undefined) put(asked.resource, 'insurance[]', reference)
}
