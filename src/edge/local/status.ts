import { type Notice, noticesOf } from '../centre/notices.ts'
import type { Edge } from '../process/edge.ts'
import type { State } from '../store/items.ts'
import { countOf, oldestOf } from '../store/tally.ts'
import { isTrouble, type Trouble, troublesOf } from './trouble.ts'
import { isLost, type Strange, strangeOf } from './unframed.ts'

/** The state of an edge, for a person, a program and the screen of the local system. */
export type Status = {
  member: string
  at: string
  /** The worst state that applies; `sentence` says it in words. */
  state: 'well' | 'working' | 'cut' | 'attention' | 'full'
  queue: { waiting: number; oldestSeconds: number; notYetInRecord: number; quarantined: number; parked: number }
  centre: {
    lastContact: string | null
    cutSince: string | null
    why: string | null
    says: string | null
    refuses: string | null
    clockSeconds: number
    keyDays: number | null
  }
  disk: { state: string; availableMb: number | null }
  /** Deliveries of the bus that do not reach their local system. */
  undelivered: readonly Trouble[]
  /** Ports of HL7 v2 to which somebody sends without the MLLP frame. */
  unframed: readonly Strange[]
  /** The centre's notices to the institution, the newest first. */
  notices: readonly Notice[]
}

/** A queue this old is reported even when everything seems to work: 24 hours are the law’s limit for what was documented. */
const oldSeconds = 600

/** How long before the end of the key somebody is told to renew it. */
export const keyDaysMin = 30

export function statusOf(edge: Edge): Status {
  const now = edge.now()
  const count = (...states: State[]) => countOf(edge.store, ...states)
  const oldest = oldestOf(edge.store)
  const { lastAt, cutSince, why, says, skewMs, refuses, keyUntil } = edge.centre.contact
  const keyDays = keyUntil === null ? null : Math.floor((keyUntil.getTime() - edge.centre.now().getTime()) / 86_400_000)
  const status: Omit<Status, 'state'> = {
    member: edge.config.member,
    at: now.toISOString(),
    queue: {
      waiting: count('waiting', 'ready'),
      oldestSeconds: oldest === null ? 0 : Math.max(0, Math.round((now.getTime() - oldest) / 1000)),
      notYetInRecord: count('sent'),
      quarantined: count('quarantined'),
      parked: count('parked'),
    },
    centre: {
      lastContact: lastAt?.toISOString() ?? null,
      cutSince: cutSince?.toISOString() ?? null,
      why,
      says,
      refuses: refuses?.sentence ?? null,
      clockSeconds: Math.round(skewMs / 1000),
      keyDays,
    },
    disk: { state: edge.room.state, availableMb: edge.room.availableBytes === null ? null : Math.floor(edge.room.availableBytes / 1_048_576) },
    undelivered: troublesOf(edge),
    unframed: strangeOf(edge),
    notices: noticesOf(edge),
  }
  const isStuck = status.undelivered.some((one) => isTrouble(one, now)) || status.unframed.some(isLost)
  return { ...status, state: stateOf(status, isStuck || refuses?.isOurs === true || (keyDays !== null && keyDays < keyDaysMin)) }
}

function stateOf({ queue, centre, disk }: Omit<Status, 'state'>, isSomebodyNeeded: boolean): Status['state'] {
  if (disk.state === 'full' || disk.state === 'full for writes') return 'full'
  if (centre.cutSince !== null) return 'cut'
  if (isSomebodyNeeded || queue.quarantined + queue.parked > 0 || disk.state === 'nearly full' || queue.oldestSeconds > oldSeconds) return 'attention'
  return queue.waiting > 0 ? 'working' : 'well'
}
