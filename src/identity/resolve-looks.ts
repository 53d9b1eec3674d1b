import type { FastifyRequest } from 'fastify'
import { decide } from '../access/access.ts'
import { type Entry, whoIs } from '../audit/audit.ts'
import { Refusal } from '../platform/refusal.ts'
import { personOf } from './keys.ts'

type PersonRequest = Pick<FastifyRequest<{ Params: { person: string } }>, 'params' | 'world' | 'actor' | 'correlation'>

/**
 * Decides who may see the looks at a record: the person, their representatives, and the data officer for looks from their own institution. A doctor
 * who treats the person may not: treatment does not need to know who else treats them. Asking is a look too and is written here.
 */
export async function resolvePerson({ params, world, actor, correlation }: PersonRequest): Promise<{ keys: number[]; institution?: number } | Refusal> {
  const person = await personOf(world.sql, params.person)
  const isOfficer = actor.roles.includes('data-officer') && actor.institution !== null
  const basis = person === null ? null : isOfficer ? 'data-officer' : await ownBasis()
  const entry: Entry = {
    action: 'read',
    who: whoIs(actor),
    patient: person?.keys[0] ?? null,
    what: 'looks',
    purpose: basis === 'data-officer' ? 'oversight' : 'own record',
    basis,
    decision: basis === null ? 'deny' : 'permit',
    correlation,
  }
  await world.ledger.record([entry])
  // An officer answers for accesses from their own institution only; other institutions have their own officers.
  if (person !== null && basis === 'data-officer') return { keys: person.keys, institution: actor.institution as number }
  if (person !== null && basis !== null) return { keys: person.keys }
  const denied = { reason: 'Only the person, who represents them, and the data officer see who looked at a record.', opens: [] }
  return new Refusal('forbidden', denied.reason, { details: denied })

  async function ownBasis(): Promise<string | null> {
    const [decision] = await decide(world, actor, 'read', [person?.keys ?? []])
    return decision?.permit && decision.basis.view === 'self' ? decision.basis.kind : null
  }
}
