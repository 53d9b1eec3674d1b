import type { CodeSystem } from './code-system.ts'
import { valueOf } from './flatten.ts'
import { patternFrom } from './pattern.ts'
import type { Filter } from './resources.ts'

/** Whether the concept passes the filter (R4, ValueSet.compose.include.filter). Null when this server cannot decide it: it never guesses. */
export function passes(system: CodeSystem, at: number, filter: Filter): boolean | null {
  const { property, op, value } = filter
  const isCode = property === 'concept' || property === 'code'
  if (isCode && (op === 'is-a' || op === 'descendent-of' || op === 'is-not-a' || op === 'generalizes')) return byHierarchy(system, at, op, value)
  switch (op) {
    case '=':
      return valuesOf(system, at, property).includes(value)
    case 'in':
      return listOf(value).some((one) => valuesOf(system, at, property).includes(one))
    case 'not-in':
      return !listOf(value).some((one) => valuesOf(system, at, property).includes(one))
    case 'exists':
      return valuesOf(system, at, property).length > 0 === (value === 'true')
    case 'regex': {
      const pattern = patternOf(value)
      return pattern && valuesOf(system, at, property).some((one) => one.length <= valueMax && pattern(one))
    }
    case 'is-a':
    case 'descendent-of':
    case 'is-not-a':
    case 'generalizes':
      // The values of the property may be concepts, such as a parent under another name, but only codes have a hierarchy here.
      return null
    default:
      return null
  }
}

function byHierarchy(system: CodeSystem, at: number, op: string, value: string): boolean | null {
  const named = system.find(value)
  // The named concept is not here. Unless the code system is complete, its position in the hierarchy is unknown.
  if (named < 0) return system.isComplete ? op === 'is-not-a' : null
  if (op === 'is-a') return system.isBelow(at, named)
  if (op === 'descendent-of') return at !== named && system.isBelow(at, named)
  if (op === 'is-not-a') return !system.isBelow(at, named)
  return system.isBelow(named, at)
}

const listOf = (value: string): string[] => value.split(',').map((one) => one.trim())

function valuesOf(system: CodeSystem, at: number, property: string): string[] {
  if (property === 'code' || property === 'concept') return [system.codeOf(at)]
  if (property === 'parent') return [...system.parents(at)].map(system.codeOf)
  if (property === 'child') return [...system.children(at)].map(system.codeOf)
  if (property === 'inactive') return [String(system.isInactive(at))]
  if (property === 'notSelectable') return [String(system.isAbstract(at))]
  const concept = system.concept(at)
  if (property === 'display') return concept.display === undefined ? [] : [concept.display]
  if (property === 'definition') return concept.definition === undefined ? [] : [concept.definition]
  return (concept.property ?? []).filter(({ code }) => code === property).map(valueOf)
}

const valueMax = 200
let last: { text: string; pattern: ReturnType<typeof patternFrom> } | undefined

/** Keeps the last pattern, because one filter is checked for every concept of a system. */
function patternOf(text: string): ReturnType<typeof patternFrom> {
  if (last?.text !== text) last = { text, pattern: patternFrom(text) }
  return last.pattern
}
