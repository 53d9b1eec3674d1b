import { noRoomToWrite } from '../../platform/room.ts'
import { workSteadily } from '../../platform/steady-work.ts'
import { uuidV7 } from '../../platform/uuid.ts'
import type { World } from '../../platform/world.ts'
import { isTaken } from '../../platform/outside.ts'
import { postSigned } from '../calls/post-signed.ts'
import { acknowledgeTaken } from './acknowledge.ts'
import { type Delivery, deliveryLimits, looksOf, putBack, release } from './deliver.ts'
import { directoryOf, type Directory, type Member } from '../members/directory.ts'
import { parkForbidden, wireOf } from './fetch-messages.ts'
import { lease } from './lease.ts'
import { measureEnds } from '../centre/measure.ts'
import { centreProof } from './own-message.ts'

/** Members with a webhook get their messages posted, each member by itself: a slow one holds up nobody else. */
const batch = 20
const idleMs = 200
const troubledMs = 1000
const postMs = 15_000
const membersAtOnce = 16
/** A member whose address is slow gives its place to the next one after this time, and one that says nothing is left alone for a while. */
const turnMs = 5000
const pauseMsMin = 1000
const pauseMsMax = 60_000

export type Turn = { servedAt: number; pauseMs: number; notBefore: number }

export function startPushing(world: World): () => Promise<void> {
  const busy = new Set<string>()
  const turns = new Map<string, Turn>()
  const step = async () => {
    const directory = await directoryOf(world)
    for (const member of nextToPush(await membersToPush(world, directory), busy, turns)) {
      busy.add(member.id)
      void pushTo(world, directory, member)
        .then(({ isSilent }) => turns.set(member.id, turnAfter(turns.get(member.id), isSilent)))
        .catch((error: unknown) => world.log.warn({ err: error }, 'messages could not be posted to a member; tried again'))
        .finally(() => busy.delete(member.id))
    }
    return idleMs
  }
  return workSteadily(world, { step, troubledMs, trouble: 'the queues of the bus could not be read; tried again in a moment' })
}

/**
 * Whoever was served longest ago comes first; whoever is left alone does not come. Those that said nothing the last time have half of the
 * places at most: however many there are, the others do not wait for them.
 */
export function nextToPush<M extends { id: string }>(members: readonly M[], busy: ReadonlySet<string>, turns: ReadonlyMap<string, Turn>): M[] {
  const now = performance.now()
  const servedAt = ({ id }: M) => turns.get(id)?.servedAt ?? 0
  const wasSilent = (id: string) => (turns.get(id)?.pauseMs ?? 0) > 0
  let places = membersAtOnce - busy.size
  let forSilent = membersAtOnce / 2 - [...busy].filter(wasSilent).length
  const due = members.filter(({ id }) => !busy.has(id) && (turns.get(id)?.notBefore ?? 0) <= now)
  return due
    .toSorted((a, b) => servedAt(a) - servedAt(b))
    .filter(({ id }) => {
      if (places <= 0 || (wasSilent(id) && forSilent-- <= 0)) return false
      places--
      return true
    })
}

function turnAfter(before: Turn | undefined, isSilent: boolean): Turn {
  const now = performance.now()
  if (!isSilent) return { servedAt: now, pauseMs: 0, notBefore: 0 }
  const pauseMs = Math.min(pauseMsMax, Math.max(pauseMsMin, 2 * (before?.pauseMs ?? 0)))
  return { servedAt: now, pauseMs, notBefore: now + pauseMs }
}

async function membersToPush(world: World, directory: Directory): Promise<Member[]> {
  const able = [...directory.members.values()].filter(({ state, webhook }) => state === 'active' && webhook !== null)
  if (able.length === 0) return []
  const due = await world.sql<{ id: string }>`
    select m.id
      from unnest(${able.map(({ id }) => id)}::uuid[]) as m (id)
     where exists (select 1 from bus.delivery d where d.recipient = m.id and d.open and d.due_at <= ${world.now()})
     limit ${able.length}`
  return due.flatMap(({ id }) => directory.members.get(id) ?? [])
}

/**
 * Posts what is due, one after the other; what follows a failed one in its key waits with it. When the address says nothing, or the
 * turn is over, the rest goes back as if it had not been handed out.
 */
export async function pushTo(world: World, directory: Directory, member: Member): Promise<{ taken: number; isSilent: boolean }> {
  // What could not be recorded as taken is not posted.
  if (noRoomToWrite(world.room)) return { taken: 0, isSilent: false }
  // Nothing is posted that could be answered after its lease has ended, when somebody else may have it.
  const endsAt = world.now().getTime() + deliveryLimits.leaseSeconds * 1000 - postMs
  const leased = await parkForbidden(world, directory, member, await lease(world, member.id, batch))
  await world.ledger.record(looksOf(member, leased, uuidV7(world)))
  const until = performance.now() + turnMs
  const held = new Set<string>()
  let taken = 0
  let isSilent = false
  let at = 0
  for (; at < leased.length && !isSilent && performance.now() < until && world.now().getTime() < endsAt; at++) {
    const one = leased[at] as Delivery
    const wrong = one.key !== null && held.has(one.key) ? 'what stands before it was not taken' : await postOne(world, member, one)
    if (wrong === null) {
      await acknowledgeFor(world, member, one)
      taken++
      continue
    }
    isSilent = wrong === silence
    if (one.key !== null) held.add(one.key)
    const [back] = await putBack(world.sql, member.id, { seq: one.seq, attempts: one.attempts, reason: wrong, isFinal: false }, world.now())
    if (back) measureEnds(world, back.state === 'parked' ? 'parked' : 'retried', 1)
  }
  if (at < leased.length) await release(world.sql, member.id, leased.slice(at), world.now())
  measureEnds(world, 'acknowledged', taken)
  return { taken, isSilent }
}

const silence = 'the webhook did not answer'

/** Null when the member answered 2xx; otherwise why not, in words that hold nothing of the answer. */
async function postOne(world: World, member: Member, one: Delivery): Promise<string | null> {
  try {
    const signed = { 'content-type': 'application/json', 'bus-message': one.message }
    const body = Buffer.from(JSON.stringify(wireOf(one)))
    const status = await postSigned(world, { address: member.webhook as string, signed, body, timeoutMs: postMs })
    return isTaken(status) ? null : `the webhook answered ${status}`
  } catch (error) {
    // Members are mostly just away; why one is, the log tells whoever asks it for more.
    world.log.debug({ err: error, member: member.code }, silence)
    return silence
  }
}

/** The centre says that the member's address took it: the proof is the centre's, because a webhook signs nothing. */
const acknowledgeFor = (world: World, member: Member, { seq }: Delivery) =>
  acknowledgeTaken(world, member, [seq], centreProof(world, { acknowledge: [seq], by: 'webhook' }), { entriesFor: () => [] })
