import { dateTimeOf } from '../../draft/dates.ts'
import { type Entry, type Json, put, some } from '../../draft/draft.ts'
import { nationalSystem } from '../../draft/national.ts'
import { codeSystem, identifierSystem } from '../../draft/systems.ts'
import type { Segment, Value } from '../message.ts'
import { typeOf } from './identifier-types.ts'
import { type Convert, fill, type Mapping, rowsOf } from './mapping.ts'
import { address, codeableConcept, coded, humanName, laterUses, name, organization, organizationNamed, period, telecom, worldly } from './types.ts'
import { table } from '../../draft/table.ts'

/** XCN as a Practitioner. Within a message the same number of the same authority, or else the same name, is one person. */
export function practitioner(value: Value, mapping: Mapping, place: string): Json | undefined {
  const entry = practitionerEntry(value, mapping, place)
  return entry === undefined ? undefined : entry.reference
}

const uses = table<string>({ L: 'official', D: 'usual', M: 'maiden', N: 'nickname', S: 'anonymous', T: 'temp', B: 'official', ...laterUses })

function practitionerEntry(value: Value, mapping: Mapping, place: string): Entry | undefined {
  const number = value.part(1)
  const authority = value.inside(9)
  const [space, universal] = [authority?.part(1), authority?.part(2)]
  const kind = authority?.part(3)
  const type = value.part(13)
  // Check digit, facility, source table and representation do not describe the person.
  value.skip(8, 11, 12, 14, 15, 16, 18)
  const valid = value.inside(17)
  const called = name(value, 2, {
    use: uses[value.part(10)?.toUpperCase() ?? ''],
    period: period(value.part(19) ?? valid?.part(1), value.part(20) ?? valid?.part(2)),
    professional: value.part(21),
  })
  if (number === undefined && called === undefined) return undefined
  const key = number === undefined ? `name ${JSON.stringify(called)}` : `${number} ${space} ${universal}`
  return mapping.draft.once(`xcn ${key}`, 'Practitioner', place, ({ resource }) => {
    const national = number === undefined ? undefined : nationalSystem(number, type, space)
    const system = national ?? identifierSystem(space, universal) ?? mapping.options.localSystem
    const assigner = space === undefined || universal === undefined ? undefined : organizationNamed(mapping, place, space, universal, kind)
    if (number !== undefined) resource['identifier'] = [some({ type: type === undefined ? undefined : typeOf(type), system, value: number, assigner })]
    if (called !== undefined) resource['name'] = [called]
  })
}

/** PRD: the name is an XPN; the numbers are in PRD-7 (PLN) and PRD-8. */
export function practitionerNamed(segment: Segment, mapping: Mapping): Entry | undefined {
  const [called, number] = [segment.first(2) && humanName(segment.first(2) as Value), segment.first(7)]
  const [value, kind, space] = [number?.part(1), number?.part(2), number?.part(3)]
  if (called === undefined && value === undefined) return undefined
  return mapping.draft.once(`prd ${value} ${kind} ${JSON.stringify(called)}`, 'Practitioner', segment.place, ({ resource }) => {
    const system = identifierSystem(kind ?? space, undefined) ?? mapping.options.localSystem
    if (value !== undefined) resource['identifier'] = [some({ system, value })]
    if (called !== undefined) resource['name'] = [called]
  })
}

const roles = table<string>({
  AP: 'Administering Provider',
  EP: 'Entering Provider',
  MDIR: 'Medical Director',
  OP: 'Ordering Provider',
  RO: 'Responsible Observer',
  TN: 'Technician',
  TR: 'Transcriptionist',
})

/** An XCN with a role (HL7 table 0443): a PractitionerRole, as HL7's maps of orders and results have it. */
export const inRole =
  (code: keyof typeof roles) =>
  (value: Value, mapping: Mapping, place: string): Json | undefined => {
    const person = practitionerEntry(value, mapping, place)
    if (person === undefined) return undefined
    return mapping.draft.once(`role ${code} ${person.fullUrl}`, 'PractitionerRole', place, (entry) => {
      const { resource } = entry
      resource['practitioner'] = person.reference
      resource['code'] = [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0443', code, display: roles[code] }] }]
      const { localSystem } = mapping.options
      if (localSystem !== undefined && person.query !== undefined) foundBy(entry, { system: `${localSystem}:role`, value: `${code} ${person.query}` })
    }).reference
  }

/**
 * NDL: the name in subcomponents, then from when, until when, and where. Many senders write an XCN in its place, of which only the number was kept
 * and the name lost without a word.
 */
export const namedAs =
  (who: Convert): Convert =>
  (value, mapping, place) => {
    const inner = value.inside(1)
    const isFlat = (inner?.length ?? 1) === 1 && value.part(2) !== undefined && dateTimeOf(value.part(2) ?? '') === undefined
    if (isFlat) return who(value, mapping, place)
    value.skip(2, 3)
    return inner && who(inner, mapping, place)
  }

const kinds = [
  [4, 'si'],
  [7, 'bu'],
  [8, 'lvl'],
  [1, 'wa'],
  [2, 'ro'],
  [3, 'bd'],
] as const

/** Finds a ward or a role by the sender's own identifier: without it each message would make the same one again. */
function foundBy(entry: Entry, identifier: Json): void {
  put(entry.resource, 'identifier[]', identifier)
  entry.isFoundBy(identifier)
}

/** PL: facility, building, floor, point of care, room and bed, each a Location within the one before; the reference is to the innermost. */
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
    within = placeWithin(parent, path, kind, named, universal, mapping, place)
  }
  const described = value.part(9)
  value.skip(5, 6, 10, 11)
  if (within !== undefined) return within.reference
  if (described === undefined) return undefined
  return mapping.draft.once(`pl ${described}`, 'Location', place, ({ resource }) => (resource['name'] = described)).reference
}

