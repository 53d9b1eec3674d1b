import { type Basis, decide, relationsOf, typesHidden } from '../access/access.ts'
import { keySets } from '../identity/identity.ts'
import { type Fragment, fragment, join } from '../platform/sql.ts'
import type { Asking } from './asking.ts'
import { reservedKeys } from './ids.ts'
import { maySeeType } from './scope.ts'
import { isOwnersOwn, ownersOwn } from './subscription/owner.ts'

/**
 * What one actor may see. Read, search, include, history and the portal page all ask it. A person is a set of keys; a relation with any of them opens
 * all of them.
 */
export type View = {
  asking: Asking
  /** Why a key is open; null when it is closed. */
  basisOf(key: number): Basis | null
  /** The same number for all keys of one person. */
  personOf(key: number): number
  /** Every open key; null when the view was made for named patients only. */
  openKeys: number[] | null
}

/** Types about the health system and not about a person: open to every signed-in actor with the scope. */
export const directoryTypes: ReadonlySet<string> = new Set([
  'Organization',
  'OrganizationAffiliation',
  'Practitioner',
  'PractitionerRole',
  'Location',
  'HealthcareService',
  'Endpoint',
  'Medication',
  'MedicationKnowledge',
  'Substance',
  'CodeSystem',
  'ValueSet',
  'ConceptMap',
  'NamingSystem',
  'StructureDefinition',
  'SearchParameter',
  'OperationDefinition',
  'CapabilityStatement',
  'ImplementationGuide',
  'Questionnaire',
  'PlanDefinition',
  'ActivityDefinition',
  'Schedule',
  'Slot',
  'DeviceDefinition',
])

/** The view of named patients: one look-up of their key sets, without a list of everything. */
export async function viewOf(asking: Asking, keys: readonly number[]): Promise<View> {
  const { world, actor } = asking
  const wanted = [...new Set(keys.filter((key) => key >= reservedKeys))]
  if (wanted.length === 0) return { asking, basisOf: () => null, personOf: (key) => key, openKeys: null }
  const known = asking.people
  const sets = known && wanted.every((key) => known.has(key)) ? known : await keySets(world.sql, wanted)
  const decisions = await decide(
    world,
    actor,
    'read',
    wanted.map((key) => sets.get(key) ?? [key]),
    sets === known ? asking.unrelated : undefined,
  )
  const bases = new Map<number, Basis>()
  wanted.forEach((key, at) => {
    const decision = decisions[at]
    // `own-submissions` opens no key: it opens rows by their institution, which basisOfRow checks itself.
    if (decision?.permit && decision.basis.view !== 'own-submissions') for (const member of sets.get(key) ?? [key]) bases.set(member, decision.basis)
  })
  return { asking, basisOf: (key) => bases.get(key) ?? null, personOf: (key) => sets.get(key)?.[0] ?? key, openKeys: null }
}

/** The view for a question that names no patient: every key with which the actor has a live relation. */
export async function viewOfAll(asking: Asking): Promise<View> {
  const { world, actor } = asking
  const relations = await relationsOf(world, actor)
  const direct = [...relations.keys.keys()]
  const sets = direct.length > 0 ? await keySets(world.sql, direct) : new Map<number, number[]>()
  const bases = new Map<number, Basis>()
  for (const key of direct) {
    for (const member of sets.get(key) ?? [key]) if (!bases.has(member)) bases.set(member, relations.keys.get(key) as Basis)
  }
  return { asking, basisOf: (key) => bases.get(key) ?? null, personOf: (key) => sets.get(key)?.[0] ?? key, openKeys: [...bases.keys()] }
}

/** An institution's system may always read what the institution submitted. */
export const isOwnSubmission = (asking: Asking, row: { institution: number; type: number; id: string }): boolean =>
  asking.actor.kind === 'system' && asking.actor.institution === row.institution && isOwnersOwn(asking, row)

/** `isOwnSubmission` as a condition on `r`; null when the actor is no system of an institution. */
export function ownSubmissions(asking: Asking): Fragment | null {
  const { kind, institution } = asking.actor
  return kind === 'system' && institution !== null ? fragment`(r.institution = ${institution}::int4 and ${ownersOwn(asking)})` : null
}

/** Why the actor may see this row, in the words of the log; null when the actor may not. */
export function basisOfRow(view: View, row: { patient: number; type: number; id: string; institution: number }): string | null {
  const { world, actor } = view.asking
  const type = world.fhir.types[row.type] as string
  if (!maySeeType(actor, type)) return null
  if (isOwnSubmission(view.asking, row)) return 'own-submissions'
  if (row.patient < reservedKeys) return directoryTypes.has(type) ? 'directory' : null
  const basis = view.basisOf(row.patient)
  return basis && !typesHidden(basis.view).includes(type) ? basis.kind : null
}

/** `basisOfRow` as a condition on `r`, applied before matching, so that counts, order and totals concern visible rows only. */
export function visibleRows(view: View, type: number, keys: readonly number[] | null): Fragment {
  const { world, actor } = view.asking
  const name = world.fhir.types[type] as string
  if (!maySeeType(actor, name)) return fragment`false`
  const open = (keys ?? view.openKeys ?? []).filter((key) => {
    const basis = view.basisOf(key)
    return basis !== null && !typesHidden(basis.view).includes(name)
  })
  const ways: Fragment[] = [fragment`r.patient = any(${open}::int8[])`]
  const own = ownSubmissions(view.asking)
  if (own) ways.push(own)
  if (directoryTypes.has(name)) ways.push(fragment`r.patient < ${reservedKeys}::int8`)
  return fragment`(${join(ways, ' or ')})`
}
