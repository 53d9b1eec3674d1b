type Json = Record<string, unknown>

// Properties that only people read: they are nine tenths of a definition.
const forPeople = new Set(
  `text mapping contact description purpose copyright useContext jurisdiction keyword publisher date short definition comment alias
   requirements example isModifierReason isSummary mustSupport meaningWhenMissing orderMeaning representation condition xpath`.split(/\s+/),
)
/** What an element must be is compared as it is written: a pattern of a text alone is nothing without it. */
const compared = /^(?:fixed|pattern|minValue|maxValue)[A-Z]/
const ofCore = ['path', 'min', 'max', 'type', 'contentReference', 'binding']

export function slim(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(slim)
  if (typeof value !== 'object' || value === null) return value
  const kept: Json = {}
  // The purpose of an additional binding is a code that is read; that of a definition is a text.
  const isBinding = 'valueSet' in value
  for (const name in value) {
    const part = (value as Json)[name]
    if (!forPeople.has(name) || (isBinding && name === 'purpose')) kept[name] = compared.test(name) ? part : slim(part)
  }
  return kept
}

/**
 * Of a profile the differential says everything, because it is laid over that of its base; the snapshot is kept where it stands alone.
 * The types of R4 themselves are checked by generated code and are kept as a list of elements.
 */
export function leanStructure(resource: Json): Json {
  const { snapshot, differential, ...others } = resource as Json & { snapshot?: { element?: Json[] } }
  const rest = slim(others) as Json
  if (resource.derivation === 'constraint')
    return differential === undefined ? { ...rest, snapshot: slim(snapshot) } : { ...rest, differential: slim(differential), ...ownReferences(snapshot) }
  if (snapshot === undefined) return { ...rest, differential: slim(differential) }
  return { ...rest, snapshot: { element: (snapshot.element ?? []).map(coreElement) } }
}

/** Of the snapshot only which elements have what another element of the same profile says; those that refer to the type itself are as the type has them. */
function ownReferences(snapshot: { element?: Json[] } | undefined): Json {
  const found = (snapshot?.element ?? []).filter(({ contentReference }) => typeof contentReference === 'string' && contentReference.startsWith('#'))
  return found.length === 0 ? {} : { ownReferences: found.map(({ path, contentReference }) => ({ path, contentReference })) }
}

function coreElement(element: Json): Json {
  const kept: Json = {}
  for (const name of ofCore) if (element[name] !== undefined) kept[name] = element[name]
  return kept
}

/** What is kept of any definition: of a code system everything but its concepts, which the terminology keeps. */
export function leanText(resource: Json): string {
  if (resource.resourceType === 'StructureDefinition') return JSON.stringify(leanStructure(resource))
  const { concept: _, expansion: __, ...rest } = resource
  return JSON.stringify(resource.resourceType === 'CodeSystem' || resource.resourceType === 'ValueSet' ? slim(rest) : slimKeepingText(resource))
}

// A Questionnaire is kept whole: it has few texts, and checks read its items as they are.
const slimKeepingText = (resource: Json): unknown => ({ ...resource, text: undefined })
