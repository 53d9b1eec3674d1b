import type { Resource, VisitReference } from './types.ts'

type Json = Record<string, unknown>

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null

/**
 * Visits every Reference of the resource, in document order. A Reference is recognised by its properties alone: nothing else in R4 has
 * the same ones. The resource comes from parseJson, so its depth is bounded.
 */
export function walkReferences(resource: Resource, visit: VisitReference): void {
  const steps: (string | number)[] = [typeof resource.resourceType === 'string' ? resource.resourceType : 'Resource']
  walk(resource, steps, visit, () => textOf(steps))
}

/** The path is kept as a list of steps: most elements are no References, and building the text of a path for each would cost more than the walk. */
function walk(value: Json, steps: (string | number)[], visit: VisitReference, path: () => string): void {
  if ((typeof value.reference === 'string' || value.identifier !== undefined) && isReference(value)) visit(value as { reference?: string }, path)
  for (const name in value) {
    const inner = value[name]
    if (!isObject(inner)) continue
    steps.push(name)
    if (!Array.isArray(inner)) walk(inner, steps, visit, path)
    else
      for (let i = 0; i < inner.length; i++) {
        if (!isObject(inner[i])) continue
        steps.push(i)
        walk(inner[i], steps, visit, path)
        steps.pop()
      }
    steps.pop()
  }
}

const textOf = (steps: readonly (string | number)[]): string =>
  steps.map((step, at) => (typeof step === 'number' ? `[${step}]` : at === 0 ? step : `.${step}`)).join('')

export type Survey = {
  /** Every Reference, in document order. */
  holders: { reference?: string }[]
  /** Whether anything else may point to another entry of the transaction: a uri, or a link of the narrative. */
  hasOtherUrns: boolean
}

/** Finds all References of a resource in one walk, so that a transaction need not search for them again each time it learns an id. */
export function surveyReferences(resource: Resource): Survey {
  const survey: Survey = { holders: [], hasOtherUrns: false }
  look(resource, survey)
  return survey
}

function look(value: Json, survey: Survey): void {
  const isHolder = (typeof value.reference === 'string' || value.identifier !== undefined) && isReference(value)
  if (isHolder) survey.holders.push(value as { reference?: string })
  for (const name in value) {
    const inner = value[name]
    if (typeof inner === 'string') {
      if (inner.charCodeAt(0) === 0x75 ? isUrn(inner) && !(isHolder && name === 'reference') : name === 'div' && inner.includes('urn:'))
        survey.hasOtherUrns = true
    } else if (!isObject(inner)) continue
    else if (!Array.isArray(inner)) look(inner, survey)
    else
      for (const item of inner) {
        if (isObject(item)) look(item, survey)
        else if (typeof item === 'string' && isUrn(item)) survey.hasOtherUrns = true
      }
  }
}

const properties = new Set(['reference', 'type', 'identifier', 'display', 'id', 'extension', '_reference', '_type', '_display'])

/**
 * Tells a Reference from others that have a reference or an identifier: an Expression also has a language, and a resource a resourceType;
 * Reference.identifier is one object.
 */
function isReference(value: Json): boolean {
  for (const name in value) if (!properties.has(name)) return false
  const { identifier } = value
  return typeof value.reference === 'string' || (isObject(identifier) && !Array.isArray(identifier))
}

// Names of elements of type uri, url, oid and uuid. Identifier.value and other strings stay as they are, even when they look like a urn.
const uriNames = new Set(
  `url source valueUri valueUrl valueUuid valueOid implicitRules policy location address instantiatesUri definitionUri derivedFromUri
   protocol uri sourceUri targetUri authority authorizationUrl issuer jurisdiction onlineInformation moduleUri nameUrl rendering
   relativePath instantiates eventUri endpoint definition link identifier`.split(/\s+/),
)

/**
 * Replaces in place the references that `map` knows: Reference.reference; strings that consist of a urn:uuid: or urn:oid:, by which uri, url,
 * oid and uuid elements point to entries of the same transaction; href and src in narratives.
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
    }
    return
  }
  for (const name in value) {
    const inner = value[name]
    if (typeof inner === 'object' && inner !== null) {
      rewrite(inner as Json, map)
      if (Array.isArray(inner) && uriNames.has(name)) rewriteItems(inner, map)
    } else if (typeof inner !== 'string') continue
    else if (name === 'reference' || (isUrn(inner) && uriNames.has(name))) {
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

// An array of uris, such as policy or instantiatesUri: only its holder knows the name of the element.
function rewriteItems(items: unknown[], map: (reference: string) => string | undefined): void {
  for (let i = 0; i < items.length; i++) {
    const item = items[i]
    if (typeof item === 'string' && isUrn(item)) items[i] = map(item) ?? item
  }
}

const isUrn = (text: string) => text.startsWith('urn:uuid:') || text.startsWith('urn:oid:')
