import type { Edge } from '../process/edge.ts'
import { acknowledge, type Reason, setAside } from '../store/items.ts'

/**
 * Messages that were sent first end first, so the oldest few show whether asking about more is of use. The first question is small. When most of it
 * had ended the next is four times as large; when little had, it is small again.
 */
const sentAtOnce = { first: 25, most: 450, growth: 4 } as const
const much = 0.8
const little = 0.3
/** How many parked messages are asked about at once: an operator must do something about them first. */
const parkedAtOnce = 50
/** The first question comes after this share of the time that the record lately took. An earlier one would only be told to wait, and would cost a write. */
const firstQuestion = { first: 300, most: 30_000, share: 0.8 } as const
/**
 * A message is asked about again when it has waited a tenth longer: a short wait is noticed soon after its end, and a message that waits for days is
 * hardly asked about.
 */
const askedAgainMs = { first: 500, most: 3_600_000 } as const
const patience = 10
/**
 * The pause before the next question, so that messages are asked about together: each answer is a flush of the disk. The pause grows while nothing
 * ends.
 */
const restMs = { first: 200, most: 2000 } as const
/** How long the bus still knows a message after its end. */
const namedDays = 30
const lateMs = 60_000

type Row = { seq: number; message: string; sentAt: number }
type Said = { message: string; state: 'waiting' | 'acknowledged' | 'refused' | 'parked'; reason?: string }

/** One state at a time follows an index of that state; both together, or none, would read everything that was ever sent. */
export const dueOf = (state: 'sent' | 'parked'): string =>
  `select seq, message, sent_at as sentAt from item where state = '${state}' and message is not null and due_at <= ? order by due_at limit ?`

/**
 * Asks the bus what became of the messages it has: an item ends only when the record has taken it. A refusal comes as a message with the reasons
 * (`receive`), so nothing is done about it here. Answers how many milliseconds to rest before the next question.
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
  // A long wait shows that the line was cut or that an operator acted, not how fast the record is.
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
