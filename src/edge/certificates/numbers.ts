import { Refusal } from '../../platform/refusal.ts'
import { uuidV4 } from '../../platform/uuid.ts'
import type { Receiver } from '../centre/receive.ts'
import type { Edge } from '../process/edge.ts'
import type { Store } from '../store/store.ts'
import { certificateSource } from './issue.ts'
import type { Limits } from './wish.ts'

// The numbers that stand ready here: given by the centre in blocks, each of them used once, and given back when their time is over.

const zone = 'Europe/Belgrade'
const [lookMs, askedAgainMs, refusedAgainMs] = [2000, 10 * 60_000, 6 * 3_600_000]
/** So long before the end of a year numbers of the next one are fetched too. */
const yearAheadMs = 14 * 86_400_000

type Block = { id: string; prefix: string; next: number; last: number; until: number }
const written = (prefix: string, serial: number) => `${prefix}${String(serial).padStart(8, '0')}`

/** Only inside of a commit: the number and what bears it are on the disk together, or neither is. */
export function takeNumber(store: Store, year: number, at: number): string {
  const block = store.one<Block>(
    'select id, prefix, next, last, until from number_block where year = ? and until > ? and next <= last order by until, id limit 1',
    year,
    at,
  )
  if (!block) {
    throw new Refusal('full', 'no numbers for certificates are left here', {
      hint: 'They come by themselves as soon as the line to the centre is there; see certificates.numbers of the settings.',
      retryAfterSeconds: 60,
    })
  }
  store.run('update number_block set next = next + 1 where id = ?', block.id)
  return written(block.prefix, block.next)
}

export const numbersLeft = (store: Store, year: number, at: number): number =>
  store.one<{ count: number }>('select coalesce(sum(last - next + 1), 0) as count from number_block where year = ? and until > ?', year, at)?.count ?? 0

/** As the centre said with the last numbers. Whoever never had any knows no limits, and issues nothing by a guess of them. */
export function limitsOf(store: Store): Limits {
  const said = store.fact('certificate limits')
  if (said !== undefined) return JSON.parse(said) as Limits
  throw new Refusal('full', 'the centre has sent no numbers and limits for certificates yet', {
    hint: 'They come with the first line to the centre and a contract with sickleave/certificates; edge doctor says what is missing.',
    retryAfterSeconds: 60,
  })
}

export const yearAt = (at: Date): number => Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(zone).year

/** Keeps so many numbers ready as the settings say, and gives back those whose time is over. Answers when to look again. */
export async function keepNumbers(edge: Edge, count: number): Promise<number> {
  const at = edge.centre.now()
  for (const year of new Set([yearAt(at), yearAt(new Date(at.getTime() + yearAheadMs))])) {
    if (numbersLeft(edge.store, year, at.getTime()) <= count / 2) await wishFor(edge, year, count, at.getTime())
  }
  const over = edge.store.all<Block>(
    'select id, prefix, next, last, until from number_block where until <= ? and next <= last and returned = 0 limit 10',
    at.getTime(),
  )
  for (const { id, prefix, next } of over) {
    await edge.intake.accept(item(`back ${id}`, { back: { block: id, next: written(prefix, next) } }))
    await edge.store.write(() => edge.store.run('update number_block set returned = 1 where id = ?', id))
  }
  return lookMs
}

const item = (once: string, body: object) => ({
  ...{ source: certificateSource, protocol: 'certificate', name: once.split(' ')[0] as string, original: Buffer.from(JSON.stringify(body)), once },
})

type Wished = { id: string; at: number; item: string }

/** A wish whose answer does not come is sent again as the same one: the centre answers with the same block, so none is lost on the way. */
async function wishFor({ store, intake, random }: Edge, year: number, count: number, at: number): Promise<void> {
  const name = `wish for numbers of ${year}`
  const said = store.fact(name)
  const last = said === undefined ? null : (JSON.parse(said) as Wished)
  const isAnswered = last !== null && store.one('select 1 from number_block where id = ?', last.id) !== undefined
  if (last !== null && !isAnswered) {
    const state = store.one<{ state: string }>('select state from item where id = ?', last.item)?.state
    if (state === 'waiting' || state === 'ready' || state === 'sent') return
    if (at - last.at < (state === 'acknowledged' ? askedAgainMs : refusedAgainMs)) return
  }
  const id = last === null || isAnswered ? uuidV4({ random }) : last.id
  const accepted = await intake.accept(item(`wish ${id} ${at}`, { wish: { id, year, count } }))
  await store.write(() => store.setFact(name, JSON.stringify({ id, at, item: accepted.id } satisfies Wished)))
}

type Answer = { block: { id: string; first: string; last: string; until: string; year: number }; limits: Limits }

/** Numbers that came, also when they come twice: what was used of a block stays used. */
export function takeNumbers({ store }: Edge): Receiver {
  return async (_, bytes) => {
    const { block, limits } = JSON.parse(bytes.toString('utf8')) as Answer
    const [prefix, first, last] = [block.first.slice(0, -8), Number(block.first.slice(-8)), Number(block.last.slice(-8))]
    await store.write(() => {
      store.run(
        'insert into number_block (id, prefix, year, next, last, until, returned) values (?, ?, ?, ?, ?, ?, 0) on conflict do nothing',
        ...[block.id, prefix, block.year, first, last, Date.parse(block.until)],
      )
      store.setFact('certificate limits', JSON.stringify(limits))
    })
    return { taken: true }
  }
}
