import { Refusal } from '../../platform/refusal.ts'
import { uuidV4 } from '../../platform/uuid.ts'
import { type Asking, entryOf, refuse } from '../asking.ts'
import { type Block, setAside } from '../document/numbers.ts'
import { bodyOf, countOf } from '../read-body.ts'
import { dayAt } from '../rules/days.ts'

/** Sets numbers aside for a place that may lose its connection. Only a doctor may, and only for their own institution. */
export async function setAsideBlock(asking: Asking, given: unknown): Promise<Block> {
  const { world, actor } = asking
  const { institution } = actor
  const isLet = institution !== null && actor.kind === 'person' && actor.roles.includes('doctor')
  if (!isLet)
    return refuse(
      asking,
      null,
      'configure',
      new Refusal('forbidden', 'a doctor of an institution sets numbers aside', { details: { reason: 'not a doctor', opens: [] } }),
    )
  const body = bodyOf(given, ['count'])
  const count = countOf(body, 'count')
  const at = world.now()
  return world.ledger.transaction(async (tx) => {
    tx.audit([entryOf(asking, null, { action: 'configure', basis: 'doctor', what: 'sick-leave numbers', count })])
    return setAside(tx, world.keys, institution, Number(dayAt(at).slice(0, 4)), { id: uuidV4(world), count, client: actor.id, at })
  })
}
