import type { Resource } from './types.ts'

type Json = Record<string, unknown>

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null

/**
 * Visits every Reference of the resource, in document order. A Reference is known by its shape: `reference` as a string is in R4
 * the property of that name and, in a few definitions, a canonical or code which the caller cannot mistake for Type/id.
 */
export function walkReferences(resource: Resource, visit: (reference: { reference?: string }, path: string) => void): void {
  walk(resource, resource.resourceType, visit)
}

function walk(value: Json, path: string, visit: (reference: { reference?: string }, path: string) => void): void {
  if (typeof value.reference === 'string' || isLogical(value)) visit(value as { reference?: string }, path)
  for (const name in value) {
    const inner = value[name]
    if (!isObject(inner) || JSON.isRawJSON(inner)) continue
    if (!Array.isArray(inner)) walk(inner, `${path}.${name}`, visit)
    else for (let i = 0; i < inner.length; i++) if (isObject(inner[i])) walk(inner[i], `${path}.${name}[${i}]`, visit)
  }
}

const onlyReference = new Set(['identifier', 'type', 'display', 'id', 'extension'])

// { identifier: {system, value} } with nothing but what a Reference may have: a reference by business identifier.
function isLogical(value: Json): boolean {
  const { identifier } = value
  if (!isObject(identifier) || Array.isArray(identifier)) return false
  for (const name in value) if (!onlyReference.has(name)) return false
  return typeof value.type !== 'object'
}

/**
 * Replaces, in place, what `map` knows: Reference.reference, and every string that is wholly a urn:uuid: or urn:oid:, which is how
 * uri, url, oid and uuid elements point to entries of the same transaction; also href and src in narratives.
 * https://hl7.org/fhir/R4/http.html#trules
 */
export function rewriteReferences(resource: Resource, map: (reference: string) => string | undefined): void {
  rewrite(resource, map)
}

function rewrite(value: Json | unknown[], map: (reference: string) => string | undefined): void {
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      const item = value[i]
      if (typeof item === 'object' && item !== null) rewrite(item as Json, map)
      else if (typeof item === 'string' && isUrn(item)) value[i] = map(item) ?? item
    }
    return
  }
  for (const name in value) {
    const inner = value[name]
    if (typeof inner === 'object' && inner !== null) rewrite(inner as Json, map)
    else if (typeof inner !== 'string') continue
    else if (name === 'reference' || (isUrn(inner) && name !== 'fullUrl')) {
      const replaced = map(inner)
      if (replaced !== undefined) value[name] = replaced
    } else if (name === 'div' && inner.includes('urn:')) {
      value[name] = inner.replace(/((?:href|src)\s*=\s*["'])(urn:(?:uuid|oid):[^"'<>\s]+)/g, (all, start, urn) => {
        const replaced = map(urn)
        return replaced === undefined ? all : start + replaced
      })
    }
  }
}

const isUrn = (text: string) => text.startsWith('urn:uuid:') || text.startsWith('urn:oid:')
