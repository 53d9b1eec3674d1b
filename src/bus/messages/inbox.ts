import { fragment, join, type Runner } from '../../platform/sql.ts'
import type { World } from '../../platform/world.ts'
import { composeMessages, storedMessage } from './accept.ts'
import { type Delivery, endRow, putBack, release } from './deliver.ts'
import { directoryOf, recordMember } from '../members/directory.ts'
import { lease } from './lease.ts'
import { centreProof, signByCentre } from './own-message.ts'
import { uuidV7 } from '../../platform/uuid.ts'
import { waitFor, wake } from './waiting.ts'

/** The delivery was handed out anew meanwhile, or is done: whoever holds it now makes its effect. */
class TakenElsewhere extends Error {}

const fieldOf = (delivery: Delivery, name: string): unknown => (JSON.parse(delivery.entry) as Record<string, unknown>)[name]

/** How the record, a member inside this server, gets its messages: the same rows and rules as for members outside. */
export const inbox = {
  TakenElsewhere,
  lease: (world: World, count: number): Promise<Delivery[]> => lease(world, recordMember, count),
  wait: (world: World, mostMs: number): Promise<void> => waitFor(world, recordMember, mostMs),
  keyOf: (delivery: Delivery): string | null => delivery.key,
  contentTypeOf: (delivery: Delivery): string => String(fieldOf(delivery, 'contentType')),

  /** The client of access behind the sender. */
  async clientOf(world: World, delivery: Delivery): Promise<string | null> {
    const directory = await directoryOf(world)
    return directory.byCode.get(String(fieldOf(delivery, 'from')))?.client ?? null
  },

  /** In the transaction of the effect: from now on the message is done, or nothing of the effect is. */
  take: (world: World, tx: Runner, delivery: Delivery): Promise<void> => end(world, tx, delivery, null),

  putBack: async (world: World, { seq, attempts }: Delivery, reason: string): Promise<void> => {
    await putBack(world.sql, recordMember, { seq, attempts, reason, isFinal: false }, world.now())
  },

  release: (world: World, deliveries: readonly Delivery[]): Promise<void> => release(world.sql, recordMember, deliveries, world.now()),

  /** The outcome goes to the sender as a message of the record, in the transaction that ends the delivery: one or the other would be half a refusal. */
  async sendBack(world: World, delivery: Delivery, outcome: string, also: (tx: Runner, institution: number | null) => Promise<void>): Promise<void> {
    const directory = await directoryOf(world)
    const sender = directory.byCode.get(String(fieldOf(delivery, 'from')))
    const draft = {
      to: { provider: 'record', service: 'outcomes' },
      name: `outcome-${uuidV7(world)}`,
      answers: delivery.message,
      contentType: 'application/fhir+json',
      body: Buffer.from(outcome),
      key: null,
      document: null,
      subject: null,
      lane: 0,
    }
    const recipients = sender && sender.id !== recordMember ? [{ id: sender.id, holdKey: false }] : []
    const message = { ...signByCentre(world, draft), patient: delivery.patient, contract: null, recipients }
    await world.ledger.transaction(async (tx) => {
      await end(world, tx, delivery, 'refused; the outcome went back to the sender')
      await tx.run(fragment`with ${join(composeMessages([storedMessage(world, message)]), ', ')} select 1 as done`)
      await also(tx, sender?.institution ?? null)
    })
    for (const { id } of recipients) wake(world, id)
  },
}

/** The delivery is done by this lease of it, or nothing of the transaction is. */
async function end(world: World, tx: Runner, { seq, attempts, message }: Delivery, reason: string | null): Promise<void> {
  const id = uuidV7(world)
  const taken = await tx`
    update bus.delivery set state = 'acknowledged', ended_at = ${world.now()}, ended_by = ${id}, reason = ${reason}
     where recipient = ${recordMember} and seq = ${seq} and state = 'leased' and attempts = ${attempts}
    returning seq`
  if (taken.length === 0) throw new TakenElsewhere()
  const statement = reason === null ? { acknowledge: [seq], by: 'record' } : { acknowledge: [seq], by: 'record', reason }
  await tx.run(endRow(world, id, 'acknowledged', 'record', [{ seq, message }], centreProof(world, statement)))
}
