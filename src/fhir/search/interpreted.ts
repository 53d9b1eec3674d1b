import fhirpath from 'fhirpath'
import r4 from 'fhirpath/fhir-context/r4'
import { bounded, TookTooLong } from '../../platform/bounded.ts'
import { Refusal } from '../../platform/refusal.ts'
import type { Extracted, Resource, SearchParameter } from '../types.ts'
import { silent } from '../profile/fhirpath.ts'
import { withConstants } from '../runtime/fhirpath-constants.ts'
import { extractorRuntime } from './extract.ts'

type Json = Record<string, unknown>
type Convert = (out: Extracted[], code: string, value: never) => void

/**
 * Evaluates expressions that the compiler cannot translate by a FHIRPath interpreter, some fifty times slower. The type of a value is guessed from
 * its properties; values that a parameter of this type cannot have are left out.
 */
export function interpreter({ code, type, expression }: SearchParameter): (resource: Resource, out: Extracted[]) => void {
  const { readable, constants } = withConstants(expression)
  const evaluate = fhirpath.compile(readable, r4, { traceFn: silent }) as unknown as (resource: unknown, constants: object) => unknown[]
  return (resource, out) => {
    // Exact numbers (1.50) are objects here; the interpreter needs plain numbers.
    for (const value of evaluated(code, () => evaluate(JSON.parse(JSON.stringify(resource)), constants))) {
      const convert = converterOf(type, value)
      if (convert) (convert as (out: Extracted[], code: string, value: unknown) => void)(out, code, value)
    }
  }
}

const evaluateMs = 1000

/** The expression of an added parameter runs in the thread that answers requests, so it is stopped when it takes too long. */
function evaluated(code: string, act: () => unknown[]): unknown[] {
  try {
    return bounded(evaluateMs, act)
  } catch (error) {
    if (!(error instanceof TookTooLong)) throw error
    throw new Refusal('unprocessable', `the added search parameter ${code} takes too long for this resource`, {
      hint: 'Ask the operator for a simpler expression: record search-parameter remove.',
    })
  }
}

function converterOf(type: string, value: unknown): Convert | undefined {
  const name = `${type}_${shapeOf(type, value)}`
  return (extractorRuntime.x as unknown as Record<string, Convert>)[name]
}

function shapeOf(type: string, value: unknown): string {
  if (typeof value === 'boolean') return 'boolean'
  if (typeof value === 'number') return 'decimal'
  if (typeof value === 'string') return type === 'token' ? 'string' : type === 'date' ? 'date' : 'string'
  if (typeof value !== 'object' || value === null) return 'nothing'
  const has = (name: string) => (value as Json)[name] !== undefined
  if (type === 'date') return has('event') || has('repeat') ? 'Timing' : 'Period'
  if (type === 'reference') return 'Reference'
  if (type === 'quantity') return has('currency') ? 'Money' : has('low') || has('high') ? 'Range' : has('origin') ? 'SampledData' : 'Quantity'
  if (type === 'number') return 'Range'
  if (type === 'string') return has('family') || has('given') ? 'HumanName' : has('city') || has('line') ? 'Address' : 'CodeableConcept'
  if (has('coding') || (has('text') && !has('value'))) return 'CodeableConcept'
  return has('code') || has('display') ? 'Coding' : has('use') && !has('type') && !has('assigner') && has('rank') ? 'ContactPoint' : 'Identifier'
}
