type Json = Record<string, unknown>

// Properties that only people read: they are nine tenths of a definition.
const forPeople = new Set(
  `text mapping contact description purpose copyright useContext jurisdiction keyword publisher date short definition comment alias
   requirements example isModifierReason isSummary mustSupport meaningWhenMissing orderMeaning representation condition xpath`.split(/\s+/),
)
/** A fixed or pattern value is compared as it is written, so it is kept whole: a pattern may consist of a `text` alone. */
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
 * Keeps of a profile only its differential, which is laid over that of its base; the snapshot is kept where there is no differential.
 * Generated code checks the types of R4 themselves, so of these only a list of elements is kept.
 */
export function leanStructure(resource: Json): Json {
  const { snapshot, differential, ...others } = resource as Json & { snapshot?: { element?: Json[] } }
  const rest = slim(others) as Json
  if (resource.derivation === 'constraint')
    return differential === undefined ? { ...rest, snapshot: slim(snapshot) } : { ...rest, differential: slim(differential), ...ownReferences(snapshot) }
  if (snapshot === undefined) return { ...rest, differential: slim(differential) }
  return { ...rest, snapshot: { element: (snapshot.element ?? []).map(coreElement) } }
}

/** Keeps of a snapshot only which elements refer to another element of the same profile (`#…`); other references take the rules of the type. */
function ownReferences(snapshot: { element?: Json[] } | undefined): Json {
  const found = (snapshot?.element ?? []).filter(({ contentReference }) => typeof contentReference === 'string' && contentReference.startsWith('#'))
  return found.length === 0 ? {} : { ownReferences: found.map(({ path, contentReference }) => ({ path, contentReference })) }
}

function coreElement(element: Json): Json {
  const kept: Json = {}
  for (const name of ofCore) if (element[name] !== undefined) kept[name] = element[name]
  return kept
}

/** The part of any definition that is kept here. A code system loses its concepts and a value set its expansion: the terminology keeps them. */
export function leanText(resource: Json): string {
  if (resource.resourceType === 'StructureDefinition') return JSON.stringify(leanStructure(resource))
  const { concept: _, expansion: __, ...rest } = resource
  return JSON.stringify(resource.resourceType === 'CodeSystem' || resource.resourceType === 'ValueSet' ? slim(rest) : slimKeepingText(resource))
}

// Other resources lose only their narrative: they are few, and checks read their parts as they are written, such as a Questionnaire's items.
const slimKeepingText = (resource: Json): unknown => ({ ...resource, text: undefined })
