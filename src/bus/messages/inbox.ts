import { fragment, join, type Runner } from '../../platform/sql.ts'
import type { Transaction, World } from '../../platform/world.ts'
import { composeMessages, storedMessage } from './accept.ts'
import { type Delivery, endRow, putBack, release } from './deliver.ts'
import { directoryOf, type Member, type MemberKey, recordMember, sickleaveMember } from '../members/directory.ts'
import { lease } from './lease.ts'
import { centreProof, signByCentre } from './own-message.ts'
import { uuidV7 } from '../../platform/uuid.ts'
import { waitFor, wake } from './waiting.ts'

/** The delivery was handed out anew meanwhile, or is done: whoever holds it now makes its effect. */
class TakenElsewhere extends Error {}

const fieldOf = (delivery: Delivery, name: string): unknown => (JSON.parse(delivery.entry) as Record<string, unknown>)[name]

export type Sender = Pick<Member, 'code' | 'name' | 'institution' | 'client'> & { keyAt(kid: string, at: Date): MemberKey | null }

async function senderOf(world: World, delivery: Delivery): Promise<Member | null> {
  const directory = await directoryOf(world)
  return directory.byCode.get(String(fieldOf(delivery, 'from'))) ?? null
}

/** How a member inside this server gets its messages: the same rows and rules as for members outside. */
const inboxOf = ({ id: own, code }: { id: string; code: string }) => {
  /** A message of this member's own about a delivery, as parts of a statement in the caller's transaction. Answers who is to be woken. */
  async function write(world: World, tx: Runner, delivery: Delivery, about: { service: string; contentType: string; body: string }): Promise<string[]> {
    const sender = await senderOf(world, delivery)
    const draft = {
      to: { provider: code, service: about.service },
      name: `${about.service}-${uuidV7(world)}`,
      answers: delivery.message,
      contentType: about.contentType,
      body: Buffer.from(about.body),
      key: null,
      document: null,
      subject: null,
      lane: 0,
    }
    const recipients = sender && sender.id !== own ? [{ id: sender.id, holdKey: false }] : []
    const message = { ...signByCentre(world, draft, { id: own, code }), patient: delivery.patient, contract: null, recipients }
    await tx.run(fragment`with ${join(composeMessages([storedMessage(world, message)]), ', ')} select 1 as done`)
    return recipients.map(({ id }) => id)
  }
  return {
    TakenElsewhere,
    wait: (world: World, mostMs: number): Promise<void> => waitFor(world, own, mostMs),

    /**
     * Takes what waits, keys beside one another and each key in its order; answers how many deliveries it looked at. `takeOne` is false when a
     * delivery has to wait for another attempt: what follows in its key comes again after it.
     */
    async takeSome(world: World, count: number, takeOne: (delivery: Delivery) => Promise<boolean>): Promise<number> {
      const deliveries = await lease(world, own, count)
      const lines = Map.groupBy(deliveries, (one) => one.key ?? one.message)
      await Promise.all(
        [...lines.values()].map(async (line) => {
          for (const [at, one] of line.entries()) {
            if (await takeOne(one)) continue
            return release(world.sql, own, line.slice(at + 1), world.now())
          }
        }),
      )
      return deliveries.length
    },
    contentTypeOf: (delivery: Delivery): string => String(fieldOf(delivery, 'contentType')),

    /** The client of access behind the sender. */
    clientOf: async (world: World, delivery: Delivery): Promise<string | null> => (await senderOf(world, delivery))?.client ?? null,

    /** The member that sent it, with its keys by the time at which they signed. */
    async senderOf(world: World, delivery: Delivery): Promise<Sender | null> {
      const [directory, member] = [await directoryOf(world), await senderOf(world, delivery)]
      if (!member) return null
      const keyAt = (kid: string, at: Date): MemberKey | null => {
        const key = directory.keys.get(kid)
        const isValid = key?.member === member.id && key.validFrom <= at && at < key.validUntil && (key.withdrawnAt === null || at < key.withdrawnAt)
        return isValid ? key : null
      }
      return { code: member.code, name: member.name, institution: member.institution, client: member.client, keyAt }
    },

    /** In the transaction of the effect: from now on the message is done, or nothing of the effect is. */
    take: (world: World, tx: Runner, delivery: Delivery): Promise<void> => end(world, tx, own, code, delivery, null),

    /** What this member answers to a message, in the transaction of the effect. Call what comes back when that is committed. */
    async answer(world: World, tx: Runner, delivery: Delivery, service: string, body: object): Promise<() => void> {
      const recipients = await write(world, tx, delivery, { service, contentType: 'application/json', body: JSON.stringify(body) })
      return () => recipients.forEach((id) => wake(world, id))
    },

    putBack: async (world: World, { seq, attempts }: Delivery, reason: string): Promise<void> => {
      await putBack(world.sql, own, { seq, attempts, reason, isFinal: false }, world.now())
    },

    /** The outcome goes to the sender as a message of this member, in the transaction that ends the delivery: one or the other would be half a refusal. */
    async sendBack(world: World, delivery: Delivery, outcome: string, also: (tx: Transaction, institution: number | null) => Promise<void>): Promise<void> {
      const sender = await senderOf(world, delivery)
      let recipients: string[] = []
      await world.ledger.transaction(async (tx) => {
        await end(world, tx, own, code, delivery, 'refused; the outcome went back to the sender')
        recipients = await write(world, tx, delivery, { service: 'outcomes', contentType: 'application/fhir+json', body: outcome })
        await also(tx, sender?.institution ?? null)
      })
      for (const id of recipients) wake(world, id)
    },
  }
}

/** The members inside this server that take messages. */
export const inboxes = { record: inboxOf({ id: recordMember, code: 'record' }), sickleave: inboxOf({ id: sickleaveMember, code: 'sickleave' }) }

/** The delivery is done by this lease of it, or nothing of the transaction is. */
async function end(world: World, tx: Runner, own: string, code: string, { seq, attempts, message }: Delivery, reason: string | null): Promise<void> {
  const id = uuidV7(world)
  const taken = await tx`
    update bus.delivery set state = 'acknowledged', ended_at = ${world.now()}, ended_by = ${id}, reason = ${reason}
     where recipient = ${own} and seq = ${seq} and state = 'leased' and attempts = ${attempts}
    returning seq`
  if (taken.length === 0) throw new TakenElsewhere()
  const statement = reason === null ? { acknowledge: [seq], by: code } : { acknowledge: [seq], by: code, reason }
  await tx.run(endRow(world, id, 'acknowledged', code, [{ seq, message }], centreProof(world, statement)))
}
