import type { Runner } from '../platform/sql.ts'
import type { World } from '../platform/world.ts'
import { storeMessage } from './accept.ts'
import { type Delivery, endRow, lease, putBack } from './deliver.ts'
import { directoryOf, recordMember } from './directory.ts'
import { centreProof, signByCentre } from './own-message.ts'
import { uuidV7 } from '../platform/uuid.ts'
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
  async take(world: World, tx: Runner, { seq, attempts, message }: Delivery): Promise<void> {
    const id = uuidV7(world)
    const taken = await tx`
      update bus.delivery set state = 'acknowledged', ended_at = ${world.now()}, ended_by = ${id}, reason = null
       where recipient = ${recordMember} and seq = ${seq} and state = 'leased' and attempts = ${attempts}
      returning seq`
    if (taken.length === 0) throw new TakenElsewhere()
    await tx.run(endRow(world, id, 'acknowledged', 'record', [{ seq, message }], centreProof(world, { acknowledge: [seq], by: 'record' })))
  },

  putBack: async (world: World, { seq }: Delivery, reason: string): Promise<void> => {
    await putBack(world.sql, recordMember, { seq, reason, isFinal: false }, world.now())
  },

  /** Handed out but not begun: they come again as soon as what stands before them lets them. */
  release: async (world: World, deliveries: readonly Delivery[]): Promise<void> => {
    await world.sql`
      update bus.delivery set state = 'waiting', due_at = ${world.now()}, attempts = attempts - 1
       where recipient = ${recordMember} and seq = any(${deliveries.map(({ seq }) => seq)}::int8[]) and state = 'leased'`
  },

  /** The outcome goes to the sender as a message of the record. Its number is that of the refused one, so it comes once. */
  async sendBack(world: World, delivery: Delivery, outcome: string): Promise<void> {
    const directory = await directoryOf(world)
    const sender = directory.byCode.get(String(fieldOf(delivery, 'from')))
    if (sender && sender.id !== recordMember) {
      const to = { provider: 'record', service: 'outcomes' }
      const body = Buffer.from(outcome)
      const draft = {
        to,
        name: `outcome-${delivery.message}`,
        answers: delivery.message,
        contentType: 'application/fhir+json',
        body,
        key: null,
        document: null,
        subject: null,
        lane: 0,
      }
      await storeMessage(
        world,
        { ...signByCentre(world, draft), patient: delivery.patient, contract: null, recipients: [{ id: sender.id, holdKey: false }] },
        [],
      ).catch(ignoreRepeated)
      wake(world, sender.id)
    }
    await world.sql`
      update bus.delivery set state = 'acknowledged', ended_at = ${world.now()}, reason = 'refused; the outcome went back to the sender'
       where recipient = ${recordMember} and seq = ${delivery.seq} and state = 'leased'`
  },
}

/** Sent back already, before a crash. */
function ignoreRepeated(error: unknown): void {
  if ((error as { code?: string }).code !== '23505') throw error
}
