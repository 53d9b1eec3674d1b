import { hash } from 'node:crypto'
import { Refusal } from '../../platform/refusal.ts'
import { uuidV4 } from '../../platform/uuid.ts'
import { type Asking, refuse } from '../asking.ts'
import { bodyOf, oneOf, textOf, wordOf } from '../read-body.ts'
import { addMember, type EmployerRole, employerRoles } from './members.ts'
import { takeTurn } from './pace.ts'
import { affairOf, requireEmployer } from './rights.ts'
import type { Invited, Joined } from './wire.ts'

// A person is let in by a code that is shown once and used once. The code says nothing by itself; the person who enters it gets the role.

const validDays = 14
const openMax = 200
const hashOf = (code: string) => hash('sha256', `sick-leave invitation ${code}`, 'buffer')

export async function invite(asking: Asking, pib: string, given: unknown): Promise<Invited> {
  const { world, actor } = asking
  const { employer, name } = await requireEmployer(asking, pib, 'manage')
  const body = bodyOf(given, ['role', 'note'])
  const role = oneOf(body, 'role', employerRoles)
  const note = textOf(body, 'note', 200)
  const [id, code, at] = [uuidV4(world), world.random(16).toString('base64url'), world.now()]
  const expiresAt = new Date(at.getTime() + validDays * 86_400_000)
  await world.ledger.transaction(async (tx) => {
    const [open] = await tx<{ n: number }>`
      select count(*)::int4 as n from sickleave.invitation where employer = ${employer} and used_at is null and ended_at is null and expires_at > ${at}`
    if ((open?.n ?? 0) >= openMax) throw new Refusal('conflict', `at most ${openMax} invitations wait at a time`, { hint: 'Withdraw some.' })
    tx.audit([affairOf(asking, 'grant', `sick-leave employer-invitation ${id} ${role}`)])
    await tx`
      insert into sickleave.invitation (id, employer, pib, name, role, note, code_hash, by_name, at, expires_at)
      values (${id}, ${employer}, ${pib}, ${name}, ${role}, ${note}, ${hashOf(code)}, ${actor.name}, ${at}, ${expiresAt})`
  })
  return { id, code, expiresAt: expiresAt.toISOString() }
}

type Found = { id: string; employer: number; pib: string; name: string; role: EmployerRole; byName: string }

export async function acceptInvitation(asking: Asking, given: unknown): Promise<Joined> {
  const { world, actor } = asking
  if (actor.kind !== 'person') return refuse(asking, null, 'update', new Refusal('forbidden', 'an invitation is accepted by a person who is signed in'))
  takeTurn(asking, 'invitation')
  const code = wordOf(bodyOf(given, ['code']), 'code', 60)
  const at = world.now()
  return world.ledger.transaction(async (tx) => {
    const [found] = await tx<Found>`
      update sickleave.invitation set used_at = ${at}
       where code_hash = ${hashOf(code)} and used_at is null and ended_at is null and expires_at > ${at}
      returning id, employer, pib, name, role, by_name`
    if (!found) throw new Refusal('not-found', 'this code is not valid, or no longer', { hint: 'Ask the one who invited you for a new one.' })
    const { pib, name, role } = found
    tx.audit([affairOf(asking, 'grant', `sick-leave employer-member ${actor.id} ${role}`)])
    await addMember(tx, { ...found, member: actor.id, at, personName: actor.name })
    return { pib, name, role }
  })
}
