import { keySets } from '../../identity/identity.ts'
import { Refusal } from '../../platform/refusal.ts'
import type { AuditedTransaction } from '../../audit/audit.ts'
import { isUuid } from '../../platform/uuid.ts'
import { type Asking, entryOf } from '../asking.ts'
import { lockPerson } from '../case-store.ts'
import { tellEmployer } from '../employer-stream.ts'
import { addObjectionStep, type Desk, type Objection, objectionOf, type Said, setObjection, type StepKind } from './objection-store.ts'

/** An open case at this desk. Other cases do not exist for the people at it. */
export async function requireAtDesk({ world }: Asking, id: string, desk: Desk): Promise<Objection> {
  const found = isUuid(id) ? await objectionOf(world.sql, id) : null
  if (found?.desk !== desk) throw new Refusal('not-found', 'there is no such case at this desk')
  if (found.state !== 'open') throw new Refusal('conflict', 'this was decided on already', { hint: 'Look again.' })
  return found
}

type End = { kind: Exclude<StepKind, 'made' | 'scheduled'>; said: Said; basis: string }

/** Ends an objection, in a transaction of its own or in that of the step that it causes. */
export async function endObjection(asking: Asking, tx: AuditedTransaction, id: string, { kind, said, basis }: End): Promise<void> {
  const { world, actor } = asking
  const found = await objectionOf(tx, id)
  if (found?.state !== 'open') throw new Refusal('conflict', 'this was decided on already', { hint: 'Look again.' })
  const at = world.now()
  const shown = { ...found.shown, state: kind, endedAt: at.toISOString() }
  tx.audit([entryOf(asking, found.patient, { action: 'update', basis, what: `sick-leave-objection ${id}` })])
  await addObjectionStep(tx, world, { patient: found.patient, objection: id, kind, said, at, actor })
  await setObjection(tx, { ...found, state: kind, shown }, at)
  const { employer, knownAs, number } = found
  if (employer !== null && knownAs !== null) await tellEmployer(tx, { employer, knownAs, kind: 'objection', at, about: { id, number, state: kind } })
}

export async function endAlone(asking: Asking, { patient, id }: Objection, end: End, also?: (tx: AuditedTransaction) => Promise<unknown>): Promise<void> {
  const { world } = asking
  const root = (await keySets(world.sql, [patient])).get(patient)?.[0] ?? patient
  await world.ledger.transaction(async (tx) => {
    await lockPerson(tx, root)
    await endObjection(asking, tx, id, end)
    await also?.(tx)
  })
}
