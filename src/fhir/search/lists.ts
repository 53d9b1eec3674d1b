import { idForm } from '../runtime/primitives.ts'
import type { Fhir } from '../types.ts'
import { clauseOf } from './clause.ts'
import { Problem } from './problem.ts'
import { filterOf } from './filter.ts'
import { conditionOf } from './relation.ts'
import type { Clause } from './search.ts'

const listsMax = 20
type Conditions = [name: string, value: string][]

const isTrue: Conditions = [['verification-status:not', 'entered-in-error,refuted']]
const isAllergic: Conditions = [...isTrue, ['clinical-status:not', 'inactive,resolved']]
const isTaken: Conditions = [['status', 'active,on-hold,unknown,intended']]

/**
 * The functional lists of R4 (lists.html, "Current Resource Lists") as conditions on the resources, by the rule of the patient summary: all that is not
 * over and not wrong. A resource without a status counts as current: one too many is looked at, one too few would be missed.
 */
const functional: Record<string, Record<string, Conditions> | undefined> = {
  '$current-problems': { Condition: [...isTrue, ['clinical-status:not', 'inactive,remission,resolved']] },
  '$current-medications': {
    MedicationStatement: isTaken,
    MedicationRequest: [
      ['status', 'active,on-hold,unknown'],
      ['intent:not', 'proposal,option'],
    ],
  },
  '$current-allergies': { AllergyIntolerance: isAllergic },
  // An allergy without a category may be one to a drug.
  '$current-drug-allergies': { AllergyIntolerance: [...isAllergic, ['_filter', 'category eq medication or category eq biologic or category pr false']] },
}

/** The functional lists by their names without the `$`, each with the types of its entries. */
export const functionalLists: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  Object.entries(functional).map(([name, list = {}]) => [name.slice(1), Object.keys(list)]),
)

/** Reads `_list`: `id`, `List/id` or `$current-…`, separated by commas. A resource is found when one of the lists has it. */
export function listOf(fhir: Fhir, type: string | null, value: string): Clause | Clause[] | Problem {
  const names = value.split(',').map((one) => one.replace(/^List\//, ''))
  if (names.length > listsMax) return wrong
  const ids = names.filter((name) => !name.startsWith('$'))
  if (!ids.every((id) => idForm.test(id))) return wrong
  const ways: Clause[][] = ids.length === 0 ? [] : [[{ code: '_list', test: 'list', ids }]]
  for (const name of names) {
    if (!name.startsWith('$')) continue
    const clauses = clausesOf(fhir, type, name)
    if (clauses instanceof Problem) return clauses
    ways.push(clauses)
  }
  const [first, ...others] = ways as [Clause[], ...Clause[][]]
  if (others.length === 0) return first
  return { code: '_list', test: 'any', clauses: ways.map((clauses) => ({ code: '_list', test: 'all', clauses })) }
}

function clausesOf(fhir: Fhir, type: string | null, name: string): Clause[] | Problem {
  const list = Object.hasOwn(functional, name) ? functional[name] : undefined
  if (list === undefined)
    return new Problem('not-supported', 'this functional list is not known', `One of ${Object.keys(functional).join(', ')}, or the id of a List.`)
  const conditions = type === null ? undefined : list[type]
  if (conditions === undefined) return new Problem('value', `${name} lists no ${type ?? 'types at large'}`, `Search ${Object.keys(list).join(' or ')}.`)
  const clauses: Clause[] = []
  for (const [code, text] of conditions) {
    const found =
      code === '_filter' ? filterOf(fhir, type, text) : conditionOf(fhir, type, code, { of: (parameter, modifier) => clauseOf(parameter, modifier, text) })
    if (found instanceof Problem) return found
    clauses.push(...(Array.isArray(found) ? found : [found]))
  }
  return clauses
}

const wrong = new Problem('value', 'does not name Lists', `Write up to ${listsMax} ids with commas.`)
