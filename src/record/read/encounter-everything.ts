import { Refusal } from '../../platform/refusal.ts'
import type { Asking } from '../asking.ts'
import { allow } from '../scope.ts'
import { searchCompartment } from '../search/search.ts'
import { readOne } from './read.ts'

const known = new Set(['_since', '_type', '_count', '_format', '_pretty'])

/**
 * `Encounter/x/$everything` (R4 encounter-operation-everything): the compartment of the encounter and what its resources refer to. It runs as a
 * search: the same access, the same rows in the log, the same pages. With `_type`, only resources of these types.
 */
export async function encounterEverything(asking: Asking, id: string, pairs: readonly (readonly [string, string])[]): Promise<string> {
  await allow(asking, 'Encounter', 'r')
  const unknown = pairs.find(([name]) => !known.has(name))?.[0]
  if (unknown !== undefined) {
    const expression = /^[A-Za-z_:.-]{1,40}$/.test(unknown) ? unknown : 'parameter'
    throw new Refusal('incorrect', '$everything has no such parameter', { expression, hint: 'Of an Encounter it knows _since, _type and _count.' })
  }
  await readOne(asking, 'Encounter', id) // An encounter that is missing, deleted or closed gets the same refusal as in a read.
  const valueOf = (name: string) => pairs.filter(([one]) => one === name).map(([, value]) => value)
  const types = valueOf('_type').join(',')
  const asked: [string, string][] = [
    ...(types === '' ? [['_include', '*'] as [string, string]] : [['_type', types] as [string, string]]),
    ...valueOf('_since').map((since): [string, string] => ['_lastUpdated', `ge${since}`]),
    ['_count', valueOf('_count')[0] ?? '1000'],
  ]
  return searchCompartment(asking, { name: 'Encounter', id, inner: '*' }, asked, false)
}
