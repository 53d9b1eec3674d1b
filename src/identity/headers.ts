import type { Sql, Transaction, World } from '../platform/world.ts'
import { inGroups } from './issue.ts'
import { unseal } from './secrets.ts'

/** What identity knows about a person, for the head of a page. */
export type Header = {
  /** Opaque handle for links; never a personal number. */
  id: string
  lzb: string | null
  temporaryNumber: string | null
  state: 'identified' | 'pending'
  family: string
  given: string
  parent: string | null
  birthDate: string | null
  sex: 'male' | 'female' | 'other' | 'unknown'
  deceasedAt: string | null
  place: string | null
  phone: string | null
  charts: { institution: number; number: string }[]
}

type Row = Omit<Header, 'id' | 'lzb' | 'state' | 'charts'> & {
  person: number
  handle: string
  isIdentified: boolean
  lzb: Buffer | null
  charts: { institution: number; number: string }[] | null
}

const peopleMax = 4000

/** Heads of these people, in the order asked; people who do not exist are left out. The caller has checked that the heads may be shown. */
export async function headers(world: World, people: readonly number[], sql: Sql = world.sql): Promise<Header[]> {
  const found = await headersOf(world, people, sql)
  return people.flatMap((person) => found.get(person) ?? [])
}

/** The same heads, by root key. */
export async function headersOf(world: World, people: readonly number[], sql: Sql | Transaction): Promise<Map<number, Header>> {
  const rows = await sql<Row>`
    select person.id as person, person.handle, person.identified_at is not null as is_identified, person.temporary_number,
           said.family, said.given, said.parent, said.birth_date, said.sex, said.deceased_at, said.place, said.phone, issued.lzb,
           (select jsonb_agg(jsonb_build_object('institution', institution, 'number', number) order by institution, number)
              from (select distinct institution, unnest(array[chart_number, dental_chart_number]) as number
                      from identity.chart_key
                     where chart_key.person = person.id and institution is not null) charts
             where number is not null) as charts
      from identity.person person
      left join identity.lzb_of(${[...people]}::int8[]) issued on issued.person = person.id
      left join lateral (
        select family, given, parent, birth_date, sex, deceased_at, place, phone
          from identity.chart_key
          join identity.demographics using (key)
         where chart_key.person = person.id
         order by is_central desc, changed_at desc
         limit 1) said on true
     where person.id = any(${[...people]}::int8[])
     limit ${peopleMax}`
  return new Map(rows.map((row) => [row.person, headerOf(world, row)]))
}

function headerOf(world: World, row: Row): Header {
  const { handle, isIdentified, lzb, parent, birthDate, deceasedAt, place, phone } = row
  return {
    id: handle,
    lzb: lzb === null ? null : inGroups(unseal(world, 'lzb', lzb)),
    temporaryNumber: isIdentified ? null : row.temporaryNumber,
    state: isIdentified ? 'identified' : 'pending',
    family: row.family ?? '', // Only a number is known of this person so far.
    given: row.given ?? '',
    parent,
    birthDate,
    sex: row.sex ?? 'unknown',
    deceasedAt,
    place,
    phone,
    charts: row.charts ?? [],
  }
}
