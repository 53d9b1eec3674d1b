import { answerOf, Refusal } from '../../platform/refusal.ts'
import { int4Array, int8Array } from '../../platform/arrays.ts'
import { fragment, join, type Runner } from '../../platform/sql.ts'
import { workSteadily } from '../../platform/steady-work.ts'
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

const fieldOf = (delivery: Delivery, name: string): unknown => (delivery.said ??= JSON.parse(delivery.entry) as Record<string, unknown>)[name]

/** How a member acts on what it gets. */
export type Intake = {
  /** The effect, with `take` or `answer` in its transaction. */
  act(delivery: Delivery): Promise<void>
  /** Of a refusal that would be final: it may come about by the hour, so the delivery is tried again. */
  mayPass?(refusal: Refusal, delivery: Delivery): boolean
  /** What is noted with a refusal that goes back. */
  note(tx: Transaction, delivery: Delivery, refusal: Refusal, institution: number | null): Promise<void>
  words: { one: string; whose: string; within: string }
}

/** What has become of a delivery: it is over, waits for another attempt, goes alone, or comes once more after those that are done. */
export type Fate = 'done' | 'waits' | 'alone' | 'again'
/** Several of different keys in one transaction, with `takeAll` in it; when it throws, nothing of all of them is done. */
export type Together = (deliveries: readonly Delivery[]) => Promise<Exclude<Fate, 'waits'>[]>

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
  const inbox = {
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
    /** The same with what may go together in one transaction: of each key the first, then the next ones. */
    async takeSomeTogether(world: World, count: number, intake: Intake, together: Together): Promise<number> {
      const deliveries = await lease(world, own, count)
      let lines = [...Map.groupBy(deliveries, (one) => one.key ?? one.message).values()]
      while (lines.length > 0) {
        const heads = lines.map(([head]) => head as Delivery)
        const fates: Fate[] = []
        for (const some of chunksOf(heads)) fates.push(...(await takeAsMany(world, inbox, some, intake, together)))
        const stopped = lines.filter((_, at) => fates[at] === 'waits').flatMap((line) => line.slice(1))
        if (stopped.length > 0) await release(world.sql, own, stopped, world.now())
        lines = lines.flatMap((line, at) => {
          const rest = fates[at] === 'again' ? line : fates[at] === 'done' ? line.slice(1) : []
          return rest.length > 0 ? [rest] : []
        })
      }
      return deliveries.length
    },
    /** Takes some as long as the server runs, with so many hands; answers what stops it. */
    start(world: World, { takeSome, idleMs, troubledMs, trouble, hands = 1 }: Steady): () => Promise<void> {
      const step = async () => {
        if ((await takeSome(world)) > 0) return 0
        await waitFor(world, own, idleMs)
        return gatherMs
      }
      const stops = Array.from({ length: hands }, () => workSteadily(world, { step, troubledMs, trouble }))
      return async () => void (await Promise.all(stops.map((stop) => stop())))
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
    take: (world: World, tx: Runner, delivery: Delivery): Promise<void> => end(world, tx, own, code, [delivery], null),

    /** The same for all of a transaction, with one row of the log. */
    takeAll: (world: World, tx: Runner, deliveries: readonly Delivery[]): Promise<void> => end(world, tx, own, code, deliveries, null),

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
        await end(world, tx, own, code, [delivery], 'refused; the outcome went back to the sender')
        recipients = await write(world, tx, delivery, { service: 'outcomes', contentType: 'application/fhir+json', body: outcome })
        await also(tx, sender?.institution ?? null)
      })
      for (const id of recipients) wake(world, id)
    },
  }
  return { ...inbox, takeOne: (world: World, delivery: Delivery, intake: Intake): Promise<boolean> => takeOne(world, inbox, delivery, intake) }
}

/** After the first has come: those that come with it share its transaction. */
const gatherMs = 10

type Steady = { takeSome(world: World): Promise<number>; idleMs: number; troubledMs: number; trouble: string; hands?: number }
type Inbox = {
  putBack(world: World, delivery: Delivery, reason: string): Promise<void>
  sendBack(world: World, delivery: Delivery, outcome: string, also: (tx: Transaction, institution: number | null) => Promise<void>): Promise<void>
}

/** In one transaction: so many at most, and so many bytes of contents, because rows and answers are held until it ends. */
const togetherMax = { count: 100, bytes: 2 * 1_048_576 }

