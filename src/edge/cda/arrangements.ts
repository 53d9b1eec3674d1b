import { type Entry, type Json, put, some } from '../draft/draft.ts'
import { inner } from './conditions.ts'
import type { Element } from './element.ts'
import type { Mapping } from './mapping.ts'
import { assigned, authorOf, organizationOf, related, whoOf } from './people.ts'
import { concept, dateTime, identifiers, integer, period, wordsOf } from './types.ts'
import { table } from '../draft/table.ts'

/** An advance directive as a Consent of that scope (C-CDA on FHIR). */
export function directive(element: Element, mapping: Mapping, place: string, of?: Json): Entry[] {
  if (element.name === 'organizer') {
    const bracket = concept(element.first('code'), mapping.words)
    for (const name of ['id', 'code', 'statusCode', 'author', 'effectiveTime']) for (const one of element.all(name)) one.readAll()
    return inner(element, 'observation').flatMap((one) => directive(one, mapping, place, bracket))
  }
  const [kind, said] = [concept(element.first('code'), mapping.words), concept(element.first('value'), mapping.words)]
  const words = wordsOf(element.first('text'), mapping.words)
  if (element.name !== 'observation' || (kind ?? said ?? words) === undefined) return []
  const entry = mapping.draft.add('Consent', place, true)
  const time = element.first('effectiveTime')
  const held = period(time)
  const author = authorOf(element, mapping, place)
  Object.assign(entry.resource, {
    status: element.attribute('negationInd') === 'true' ? 'rejected' : 'active',
    scope: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/consentscope', code: 'adr', display: 'Advanced Care Directive' }] },
    category: [of ?? { coding: [{ system: 'http://loinc.org', code: '42348-3', display: 'Advance directives' }] }],
    patient: mapping.patient.reference,
    // ppc-1 demands a rule: the kind of directive.
    policyRule: kind ?? { text: words ?? 'unknown' },
    ...some({
      identifier: identifiers(element),
      dateTime: dateTime(time) ?? dateTime(time?.first('low')),
      performer: author === undefined ? [] : [author.reference],
      provision: some({ period: held, actor: deciding(element, mapping, place), code: said === undefined ? [] : [said] }),
    }),
  })
  for (const verifier of element.all('participant')) verified(verifier, entry, mapping, place)
  return [entry]
}

/** The person who decides for the patient (a custodian, CST). */
function deciding(element: Element, mapping: Mapping, place: string): Json[] {
  return element.all('participant').flatMap((participant) => {
    if (participant.attribute('typeCode') !== 'CST') return []
    const role = participant.first('participantRole')
    const kin = role && related(role, role.first('playingEntity'), concept(role.first('code'), mapping.words), mapping, place)
    if (kin === undefined) return []
    return [{ role: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ParticipationType', code: 'CST' }] }, reference: kin.reference }]
  })
}

function verified(participant: Element, entry: Entry, mapping: Mapping, place: string): void {
  if (participant.attribute('typeCode') !== 'VRF') return
  const verificationDate = dateTime(participant.first('time'))
  const who = assigned(participant.first('participantRole'), mapping, place).person
  put(
    entry.resource,
    'verification[]',
    some({ verified: true, verifiedWith: who?.resource.resourceType === 'Patient' ? who.reference : undefined, verificationDate }),
  )
}

// v3 RoleCode of the covered party to R4 subscriber-relationship.
const relations = table<string>({ SELF: 'self', FAMDEP: 'child', SPS: 'spouse', CHILD: 'child', NCHILD: 'child', PRN: 'parent', STUD: 'child', INJ: 'injured' })

/** Payers: a coverage activity with the policies in it, each of them a Coverage. */
export function coverages(element: Element, mapping: Mapping, place: string): Entry[] {
  if (element.name !== 'act') return []
  const policies = element.all('entryRelationship').flatMap((one) => {
    const order = integer(one.first('sequenceNumber'))
    return one.all('act').map((act) => ({ act, order }))
  })
  for (const name of ['id', 'code', 'statusCode']) for (const one of element.all(name)) one.readAll()
  return policies.flatMap(({ act, order }) => coverage(act, order, mapping, place) ?? [])
}

function coverage(policy: Element, order: number | undefined, mapping: Mapping, place: string): Entry | undefined {
  const performers = policy.all('performer').map((one) => one.first('assignedEntity'))
  const payer = performers.find((one) => one?.first('code')?.attribute('code') !== 'GUAR')
  const organization = organizationOf(payer?.first('representedOrganization'), mapping, place) ?? (payer && assigned(payer, mapping, place).organization)
  const known = payer === undefined ? [] : identifiers(payer)
  if (organization !== undefined && known.length > 0) organization.resource['identifier'] ??= known
  const all = policy.all('participant')
  const [covered, holder] = ['COV', 'HLD'].map((code) => all.find((one) => one.attribute('typeCode') === code))
  const role = covered?.first('participantRole')
  const member = (role === undefined ? [] : identifiers(role))[0]
  const type = concept(policy.first('code'), mapping.words)
  const numbers = identifiers(policy)
  if (organization === undefined && member === undefined && type === undefined && numbers.length === 0) return undefined
  const entry = mapping.draft.add('Coverage', place, true)
  const code = relations[role?.first('code')?.attribute('code') ?? '']
  holder?.readAll()
  Object.assign(entry.resource, {
    status: 'active',
    beneficiary: mapping.patient.reference,
    // R4 demands a payor; when nobody else is named, it is the patient.
    payor: [(organization ?? mapping.patient).reference],
    ...some({
      identifier: numbers,
      type,
      subscriberId: member?.['value'],
      relationship: code && { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/subscriber-relationship', code }] },
      period: period(covered?.first('time')),
      order: order !== undefined && order > 0 ? order : undefined,
    }),
  })
  return entry
}

const teamStatuses = table<string>({ active: 'active', completed: 'inactive', suspended: 'suspended', aborted: 'inactive', nullified: 'entered-in-error' })

/** A care team: its members, their roles, and since when. */
export function careTeam(element: Element, mapping: Mapping, place: string): Entry[] {
  if (element.name !== 'organizer') return []
  const participant = inner(element, 'act').flatMap((act) =>
    act.all('performer').flatMap((performer) => {
      const party = assigned(performer.first('assignedEntity'), mapping, place)
      const role = concept(performer.first('functionCode'), mapping.words)
      const who = whoOf(party)
      for (const name of ['id', 'code', 'statusCode']) for (const one of act.all(name)) one.readAll()
      const time = period(act.first('effectiveTime'))
      if (who === undefined) return []
      const onBehalfOf = party.person === undefined ? undefined : party.organization?.reference
      return [some({ role: role && [role], member: who.reference, onBehalfOf, period: time }) as Json]
    }),
  )
  if (participant.length === 0) return []
  const entry = mapping.draft.add('CareTeam', place, true)
  const name = wordsOf(element.first('code', 'originalText'), mapping.words) ?? element.first('code')?.attribute('displayName')
  Object.assign(entry.resource, {
    status: teamStatuses[element.first('statusCode')?.attribute('code') ?? ''] ?? 'active',
    subject: mapping.patient.reference,
    participant,
    ...some({ identifier: identifiers(element), name, period: period(element.first('effectiveTime')) }),
  })
  return [entry]
}
