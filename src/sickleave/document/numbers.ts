import { Refusal } from '../../platform/refusal.ts'
import type { Transaction } from '../../platform/world.ts'

// Numbers of documents: institution, year and a serial. A place that may lose its connection has a block set aside and gives them out itself.

const serialMax = 99_999_999
const blockMax = 5_000

const write = (institution: number, year: number, serial: number) => `${String(institution).padStart(5, '0')}-${year}-${String(serial).padStart(8, '0')}`

async function take(tx: Transaction, institution: number, year: number, count: number): Promise<number> {
  const [row] = await tx<{ next: number }>`
    insert into sickleave.series (institution, year, next) values (${institution}, ${year}, ${1 + count})
    on conflict (institution, year) do update set next = sickleave.series.next + ${count}
    returning next`
  const first = (row?.next ?? 0) - count
  if (first + count - 1 > serialMax) throw new Refusal('full', 'this institution has no document numbers left for the year')
  return first
}

export async function nextNumbers(tx: Transaction, institution: number, year: number, count: number): Promise<string[]> {
  if (count === 0) return []
  const first = await take(tx, institution, year, count)
  return Array.from({ length: count }, (_, at) => write(institution, year, first + at))
}

export type Block = { first: string; last: string }

export async function setAside(
  tx: Transaction,
  institution: number,
  year: number,
  wish: { id: string; count: number; client: string; at: Date },
): Promise<Block> {
  if (!Number.isInteger(wish.count) || wish.count < 1 || wish.count > blockMax) {
    throw new Refusal('incorrect', `a block has from 1 to ${blockMax} numbers`, { expression: 'count' })
  }
  const first = await take(tx, institution, year, wish.count)
  const last = first + wish.count - 1
  await tx`
    insert into sickleave.number_block (id, institution, year, first, last, client, at)
    values (${wish.id}, ${institution}, ${year}, ${first}, ${last}, ${wish.client}, ${wish.at})`
  return { first: write(institution, year, first), last: write(institution, year, last) }
}

/** A number that was given out without a connection: of a block of this institution, and once only. */
export async function useNumber(tx: Transaction, institution: number, number: string): Promise<string> {
  const [, ofInstitution, year, serial] = /^(\d{5})-(\d{4})-(\d{8})$/.exec(number) ?? []
  const inBlock =
    Number(ofInstitution) === institution
      ? await tx`
          select 1 from sickleave.number_block
           where institution = ${institution} and year = ${Number(year)} and ${Number(serial)} between first and last
           limit 1`
      : []
  if (inBlock.length === 0) throw new Refusal('unprocessable', 'this number is not of a block set aside for your institution', { expression: 'offline.number' })
  const used = await tx`
    insert into sickleave.used_number (institution, year, serial) values (${institution}, ${Number(year)}, ${Number(serial)})
    on conflict do nothing returning serial`
  if (used.length === 0) throw new Refusal('conflict', 'this number has been used already', { expression: 'offline.number' })
  return number
}
