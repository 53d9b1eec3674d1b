import type { Actor } from '../platform/actor.ts'
import type { World } from '../platform/world.ts'
import { circumstancesOf } from './decide.ts'
import { accountRelations } from './relation-store.ts'
import { basisOf } from './rules.ts'
import type { Me } from './wire.ts'

/** The children and wards whose records this account opens today: the same rule as the decision, so a page never links to a 403. */
export async function represented(world: World, actor: Actor): Promise<Me['represents']> {
  const now = world.now()
  const who = await circumstancesOf(world, actor)
  const found = new Map<string, string>()
  for (const row of await accountRelations(world.sql, actor.id, now)) {
    if (row.kind === 'guardian' && row.handle !== null && basisOf(who, row, now)) found.set(row.handle, row.label ?? '')
  }
  return [...found].map(([person, name]) => ({ person, name }))
}
