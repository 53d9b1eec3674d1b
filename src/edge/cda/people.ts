import { type Entry, type Json, some } from '../draft/draft.ts'
import type { Element } from './element.ts'
import type { Mapping } from './mapping.ts'
import { addresses, concept, identifiers, names, telecoms } from './types.ts'

/** A participant: the person, the organization that the person acted for, or a device. */
export type Party = { person: Entry | undefined; organization: Entry | undefined; device: Entry | undefined }

/** AssignedAuthor, AssignedEntity. Within a document the same number, or else the same name, is the same person. */
export function assigned(element: Element | undefined, mapping: Mapping, place: string): Party {
  if (element === undefined) return { person: undefined, organization: undefined, device: undefined }
  const numbers = identifiers(element)
  const called = names(element.first('assignedPerson') ?? element.first('playingEntity') ?? element.first('informationRecipient'))
  const organization = organizationOf(element.first('representedOrganization') ?? element.first('receivedOrganization'), mapping, place)
  const device = deviceOf(element, numbers, organization, mapping, place)
  const isPerson = called.length > 0 || (numbers.length > 0 && device === undefined)
  const person = isPerson ? personOf(element, numbers, called, mapping, place) : undefined
  return { person, organization, device }
}

function personOf(element: Element, identifier: Json[], name: Json[], mapping: Mapping, place: string): Entry {
  const key = identifier.length > 0 ? identifier : name
  const code = concept(element.first('code'), mapping.words)
  const [address, telecom] = [addresses(element), telecoms(element)]
  const entry = mapping.draft.once(`person ${JSON.stringify(key)}`, 'Practitioner', place, () => {})
  // A later element may give what an earlier one left out.
  const { resource } = entry
  const more = some({ identifier, name, address, telecom, qualification: code && [{ code }] }) ?? {}
  for (const [property, value] of Object.entries(more)) resource[property] ??= value
  return entry
}

function deviceOf(element: Element, identifier: Json[], owner: Entry | undefined, mapping: Mapping, place: string): Entry | undefined {
  const made = element.first('assignedAuthoringDevice')
  if (made === undefined) return undefined
  const [model, software] = [made.first('manufacturerModelName')?.text, made.first('softwareName')?.text]
  return mapping.draft.once(`device ${JSON.stringify(identifier)} ${model} ${software}`, 'Device', place, ({ resource }) => {
    const deviceName = model ? [{ name: model, type: 'model-name' }] : []
    Object.assign(resource, some({ identifier, deviceName, version: software ? [{ value: software }] : [], owner: owner?.reference }))
  })
}

export function organizationOf(element: Element | undefined, mapping: Mapping, place: string): Entry | undefined {
  if (element === undefined) return undefined
  const identifier = identifiers(element)
  const name = element
    .all('name')
    .map((one) => one.text)
    .find((text) => text !== '')
  const [address, telecom] = [addresses(element), telecoms(element)]
  if (identifier.length === 0 && name === undefined) return undefined
  const entry = mapping.draft.once(`organization ${identifier.length > 0 ? JSON.stringify(identifier) : name}`, 'Organization', place, () => {})
  const more = some({ identifier, name, address, telecom }) ?? {}
  for (const [property, value] of Object.entries(more)) entry.resource[property] ??= value
  // org-3: an organization has no home address; home is only CDA's default use.
  for (const one of [...((entry.resource['address'] as Json[] | undefined) ?? []), ...((entry.resource['telecom'] as Json[] | undefined) ?? [])])
    if (one['use'] === 'home') delete one['use']
  return entry
}

export const whoOf = ({ person, organization, device }: Party): Entry | undefined => person ?? device ?? organization

/** The performers of an entry, as references. */
export function performers(element: Element, mapping: Mapping, place: string): { who: Json; party: Party }[] {
  return element.all('performer').flatMap((performer) => {
    const party = assigned(performer.first('assignedEntity'), mapping, place)
    const who = whoOf(party)
    return who === undefined ? [] : [{ who: who.reference, party }]
  })
}

/** The author of an entry, when the entry names one. */
export function authorOf(element: Element, mapping: Mapping, place: string): Entry | undefined {
  return assigned(element.first('author', 'assignedAuthor'), mapping, place).person
}
export const practitionerOnly = (entry: Entry | undefined): Entry | undefined => (entry?.resource.resourceType === 'Practitioner' ? entry : undefined)

/** A person related to the patient: guardian, next of kin, contact. */
export function related(element: Element, person: Element | undefined, code: Json | undefined, mapping: Mapping, place: string): Entry | undefined {
  const name = names(person)
  const [identifier, address, telecom] = [identifiers(element), addresses(element), telecoms(element)]
  if (name.length === 0 && telecom.length === 0) return undefined
  return mapping.draft.once(`related ${JSON.stringify([name, telecom, code])}`, 'RelatedPerson', place, ({ resource }) => {
    Object.assign(resource, some({ identifier, patient: mapping.patient.reference, relationship: code && [code], name, telecom, address }))
  })
}
