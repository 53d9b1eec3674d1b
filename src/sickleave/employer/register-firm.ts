import { numbers } from '../../identity/identity.ts'
import { Refusal } from '../../platform/refusal.ts'
import { type Authority, companies, numberHash } from '../../registry/registry.ts'
import { type Asking, entryOf, refuse } from '../asking.ts'
import { bodyOf, wordOf } from '../read-body.ts'
import { dayAt } from '../rules/days.ts'
import { addMember } from './members.ts'
import { takeTurn } from './pace.ts'
import { affairOf } from './rights.ts'
import { asEmployer } from './store.ts'
import type { Joined, Registrable } from './wire.ts'

// The representative named by the register of companies registers a legal entity. For a body that is not in that register, the one named by the
// register of state bodies does. Nobody types a name or a number of a person: the register is searched for the signed-in person.

async function authoritiesOf(asking: Asking): Promise<Authority[]> {
  const { world, actor } = asking
  if (actor.kind !== 'person' || actor.patient === null) {
    const opens = ['Sign in as yourself, with your own national identity.']
    return refuse(
      asking,
      null,
      'identify',
      new Refusal('forbidden', 'an employer is registered by a person', {
        hint: opens[0] as string,
        details: { reason: 'an employer is registered by a person', opens },
      }),
    )
  }
  takeTurn(asking, 'registration')
  await world.ledger.record([
    entryOf(asking, actor.patient, { action: 'identify', basis: 'self', purpose: 'employer’s affairs', what: 'register-of-companies' }),
  ])
  const jmbg = (await numbers.inClear(world, [actor.patient], 'jmbg')).get(actor.patient)
  return jmbg === undefined ? [] : companies.authoritiesOf(world.sql, numberHash(world, 'jmbg', jmbg), dayAt(world.now()))
}

export async function registrable(asking: Asking): Promise<Registrable> {
  const { world } = asking
  const found = await authoritiesOf(asking)
  const employers = await companies.byPibs(
    world.sql,
    found.map(({ pib }) => pib),
  )
  const registered = await asEmployer(
    world.sql,
    employers.map(({ id }) => id),
    (tx) => tx<{ pib: string }>`select pib from sickleave.firm limit 500`,
  )
  const known = new Set(registered.map(({ pib }) => pib))
  return { employers: found.map(({ pib, name, register, capacity }) => ({ pib, name, register, capacity, isRegistered: known.has(pib) })) }
}

/** A second registration, also by a second representative, only adds the membership. A representative who has it already gets the same answer again. */
export async function registerFirm(asking: Asking, given: unknown): Promise<Joined> {
  const { world, actor } = asking
  const pib = wordOf(bodyOf(given, ['pib']), 'pib', 9)
  const authority = (await authoritiesOf(asking)).find((one) => one.pib === pib)
  if (!authority) {
    const reason = 'no register names you as representative of this employer'
    const opens = ['Let the register be changed, or let an administrator of the employer invite you.']
    return refuse(asking, null, 'grant', new Refusal('forbidden', reason, { hint: opens[0] as string, details: { reason, opens } }))
  }
  const employer = await companies.byPib(world.sql, pib)
  if (!employer) throw new Refusal('not-found', 'the register has no such employer')
  const at = world.now()
  await world.ledger.transaction(async (tx) => {
    await tx`
      insert into sickleave.firm (employer, pib, name, register, registered_at, registered_by)
      values (${employer.id}, ${pib}, ${employer.name}, ${authority.register}, ${at}, ${actor.name})
      on conflict (employer) do nothing`
    const [member] = await tx`
      select employer from sickleave.employer_member
       where member = ${actor.id} and employer = ${employer.id} and authority = ${authority.id} and ended_at is null`
    if (member) return
    // The register's row replaces an earlier one (by invitation, or of an authority that has ended).
    const ended = await tx`
      update sickleave.employer_member set ended_at = ${at}, ended_by = ${actor.name}
       where member = ${actor.id} and employer = ${employer.id} and ended_at is null and from_at < ${at} returning employer`
    const from = new Date(at.getTime() + ended.length)
    tx.audit([affairOf(asking, 'grant', `sick-leave employer-member ${actor.id} administrator`)])
    await addMember(tx, {
      ...{ member: actor.id, employer: employer.id, pib, name: employer.name, role: 'administrator', at: from },
      ...{ personName: actor.name, authority: authority.id, byName: authority.register },
    })
  })
  return { pib, name: employer.name, role: 'administrator' }
}
