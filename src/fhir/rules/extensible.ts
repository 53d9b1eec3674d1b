import { membershipOf } from '../profile/binding.ts'
import type { Json } from '../profile/items.ts'
import type { Check } from '../runtime/check.ts'
import { quantity } from './datatypes.ts'
import type { Rule } from './strict.ts'

const ucum = 'http://unitsofmeasure.org'

/** terminologies.html#extensible: a code outside is right only when nothing inside fits, so it is a warning. */
export function checkExtensible(object: Json, valueSet: string, check: Check, depth: number): void {
  if (check.known === undefined || membershipOf({ known: check.known }, valueSet, object) !== 'out') return
  const hint = `Use a code of ${valueSet} if one fits.`
  check.add('code-invalid', check.path(depth), `no code is from the extensible value set ${valueSet}`, hint, 'warning')
}

/** elementdefinition-maxValueSet: no code may be outside this value set, whatever the strength of the binding. */
export function checkMaximum(value: unknown, valueSet: string, check: Check, path: () => string): void {
  if (check.known === undefined || membershipOf({ known: check.known }, valueSet, value) !== 'out') return
  check.add('code-invalid', path(), `there is a code outside ${valueSet}, which none may leave`, `Use a code of ${valueSet}.`)
}

/** The unit of an amount of time or length must be one that UCUM converts to seconds or to metres. */
export function measured(base: 's' | 'm', valueSet: string): Rule {
  return (object, place) => {
    quantity(object, place)
    const { check, depth } = place
    const { code, system } = object
    if (code === undefined) return
    const unit = system === ucum && typeof code === 'string' ? check.known?.unit(code) : undefined
    if (unit && unit.unit !== base) check.add('code-invalid', check.path(depth, 'code'), `is no unit of ${valueSet}`, `Use a unit of ${valueSet}.`)
    else checkMaximum(object, valueSet, check, () => check.path(depth, 'code'))
  }
}
