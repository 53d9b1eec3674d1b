import type { Sql } from '../../platform/sql.ts'
import { asEmployer } from '../employer/store.ts'

/** Everything that the employer's role may read: tables and columns. Anything else that it can read is a finding. */
const allowed: Record<string, string[]> = {
  'sickleave.earning': ['employee', 'employer', 'given_at', 'given_by', 'gross', 'hours', 'month', 'net', 'paid_on', 'source', 'version'],
  'sickleave.employer_event': ['at', 'content', 'employer', 'kind', 'known_as', 'seq'],
  'sickleave.objection': ['changed_at', 'employer', 'id', 'known_as', 'shown', 'state'],
  'sickleave.request': ['changed_at', 'created_at', 'employer', 'id', 'known_as', 'shown', 'state'],
  'sickleave.employer_member': 'authority by_name employer ended_at ended_by from_at is_system member name person_name pib role'.split(' '),
  'sickleave.employer_stream': ['employer', 'last'],
  'sickleave.employer_case': 'at done_at done_by done_seq employer folded from_day known_as seq state until_day'.split(' '),
  'sickleave.firm': ['employer', 'name', 'pib', 'register', 'registered_at', 'registered_by'],
  'sickleave.invitation': 'at by_name employer ended_at expires_at id note role used_at'.split(' '),
  'sickleave.mandate': 'agency agency_name agency_pib at by_name confirmed_at employer ended_at ended_by id name number pib role source until_day'.split(' '),
  'sickleave.channel': 'address at by_name clients content employer ended_at id is_confirmed kind name'.split(' '),
  'sickleave.channel_place': 'channel due_at employer failing_since failures leased_until parked_at sent trouble wanted'.split(' '),
  'sickleave.shared': ['at', 'employer', 'known_as', 'sealed'],
}
const relationsMax = 5000

/** What the role could read of every table and call of our functions, by the catalog; and which rows of others it does see. */
export async function leaksOfRole(sql: Sql): Promise<string[]> {
  const found: string[] = []
  const readable = await sql<{ name: string; columns: string[] }>`
    select n.nspname || '.' || c.relname as name, array_agg(a.attname::text order by a.attname) as columns
      from pg_class c
      join pg_namespace n on n.oid = c.relnamespace
      join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
     where c.relkind in ('r', 'p', 'v', 'm') and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
       and has_schema_privilege('spona_employer', n.oid, 'usage')
       and has_column_privilege('spona_employer', c.oid, a.attnum, 'select')
     group by 1
     limit ${relationsMax}`
  for (const { name, columns } of readable) {
    const extra = columns.filter((column) => !allowed[name]?.includes(column))
    if (extra.length > 0) found.push(`the employer's role may read ${name} (${extra.join(', ')})`)
  }
  const writable = await sql<{ name: string }>`
    select n.nspname || '.' || c.relname as name
      from pg_class c
      join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p') and n.nspname not in ('pg_catalog', 'information_schema')
       and has_table_privilege('spona_employer', c.oid, 'insert, update, delete, truncate')
     limit ${relationsMax}`
  for (const { name } of writable) found.push(`the employer's role may change ${name}`)
  const callable = await sql<{ name: string }>`
    select n.nspname || '.' || p.proname as name
      from pg_proc p
      join pg_namespace n on n.oid = p.pronamespace
     where n.nspname not in ('pg_catalog', 'information_schema')
       and has_schema_privilege('spona_employer', n.oid, 'usage') and has_function_privilege('spona_employer', p.oid, 'execute')
       and n.nspname || '.' || p.proname <> all ('{sickleave.own_employers,sickleave.own_member}')
     limit ${relationsMax}`
  for (const { name } of callable) found.push(`the employer's role may call ${name}`)
  const [foreign] = await asEmployer(
    sql,
    [],
    (tx) => tx<{ events: number; shared: number; earnings: number }>`
      select (select count(*) from sickleave.employer_event) as events, (select count(*) from sickleave.shared) as shared,
             (select count(*) from sickleave.earning) as earnings`,
  )
  if ((foreign?.events ?? 0) + (foreign?.shared ?? 0) + (foreign?.earnings ?? 0) > 0) found.push('the employer’s role reads rows without naming an employer')
  return found
}
