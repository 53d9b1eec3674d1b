import { type Item, itemColumns, numberOf, type Reason, type Step, stepsOf } from '../store/items.ts'
import { receiptOf } from '../store/receipts.ts'
import type { Store } from '../store/store.ts'

const foundMax = 50
const stepsMax = 200

/** The fate of an item. Nothing is decrypted, so it says nothing about the contents. */
export type Fate = {
  id: string
  source: string
  name: string
  state: Item['state']
  came: string
  /** When the bus got it, and under which number; `message` is the bus's own number, by which its operator finds it. */
  sent: { at: string; number: string; message: string | null; receipt: unknown } | null
  ended: string | null
  reason: Reason | null
  losses: number
  steps: Step[]
}

/**
 * Items by their names: the name of a message ends in its number, that of a file is its name, and that of a row begins with the file and gives the
 * line.
 */
function itemsOf(store: Store, number: string): Item[] {
  const [end, row] = [` ${number}`, `${number}, line `]
  return store.all<Item>(
    `select ${itemColumns} from item
      where id = ? or message = ? or name = ? or substr(name, ?) = ? or substr(name, 1, ?) = ? or id = ?
      order by seq desc limit ?`,
    number,
    number,
    number,
    -end.length,
    end,
    row.length,
    row,
    number.replace(/\.\d+$/, ''),
    foundMax,
  )
}

/** The fates of all items under a number: MSH-10, the name of a file, the number of an item or the bus's own; the newest first. */
export const fatesOf = (store: Store, number: string): Fate[] => itemsOf(store, number).map((item) => fateOf(store, item))

const iso = (at: number) => new Date(at).toISOString()
const parsed = <T>(text: string | null | undefined): T | null => (text === null || text === undefined ? null : (JSON.parse(text) as T))

function fateOf(store: Store, item: Item): Fate {
  const { seq, id, source, name, state, receivedAt, sentAt, endedAt, message } = item
  return {
    id,
    source,
    name,
    state,
    came: iso(receivedAt),
    sent: sentAt === null ? null : { at: iso(sentAt), number: numberOf(item), message, receipt: parsed(receiptOf(store, seq)) },
    ended: endedAt === null ? null : iso(endedAt),
    reason: parsed<Reason>(item.reason),
    losses: parsed<unknown[]>(item.losses)?.length ?? 0,
    steps: stepsOf(store, seq, stepsMax),
  }
}
