import { workSteadily } from '../platform/steady-work.ts'
import { uuidV7 } from '../platform/uuid.ts'
import type { World } from '../platform/world.ts'
import { checkWebhook, send, signOutgoing } from './address.ts'
import { acknowledge, type Delivery, endRow, lease, looksOf, putBack } from './deliver.ts'
import { directoryOf, type Directory, type Member } from './directory.ts'
import { parkForbidden, wireOf } from './fetch-messages.ts'
import { contentDigest } from './http-signature.ts'
import { measureEnds } from './measure.ts'
import { centreProof } from './own-message.ts'

/** Members with a webhook get their messages posted, each member by itself: a slow one holds up nobody else. */
const batch = 20
const idleMs = 200
const troubledMs = 1000
const postMs = 15_000
const answerBytesMax = 65_536
const membersAtOnce = 16

export function startPushing(world: World): () => Promise<void> {
  const busy = new Set<string>()
  const step = async () => {
    const directory = await directoryOf(world)
    for (const member of await membersToPush(world, directory)) {
      if (busy.has(member.id) || busy.size >= membersAtOnce) continue
      busy.add(member.id)
      void pushTo(world, directory, member)
        .catch((error: unknown) => world.log.warn({ err: error }, 'messages could not be posted to a member; tried again'))
        .finally(() => busy.delete(member.id))
    }
    return idleMs
  }
  return workSteadily(world, { step, troubledMs, trouble: 'the queues of the bus could not be read; tried again in a moment' })
}

async function membersToPush(world: World, directory: Directory): Promise<Member[]> {
  const able = [...directory.members.values()].filter(({ state, webhook }) => state === 'active' && webhook !== null)
  if (able.length === 0) return []
  const due = await world.sql<{ id: string }>`
    select m.id
      from unnest(${able.map(({ id }) => id)}::uuid[]) as m (id)
     where exists (select 1 from bus.delivery d where d.recipient = m.id and d.state in ('waiting', 'leased') and d.due_at <= ${world.now()})
     limit ${able.length}`
  return due.flatMap(({ id }) => directory.members.get(id) ?? [])
}

/** Posts what is due, one after the other; what follows a failed one in its key waits with it. Answers how many were taken. */
export async function pushTo(world: World, directory: Directory, member: Member): Promise<number> {
  const leased = await parkForbidden(world, directory, member, await lease(world, member.id, batch))
  await world.ledger.record(looksOf(member, leased, uuidV7(world)))
  const held = new Set<string>()
  let taken = 0
  for (const one of leased) {
    const wrong = one.key !== null && held.has(one.key) ? 'what stands before it was not taken' : await postOne(world, member, one)
    if (wrong === null) {
      await acknowledgeFor(world, member, one)
      taken++
      continue
    }
    if (one.key !== null) held.add(one.key)
    const [back] = await putBack(world.sql, member.id, { seq: one.seq, reason: wrong, isFinal: false }, world.now())
    if (back) measureEnds(world, back.state === 'parked' ? 'parked' : 'retried', 1)
  }
  measureEnds(world, 'acknowledged', taken)
  return taken
}

/** Null when the member answered 2xx; otherwise why not, in words that hold nothing of the answer. */
async function postOne(world: World, member: Member, one: Delivery): Promise<string | null> {
  try {
    const url = await checkWebhook(world, member.webhook as string)
    const body = Buffer.from(JSON.stringify(wireOf(one)))
    const headers = signOutgoing(world, url, 'POST', { 'content-type': 'application/json', 'bus-message': one.message }, contentDigest(body))
    const { status } = await send(world, url, { method: 'POST', headers, body, timeoutMs: postMs, answerBytesMax })
    return status >= 200 && status < 300 ? null : `the webhook answered ${status}`
  } catch {
    return 'the webhook did not answer'
  }
}

/** The centre says that the member's address took it: the proof is the centre's, because a webhook signs nothing. */
async function acknowledgeFor(world: World, member: Member, one: Delivery): Promise<void> {
  await world.sql.begin(async (tx) => {
    const id = uuidV7(world)
    const ended = await acknowledge(tx, member.id, [one.seq], world.now(), id)
    if (ended.length > 0) await tx.run(endRow(world, id, 'acknowledged', member.code, ended, centreProof(world, { acknowledge: [one.seq], by: 'webhook' })))
  })
}