function placeWithin(
  parent: Entry | undefined,
  path: string,
  kind: string,
  named: string | undefined,
  universal: string | undefined,
  mapping: Mapping,
  place: string,
): Entry {
  return mapping.draft.once(`pl ${path}`, 'Location', place, (entry) => {
    const { resource } = entry
    const { localSystem } = mapping.options
    const system = identifierSystem(undefined, universal)
    if (system !== undefined) resource['identifier'] = [{ system: 'urn:ietf:rfc:3986', value: system }]
    resource['name'] = named ?? universal
    resource['mode'] = 'instance'
    resource['physicalType'] = { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/location-physical-type', code: kind }] }
    if (parent !== undefined) resource['partOf'] = parent.reference
    if (system === undefined && localSystem !== undefined) foundBy(entry, { system: `${localSystem}:place`, value: path.slice(1) })
  })
}

/** DLD: the place after discharge, as a code with its words. */
export function codedPlace(value: Value, mapping: Mapping, place: string): Json | undefined {
  const code = value.inside(1)
  const [number, words] = [code?.part(1), code?.part(2)]
  const system = codeSystem(code?.part(3))
  if (number === undefined && words === undefined) return undefined
  return mapping.draft.once(`dld ${number} ${words} ${system}`, 'Location', place, ({ resource }) => {
    if (words !== undefined && number !== undefined) resource['identifier'] = [some({ system, value: number })]
    resource['name'] = words ?? number
    resource['mode'] = 'instance'
  }).reference
}

/** HD as a place: where the event happened. */
export function namedPlace(value: Value, mapping: Mapping, place: string): Json | undefined {
  const [named, universal, kind] = [value.part(1), value.part(2), value.part(3)]
  if (named === undefined && universal === undefined) return undefined
  return mapping.draft.once(`hd ${named} ${universal}`, 'Location', place, ({ resource }) => {
    if (universal !== undefined) resource['identifier'] = [worldly(universal, kind)]
    resource['name'] = named ?? universal
    resource['mode'] = 'instance'
    resource['physicalType'] = { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/location-physical-type', code: 'si' }] }
  }).reference
}

type RoleFields = { code: number; person: number; specialty: number; location: number; organization: number; telecom: number; address: number }
const roleRows = (at: RoleFields, codes: string) => ({
  ...at,
  rows: rowsOf([
    [at.code, 'code[]', coded(codes)],
    [at.specialty, 'specialty[]', codeableConcept],
    [at.person, 'practitioner', practitioner],
    [at.location, 'location[]', location],
    [at.organization, 'organization', organization],
    [at.telecom, 'telecom[]', telecom],
  ]),
  addresses: rowsOf([[at.address, 'address[]', address]]),
})
const rol = { ...roleRows({ code: 3, person: 4, specialty: 9, location: 13, organization: 14, telecom: 12, address: 11 }, '0443'), from: 5, to: 6 }
const prt = { ...roleRows({ code: 4, person: 5, specialty: 6, location: 9, organization: 8, telecom: 15, address: 14 }, '0912'), from: 11, to: 12 }

/** ROL and its successor PRT: a participant in what the segment before describes. */
export function role(segment: Segment, mapping: Mapping): void {
  const at = segment.name === 'PRT' ? prt : rol
  if (segment.first(at.person) === undefined && segment.first(at.organization) === undefined) return
  if (/^DE?$/i.test(segment.text(2) ?? '')) {
    for (let field = 1; field <= segment.length && field < 31; field++) segment.skip(field)
    return mapping.draft.lose(segment.place, 'takes a part back, which is left out here')
  }
  const entry = mapping.draft.add('PractitionerRole', segment.place)
  // The action code and the instance belong to the exchange of messages.
  segment.skip(1, 2)
  fill(entry, segment, at.rows, mapping)
  const held = period(segment.text(at.from), segment.text(at.to))
  if (held !== undefined) entry.resource['period'] = held
  const home = mapping.draft.find(entry.resource['practitioner'] as Json | undefined)
  if (home !== undefined && segment.all(at.address).length > 0) fill(home, segment, at.addresses, mapping)
  joinRole(entry, segment.text(at.code) ?? '', mapping)
}

function joinRole(entry: Entry, code: string, mapping: Mapping): void {
  const isGeneral = /^(?:PP|FHCP|PCP|PRIMARY)/i.test(code)
  if (mapping.procedure !== undefined) push(mapping.procedure, 'performer', { actor: entry.reference })
  else if (mapping.encounter !== undefined) push(mapping.encounter, 'participant', some({ type: entry.resource['code'], individual: entry.reference }))
  if (isGeneral && mapping.patient !== undefined) push(mapping.patient, 'generalPractitioner', entry.reference)
}

function push(entry: Entry, property: string, value: unknown): void {
  const list = (entry.resource[property] ??= []) as unknown[]
  list.push(value)
}
