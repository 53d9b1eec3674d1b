import type { Resource } from '../../fhir/fhir.ts'
import { hl7Date } from '../draft/dates.ts'
import type { Json } from '../draft/draft.ts'
import { nationalName } from '../draft/national.ts'
import { codeSystemName, nameOfSystem } from '../draft/systems.ts'
import { escaped } from '../hl7v2/escapes.ts'
import { list, type Resources, textAt } from './resources.ts'
import { table } from '../draft/table.ts'

// FHIR's data types written as those of HL7 v2.

export const hl7 = (value: unknown) => (typeof value === 'string' ? hl7Date(value) : '')

export const components = (...all: string[]) => all.join('^').replace(/\^+$/, '')

/** CX: a national number under the name of its authority, any other under the name or the URI of its system. */
export function cx(identifier: Json): string {
  const system = textAt(identifier['system'])
  const national = nationalName(system)
  const type = textAt(list((identifier['type'] as Json | undefined)?.['coding'])[0]?.['code'])
  const value = escaped(textAt(identifier['value']))
  const period = identifier['period'] as Json | undefined
  const held = ['', hl7(period?.['start']), hl7(period?.['end'])]
  if (national !== undefined) return components(value, '', '', national.authority, national.type, ...held)
  const { name, universal, type: kind } = nameOfSystem(system)
  const authority = system === '' ? '' : [escaped(name), escaped(universal ?? ''), kind ?? ''].join('&').replace(/&+$/, '')
  return components(value, '', '', authority, escaped(type), ...held)
}

export function ei(identifier: Json | undefined): string {
  if (identifier === undefined) return ''
  const { name, universal, type } = nameOfSystem(textAt(identifier['system']))
  return components(escaped(textAt(identifier['value'])), escaped(name), escaped(universal ?? ''), type ?? '')
}

const nameCodes = table<string>({ official: 'L', usual: 'D', maiden: 'M', nickname: 'N', temp: 'T', anonymous: 'S', old: 'L' })
export function names(resource: Resource): string {
  return list(resource['name'])
    .map((name) => {
      const [first = '', ...more] = list(name['given']).map(textAt)
      const [suffix = '', degree = '', ...professional] = list(name['suffix']).map(textAt)
      const period = name['period'] as Json | undefined
      return components(
        escaped(textAt(name['family']) || textAt(name['text'])),
        escaped(first),
        escaped(more.join(' ')),
        escaped(suffix),
        escaped(list(name['prefix']).map(textAt).join(' ')),
        escaped(degree),
        nameCodes[textAt(name['use'])] ?? '',
        '',
        '',
        '',
        '',
        hl7(period?.['start']),
        hl7(period?.['end']),
        escaped(professional.join(' ')),
      )
    })
    .join('~')
}

const addressCodes = table<string>({ home: 'H', work: 'B', temp: 'C', old: 'BA', billing: 'BI' })
export function addresses(resource: Resource): string {
  return list(resource['address'])
    .map((one) => {
      const [line = '', ...other] = list(one['line']).map(textAt)
      return components(
        escaped(line || textAt(one['text'])),
        escaped(other.join(', ')),
        escaped(textAt(one['city'])),
        escaped(textAt(one['state'])),
        escaped(textAt(one['postalCode'])),
        escaped(textAt(one['country'])),
        addressCodes[textAt(one['use'])] ?? '',
        '',
        escaped(textAt(one['district'])),
      )
    })
    .join('~')
}

const phoneUses = table<string>({ home: 'PRN', work: 'WPN', mobile: 'PRS' })
export function telecoms(resource: Resource): string {
  return list(resource['telecom'])
    .map((one) => {
      const value = escaped(textAt(one['value']))
      const use = phoneUses[textAt(one['use'])] ?? ''
      if (one['system'] === 'email') return components('', 'NET', 'Internet', value)
      return components(value, use, one['use'] === 'mobile' ? 'CP' : one['system'] === 'fax' ? 'FX' : 'PH')
    })
    .join('~')
}

const kinds = table<number>({ wa: 0, ro: 1, bd: 2, si: 3, bu: 6, lvl: 7 })
const locationDepthMax = 10

/** PL, built from the innermost place outwards. */
export function pl(reference: unknown, resources: Resources): string {
  const parts: string[] = []
  let at = resources.at(reference)
  for (let depth = 0; at !== undefined && depth < locationDepthMax; depth++) {
    const kind = textAt(list((at['physicalType'] as Json | undefined)?.['coding'])[0]?.['code'])
    parts[kinds[kind] ?? 0] ??= escaped(textAt(at['name']))
    at = resources.at(at['partOf'])
  }
  return components(...Array.from(parts, (part) => part ?? ''))
}

/** A person by reference: a practitioner, or the practitioner of a role. */
export function xcn(reference: unknown, resources: Resources): string {
  const found = resources.at(reference)
  const person = found?.resourceType === 'PractitionerRole' ? resources.at(found['practitioner']) : found
  if (person === undefined) return escaped(textAt((reference as Json | undefined)?.['display'])).replace(/^(.+)$/, '^$1')
  const number = list(person['identifier'])[0]
  const { name, universal, type } = nameOfSystem(textAt(number?.['system']))
  const [family = '', given = '', more = '', suffix = '', prefix = '', degree = ''] = names(person).split('~')[0]?.split('^') ?? []
  const authority = number === undefined ? '' : [escaped(name), escaped(universal ?? ''), type ?? ''].join('&').replace(/&+$/, '')
  return components(escaped(textAt(number?.['value'])), family, given, more, suffix, prefix, degree, '', authority)
}

/** CWE: two codings and the text. */
export function concept(value: unknown): string {
  const given = value as Json | undefined
  const one = (coding: Json | undefined) =>
    coding === undefined
      ? ['', '', '']
      : [
          escaped(textAt(coding['code'])),
          escaped(textAt(coding['display'])),
          coding['system'] === undefined ? '' : escaped(codeSystemName(textAt(coding['system']))),
        ]
  const [first, second] = list(given?.['coding'])
  const text = escaped(textAt(given?.['text']))
  const head = one(first)
  if (first === undefined) return components('', text)
  if (head[1] === '') head[1] = text
  return components(...head, ...one(second), '', '', text === head[1] ? '' : text)
}
export const words = (value: Json): string =>
  escaped(textAt(value['text']) || textAt(list(value['coding'])[0]?.['display']) || textAt(list(value['coding'])[0]?.['code']))

export const typed = (identifiers: Json[], code: string) =>
  identifiers.find((one) => list((one['type'] as Json | undefined)?.['coding']).some((each) => each['code'] === code))
