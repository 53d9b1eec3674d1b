import { type Options, type Print, WrongUse } from '../../platform/cli.ts'
import { readConfig } from '../process/config.ts'
import { type Item, itemColumns, numberOf, type Reason, type Step, stepsOf } from '../store/items.ts'
import { receiptOf } from '../store/receipts.ts'
import type { Store } from '../store/store.ts'
import { withStore } from '../store/with-store.ts'

const foundMax = 50
const stepsMax = 200

/** What became of it, without a word of its contents: nothing of it is decrypted. */
type Fate = {
  id: string
  source: string
  name: string
  state: Item['state']
  came: string
  /** The bus has it since then, under this number; `message` is the bus's own, which its operator finds it by. */
  sent: { at: string; number: string; message: string | null; receipt: unknown } | null
  ended: string | null
  reason: Reason | null
  losses: number
  steps: Step[]
}

/**
 * What a local system gave under its number: MSH-10 of a message, the name of a file, the number that `edge quarantine` or `/accepted/` shows, or the bus's. The newest first; exit code 1 when there is
 * none.
 */
export function findItems(options: Options, print: Print): Promise<number> {
  const config = readConfig(String(options['config']))
  const number = String(options['argument'] ?? '').trim()
  if (number === '') throw new WrongUse('edge find wants a number: MSH-10, the name of a file, or the number of an item')
  return withStore(config.data, (store) => {
    const all = itemsOf(store, number).map((item) => fateOf(store, item))
    if (options['json']) print(JSON.stringify(all))
    else if (all.length === 0) print(`Nothing of this number is kept here. What has ended is kept for ${config.keep.days} days (keep.days).`)
    else for (const one of all) print(told(one))
    return all.length === 0 ? 1 : 0
  })
}

/** A name ends in the number (of a message), is the file, or begins with the file and tells the line. */
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

const meanings: Record<Item['state'], string> = {
  waiting: 'on the disk of the edge, waits to be mapped',
  ready: 'mapped, waits for the line to the centre',
  sent: 'the bus has it, the record has not said yes yet',
  acknowledged: 'the record has it',
  quarantined: 'stands aside and waits for a person',
  parked: 'the bus put it aside',
  discarded: 'a person decided that it is not sent',
}

function told({ id, source, name, state, came, sent, ended, reason, losses, steps }: Fate): string {
  const lines = [`${id}  ${source}: ${name}`, `  ${state}: ${meanings[state]}`, `  came ${came}`]
  if (sent !== null)
    lines.push(
      `  to the bus ${sent.at} as ${sent.number}${sent.message === null ? '' : `, message ${sent.message}`}, ${sent.receipt === null ? 'without a receipt' : 'with a signed receipt'}`,
    )
  if (ended !== null) lines.push(`  ended ${ended}`)
  if (losses > 0) lines.push(`  parts that had no place: ${losses} (edge quarantine show ${id})`)
  if (reason !== null)
    lines.push(`  ${reason.place === undefined ? '' : `${reason.place}: `}${reason.sentence}`, ...(reason.hint === undefined ? [] : [`  ${reason.hint}`]))
  for (const { at, what, who } of steps) lines.push(`  ${at}  ${what} (${who})`)
  return lines.join('\n')
}
