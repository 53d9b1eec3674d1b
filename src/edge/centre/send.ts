import type { Edge } from '../process/edge.ts'
import { type Item, itemColumns, mappedOf, markSent, putOff, type Reason, setAside } from '../store/items.ts'
import { type Answer, CentreSaysNo, issueIn, jsonIn } from './centre.ts'
import { LineCut } from './line.ts'

export const sendLimits = { atOnce: 64, lines: 16, backoffSecondsMax: 60, itemSecondsMax: 3600, firstQuestionMs: 200 } as const

/** How it went: whether anything was sent, and how long to wait when the centre cannot take more now. */
export type Sent = { count: number; waitSeconds: number }

/** The centre itself cannot take anything now: nothing is said about this message. */
class NotNow extends Error {
  readonly waitSeconds: number | null

  constructor(waitSeconds: number | null) {
    super('not now')
    this.waitSeconds = waitSeconds
  }
}

/**
 * Sends what is ready, oldest first, messages of one patient one after the other. A patient whose message waits for another attempt waits with it. When the
 * line is cut, or the centre cannot take more, everything stops here and nothing is asked of each message.
 */
export async function sendSome(edge: Edge): Promise<Sent> {
  const items = edge.store.all<Item>(
    `select ${itemColumns} from item where state = 'ready' and due_at <= ?1
        and not exists (select 1 from item before where before.key = item.key and before.seq < item.seq and before.state = 'ready' and before.due_at > ?1)
      order by seq limit ?2`,
    edge.now().getTime(),
    sendLimits.atOnce,
  )
  const lines = [...Map.groupBy(items, ({ key, id }) => key ?? id).values()]
  let count = 0
  let stop: NotNow | null = null
  const work = async () => {
    for (let line = lines.shift(); line && !stop; line = lines.shift()) {
      for (const item of line) {
        if (stop) break
        try {
          if (!(await sendOne(edge, item))) break
          count++
        } catch (error) {
          if (!(error instanceof NotNow)) throw error
          stop = error
        }
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(sendLimits.lines, lines.length) }, work))
  const stopped = stop as NotNow | null
  return { count, waitSeconds: stopped === null ? 0 : (stopped.waitSeconds ?? -1) }
}

/** False when what follows in its line must wait. */
async function sendOne(edge: Edge, item: Item): Promise<boolean> {
  const { store, vault, centre } = edge
  const body = mappedOf(store, vault, item)
  if (body === null) throw new Error('an item is ready and has no contents')
  const headers = {
    'content-type': 'application/fhir+json',
    'bus-to': 'record/documents',
    'bus-message-id': item.id,
    ...(item.key === null ? {} : { 'bus-key': item.key }),
    ...(item.document === null ? {} : { 'bus-document': item.document }),
  }
  let answer: Answer
  try {
    answer = await centre.askAny({ method: 'POST', path: '/bus/messages', body, headers })
  } catch (error) {
    if (error instanceof LineCut || error instanceof CentreSaysNo) throw new NotNow(null)
    throw error
  }
  if (answer.status === 202) {
    await taken(edge, item, answer)
    return true
  }
  return refused(edge, item, answer)
}

async function taken(edge: Edge, item: Item, answer: Answer): Promise<void> {
  const { store } = edge
  const { message, messageId, digest } = (answer.json ?? {}) as { message?: unknown; messageId?: unknown; digest?: unknown }
  if (typeof message !== 'string' || messageId !== item.id || typeof digest !== 'string') throw new NotNow(null)
  // The receipt as it was signed: it proves to anybody that the centre had the message.
  const receipt = JSON.stringify({ body: answer.body.toString('utf8'), ...answer.proof })
  const at = edge.now().getTime()
  await store.write(() => markSent(store, item.seq, { message, receipt, at, askAt: at + sendLimits.firstQuestionMs }))
}

/** What the centre says about this message is the message’s; what it says about this member or itself stops the sending. */
async function refused(edge: Edge, item: Item, answer: Answer): Promise<boolean> {
  const { store } = edge
  const found = issueIn(jsonIn(answer)) ?? { sentence: `the centre answered ${answer.status}` }
  const reason: Reason = { by: 'bus', ...found }
  const now = edge.now().getTime()
  if ([401, 403, 408, 429, 502, 503, 504, 507].includes(answer.status)) {
    edge.centre.contact.why = found.sentence
    throw new NotNow(Number(answer.headers['retry-after']) || null)
  }
  if (answer.status >= 500) {
    // It may be this message that the centre fails on: the others go on, and its own patient waits.
    const seconds = Math.min(sendLimits.itemSecondsMax, 2 ** Math.min(item.attempts + 1, 12))
    await store.write(() => putOff(store, item.seq, now + seconds * 1000, reason))
    return false
  }
  await store.write(() => setAside(store, item.seq, 'quarantined', reason, now))
  return true
}
