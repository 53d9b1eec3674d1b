import { Refusal } from '../../platform/refusal.ts'
import { type Asking, entryOf, refuse } from '../asking.ts'
import { dayAt } from '../rules/days.ts'
import type { EmployerRole } from './members.ts'
import { recordsOf } from './records.ts'
import { asEmployer } from './store.ts'

// Who may act for which employer. It is checked anew with every question, so a removed member sees nothing from the next one on.

/** `read`: look. `work`: deal with what came in and prepare requests. `sign`: sign and send them. `manage`: let people, agencies and systems in. */
export type Right = 'read' | 'work' | 'sign' | 'manage'
const rights: Record<EmployerRole, readonly Right[]> = {
  viewer: ['read'],
  operator: ['read', 'work'],
  signer: ['read', 'work', 'sign'],
  administrator: ['read', 'work', 'sign', 'manage'],
}
export const mayAs = (role: EmployerRole, right: Right): boolean => rights[role].includes(right)
const byStrength: readonly EmployerRole[] = ['viewer', 'operator', 'signer', 'administrator']
const weaker = (one: EmployerRole, other: EmployerRole) => (byStrength.indexOf(one) < byStrength.indexOf(other) ? one : other)
const isStronger = (one: EmployerRole, other: EmployerRole) => byStrength.indexOf(one) > byStrength.indexOf(other)

/** `agency` is the name of the agency through which the actor acts, or null. */
export type Acting = { employer: number; pib: string; name: string; role: EmployerRole; agency: string | null }

const payrollRight = 'system/sickleave.employer'
const membershipsMax = 2_000

type Row = Acting & { authority: number | null; ownRole: EmployerRole }

/** Every employer for whom this actor acts, or only the one with this tax number. Refused when the actor is no employer's member, citizen or payroll system. */
export async function actingFor(asking: Asking, pib: string | null): Promise<Acting[]> {
  const { world, actor } = asking
  const isLet =
    (actor.kind === 'person' && actor.roles.some((role) => role === 'employer' || role === 'patient')) ||
    (actor.kind === 'system' && actor.scopes.includes(payrollRight))
  if (!isLet) return refuse(asking, null, 'read', forbidden('this is for employers and their payroll systems'))
  const at = world.now()
  const rows = await rowsOf(asking, pib, at)
  const authorities = rows.flatMap(({ authority }) => authority ?? [])
  const standing = authorities.length > 0 ? await (await recordsOf(asking)).standing(asking, authorities) : null
  const strongest = new Map<string, Acting>()
  for (const { authority, ownRole, ...row } of rows) {
    if (authority !== null && !standing?.has(authority)) continue
    const acting = { ...row, role: row.agency === null ? row.role : weaker(ownRole, row.role) }
    const known = strongest.get(row.pib)
    if (!known || isStronger(acting.role, known.role)) strongest.set(row.pib, acting)
  }
  return [...strongest.values()]
}

function rowsOf({ world, actor }: Asking, pib: string | null, at: Date): Promise<Row[]> {
  return asEmployer(
    world.sql,
    [],
    (tx) => tx<Row>`
      with own as (
        select employer, pib, name, role, authority
          from sickleave.employer_member
         where member = ${actor.id} and from_at <= ${at} and (ended_at is null or ended_at > ${at})
      )
      select employer, pib, name, role, null as agency, authority, role as own_role
        from own
       where ${pib}::text is null or pib = ${pib}
       union all
      select given.employer, given.pib, given.name, given.role, given.agency_name, own.authority, own.role
        from own
        join sickleave.mandate given on given.agency = own.employer
       where given.confirmed_at is not null and given.ended_at is null and coalesce(given.until_day, 'infinity') >= ${dayAt(at)}::date
         and (${pib}::text is null or given.pib = ${pib})
       order by name, employer
       limit ${membershipsMax}`,
    actor.id,
  )
}

const forbidden = (reason: string, opens: string[] = []) => new Refusal('forbidden', reason, { details: { reason, opens }, hint: opens.join(' ') })

/**
 * The employer with this tax number, when this actor has the right for it. Somebody who is no member gets the same answer whether the employer exists
 * or not.
 */
export async function requireEmployer(asking: Asking, pib: string, right: Right = 'read'): Promise<Acting> {
  const [found] = /^\d{9}$/.test(pib) ? await actingFor(asking, pib) : []
  if (!found) return refuse(asking, null, 'read', forbidden('you do not act for this employer'))
  if (!mayAs(found.role, right)) {
    const opens = [`An administrator of the employer gives you a role that may: ${byStrength.filter((role) => mayAs(role, right)).join(', ')}.`]
    return refuse(asking, null, right === 'read' ? 'read' : 'update', forbidden(`the role ${found.role} may not do this`, opens))
  }
  return found
}

/** A row of the access log about the employer's own affairs. */
export const affairOf = (asking: Asking, action: 'grant' | 'revoke' | 'configure' | 'create' | 'update' | 'read' | 'identify', what: string) =>
  entryOf(asking, null, { action, basis: 'employer', purpose: 'employer’s affairs', what })
