import { inXml, type Json } from '../draft/draft.ts'
import { nationalName } from '../draft/national.ts'
import { codeSystemOid, nameOfSystem } from '../draft/systems.ts'
import { list, textAt } from './resources.ts'
import { element, type Xml } from './xml.ts'

/** II. An identifier without an object identifier gets a name (assigningAuthorityName) and a null flavour that says so. */
export function id(identifier: Json): Xml {
  const [system, value] = [textAt(identifier['system']), textAt(identifier['value'])]
  const national = nationalName(system)
  if (national !== undefined) return element('id', { extension: value, assigningAuthorityName: national.type === 'NNSRB' ? 'MUP' : national.type })
  if (system === 'urn:ietf:rfc:3986') return element('id', { root: value.replace(/^urn:(?:oid|uuid):/, '') })
  if (/^urn:(?:oid|uuid):/.test(system)) return element('id', { root: system.replace(/^urn:(?:oid|uuid):/, ''), extension: value })
  const name = nameOfSystem(system)
  return element('id', { extension: value, assigningAuthorityName: name.name || name.universal })
}

/** CD: the first coding whose system CDA can name is the code; the others are translations. */
export function code(name: string, value: unknown, more: Record<string, string | undefined> = {}): Xml {
  const concept = value as Json | undefined
  const [first, ...others] = list(concept?.['coding'])
  const text = textAt(concept?.['text'])
  const original = text === '' ? '' : element('originalText', {}, inXml(text))
  if (first === undefined) return element(name, { ...more, nullFlavor: text === '' ? 'NI' : 'OTH' }, original)
  return element(name, { ...more, ...codeAttributes(first) }, original, ...others.map((one) => element('translation', codeAttributes(one))))
}

function codeAttributes(coding: Json): Record<string, string | undefined> {
  const system = textAt(coding['system'])
  const oid = codeSystemOid(system)
  return {
    code: textAt(coding['code']) || undefined,
    codeSystem: oid ?? undefined,
    codeSystemName: oid === null && system !== '' ? system : undefined,
    displayName: textAt(coding['display']) || undefined,
  }
}
