import { membershipOf } from '../profile/binding.ts'
import type { Json } from '../profile/items.ts'
import type { Knowledge } from '../profile/run.ts'
import type { Check } from '../runtime/check.ts'

const made = new WeakMap<Knowledge, Map<string, Map<string, string>>>()
const none = new Map<string, string>()

/** Value sets of the extensible bindings of one type, by path. */
function bindingsOf(known: Knowledge, type: string): Map<string, string> {
  let types = made.get(known)
  if (types === undefined) made.set(known, (types = new Map()))
  const there = types.get(type)
  if (there !== undefined) return there
  const structure = known.structure(`http://hl7.org/fhir/StructureDefinition/${type}`)
  const bindings = structure === undefined ? none : new Map<string, string>()
  for (const { path, binding } of structure?.snapshot?.element ?? []) {
    if (binding?.strength === 'extensible' && binding.valueSet !== undefined) bindings.set(path.replace('[x]', ''), binding.valueSet)
  }
  types.set(type, bindings)
  return bindings
}

/** The value set that an element of a type (`Patient.contact`) is bound to extensibly. */
export function extensibleSet(known: Knowledge, owner: string, name: string): string | undefined {
  const end = owner.indexOf('.')
  return bindingsOf(known, end < 0 ? owner : owner.slice(0, end)).get(`${owner}.${name}`)
}

/** terminologies.html#extensible: a code outside is right only when nothing inside fits, so it is a warning. */
export function checkExtensible(object: Json, valueSet: string, check: Check, depth: number): void {
  if (check.known === undefined || membershipOf({ known: check.known }, valueSet, object) !== 'out') return
  const hint = `Use a code of ${valueSet} if one fits.`
  check.add('code-invalid', check.path(depth), `no code is from the extensible value set ${valueSet}`, hint, 'warning')
}
