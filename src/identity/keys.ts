import { type Fragment, fragment } from '../platform/sql.ts'
import type { Sql, Transaction, World } from '../platform/world.ts'
import { readTemporaryNumber } from './issue.ts'
import { hashOf, type NumberKind } from './secrets.ts'

/**
 * All keys of the person behind each key; a key that nobody filed is missing. The person's own key stands first: rows about the person and no one
 * chart (a look, a visit) are written under it, and stay with the person when a wrong chart is separated.
 */
export async function keySets(sql: Sql | Transaction, keys: readonly number[]): Promise<Map<number, number[]>> {
  const rows = await sql.run<{ key: number; keys: number[] }>(keySetRows(keys))
  return new Map(rows.map((row) => [row.key, row.keys]))
}

/** The same as a query (key, keys), for a statement that joins it with its own tables. */
export const keySetRows = (keys: readonly number[]): Fragment => fragment`
    select asked.key, array_agg(other.key order by other.key <> other.person, other.key) as keys
      from identity.chart_key asked
      join identity.chart_key other on other.person = asked.person
     where asked.key = any(${[...keys]}::int8[])
     group by asked.key`

/** The keys of the person with this number; none when the number is unknown. Any JMBG, EBS, LBO or LZB that the person ever had leads to them. */
export async function keysOfNumber(sql: Sql | Transaction, world: World, system: string, value: string): Promise<number[]> {
  const kind = (['jmbg', 'ebs', 'lbo', 'lzb'] as const).find((one) => system === `${world.config.SYSTEM_URN}:${one}`)
  const person = kind ? await holderOf(sql, world, [[kind, value]]) : null
  return person === null ? [] : keysOfPerson(sql, person)
}

export type Known = { person: number; handle: string; keys: number[] }

/** The person with this handle; the handle of a merged person leads to the survivor. Null when nobody has it. */
export async function personOf(sql: Sql | Transaction, handle: string): Promise<Known | null> {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(handle)) return null
  const [found] = await sql<{ person: number }>`select identity.survivor(id) as person from identity.person where handle = ${handle}`
  return found ? known(sql, found.person) : null
}

/** The person with this temporary or personal number, as somebody typed it into one field. */
export async function personOfAnyNumber(sql: Sql | Transaction, world: World, text: string): Promise<Known | null> {
  const temporary = readTemporaryNumber(text)
  if (temporary !== null) {
    const [found] = await sql<{ person: number }>`select identity.survivor(id) as person from identity.person where temporary_number = ${temporary}`
    return found ? known(sql, found.person) : null
  }
  const digits = text.replace(/[\s-]/g, '')
  if (!/^\d{6,20}$/.test(digits)) return null
  const person = await holderOf(
    sql,
    world,
    (['jmbg', 'ebs', 'lbo', 'lzb'] as const).map((kind) => [kind, digits]),
  )
  return person === null ? null : known(sql, person)
}

/** The person to whom each number leads, in the order asked; null for a number that nobody has. */
export async function holdersOf(sql: Sql | Transaction, world: World, asked: readonly { kind: NumberKind; value: string }[]): Promise<(number | null)[]> {
  const rows = await sql<{ person: number | null }>`
    select identity.holder_of(array[asked.hash]) as person
      from unnest(${asked.map(({ kind, value }) => hashOf(world, kind, value))}::bytea[]) with ordinality as asked (hash, place)
     order by place
     limit ${asked.length}`
  return rows.map(({ person }) => person)
}

async function holderOf(sql: Sql | Transaction, world: World, numbers: [NumberKind, string][]): Promise<number | null> {
  const [found] = await sql<{ person: number | null }>`
    select identity.holder_of(${numbers.map(([kind, value]) => hashOf(world, kind, value))}::bytea[]) as person`
  return found?.person ?? null
}

async function known(sql: Sql | Transaction, person: number): Promise<Known | null> {
  const [found] = await sql<{ handle: string; keys: number[] }>`
    select person.handle, array_agg(chart_key.key order by chart_key.key <> person.id, chart_key.key) as keys
      from identity.person person
      join identity.chart_key chart_key on chart_key.person = person.id
     where person.id = ${person}
     group by person.handle`
  return found ? { person, ...found } : null
}

async function keysOfPerson(sql: Sql | Transaction, person: number): Promise<number[]> {
  const rows = await sql<{ key: number }>`select key from identity.chart_key where person = ${person} order by key`
  return rows.map((row) => row.key)
}
