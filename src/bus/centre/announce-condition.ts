import { shortagesOf } from '../../platform/condition.ts'
import { workSteadily } from '../../platform/steady-work.ts'
import { uuidV7 } from '../../platform/uuid.ts'
import type { World } from '../../platform/world.ts'
import { storeMessage } from '../messages/accept.ts'
import { centreMember, directoryOf, type Member } from '../members/directory.ts'
import { signByCentre } from '../messages/own-message.ts'
import { listenersOf } from '../messages/judge-message.ts'
import { wake } from '../messages/waiting.ts'
import { lookAtCentre } from './watch-centre.ts'

const everyMs = 2000
const troubledMs = 5000
const service = 'status'

/** What was last said on the topic `centre/status`, by this process. */
const said = new WeakMap<World, string>()

/** A message to whoever hears `centre/status` when what the centre is short of changed. Answers how many get it. */
export async function announceCondition(world: World): Promise<number> {
  const shortages = shortagesOf(world)
  const now = shortages.map(({ reason }) => reason).join(' ')
  if (now === (said.get(world) ?? '')) return 0
  const directory = await directoryOf(world)
  const centre = directory.members.get(centreMember) as Member
  const listeners = listenersOf(directory, centre, service, world.now())
  if (listeners.length > 0) {
    const reasons = shortages.map(({ reason, since }) => ({ reason, since: since.toISOString() }))
    await sayByCentre(
      world,
      service,
      { status: now === '' ? 'ok' : 'degraded', at: world.now().toISOString(), reasons },
      listeners.map(({ member }) => member.id),
    )
  }
  said.set(world, now)
  return listeners.length
}

/** A message of the centre itself: the clinical lane, because it says how the others will do. */
export async function sayByCentre(world: World, topic: string, body: object, recipients: readonly string[]): Promise<string> {
  const draft = {
    to: { provider: 'centre', service: topic },
    name: `${topic}-${uuidV7(world)}`,
    answers: null,
    contentType: 'application/json',
    body: Buffer.from(JSON.stringify(body)),
    key: `centre ${topic}`,
    document: null,
    subject: null,
    lane: 0,
  }
  const signed = signByCentre(world, draft, { id: centreMember, code: 'centre' })
  const stored = await storeMessage(world, { ...signed, patient: null, contract: null, recipients: recipients.map((id) => ({ id, holdKey: false })) }, [])
  for (const id of recipients) wake(world, id)
  return stored.id
}

/** In the one process that does the bus's background work. */
export function startAnnouncing(world: World): () => Promise<void> {
  const step = async () => {
    // With several processes this one answers nobody and would not look by itself.
    if (world.config.PROCESSES > 1) await lookAtCentre(world)
    await announceCondition(world)
    return everyMs
  }
  return workSteadily(world, { step, troubledMs, trouble: 'the condition of the centre could not be told on the bus; tried again in a moment' })
}
