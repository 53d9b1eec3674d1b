import type { Clause } from '../../fhir/fhir.ts'
import { Refusal } from '../../platform/refusal.ts'
import type { Asking } from '../asking.ts'
import { isServerId, keyOfId } from '../ids.ts'
import { widen } from './named-patients.ts'
import type { From } from './related.ts'
import { patientsWith } from './search-plan.ts'
import { findName } from '../store.ts'

export const compartmentNames: readonly string[] = ['Patient', 'Encounter', 'Practitioner', 'RelatedPerson', 'Device']
const keysMax = 5000

/** Parameters by which resources of a type belong to the compartment, and whether the compartment's own resource is of the type. */
function membership({ world: { fhir } }: Asking, name: string, type: string): { codes: string[]; isItself: boolean } {
  const references = fhir.parameters(type).filter((one) => one.type === 'reference')
  const codes = fhir.compartment(name, type).filter((code) => references.some((one) => one.code === code))
  return { codes, isItself: type === name }
}

export function typesOfCompartment(asking: Asking, name: string): string[] {
  return asking.world.fhir.types.filter((type) => {
    const { codes, isItself } = membership(asking, name, type)
    return isItself || codes.length > 0
  })
}

export function requireMember(asking: Asking, name: string, type: string): void {
  if (typesOfCompartment(asking, name).includes(type)) return
  throw new Refusal('incorrect', `${type} never belongs to the compartment of a ${name}`, { hint: `Search ${type} by its own parameters.` })
}

/**
 * `Patient/1/Condition` asks for resources that refer to that patient by any parameter of the compartment. Most of them are filed under the patient's
 * own keys. Other patients with such a reference are looked up first, so that nobody's rows are read for nothing.
 */
export async function decideCompartment({ asking, sql }: From, type: string, clause: Extract<Clause, { test: 'compartment' }>): Promise<Clause> {
  const { name, id } = clause
  const { codes, isItself } = membership(asking, name, type)
  const person = name === 'Patient' ? await widen(asking, [id]) : null
  const literals = [...new Set([`${name}/${id}`, ...(person?.literals ?? [])])]
  const clauses = codes.map((code): Clause => ({ code, test: 'reference', values: [{ literals }] }))
  if (isItself) clauses.push({ code: '_id', test: 'ids', ids: literals.map((literal) => literal.slice(name.length + 1)) })
  const own = person?.keys ?? (await ownKeys(asking, name, id))
  const others = await patientsWith(asking, sql, type, literals, keysMax)
  const found: Clause = { code: '_compartment', test: 'any', clauses, ...(person === null ? {} : { named: person.keys }) }
  return others === null ? found : { ...found, keys: [...new Set([...own, ...others])] }
}

async function ownKeys({ world }: Asking, name: string, id: string): Promise<number[]> {
  if (isServerId(id)) return [keyOfId(id)]
  const named = await findName(world.sql, world.fhir.typeCode(name), id)
  return named === null ? [] : [named.patient]
}
