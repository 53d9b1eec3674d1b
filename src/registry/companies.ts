import type { Runner, Transaction } from '../platform/sql.ts'
import { unnest } from '../platform/unnest.ts'
import { employerByPib } from './jobs.ts'
import { parts } from './register.ts'
import type { Employer } from './resources.ts'

// The questions that the registers of companies, of state bodies and of powers of attorney answer. Here they are mirrored tables that their feeds
// fill; a web service of a register would take the place of `mirrored` and answer the same questions.

export type Authority = { id: number; register: 'companies' | 'state-bodies'; capacity: 'representative' | 'authorised'; pib: string; name: string }
export type NewAuthority = Omit<Authority, 'id' | 'pib' | 'name'> & { personHash: Buffer; employer: number; fromDate: string; untilDate?: string | null }
export type NewMandate = { agency: number; client: number; number: string; fromDate: string; untilDate?: string | null }

type CompanyRegisters = {
  byPib(sql: Runner, pib: string): Promise<Employer | null>
  byPibs(sql: Runner, pibs: readonly string[]): Promise<Employer[]>
  /** Everybody for whom this person may act; the person is given by their keyed number. */
  authoritiesOf(sql: Runner, personHash: Buffer, day: string): Promise<Authority[]>
  /** Those of these authorities that still stand: a withdrawal counts from the next question on. */
  standing(sql: Runner, ids: readonly number[], day: string): Promise<Set<number>>
  /** Those of these (client, number) pairs for which a power of attorney for the agency is registered. */
  mandates(sql: Runner, agency: number, clients: readonly number[], day: string): Promise<{ client: number; number: string }[]>
}

const authoritiesMax = 200
const clientsMax = 2_000

const mirrored: CompanyRegisters = {
  byPib: employerByPib,
  byPibs: (sql, pibs) => sql<Employer>`
    select id, pib, mb, name, municipality, activity, address, account from registry.employer where pib = any(${[...pibs]}::text[]) limit ${clientsMax}`,
  authoritiesOf: (sql, personHash, day) => sql<Authority>`
    select authority.id, authority.register, authority.capacity, employer.pib, employer.name
      from registry.authority authority
      join registry.employer employer on employer.id = authority.employer
     where authority.person_hash = ${personHash} and authority.from_date <= ${day}::date and coalesce(authority.until_date, 'infinity') >= ${day}::date
     order by employer.name, authority.id
     limit ${authoritiesMax}`,
  async standing(sql, ids, day) {
    const rows = await sql<{ id: number }>`
      select id from registry.authority
       where id = any(${[...ids]}::int4[]) and from_date <= ${day}::date and coalesce(until_date, 'infinity') >= ${day}::date
       limit ${authoritiesMax}`
    return new Set(rows.map(({ id }) => id))
  },
  mandates: (sql, agency, clients, day) => sql<{ client: number; number: string }>`
    select client, number
      from registry.mandate
     where agency = ${agency} and client = any(${[...clients]}::int4[]) and from_date <= ${day}::date and coalesce(until_date, 'infinity') >= ${day}::date
     limit ${clientsMax}`,
}

export const companies = mirrored

/** Takes over the registers' lists, which come again and again: a known authority gets its new end. */
export async function registerAuthorities(tx: Transaction, rows: readonly NewAuthority[]): Promise<void> {
  for (const part of parts(rows)) {
    await tx`
      insert into registry.authority (person_hash, employer, register, capacity, from_date, until_date)
      select person_hash, employer, register, capacity, from_date, until_date
        from ${unnest('given', part, { personHash: 'bytea', employer: 'int4', register: 'text', capacity: 'text', fromDate: 'date', untilDate: 'date' })}
      on conflict (person_hash, employer, register, from_date) do update set until_date = excluded.until_date`
  }
}

export async function registerMandates(tx: Transaction, rows: readonly NewMandate[]): Promise<void> {
  for (const part of parts(rows)) {
    await tx`
      insert into registry.mandate (agency, client, number, from_date, until_date)
      select agency, client, number, from_date, until_date
        from ${unnest('given', part, { agency: 'int4', client: 'int4', number: 'text', fromDate: 'date', untilDate: 'date' })}
      on conflict (agency, client, number) do update set until_date = excluded.until_date`
  }
}
