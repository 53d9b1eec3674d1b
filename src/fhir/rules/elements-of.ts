import type { Knowledge } from '../profile/run.ts'
import { isHolder } from '../xml/shapes.ts'

/** Whether the type has an element of this name, in any of its forms. Null for types that are not followed: primitives, and any resource. */
export function hasElement(known: Knowledge, type: string, name: string): boolean | null {
  const shape = known.shapes.of(type)
  if (shape === undefined || shape.size === 0 || name === 'id' || name === 'extension') return null
  return shape.has(name) || [...shape.values()].some((one) => isFormOf(known, one.name, name))
}

/** The type of the element at a path: Patient.contact.name is a HumanName. */
export function typeAt(known: Knowledge, type: string, path: string): string | undefined {
  let at: string | undefined = type
  for (const name of path.split('.').slice(1)) {
    at = at === undefined || name.endsWith('[x]') || (isHolder(at) && at !== type) ? undefined : known.shapes.of(at)?.get(name)?.type
  }
  return at
}

export const isFormOf = ({ choices }: Knowledge, form: string, name: string): boolean => choices.forms[form] === name && form !== name

/** Whether the codes of a code system of this address are known here. */
export const isSystem = (known: Knowledge, address: string): boolean => known.describe({ system: address, code: '-' }).isKnown !== null

/** What a canonical names here: a definition, or a code system of R4's own, of which only the codes are kept. */
export function definitionOf(canonical: string, known: Knowledge | undefined): string | undefined {
  if (known === undefined) return undefined
  const kind = known.find(canonical)?.resourceType ?? (known.structure(canonical) === undefined ? undefined : 'StructureDefinition')
  if (typeof kind === 'string') return kind
  return isSystem(known, canonical) ? 'CodeSystem' : undefined
}
