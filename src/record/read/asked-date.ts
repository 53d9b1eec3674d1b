import { type Clause, parseSearch } from '../../fhir/fhir.ts'
import { Refusal } from '../../platform/refusal.ts'
import type { World } from '../../platform/world.ts'

type DateValue = Extract<Clause, { test: 'date' }>['values'][number]

/** A date as a search understands it, with its prefix: a day is a day of the country. Null when it is none. */
export function dateAsked(world: World, text: string): DateValue | null {
  // In an address a plus sign that was not escaped arrives as a space.
  const plain = text.replace(/ (?=\d\d:\d\d$)/, '+')
  try {
    const [clause] = parseSearch(world.fhir, 'Observation', [['date', plain]], { lenient: false }).clauses
    const [value, another] = clause?.test === 'date' ? clause.values : []
    return another === undefined ? (value ?? null) : null
  } catch (error) {
    if (error instanceof Refusal) return null
    throw error
  }
}
