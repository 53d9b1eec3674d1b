import type { Edge } from '../process/edge.ts'
import { acknowledge, type Reason, setAside } from '../store/items.ts'

export const confirmedAtOnce = 500
/** Of these, what the bus has put aside, for which an operator must do something first. */
const parkedAtOnce = 50
const askedAgainMs = { first: 500, most: 3_600_000 } as const
/** The bus names a message for so long after it has ended. */
const namedDays = 30

type Row = { seq: number; message: string; sentAt: number; attempts: number }
type Said = { message: string; state: 'waiting' | 'acknowledged' | 'refused' | 'parked'; reason?: string }

/**
 * Asks the bus what became of what it has: an item ends when the record has taken it, and not before. Questions about one message become rarer. What was
 * refused comes as a message with the reasons (`receive`), so that nothing is done about it here. Answers how many have ended.
 */
export async function confirmSome(edge: Edge): Promise<number> {
  const { store, centre } = edge
  const now = edge.now().getTime()
  // Each state by itself goes along an index; both together would sort all that was ever sent.
  const rows = (['sent', 'parked'] as const).flatMap((state) =>
    store.all<Row>(
      `select seq, message, sent_at as sentAt, attempts from item where state = '${state}' and message is not null and due_at <= ? order by due_at limit ?`,
      now,
      state === 'sent' ? confirmedAtOnce - parkedAtOnce : parkedAtOnce,
    ),
  )
  if (rows.length === 0) return 0
  const { json } = await centre.ask({
    method: 'POST',
    path: '/bus/messages/states',
    body: Buffer.from(JSON.stringify({ messages: rows.map(({ message }) => message) })),
  })
  const said = new Map((json as { states: Said[] }).states.map((one) => [one.message, one]))
  return store.write(() => {
    let ended = 0
    for (const row of rows) if (settle(edge, row, said.get(row.message), now)) ended++
    return ended
  })
}

function settle(edge: Edge, row: Row, said: Said | undefined, now: number): boolean {
  const { store } = edge
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
  const waitMs = Math.min(askedAgainMs.most, askedAgainMs.first * 2 ** Math.min(row.attempts, 20))
  store.run('update item set attempts = attempts + 1, due_at = ? where seq = ?', now + waitMs, row.seq)
  return false
}
