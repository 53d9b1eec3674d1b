import type { Entry } from '../audit/audit.ts'
import { Refusal } from '../platform/refusal.ts'
import type { World } from '../platform/world.ts'
import { newPerson } from './file-chart.ts'
import { newTemporaryNumber } from './issue.ts'
import { uuidV4 } from '../platform/uuid.ts'
import { type Known, personOf } from './keys.ts'
import { merge, setState, type State } from './store.ts'

export type Unlink = { key: number; reason: string; actor: string }

/** Separates a chart from its person. Everything that one link brought goes back together; a chart that was never linked becomes a pending identity. */
export async function unlink(world: World, { key, reason, actor }: Unlink): Promise<Known> {
  const fresh = newPerson(world)
  return world.ledger.transaction(async (tx) => {
    const [row] = await tx<{ person: number | null }>`
      select identity.unlink(${key}, ${fresh.id}, ${fresh.handle}, ${newTemporaryNumber(world)}, ${uuidV4(world)}, ${actor}, ${reason}, ${world.now()}) as person`
    if (!row?.person) {
      throw new Refusal('not-found', 'there is nothing to separate under this key', { hint: 'Give the key of a chart; `identity show` lists them.' })
    }
    const [person] = await tx<{ handle: string }>`select handle from identity.person where id = ${row.person}`
    const known = (await personOf(tx, person?.handle ?? '')) as Known
    tx.audit([entryOf(world, key, 'person unlink', reason, actor)])
    return known
  })
}

export type Link = { from: string; into: string; reason: string; actor: string }

/** Makes one person of two by hand. From then on both handles and all their numbers lead to the survivor. */
export async function link(world: World, { from, into, reason, actor }: Link): Promise<Known> {
  return world.ledger.transaction(async (tx) => {
    const [one, other] = [await personOf(tx, from), await personOf(tx, into)]
    if (!one || !other) throw new Refusal('not-found', 'there is no person with this handle')
    if (one.person === other.person) throw new Refusal('conflict', 'these are one person already')
    await merge(tx, one.person, other.person, reason, { batch: uuidV4(world), actor, at: world.now() })
    tx.audit([one, other].map(({ person }) => entryOf(world, person, 'person link', reason, actor)))
    return (await personOf(tx, into)) as Known
  })
}

export type Marking = { handle: string; state: State; reason: string; actor: string }

/** False when the person was in this state already. */
export async function markState(world: World, { handle, state, reason, actor }: Marking): Promise<boolean> {
  return world.ledger.transaction(async (tx) => {
    const known = await personOf(tx, handle)
    if (!known) throw new Refusal('not-found', 'there is no person with this handle')
    tx.audit([entryOf(world, known.person, `person ${state}`, reason, actor)])
    return (await setState(tx, [known.person], state, reason, { batch: uuidV4(world), actor, at: world.now() })).length > 0
  })
}

/** The audit row of an operator's act on a person's identity. The person can read it, with the reason given. */
function entryOf(world: World, patient: number, what: string, reason: string, actor: string): Entry {
  return {
    action: 'update',
    who: { id: actor, name: actor, kind: 'system', role: 'operator', institution: null, unit: null },
    patient,
    what,
    purpose: 'administration',
    basis: 'operator',
    decision: 'permit',
    reason,
    correlation: uuidV4(world),
  }
}
