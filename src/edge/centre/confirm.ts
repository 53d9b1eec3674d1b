import type { Edge } from '../process/edge.ts'
import { acknowledge, type Reason, setAside } from '../store/items.ts'

/**
 * What was sent first ends first: the oldest few tell whether asking about more is of use. So the first question is a small one; when most of it had ended the
 * next is four times as large, and when little had, it is small again.
 */
const sentAtOnce = { first: 25, most: 450, growth: 4 } as const
const much = 0.8
const little = 0.3
/** What the bus has put aside, for which an operator must do something first. */
const parkedAtOnce = 50
/** Asked first when so much of the time has passed that the record lately took: whoever asks sooner is told that it waits, and writes that down. */
const firstQuestion = { first: 300, most: 30_000, share: 0.8 } as const
/** Asked again when it has waited a tenth longer: a queue is heard of soon after its end, and what waits for days is hardly asked about. */
const askedAgainMs = { first: 500, most: 3_600_000 } as const
const patience = 10
/** Until the next question: what trickles in is asked about together, because each answer is a flush of the disk; while nothing ends, more rarely. */
const restMs = { first: 200, most: 2000 } as const
/** The bus names a message for so long after it has ended. */
const namedDays = 30
const lateMs = 60_000

type Row = { seq: number; message: string; sentAt: number }
type Said = { message: string; state: 'waiting' | 'acknowledged' | 'refused' | 'parked'; reason?: string }

/** Each state by itself goes along an index of its own; both together, or without one, go through all that was ever sent. */
export const dueOf = (state: 'sent' | 'parked'): string =>
  `select seq, message, sent_at as sentAt from item where state = '${state}' and message is not null and due_at <= ? order by due_at limit ?`

/**
 * Asks the bus what became of what it has: an item ends when the record has taken it, and not before. What was refused comes as a message with the reasons
 * (`receive`), so that nothing is done about it here. Answers how many milliseconds to rest before the next question.
 */
export async function confirmSome(edge: Edge): Promise<number> {
  const { store, centre } = edge
  const { contact } = centre
  const now = edge.now().getTime()
  const atOnce = { sent: contact.askedAtOnce ?? sentAtOnce.first, parked: parkedAtOnce }
  const rows = (['sent', 'parked'] as const).flatMap((state) => store.all<Row>(dueOf(state), now, atOnce[state]))
  if (rows.length === 0) return restMs.first
  const { json } = await centre.ask({
    method: 'POST',
    path: '/bus/messages/states',
    body: Buffer.from(JSON.stringify({ messages: rows.map(({ message }) => message) })),
  })
  const said = new Map((json as { states: Said[] }).states.map((one) => [one.message, one]))
  const ended = (await store.write(() => rows.filter((row) => settle(edge, row, said.get(row.message), now)))).map(({ sentAt }) => now - sentAt)
  // What lay there for long tells of a line that was cut, or of an operator.
  const lately = ended.filter((ms) => ms < lateMs)
  if (lately.length > 0) contact.recordMs = (contact.recordMs + lately.reduce((sum, ms) => sum + ms, 0) / lately.length) / 2
  const share = ended.length / rows.length
  if (share >= much) contact.askedAtOnce = Math.min(sentAtOnce.most, atOnce.sent * sentAtOnce.growth)
  else if (share < little) contact.askedAtOnce = sentAtOnce.first
  if (rows.length >= atOnce.sent && share >= little) return 0
  if (ended.length > 0) return restMs.first
  const youngest = now - Math.max(...rows.map(({ sentAt }) => sentAt))
  return within(restMs, youngest / patience)
}

export const firstQuestionMs = ({ centre }: Edge): number => within(firstQuestion, centre.contact.recordMs * firstQuestion.share)

const within = ({ first, most }: { first: number; most: number }, ms: number): number => Math.round(Math.min(most, Math.max(first, ms)))

function settle(edge: Edge, row: Row, said: Said | undefined, now: number): boolean {
  const { store, centre } = edge
  const isForgotten = said === undefined && now - row.sentAt > namedDays * 86_400_000
  if (said?.state === 'acknowledged' || isForgotten) {
    acknowledge(store, row.seq, now)
    return true
  }
  if (said?.state === 'parked') {
    const reason: Reason = {
      by: 'bus',
      sentence: said.reason ?? 'the bus put the message aside',
      hint: 'The operator of the centre hands it out again; it goes on by itself then.',
    }
    setAside(store, row.seq, 'parked', reason, now)
  }
  store.run('update item set due_at = ? where seq = ?', now + within(askedAgainMs, Math.max(now - row.sentAt, 2 * centre.contact.recordMs) / patience), row.seq)
  return false
}
