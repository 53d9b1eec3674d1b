import { Refusal } from '../../platform/refusal.ts'
import type { Transaction } from '../../platform/world.ts'
import { isUuid } from '../../platform/uuid.ts'
import { companies } from '../../registry/registry.ts'
import type { Asking } from '../asking.ts'
import { bodyOf, oneOf } from '../read-body.ts'
import { dayAt } from '../rules/days.ts'
import { affairOf, requireEmployer } from './rights.ts'
import { asEmployer } from './store.ts'
import type { FirmMembers, Invitation } from './wire.ts'

export const employerRoles = ['administrator', 'operator', 'viewer', 'signer'] as const
export type EmployerRole = (typeof employerRoles)[number]

export type NewMember = {
  member: string
  employer: number
  pib: string
  name: string
  role: EmployerRole
  at: Date
  personName?: string
  authority?: number | null
  byName?: string
  isSystem?: boolean
}

/** Members who may act for an employer: an account of a person, or the client of a payroll system. */
export async function addMember(tx: Transaction, { member, employer, pib, name, role, at, personName, authority, byName, isSystem }: NewMember): Promise<void> {
  const added = await tx`
    insert into sickleave.employer_member (member, employer, pib, name, role, from_at, person_name, authority, by_name, is_system)
    values (${member}, ${employer}, ${pib}, ${name}, ${role}, ${at}, ${personName ?? ''}, ${authority ?? null}, ${byName ?? ''}, ${isSystem ?? false})
    on conflict do nothing returning employer`
  if (added.length === 0) throw new Refusal('conflict', 'this member acts for this employer already')
}

export async function endMember(tx: Transaction, member: string, pib: string, at: Date, by = ''): Promise<void> {
  const ended = await tx`
    update sickleave.employer_member set ended_at = ${at}, ended_by = ${by}
     where member = ${member} and pib = ${pib} and ended_at is null returning employer`
  if (ended.length === 0) throw new Refusal('not-found', 'this member does not act for this employer')
}

const membersMax = 500

/** Present and former members: it stays on record who let whom in and until when. */
export async function firmMembers(asking: Asking, pib: string): Promise<FirmMembers> {
  const { world, actor } = asking
  const { employer } = await requireEmployer(asking, pib, 'manage')
  await world.ledger.record([affairOf(asking, 'read', 'sick-leave employer-members')])
  const now = world.now()
  return asEmployer(world.sql, [employer], async (tx) => {
    const members = await tx<FirmMembers['members'][number] & { member: string }>`
      select member, person_name as name, role, from_at as since, ended_at as until, by_name as by, authority is not null as by_register,
             member = ${actor.id} as is_you
        from sickleave.employer_member
       where employer = ${employer} and not is_system
       order by (ended_at is not null), person_name, from_at desc
       limit ${membersMax}`
    const invitations = await tx<Invitation>`
      select id, role, note, by_name as by, at, expires_at
        from sickleave.invitation
       where employer = ${employer} and used_at is null and ended_at is null and expires_at > ${now}
       order by at desc
       limit ${membersMax}`
    return { members, invitations }
  })
}

/** Takes effect from the next question on. Only the register removes its own representative, and an employer always keeps an administrator. */
export async function removeMember(asking: Asking, pib: string, member: string): Promise<void> {
  const { world, actor } = asking
  const acting = await requireEmployer(asking, pib, 'manage')
  await world.ledger.transaction(async (tx) => {
    await requireChangeable(tx, world.now(), acting.employer, member, null)
    tx.audit([affairOf(asking, 'revoke', `sick-leave employer-member ${member}`)])
    await endMember(tx, member, pib, world.now(), actor.name)
  })
}

export async function changeRole(asking: Asking, pib: string, member: string, given: unknown): Promise<void> {
  const { world, actor } = asking
  const acting = await requireEmployer(asking, pib, 'manage')
  const role = oneOf(bodyOf(given, ['role']), 'role', employerRoles)
  await world.ledger.transaction(async (tx) => {
    const before = await requireChangeable(tx, world.now(), acting.employer, member, role)
    if (before.role === role) return
    tx.audit([affairOf(asking, 'grant', `sick-leave employer-member ${member} ${role}`)])
    const at = world.now()
    await endMember(tx, member, pib, at, actor.name)
    // Both rows would have the same key if the new one began in the instant in which the former one began.
    const from = new Date(Math.max(at.getTime(), before.fromAt.getTime() + 1))
    await addMember(tx, { ...acting, member, role, at: from, personName: before.personName, byName: actor.name })
  })
}

type Standing = { role: EmployerRole; personName: string; authority: number | null; fromAt: Date; member: string }

/** Locks the members of the employer, so that two administrators cannot remove each other at the same time. */
async function requireChangeable(tx: Transaction, at: Date, employer: number, member: string, next: EmployerRole | null): Promise<Standing> {
  const rows = await tx<Standing>`
    select member, role, person_name, authority, from_at
      from sickleave.employer_member
     where employer = ${employer} and ended_at is null and not is_system
     order by member
     limit ${membersMax}
       for update`
  const found = rows.find((row) => row.member === member)
  if (!found) throw new Refusal('not-found', 'this member does not act for this employer')
  if (found.authority !== null) {
    throw new Refusal('conflict', 'this person acts by the register, and stops when the register says so', { hint: 'Let the register be changed.' })
  }
  const others = rows.filter((row) => row.member !== member && row.role === 'administrator')
  const standing = await companies.standing(
    tx,
    others.flatMap(({ authority }) => authority ?? []),
    dayAt(at),
  )
  const othersMay = others.some(({ authority }) => authority === null || standing.has(authority))
  if (found.role === 'administrator' && next !== 'administrator' && !othersMay) {
    throw new Refusal('conflict', 'an employer keeps at least one administrator', { hint: 'Make somebody else administrator first.' })
  }
  return found
}

export async function withdrawInvitation(asking: Asking, pib: string, id: string): Promise<void> {
  const { world } = asking
  const { employer } = await requireEmployer(asking, pib, 'manage')
  await world.ledger.transaction(async (tx) => {
    const ended = isUuid(id)
      ? await tx`
          update sickleave.invitation set ended_at = ${world.now()}
           where id = ${id} and employer = ${employer} and used_at is null and ended_at is null returning id`
      : []
    if (ended.length === 0) throw new Refusal('not-found', 'this employer has no such invitation')
    tx.audit([affairOf(asking, 'revoke', `sick-leave employer-invitation ${id}`)])
  })
}