function chunksOf(heads: readonly Delivery[]): Delivery[][] {
  const chunks: Delivery[][] = []
  let bytes = 0
  for (const head of heads) {
    bytes += head.body?.length ?? 0
    const last = chunks.at(-1)
    if (last && last.length < togetherMax.count && bytes <= togetherMax.bytes) last.push(head)
    else {
      chunks.push([head])
      bytes = head.body?.length ?? 0
    }
  }
  return chunks
}

/** Together while that goes well. One of them that is refused makes all of them fail, and halves find it: alone it hears what it always heard. */
async function takeAsMany(world: World, inbox: Inbox, some: readonly Delivery[], intake: Intake, together: Together): Promise<Fate[]> {
  const alone = async (one: Delivery): Promise<Fate> => ((await takeOne(world, inbox, one, intake)) ? 'done' : 'waits')
  if (some.length === 1) return [await alone(some[0] as Delivery)]
  let fates: Fate[]
  try {
    fates = await together(some)
  } catch (error) {
    world.log.debug({ err: error, deliveries: some.length }, 'what was to be taken together is taken in halves')
    const middle = Math.ceil(some.length / 2)
    const halves = [some.slice(0, middle), some.slice(middle)]
    return (await Promise.all(halves.map((half) => takeAsMany(world, inbox, half, intake, together)))).flat()
  }
  return Promise.all(some.map(async (one, at) => (fates[at] === 'alone' ? alone(one) : (fates[at] as Fate))))
}

/**
 * Acts on one delivery, for `takeSome`: what is refused for good goes back to its sender with the outcome, anything else waits for another
 * attempt. False when it has to wait.
 */
async function takeOne(world: World, inbox: Inbox, delivery: Delivery, intake: Intake): Promise<boolean> {
  try {
    await intake.act(delivery)
    return true
  } catch (error) {
    // Handed out anew, so this lease of the key is over: what follows in it belongs to whoever holds it now.
    if (error instanceof TakenElsewhere) return false
    if (!(error instanceof Refusal)) world.log.error({ err: error, message: delivery.message }, intake.words.whose)
    const isFinal = error instanceof Refusal && !['busy', 'full', 'too-many'].includes(error.kind) && intake.mayPass?.(error, delivery) !== true
    if (isFinal && (await isSentBack(world, inbox, delivery, intake, error))) return true
    await inbox.putBack(world, delivery, error instanceof Refusal ? error.message : intake.words.within)
    return false
  }
}

/** False when it could not be said now: the message comes again, and its refusal with it. */
async function isSentBack(world: World, inbox: Inbox, delivery: Delivery, intake: Intake, refusal: Refusal): Promise<boolean> {
  try {
    await inbox.sendBack(world, delivery, JSON.stringify(answerOf(refusal, delivery.message).body), (tx, institution) =>
      intake.note(tx, delivery, refusal, institution),
    )
    return true
  } catch (error) {
    world.log.warn({ err: error, message: delivery.message }, `the outcome of ${intake.words.one} could not be sent back; tried again`)
    return false
  }
}

/** The members inside this server that take messages. */
export const inboxes = { record: inboxOf({ id: recordMember, code: 'record' }), sickleave: inboxOf({ id: sickleaveMember, code: 'sickleave' }) }

/**
 * The deliveries are done by these leases of them, or nothing of the transaction is. Their numbers stand there once more as a list, which the key of the
 * table takes: a plan from when the member had few deliveries went through all that it ever had.
 */
async function end(world: World, tx: Runner, own: string, code: string, deliveries: readonly Delivery[], reason: string | null): Promise<void> {
  const [id, seqs] = [uuidV7(world), int8Array(deliveries.map(({ seq }) => seq))]
  const taken = await tx<{ seq: number }>`
    update bus.delivery d set state = 'acknowledged', ended_at = ${world.now()}, ended_by = ${id}, reason = ${reason}
      from unnest(${seqs}::int8[], ${int4Array(deliveries.map(({ attempts }) => attempts))}::int4[]) as given (seq, attempts)
     where d.recipient = ${own} and d.seq = any(${seqs}::int8[]) and d.seq = given.seq and d.state = 'leased' and d.attempts = given.attempts
    returning d.seq`
  if (taken.length < deliveries.length) throw new TakenElsewhere()
  const acknowledge = deliveries.map(({ seq }) => seq)
  const statement = reason === null ? { acknowledge, by: code } : { acknowledge, by: code, reason }
  const ended = deliveries.map(({ seq, message }) => ({ seq, message }))
  await tx.run(endRow(world, id, 'acknowledged', code, ended, centreProof(world, statement)))
}
