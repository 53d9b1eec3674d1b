import { access } from '../../access/access.ts'
import { Refusal } from '../../platform/refusal.ts'
import type { Asking } from '../asking.ts'
import { bodyOf, oneOf, textOf } from '../read-body.ts'
import { addMember, endMember } from './members.ts'
import { takeTurn } from './pace.ts'
import { affairOf, requireEmployer } from './rights.ts'
import { asEmployer } from './store.ts'
import type { NewSystem, SystemLine, Systems } from './wire.ts'

// An administrator of the employer lets a payroll system in, without an operator. The system proves itself by a key and may do what its role may.

const systemsMax = 20
const scope = 'system/sickleave.employer'
/** The system belongs to no health institution; its scope opens only the employer's side. */
const noInstitution = 0

export async function systemsOf(asking: Asking, pib: string): Promise<Systems> {
  const { employer } = await requireEmployer(asking, pib, 'manage')
  const systems = await asEmployer(
    asking.world.sql,
    [employer],
    (tx) => tx<SystemLine>`
      select member as client, person_name as name, role, from_at as since
        from sickleave.employer_member
       where employer = ${employer} and is_system and ended_at is null
       order by from_at
       limit ${systemsMax}`,
  )
  return { systems }
}

export async function addSystem(asking: Asking, pib: string, given: unknown): Promise<NewSystem> {
  const { world, actor } = asking
  const acting = await requireEmployer(asking, pib, 'manage')
  takeTurn(asking, 'channel')
  const body = bodyOf(given, ['name', 'role', 'jwks'])
  const [name, role] = [textOf(body, 'name', 100), oneOf(body, 'role', ['viewer', 'operator', 'signer'])]
  const jwks = body['jwks'] as { keys: never[] } | undefined
  if (jwks !== undefined && (typeof jwks !== 'object' || jwks === null || !Array.isArray(jwks.keys))) {
    throw new Refusal('incorrect', 'jwks is a key set: {"keys": […]}', { expression: 'jwks' })
  }
  return world.ledger.transaction(async (tx) => {
    const [count] = await tx<{ n: number }>`
      select count(*)::int4 as n from sickleave.employer_member where employer = ${acting.employer} and is_system and ended_at is null`
    if ((count?.n ?? 0) >= systemsMax) throw new Refusal('conflict', `an employer has at most ${systemsMax} systems`)
    const client = { name, institution: noInstitution, institutionName: acting.name, scopes: scope, ...(jwks ? { jwks } : {}) }
    const { id, privateKey } = await access.addClient(tx, world, client)
    await addMember(tx, { ...acting, member: id, role, at: world.now(), personName: name, byName: actor.name, isSystem: true })
    tx.audit([affairOf(asking, 'grant', `sick-leave employer-system ${id}`)])
    return { client: id, name, scope, privateKey }
  })
}

export async function removeSystem(asking: Asking, pib: string, client: string): Promise<void> {
  const { world, actor } = asking
  const { employer } = await requireEmployer(asking, pib, 'manage')
  await world.ledger.transaction(async (tx) => {
    const [found] = await tx`
      select member from sickleave.employer_member where member = ${client} and employer = ${employer} and is_system and ended_at is null`
    if (!found) throw new Refusal('not-found', 'this employer has no such system')
    tx.audit([affairOf(asking, 'revoke', `sick-leave employer-system ${client}`)])
    await endMember(tx, client, pib, world.now(), actor.name)
    await access.revokeClient(tx, client, world.now())
  })
}
