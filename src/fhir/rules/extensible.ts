import { membershipOf } from '../profile/binding.ts'
import type { Json } from '../profile/items.ts'
import type { Structure } from '../profile/structure.ts'
import type { Place } from './walk.ts'

const made = new WeakMap<Structure, Map<string, string>>()

/** Value sets of the extensible bindings of one type, by path. */
function bindingsOf(structure: Structure): Map<string, string> {
  const known = made.get(structure)
  if (known !== undefined) return known
  const bindings = new Map<string, string>()
  for (const { path, binding } of structure.snapshot?.element ?? []) {
    if (binding?.strength === 'extensible' && binding.valueSet !== undefined) bindings.set(path.replace('[x]', ''), binding.valueSet)
  }
  made.set(structure, bindings)
  return bindings
}

/** terminologies.html#extensible: a code outside is right only when nothing inside fits, so it is a warning. */
export function checkExtensible(object: Json, type: string, { check, depth, owner }: Place): void {
  const { known } = check
  if ((type !== 'CodeableConcept' && type !== 'Coding') || known === undefined) return
  const structure = known.structure(`http://hl7.org/fhir/StructureDefinition/${owner.split('.')[0]}`)
  const valueSet = structure === undefined ? undefined : bindingsOf(structure).get(`${owner}.${check.names[depth]}`)
  if (valueSet === undefined || membershipOf({ known }, valueSet, object) !== 'out') return
  const hint = `Use a code of ${valueSet} if one fits.`
  check.add('code-invalid', check.path(depth), `no code is from the extensible value set ${valueSet}`, hint, 'warning')
}
