import { Refusal } from '../../platform/refusal.ts'
import { isUuid, uuidV4 } from '../../platform/uuid.ts'
import type { Transaction, World } from '../../platform/world.ts'
import { companies } from '../../registry/registry.ts'
import type { Asking } from '../asking.ts'
import { bodyOf, dayOf, oneOf, optional, wordOf } from '../read-body.ts'
import { dayAt } from '../rules/days.ts'
import { followClient, leaveClient } from './channel-store.ts'
import { affairOf, requireEmployer } from './rights.ts'
import { asEmployer } from './store.ts'
import type { MandateLine, Mandates } from './wire.ts'

// An agency works for a client by a mandate, which only the client or the register of powers of attorney can give: no agency lets itself in.

export const mandateRoles = ['operator', 'signer', 'viewer'] as const
export type MandateRole = (typeof mandateRoles)[number]
type Party = { employer: number; pib: string; name: string }
export type NewMandate = {
  agency: Party
  client: Party
  role: MandateRole
  number: string
  until: string | null
  source: 'client' | 'register' | null
  byName: string
}

const mandatesMax = 2_000

/** Null when the agency already has a mandate of this client, or waits for one. */
export async function addMandate(tx: Transaction, world: World, { agency, client, role, number, until, source, byName }: NewMandate): Promise<string | null> {
  const [id, at] = [uuidV4(world), world.now()]
  const added = await tx`
    insert into sickleave.mandate (id, agency, agency_name, agency_pib, employer, pib, name, role, number, until_day, at, by_name, source, confirmed_at)
    values (${id}, ${agency.employer}, ${agency.name}, ${agency.pib}, ${client.employer}, ${client.pib}, ${client.name}, ${role}, ${number},
            ${until}::date, ${at}, ${byName}, ${source}, ${source === null ? null : at})
    on conflict do nothing returning id`
  if (added.length === 0) return null
  if (source !== null) await followClient(tx, agency.employer, client.employer, at)
  return id
}

export async function mandatesOf(asking: Asking, pib: string): Promise<Mandates> {
  const { employer } = await requireEmployer(asking, pib)
  const rows = await asEmployer(
    asking.world.sql,
    [employer],
    (tx) => tx<MandateLine & { agencyId: number }>`
      select id, agency as agency_id, agency_pib, agency_name, pib, name, role, number, until_day as until, at, by_name as by, source, confirmed_at, ended_at
        from sickleave.mandate
       where (agency = ${employer} or employer = ${employer}) and ended_at is null
       order by (confirmed_at is not null), name, agency_name
       limit ${mandatesMax}`,
  )
  const lines = (isAgency: boolean) => rows.filter(({ agencyId }) => (agencyId === employer) === isAgency).map(({ agencyId: _, ...line }) => line)
  return { held: lines(true), given: lines(false) }
}

/** A client lets an agency in. */
export async function giveMandate(asking: Asking, pib: string, given: unknown): Promise<{ id: string }> {
  const { world, actor } = asking
  const client = await requireEmployer(asking, pib, 'manage')
  const body = bodyOf(given, ['agency', 'role', 'number', 'until'])
  const agencyPib = wordOf(body, 'agency', 9)
  const role = oneOf(body, 'role', mandateRoles)
  const [number, until] = [wordOf(body, 'number', 60), optional(body, 'until', dayOf) ?? null]
  if (until !== null && until < dayAt(world.now())) throw new Refusal('unprocessable', 'the mandate would be over already', { expression: 'until' })
  const agency = await companies.byPib(world.sql, agencyPib)
  if (!agency) throw new Refusal('unprocessable', 'no legal entity of the register has this tax number', { expression: 'agency' })
  if (agency.pib === pib) throw new Refusal('unprocessable', 'nobody is their own agency', { expression: 'agency' })
  return world.ledger.transaction(async (tx) => {
    const party = { employer: agency.id, pib: agency.pib, name: agency.name }
    const id = await addMandate(tx, world, { agency: party, client, role, number, until, source: 'client', byName: actor.name })
    if (id === null) throw new Refusal('conflict', 'this agency has a mandate already, or has asked for one', { hint: 'Confirm it, or end it first.' })
    tx.audit([affairOf(asking, 'grant', `sick-leave mandate ${id}`)])
    return { id }
  })
}

type Ended = { id: string; agency: number; employer: number }

/** The client confirms a mandate that an agency's file asked for. */
export async function confirmMandate(asking: Asking, pib: string, id: string): Promise<void> {
  const { world } = asking
  const { employer } = await requireEmployer(asking, pib, 'manage')
  const at = world.now()
  await world.ledger.transaction(async (tx) => {
    const [found] = isUuid(id)
      ? await tx<Ended>`
          update sickleave.mandate set source = 'client', confirmed_at = ${at}
           where id = ${id} and employer = ${employer} and confirmed_at is null and ended_at is null
          returning id, agency, employer`
      : []
    if (!found) throw new Refusal('not-found', 'no such mandate waits for this employer')
    tx.audit([affairOf(asking, 'grant', `sick-leave mandate ${id}`)])
    await followClient(tx, found.agency, employer, at)
  })
}

/** Either side may end a mandate at any time, with immediate effect. */
export async function endMandate(asking: Asking, pib: string, id: string): Promise<void> {
  const { world, actor } = asking
  const { employer } = await requireEmployer(asking, pib, 'manage')
  await world.ledger.transaction(async (tx) => {
    const [found] = isUuid(id)
      ? await tx<Ended>`
          update sickleave.mandate set ended_at = ${world.now()}, ended_by = ${actor.name}
           where id = ${id} and (employer = ${employer} or agency = ${employer}) and ended_at is null
          returning id, agency, employer`
      : []
    if (!found) throw new Refusal('not-found', 'this employer has no such mandate')
    tx.audit([affairOf(asking, 'revoke', `sick-leave mandate ${id}`)])
    await leaveClient(tx, found.agency, found.employer)
  })
}
