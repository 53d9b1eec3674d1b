import { Refusal } from '../../platform/refusal.ts'
import type { Keys } from '../../platform/keys.ts'
import type { Transaction } from '../../platform/world.ts'
import { dayAt, zone } from '../rules/days.ts'
import { beginningOf, opaqueNumber } from './opaque-number.ts'

// Numbers of documents. They are drawn by institution, year and serial, and written so that they hide the institution. A place that may lose its
// connection has a block set aside and gives out its numbers itself.

const serialMax = 99_999_999
const blockMax = 5_000

const write = (keys: Keys, institution: number, year: number, serial: number) =>
  `${beginningOf(keys, institution, year)}-${year}-${String(serial).padStart(8, '0')}`

async function take(tx: Transaction, institution: number, year: number, count: number): Promise<number> {
  const [row] = await tx<{ next: number }>`
    insert into sickleave.series (institution, year, next) values (${institution}, ${year}, ${1 + count})
    on conflict (institution, year) do update set next = sickleave.series.next + ${count}
    returning next`
  const first = (row?.next ?? 0) - count
  if (first + count - 1 > serialMax) throw new Refusal('full', 'this institution has no document numbers left for the year')
  return first
}

export async function nextNumbers(tx: Transaction, keys: Keys, institution: number, year: number, count: number): Promise<string[]> {
  if (count === 0) return []
  const first = await take(tx, institution, year, count)
  return Array.from({ length: count }, (_, at) => opaqueNumber(keys, institution, year, first + at))
}

/** No paper of an employer carries the number of a case; the case numbers of an institution keep their order. */
export async function nextCaseNumber(tx: Transaction, keys: Keys, institution: number, year: number): Promise<string> {
  return write(keys, institution, year, await take(tx, institution, year, 1))
}

/** Numbers from first to last, for certificates whose true time is not after `until`. */
export type Block = { id: string; first: string; last: string; until: string }

/** How many days the numbers of a block are valid, though never past the end of their year, and how many numbers may be open for one place at once. */
const [blockDays, openMax] = [60, 10_000]

type WishOfBlock = { id: string; count: number; client: string; at: Date }

export async function setAside(tx: Transaction, keys: Keys, institution: number, year: number, wish: WishOfBlock): Promise<Block> {
  if (!Number.isInteger(wish.count) || wish.count < 1 || wish.count > blockMax) {
    throw new Refusal('incorrect', `a block has from 1 to ${blockMax} numbers`, { expression: 'count' })
  }
  await tx`select pg_advisory_xact_lock(hashtextextended(${`sickleave numbers ${institution}`}, 0))`
  // A wish that comes again because its answer was lost gets the same block.
  const [same] = await tx<BlockRow>`
    select id, institution, year, first, last, until_at from sickleave.number_block where id = ${wish.id} and client = ${wish.client}`
  if (same) return blockOf(keys, same)
  const [open] = await tx<{ count: number }>`
    select coalesce(sum(last - first + 1), 0)::int as count
      from sickleave.number_block
     where institution = ${institution} and client = ${wish.client} and ended_at is null and until_at > ${wish.at}`
  if ((open?.count ?? 0) + wish.count > openMax) {
    throw new Refusal('conflict', `at most ${openMax} numbers are set aside for one place at a time`, {
      expression: 'count',
      hint: 'Use or return those that there are.',
    })
  }
  const until = untilOf(year, wish.at)
  const first = await take(tx, institution, year, wish.count)
  const row = { id: wish.id, institution, year, first, last: first + wish.count - 1, untilAt: until }
  await tx`
    insert into sickleave.number_block (id, institution, year, first, last, client, at, until_at)
    values (${wish.id}, ${institution}, ${year}, ${first}, ${row.last}, ${wish.client}, ${wish.at}, ${until})`
  return blockOf(keys, row)
}

type BlockRow = { id: string; institution: number; year: number; first: number; last: number; untilAt: Date }
const blockOf = (keys: Keys, { id, institution, year, first, last, untilAt }: BlockRow): Block => ({
  id,
  first: write(keys, institution, year, first),
  last: write(keys, institution, year, last),
  until: untilAt.toISOString(),
})

/** A number names the year of its certificate, so a number of one year is not given out in the next. */
function untilOf(year: number, at: Date): Date {
  const after = at.getTime() + blockDays * 86_400_000
  const endOfYear = Temporal.ZonedDateTime.from({ year: year + 1, month: 1, day: 1, timeZone: zone }).epochMilliseconds
  const begin = Temporal.ZonedDateTime.from({ year, month: 1, day: 1, timeZone: zone }).epochMilliseconds
  return new Date(Math.min(endOfYear, Math.max(after, begin + blockDays * 86_400_000)))
}

/** Ends a block of which no number from `next` on was or will be given out. Nobody uses those numbers, and a certificate with one is refused. */
export async function giveBack(tx: Transaction, { block, client, next, at }: { block: string; client: string; next: string; at: Date }): Promise<void> {
  const serial = numberForm.exec(next)?.[3] ?? '0' // What is no number is not in the block.
  const ended = await tx`
    update sickleave.number_block set ended_at = ${at}, ended_from = ${Number(serial)}
     where id = ${block}::uuid and client = ${client} and ended_at is null and ${Number(serial)} between first and last + 1
    returning id`
  if (ended.length === 0) throw new Refusal('conflict', 'this is no open block of yours, or it has no such number', { expression: 'return' })
}

const numberForm = /^(\d{5})-(\d{4})-(\d{8})$/
type Use = { number: string; at: Date; client: string | null }

/** Uses a number that was given out without a connection. It must be from a block of this place that was valid at that time, and counts only once. */
export async function useNumber(tx: Transaction, keys: Keys, institution: number, { number, at, client }: Use): Promise<string> {
  const [, beginning, year, serial] = numberForm.exec(number) ?? []
  const [block] =
    beginning === beginningOf(keys, institution, Number(year ?? 0))
      ? await tx<{ client: string; untilAt: Date | null; endedFrom: number | null }>`
          select client, until_at, ended_from from sickleave.number_block
           where institution = ${institution} and year = ${Number(year)} and ${Number(serial)} between first and last
           limit 1`
      : []
  const expression = 'offline.number'
  if (!block || (client !== null && block.client !== client))
    throw new Refusal('unprocessable', 'this number is not of a block set aside for your institution', { expression })
  if (dayAt(at).slice(0, 4) !== year)
    throw new Refusal('unprocessable', 'a number names the year of its certificate, and this is one of another', { expression })
  if (block.untilAt !== null && at > block.untilAt)
    throw new Refusal('unprocessable', `the numbers of this block were good until ${block.untilAt.toISOString()}`, { expression })
  if (block.endedFrom !== null && Number(serial) >= block.endedFrom) throw new Refusal('unprocessable', 'this number was returned', { expression })
  const used = await tx`
    insert into sickleave.used_number (institution, year, serial) values (${institution}, ${Number(year)}, ${Number(serial)})
    on conflict do nothing returning serial`
  if (used.length === 0) throw new Refusal('conflict', 'this number has been used already', { expression })
  return number
}
