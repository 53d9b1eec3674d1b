import type { Resource } from '../../fhir/fhir.ts'
import type { Asking } from '../asking.ts'
import { parseReference } from '../ids.ts'

type Json = Record<string, unknown>
type Reference = { reference?: string; identifier?: { system?: unknown } }

/** The literal references to resources of this server, as `Type/id`. */
export function referencesOf({ world, base }: Asking, resource: Resource): string[] {
  const found: string[] = []
  world.fhir.references(resource, ({ reference }) => {
    const parsed = reference === undefined ? null : parseReference(reference, base)
    if (parsed) found.push(`${parsed.type}/${parsed.id}`)
  })
  return found
}

/**
 * Changes the resource in place: whichever chart an entry was filed under, the document has one patient, and a personal number beside a reference is
 * removed.
 */
export function cleaned(asking: Asking, resource: Resource, charts: ReadonlySet<string>, chart: string): void {
  const { world, base } = asking
  world.fhir.references(resource, (found, path) => {
    const one = found as Reference
    const parsed = one.reference === undefined ? null : parseReference(one.reference, base)
    const isSubject = () => [`${resource.resourceType}.subject`, `${resource.resourceType}.patient`].includes(path())
    if ((parsed && charts.has(`${parsed.type}/${parsed.id}`)) || (one.reference === undefined && isSubject())) {
      one.reference = chart
      delete one.identifier
    } else if (isPersonal(asking, one.identifier)) delete one.identifier
  })
}

const isPersonal = ({ world }: Asking, identifier: { system?: unknown } | undefined): boolean =>
  typeof identifier?.system === 'string' && ['jmbg', 'ebs', 'lbo', 'lzb'].some((kind) => identifier.system === `${world.config.SYSTEM_URN}:${kind}`)

const unknown = { extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: 'unknown' }] }

/**
 * The chart as the document shows it. A summary is made to be carried away, so only the institution that wrote the national numbers sees them in it.
 * IPS demands a name and a birth date: missing ones are marked as unknown.
 */
export function patientShown(asking: Asking, chart: Resource, isOwn: boolean): Resource {
  const { text: _text, link: _link, photo: _photo, identifier, ...shown } = chart as Resource & { identifier?: Json[] }
  const identifiers = (identifier ?? []).filter((one) => isOwn || !isPersonal(asking, one))
  const names = (chart['name'] ?? []) as Json[]
  const isNamed = names.length > 0 && names.every((name) => ['family', 'given', 'text'].some((part) => name[part] !== undefined))
  return {
    ...shown,
    ...(identifiers.length > 0 ? { identifier: identifiers } : {}),
    ...(isNamed ? {} : { name: [{ _text: unknown }] }),
    ...(chart['birthDate'] === undefined && chart['_birthDate'] === undefined ? { _birthDate: unknown } : {}),
  }
}
