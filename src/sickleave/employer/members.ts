import { Refusal } from '../../platform/refusal.ts'
import type { Transaction } from '../../platform/world.ts'

export type NewMember = { member: string; employer: number; pib: string; name: string; role: string; at: Date }

/** Who may act for an employer: an account of a person, or the client of a payroll system. */
export async function addMember(tx: Transaction, { member, employer, pib, name, role, at }: NewMember): Promise<void> {
  const added = await tx`
    insert into sickleave.employer_member (member, employer, pib, name, role, from_at) values (${member}, ${employer}, ${pib}, ${name}, ${role}, ${at})
    on conflict do nothing returning employer`
  if (added.length === 0) throw new Refusal('conflict', 'this member acts for this employer already')
}

export async function endMember(tx: Transaction, member: string, pib: string, at: Date): Promise<void> {
  const ended =
    await tx`update sickleave.employer_member set ended_at = ${at} where member = ${member} and pib = ${pib} and ended_at is null returning employer`
  if (ended.length === 0) throw new Refusal('not-found', 'this member does not act for this employer')
}
