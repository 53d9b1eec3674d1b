import { Refusal } from '../../platform/refusal.ts'
import type { Asking } from '../asking.ts'
import { requireMember, typesOfCompartment } from '../search/compartment.ts'
import { searchAboutPatients } from '../search/search.ts'
import { maySeeType, requireSeen } from '../scope.ts'
import { typesOf } from './everything-wish.ts'
import { instantOf } from './moments.ts'

const known = new Set(['_since', '_type', '_count', '_format', '_pretty'])

/**
 * `Patient/$everything` (R4 patient-operation-everything, of the type): what the actor may see of all patients and what that refers to. It runs as a
 * search: the same access, the same rows in the log for each patient, the same pages. With `_type`, only resources of these types.
 */
export async function everythingOfAll(asking: Asking, pairs: readonly (readonly [string, string])[]): Promise<string> {
  const unknown = pairs.find(([name]) => !known.has(name))?.[0]
  if (unknown !== undefined) {
    const expression = /^[A-Za-z_:.-]{1,40}$/.test(unknown) ? unknown : 'parameter'
    throw new Refusal('incorrect', '$everything has no such parameter', { expression, hint: 'Of all patients it knows _since, _type and _count.' })
  }
  const valueOf = (name: string) => pairs.filter(([one]) => one === name).map(([, value]) => value)
  const named = valueOf('_type').join(',')
  const types = named === '' ? typesOfCompartment(asking, 'Patient') : typesOf(asking.world, named).map((code) => asking.world.fhir.types[code] as string)
  for (const type of types) requireMember(asking, 'Patient', type)
  // A client that names a type must be told when it is closed.
  if (named !== '') for (const type of types) await requireSeen(asking, type)
  const asked: [string, string][] = [
    ...(named === '' ? [['_include', '*'] as [string, string]] : []),
    ...valueOf('_since').map((since): [string, string] => ['_lastUpdated', `ge${instantOf(since, '_since').toISOString()}`]),
    ...valueOf('_count').map((count): [string, string] => ['_count', count]),
  ]
  const self = new URLSearchParams(pairs.filter(([name]) => name !== '_format' && name !== '_pretty').map(([name, value]) => [name, value]))
  const open = types.filter((type) => maySeeType(asking.actor, type))
  return searchAboutPatients(asking, open, asked, `${asking.base}/Patient/$everything${self.size > 0 ? `?${self}` : ''}`)
}
