import type { Resource } from '../../fhir/fhir.ts'
import { fold } from '../../platform/text.ts'

/** How certain it is that a chart belongs to the described person (R4 value set match-grade). */
export type Grade = { grade: 'certain' | 'probable' | 'possible'; score: number }
export type Ground = 'number' | 'identifier' | 'name'

type Name = { family?: string; given?: string[] }
const namesOf = (patient: Resource): Name[] => (patient['name'] ?? []) as Name[]
const textOf = (patient: Resource, name: string): string | undefined => (typeof patient[name] === 'string' ? patient[name] : undefined)

/** Whether the birth dates contradict each other. A date known to the month does not contradict a day in it. */
function isOtherBirth(described: Resource, chart: Resource): boolean {
  const [one, other] = [textOf(described, 'birthDate'), textOf(chart, 'birthDate')]
  return one !== undefined && other !== undefined && !one.startsWith(other) && !other.startsWith(one)
}

/**
 * A number or an institution's own identifier is exact: what leads to one person is certain, unless the birth date differs or two numbers lead to two
 * people. Names alone are never more than possible: two people may share name and birthday.
 */
export function gradeOf(ground: Ground, described: Resource, chart: Resource, isContradicted: boolean): Grade | null {
  if (ground === 'name') return likeness(described, chart)
  if (isContradicted) return { grade: 'possible', score: 0.5 }
  const isExact = ground === 'number'
  if (isOtherBirth(described, chart)) return isExact ? { grade: 'probable', score: 0.8 } : { grade: 'possible', score: 0.5 }
  return { grade: 'certain', score: isExact ? 1 : 0.99 }
}

/** Compares family name, a given name and the whole birth date, in whichever script they were written. */
function likeness(described: Resource, chart: Resource): Grade | null {
  const [born, known] = [textOf(described, 'birthDate'), textOf(chart, 'birthDate')]
  if (born === undefined || born !== known) return null
  const isNamed = namesOf(described).some((one) => namesOf(chart).some((other) => isSameName(one, other)))
  if (!isNamed) return null
  const [sex, other] = [textOf(described, 'gender'), textOf(chart, 'gender')]
  if (sex !== undefined && other !== undefined && sex !== other) return { grade: 'possible', score: 0.3 }
  return { grade: 'possible', score: sex !== undefined && sex === other ? 0.6 : 0.5 }
}

function isSameName(one: Name, other: Name): boolean {
  if (one.family === undefined || other.family === undefined || fold(one.family) !== fold(other.family)) return false
  const given = (one.given ?? []).map(fold)
  return given.length === 0 || (other.given ?? []).some((name) => given.includes(fold(name)))
}
