import { type Entry, type Json, some } from '../../draft/draft.ts'
import { nationalSystem } from '../../draft/national.ts'
import { identifierSystem } from '../../draft/systems.ts'
import type { Segment, Value } from '../message.ts'
import { fill, type Mapping, type Row } from './mapping.ts'
import { address, codeableConcept, name, organization, organizationNamed, period, telecom, typeOf } from './types.ts'

/** XCN as a Practitioner; the same number of the same authority, or else the same name, is the same one in a message. */
export function practitioner(value: Value, mapping: Mapping, place: string): Json | undefined {
  const entry = practitionerEntry(value, mapping, place)
  return entry === undefined ? undefined : { ...entry.reference }
}

const uses: Record<string, string> = { L: 'official', D: 'usual', M: 'maiden', N: 'nickname', S: 'anonymous', T: 'temp', B: 'official' }

function practitionerEntry(value: Value, mapping: Mapping, place: string): Entry | undefined {
  const number = value.part(1)
  const authority = value.inside(9)
  const [space, universal] = [authority?.part(1), authority?.part(2)]
  authority?.skip(3)
  const type = value.part(13)
  // Check digit, facility, source table and representation say nothing about the person.
  value.skip(8, 11, 12, 14, 15, 16, 18)
  const valid = value.inside(17)
  const called = name(value, 2, {
    use: uses[value.part(10)?.toUpperCase() ?? ''],
    period: period(value.part(19) ?? valid?.part(1), value.part(20) ?? valid?.part(2)),
  })
  value.skip(21)
  if (number === undefined && called === undefined) return undefined
  const key = number === undefined ? `name ${JSON.stringify(called)}` : `${number} ${space} ${universal}`
  return mapping.draft.once(`xcn ${key}`, 'Practitioner', place, ({ resource }) => {
    const national = number === undefined ? undefined : nationalSystem(number, type, space)
    const system = national ?? identifierSystem(space, universal) ?? mapping.options.localSystem
    const assigner = space === undefined || universal === undefined ? undefined : organizationNamed(mapping, place, space, universal)
    if (number !== undefined) resource['identifier'] = [some({ type: type === undefined ? undefined : typeOf(type), system, value: number, assigner })]
    if (called !== undefined) resource['name'] = [called]
  })
}

const roles: Record<string, string> = {
  AP: 'Administering Provider',
  EP: 'Entering Provider',
  MDIR: 'Medical Director',
  OP: 'Ordering Provider',
  RO: 'Responsible Observer',
}

/** An XCN with what it did (HL7 table 0443): a PractitionerRole, as HL7's maps of orders and results have it. */
export const inRole =
  (code: keyof typeof roles) =>
  (value: Value, mapping: Mapping, place: string): Json | undefined => {
    const person = practitionerEntry(value, mapping, place)
    if (person === undefined) return undefined
    return mapping.draft.once(`role ${code} ${person.fullUrl}`, 'PractitionerRole', place, ({ resource }) => {
      resource['practitioner'] = person.reference
      resource['code'] = [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0443', code, display: roles[code] }] }]
    }).reference
  }

const kinds = [
  [4, 'si'],
  [7, 'bu'],
  [8, 'lvl'],
  [1, 'wa'],
  [2, 'ro'],
  [3, 'bd'],
] as const

/** PL: facility, building, floor, point of care, room and bed, each a Location in the one before; the innermost is referred to. */
export function location(value: Value, mapping: Mapping, place: string): Json | undefined {
  let within: Entry | undefined
  let path = ''
  for (const [part, kind] of kinds) {
    const named = value.part(part)
    const universal = value.sub(part, 2)
    value.sub(part, 3)
    if (named === undefined && universal === undefined) continue
    path += `/${kind}:${named ?? universal}`
    const parent = within
    within = mapping.draft.once(`pl ${path}`, 'Location', place, ({ resource }) => {
      const system = identifierSystem(undefined, universal)
      if (system !== undefined)
        resource['identifier'] = [{ system: identifierSystem(named, undefined) ?? 'urn:ietf:rfc:3986', value: named === undefined ? system : universal }]
      resource['name'] = named ?? universal
      resource['mode'] = 'instance'
      resource['physicalType'] = { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/location-physical-type', code: kind }] }
      if (parent !== undefined) resource['partOf'] = parent.reference
    })
  }
  const described = value.part(9)
  value.skip(5, 6, 10, 11)
  if (within !== undefined) return { ...within.reference }
  if (described === undefined) return undefined
  return { ...mapping.draft.once(`pl ${described}`, 'Location', place, ({ resource }) => (resource['name'] = described)).reference }
}

const roleRows: readonly Row[] = [
  [3, 'code[]', codeableConcept],
  [9, 'specialty[]', codeableConcept],
  [4, 'practitioner', practitioner],
  [13, 'location[]', location],
  [14, 'organization', organization],
  [12, 'telecom[]', telecom],
]

/** ROL: whoever has a part in what stands before it. */
export function role(segment: Segment, mapping: Mapping): void {
  const person = segment.first(4)
  if (person === undefined) return
  const entry = mapping.draft.add('PractitionerRole', segment.place)
  fill(entry, segment, roleRows, mapping)
  const held = period(segment.text(5), segment.text(6))
  if (held !== undefined) entry.resource['period'] = held
  const home = mapping.draft.entries.find(({ fullUrl }) => fullUrl === (entry.resource['practitioner'] as Json | undefined)?.['reference'])
  if (home !== undefined && segment.all(11).length > 0) fill(home, segment, [[11, 'address[]', address]], mapping)
  joinRole(entry, segment, mapping)
}

function joinRole(entry: Entry, segment: Segment, mapping: Mapping): void {
  const isGeneral = /^(?:PP|FHCP|PCP|PRIMARY)/i.test(segment.text(3) ?? '')
  if (mapping.procedure !== undefined) push(mapping.procedure, 'performer', { actor: entry.reference })
  else if (mapping.encounter !== undefined) push(mapping.encounter, 'participant', { individual: entry.reference })
  if (isGeneral && mapping.patient !== undefined) push(mapping.patient, 'generalPractitioner', entry.reference)
}

function push(entry: Entry, property: string, value: unknown): void {
  const list = (entry.resource[property] ??= []) as unknown[]
  list.push(value)
}
