import { randomUUID } from 'node:crypto'
import type { Actor } from '../platform/actor.ts'
import { Refusal } from '../platform/refusal.ts'
import { fragment } from '../platform/sql.ts'
import type { Transaction, World } from '../platform/world.ts'
import { announce } from './changes.ts'
import { hashPassword } from './password.ts'
import type { Role } from './wire.ts'

/** A person who may sign in, as an upper slice describes them; names of places ride along, because access knows none. */
export type NewAccount = {
  id?: string
  name: string
  roles: readonly Role[]
  /** For the embedded provider of the demo. */
  userName?: string | null
  password?: string | null
  /** For an issuer outside: who they are there. */
  issuer?: string | null
  subject?: string | null
  worker?: number | null
  institution?: number | null
  institutionName?: string | null
  unit?: number | null
  unitName?: string | null
  /** Root key and handle of the citizen's own person. */
  patient?: number | null
  person?: string | null
  /** Shown on the sign-in page of the demo. */
  demo?: boolean
}

export type Account = {
  id: string
  userName: string | null
  password: string | null
  name: string
  roles: Role[]
  worker: number | null
  institution: number | null
  institutionName: string | null
  unit: number | null
  unitName: string | null
  patient: number | null
  handle: string | null
  revokedAt: Date | null
}

export type WorkersAccount = { id: string; worker: number; institution: number | null }

/** Adds an account and answers its id. A user name that is taken is refused. */
export async function createAccount(tx: Transaction, account: NewAccount): Promise<string> {
  if (account.roles.length === 0) throw new Refusal('incorrect', 'an account has at least one role')
  const id = account.id ?? randomUUID()
  const password = account.password ? await hashPassword(account.password) : null
  const added = await tx`
    insert into access.account
      (id, user_name, password, issuer, subject, name, roles, worker, institution, institution_name, unit, unit_name, patient, handle, demo)
    values
      (${id}, ${account.userName ?? null}, ${password}, ${account.issuer ?? null}, ${account.subject ?? null}, ${account.name},
       ${[...account.roles]}::text[], ${account.worker ?? null}, ${account.institution ?? null}, ${account.institutionName ?? null},
       ${account.unit ?? null}, ${account.unitName ?? null}, ${account.patient ?? null}, ${account.person ?? null}, ${account.demo ?? false})
    on conflict do nothing
    returning id`
  if (added.length === 0) throw new Refusal('conflict', 'there is an account of this user name or subject already')
  return id
}

export const accountColumns = fragment`
  account.id, account.user_name, account.password, account.name, account.roles, account.worker, account.institution,
  account.institution_name, account.unit, account.unit_name, account.patient, account.handle, account.revoked_at`

export async function accountByName(sql: World['sql'], userName: string): Promise<Account | null> {
  const [found] = await sql<Account>`select ${accountColumns} from access.account as account where user_name = ${userName}`
  return found ?? null
}

export async function accountBySubject(sql: World['sql'], issuer: string, subject: string): Promise<Account | null> {
  const [found] = await sql<Account>`
    select ${accountColumns} from access.account as account
     where issuer = ${issuer} and subject = ${subject}
     order by revoked_at desc nulls first
     limit 1`
  return found ?? null
}

/** The open accounts of these people at an issuer. */
export function openAccounts(sql: World['sql'] | Transaction, issuer: string, subjects: readonly string[]): Promise<(Account & { subject: string })[]> {
  return sql<Account & { subject: string }>`
    select ${accountColumns}, account.subject from access.account as account
     where issuer = ${issuer} and subject = any(${[...subjects]}::text[]) and revoked_at is null
     limit ${subjects.length}`
}

/** The open accounts with which citizens see their own records, by root key. */
export async function accountsOfPatients(sql: World['sql'] | Transaction, patients: readonly number[]): Promise<Map<number, string>> {
  const rows = await sql<{ patient: number; id: string }>`
    select patient, id from access.account where patient = any(${[...patients]}::int8[]) and 'patient' = any(roles) and revoked_at is null`
  return new Map(rows.map(({ patient, id }) => [patient, id]))
}

const listMax = 10_000

/** For an operator's list, without what people sign in with. */
export async function accountsOf(sql: World['sql'], { role, name }: { role: string | null; name: string | null }): Promise<Omit<Account, 'password'>[]> {
  const rows = await sql<Account>`
    select ${accountColumns} from access.account as account
     where (${role}::text is null or ${role} = any(roles)) and (${name}::text is null or starts_with(account.name, ${name}))
     order by created_at desc, id
     limit ${listMax}`
  return rows.map(({ password: _password, ...rest }) => rest)
}

export async function accountById(sql: World['sql'], id: string): Promise<Account | null> {
  const [found] = await sql<Account>`select ${accountColumns} from access.account as account where id = ${id}`
  return found ?? null
}

/** The account with which a health worker signs in at an institution; null when there is none, or none any more. */
export async function accountOfWorker(sql: World['sql'], worker: number, institution: number): Promise<Account | null> {
  const [found] = await sql<Account>`
    select ${accountColumns} from access.account as account
     where worker = ${worker} and institution = ${institution} and revoked_at is null
     order by created_at
     limit 1`
  return found ?? null
}

const roleMax = 2000

/** Who has a role now, for whoever shares out its work. */
export function accountsWith(sql: World['sql'], role: Role): Promise<{ id: string; name: string }[]> {
  return sql<{ id: string; name: string }>`
    select id, name from access.account where ${role} = any(roles) and revoked_at is null order by name, id limit ${roleMax}`
}

/** What a newcomer looks at first comes first. */
const roleOrder: readonly Role[] = [
  'doctor',
  'patient',
  'employer',
  'fund',
  'operator',
  'nurse',
  'laboratory',
  'commission',
  'commission2',
  'data-officer',
  'ministry',
]

/** Accounts of the demo for the sign-in page: by role, and those of one role in the order they were made. */
export function demoAccounts(sql: World['sql']): Promise<Account[]> {
  return sql<Account>`
    select ${accountColumns} from access.account as account
     where demo and user_name is not null and revoked_at is null
     order by array_position(${[...roleOrder]}::text[], roles[1]), created_at, user_name
     limit 50`
}

/** The open accounts of these health workers, wherever they work. */
export function accountsOfWorkers(sql: World['sql'] | Transaction, workers: readonly number[]): Promise<WorkersAccount[]> {
  return sql<WorkersAccount>`
    select id, worker, institution from access.account where worker = any(${[...workers]}::int4[]) and revoked_at is null order by id limit ${listMax}`
}

/** From now on the account opens nothing; its sessions end with it in every process within a second. */
export async function revokeAccount(tx: Transaction, id: string, at: Date): Promise<void> {
  const revoked = await revokeAccounts(tx, [id], at)
  if (revoked.length === 0) throw new Refusal('not-found', 'there is no such account, or it is revoked already')
}

/** Those that are open yet; answers which they were. */
export async function revokeAccounts(tx: Transaction, ids: readonly string[], at: Date): Promise<string[]> {
  const revoked = await tx<{ id: string }>`
    update access.account set revoked_at = ${at} where id = any(${[...ids]}::text[]) and revoked_at is null returning id`
  for (const { id } of revoked) await announce(tx, 'account', id)
  return revoked.map(({ id }) => id)
}

export function actorOfAccount(account: Account, session: string | null): Actor {
  const { id, name, roles, institution, institutionName, unit, unitName, worker, patient } = account
  return { kind: 'person', id, name, roles, scopes: [], institution, institutionName, unit, unitName, worker, patient, session }
}
