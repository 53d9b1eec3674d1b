import { Refusal } from '../../platform/refusal.ts'
import { uuidV4 } from '../../platform/uuid.ts'
import type { Receiver } from '../centre/receive.ts'
import type { Edge } from '../process/edge.ts'
import type { Store } from '../store/store.ts'
import { certificateSource } from './issue.ts'
import type { Limits } from './wish.ts'

// The numbers that are kept ready here. The centre gives them in blocks; each number is used once, and a block is given back when its time is over.

const zone = 'Europe/Belgrade'
const [lookMs, askedAgainMs, refusedAgainMs] = [2000, 10 * 60_000, 6 * 3_600_000]
/** This long before the end of a year numbers of the next year are fetched too. */
const yearAheadMs = 14 * 86_400_000

type Block = { id: string; prefix: string; next: number; last: number; until: number }
const written = (prefix: string, serial: number) => `${prefix}${String(serial).padStart(8, '0')}`

/** Takes the next number. Only inside a commit: the number and its certificate are on the disk together, or neither is. */
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

/** The limits that the centre sent with the last numbers. An edge that never had numbers does not guess limits and issues nothing. */
export function limitsOf(store: Store): Limits {
  const said = store.fact('certificate limits')
  if (said !== undefined) return JSON.parse(said) as Limits
  throw new Refusal('full', 'the centre has sent no numbers and limits for certificates yet', {
    hint: 'They come with the first line to the centre and a contract with sickleave/certificates; edge doctor says what is missing.',
    retryAfterSeconds: 60,
  })
}

export const yearAt = (at: Date): number => Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(zone).year

/** Keeps as many numbers ready as the settings say, and gives back expired ones. Answers when to look again. */
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

/** Asks for numbers. A request without an answer is repeated under the same id: the centre answers with the same block, so no block is lost on the way. */
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

/** Takes numbers from the centre. When a block comes twice, its used numbers stay used. */
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
