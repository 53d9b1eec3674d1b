import { isObject, type Json } from '../profile/items.ts'
import type { Check } from '../runtime/check.ts'
import { isPrimitive, isResourceType } from '../xml/shapes.ts'

const quantities = new Set(['Age', 'Count', 'Distance', 'Duration', 'Money'])

/**
 * All names that the context of an extension may use for the place where it stands: the path from the resource and from each datatype on the way,
 * the type, and the types it is a kind of. `holder` is the object that has the extension, or the one around a primitive. Null when the place cannot be
 * followed.
 */
export function contextsOf(check: Check, depth: number): { names: ReadonlySet<string>; holder: Json; type: string } | null {
  const { known } = check
  if (known === undefined) return null
  let object = check.current
  let level = check.currentDepth
  let type = object.resourceType as string
  let paths = [type]
  for (; level < depth - 1; level++) {
    const name = check.names[level + 1] as string
    // A primitive has no children but its extensions, and these may contain whole datatypes.
    const shape = known.shapes.of(isPrimitive(type) ? 'Element' : type)
    const property =
      object[name] !== undefined || object[`_${name}`] !== undefined
        ? name
        : Object.keys(object)
            .map((key) => key.replace(/^_/, ''))
            .find((key) => known.choices.forms[key] === name)
    const next = property === undefined ? undefined : shape?.get(property)
    if (next === undefined || property === undefined) return null
    paths = [...paths.map((path) => `${path}.${name}`), ...(property === name ? [] : paths.map((path) => `${path}.${name}[x]`))]
    type = next.type
    // A part that contains parts like itself (PlanDefinition.action) has the same path at any depth.
    paths.push(type)
    const raw = object[property] ?? object[`_${property}`]
    const at = check.at[level + 1] as number
    const value = at >= 0 && Array.isArray(raw) ? raw[at] : raw
    const inner = isObject(value) ? value : at >= 0 ? (object[`_${property}`] as unknown[] | undefined)?.[at] : object[`_${property}`]
    if (!isObject(inner)) {
      if (level < depth - 2) return null
      break
    }
    object = inner
    if (type === 'Extension' && typeof object.url === 'string') paths.push(object.url)
  }
  return { names: new Set([...paths, ...kinds(type)]), holder: object, type }
}

function kinds(type: string): string[] {
  if (isResourceType(type))
    return ['Resource', ...(/^(Bundle|Binary|Parameters)$/.test(type) ? [] : ['DomainResource']), 'CanonicalResource', 'MetadataResource', 'Element']
  const backbone = type.includes('.') ? ['BackboneElement'] : []
  return ['Element', ...backbone, ...(quantities.has(type) ? ['Quantity'] : []), ...(isPrimitive(type) ? ['PrimitiveType'] : [])]
}
