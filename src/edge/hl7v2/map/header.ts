import { inOnePiece } from '../../draft/characters.ts'
import { type Json, some } from '../../draft/draft.ts'
import { identifierSystem } from '../../draft/systems.ts'
import type { Segment, Value } from '../message.ts'
import { fill, type Mapping, rowsOf } from './mapping.ts'
import { namedPlace, practitioner } from './people.ts'
import { coded, facility, instant, organization } from './types.ts'

const unknownEndpoint = { extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: 'unknown' }] }

/** An application (HD): its name, and its URL when it has one; R4 demands a URL. */
function application(value: Value | undefined): Json {
  const [name, universal] = [value?.part(1), value?.part(2)]
  value?.skip(3)
  const endpoint = identifierSystem(undefined, universal)
  return { ...(name === undefined ? {} : { name }), ...(endpoint === undefined ? { _endpoint: unknownEndpoint } : { endpoint }) }
}

const headerRows = rowsOf([
  [4, 'sender', facility],
  [19, 'language', language],
])
function language(value: Value): string | undefined {
  const code = value.part(1)
  return code !== undefined && /^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$/.test(code) ? code : undefined
}

export function header(msh: Segment, mapping: Mapping): void {
  const { resource } = mapping.header
  const { type, event } = mapping.message
  const named = [1, 2, 3].map((part) => msh.first(9)?.part(part)).filter((one) => one !== undefined)
  resource['eventCoding'] = { system: 'http://terminology.hl7.org/CodeSystem/v2-0003', code: event || type || 'unknown', display: named.join('^') || undefined }
  const processing = msh.text(11)
  const security = msh.first(8)?.part(1)
  const meta = some({
    tag: processing === undefined ? [] : [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0103', code: processing }],
    security: security === undefined ? [] : [{ display: security }],
  })
  if (meta !== undefined) resource['meta'] = meta
  resource['source'] = application(msh.first(24) ?? msh.first(3))
  const receiver = msh.first(6) === undefined ? undefined : facility(msh.first(6) as Value, mapping, `${msh.place}-6`)
  if (msh.first(25) ?? msh.first(5) ?? receiver) resource['destination'] = [some({ ...application(msh.first(25) ?? msh.first(5)), receiver })]
  fill(mapping.header, msh, headerRows, mapping)
  const responsible = partOf(resource['sender'] as Json | undefined, msh, 22, mapping)
  if (responsible !== undefined) resource['responsible'] = responsible
  partOf(receiver, msh, 23, mapping)
  // The acknowledgement mode, the versions and the character set concern the transport; the first two repeat fields 24 and 25.
  msh.skip(1, 2, 3, 5, 7, 10, 12, 13, 15, 16, 17, 18, 20, 21)
  device(msh, mapping)
}

/**
 * MSH-22 and 23 name the organizations responsible for the sending and the receiving facility. MSH-17 is the country of the message, and so of both
 * facilities.
 */
function partOf(facility: Json | undefined, msh: Segment, field: number, mapping: Mapping): Json | undefined {
  const given = msh.first(field)
  const owner = given && organization(given, mapping, `${msh.place}-${field}`)
  const place = mapping.draft.find(facility)
  const country = msh.text(17)
  if (place === undefined || place.fullUrl === owner?.['reference']) return owner
  if (owner !== undefined) place.resource['partOf'] ??= owner
  if (country !== undefined) place.resource['address'] ??= [{ country }]
  return mapping.draft.find(owner)?.reference
}

/** The application that sent the message, as the assembler of the data (Provenance): one device for all its messages. */
function device(msh: Segment, mapping: Mapping): void {
  const name = msh.text(3)
  if (name === undefined) return
  const universal = msh.first(3)?.part(2)
  mapping.draft.once('sender device', 'Device', inOnePiece(msh.place, ' identifier<3'), (entry) => {
    const identifier = { system: identifierSystem(undefined, universal), value: name }
    entry.resource['identifier'] = [some(identifier)]
    entry.resource['deviceName'] = [{ name, type: 'user-friendly-name' }]
    entry.isFoundBy(identifier)
  })
}

/** SFT: software that the message passed through. */
export function software(segment: Segment, mapping: Mapping): void {
  const entry = mapping.draft.add('Device', segment.place)
  const { resource } = entry
  const vendor = segment.text(1)
  if (vendor !== undefined) resource['manufacturer'] = vendor
  const [version, product, binary] = [segment.text(2), segment.text(3), segment.text(4)]
  if (product !== undefined) resource['deviceName'] = [{ name: product, type: 'manufacturer-name' }]
  if (version !== undefined) resource['version'] = [{ value: version }]
  if (binary !== undefined) resource['modelNumber'] = binary
  fill(entry, segment, softwareRows, mapping)
  const source = mapping.header.resource['source'] as Json
  if (product !== undefined) source['software'] ??= product
  if (version !== undefined) source['version'] ??= version
}
const softwareRows = rowsOf([[5, 'note[]', (value) => ({ text: value.whole() })]])

/** EVN: when and why the event happened, and who entered it. */
export function event(segment: Segment, mapping: Mapping): void {
  segment.skip(1)
  const occurred = segment.first(6) ?? segment.first(2)
  const when = occurred && instant(occurred)
  const reason = segment.first(4) && coded('0062')(segment.first(4) as Value)
  const who = segment.first(5) && practitioner(segment.first(5) as Value, mapping, `${segment.place}-5`)
  mapping.header.comesFrom(segment.place)
  const { resource } = mapping.header
  if (reason !== undefined) resource['reason'] = reason
  if (who !== undefined) resource['enterer'] = who
  mapping.occurred = when
  segment.first(2)?.whole()
  mapping.happened = segment.first(7) && namedPlace(segment.first(7) as Value, mapping, `${segment.place}-7`)
}
