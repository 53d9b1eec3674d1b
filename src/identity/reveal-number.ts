import { decide } from '../access/access.ts'
import { whoIs } from '../audit/audit.ts'
import { Refusal } from '../platform/refusal.ts'
import type { World } from '../platform/world.ts'
import type { Asking } from './find-people.ts'
import { type Known, personOf } from './keys.ts'
import { type NumberKind, unseal } from './secrets.ts'

export const shownKinds = ['jmbg', 'ebs', 'lbo', 'lzb'] as const satisfies readonly NumberKind[]

/** Gives a personal number in clear to somebody who may see the record. The audit row commits before the number leaves. */
export async function revealNumber(asking: Asking, handle: string, kind: NumberKind): Promise<{ kind: NumberKind; number: string }> {
  const { world, actor, correlation } = asking
  const { person, basis } = await mayOpen(asking, handle, kind)
  const cipher = await world.ledger.transaction(async (tx) => {
    tx.audit([
      {
        action: 'identify',
        who: whoIs(actor),
        patient: person.keys[0] ?? null,
        what: `number ${kind}`,
        purpose: 'treatment',
        basis,
        decision: 'permit',
        correlation,
      },
    ])
    const [row] = await tx<{ cipher: Buffer | null }>`select identity.number_of(${person.person}, ${kind}) as cipher`
    return row?.cipher ?? null
  })
  if (cipher === null) throw new Refusal('not-found', 'this person has no such number')
  return { kind, number: unseal(world, kind, cipher) }
}

async function mayOpen({ world, actor, correlation }: Asking, handle: string, kind: string): Promise<{ person: Known; basis: string }> {
  const person = await personOf(world.sql, handle)
  const [decision] = await decide(world, actor, 'read', [person?.keys ?? []])
  // Only for people: a system knows the numbers that it sent, and needs a right of its own to convert others.
  if (person !== null && decision?.permit && actor.kind === 'person') return { person, basis: decision.basis.kind }
  await world.ledger.record([
    {
      action: 'identify',
      who: whoIs(actor),
      patient: person?.keys[0] ?? null,
      what: `number ${kind}`,
      purpose: 'treatment',
      basis: null,
      decision: 'deny',
      correlation,
    },
  ])
  const denied = decision && !decision.permit ? decision.denied : { reason: 'Nothing opens this record for you.', opens: [] }
  throw new Refusal('forbidden', denied.reason, { hint: denied.opens.join(' '), details: denied })
}

/** Numbers of one kind by patient key; keys of people without such a number are missing. */
export async function inClear(world: World, keys: readonly number[], kind: NumberKind): Promise<Map<number, string>> {
  const rows = await world.sql<{ key: number; cipher: Buffer | null }>`
    select key, identity.number_of(person, ${kind}) as cipher from identity.chart_key where key = any(${[...keys]}::int8[])`
  return new Map(rows.flatMap(({ key, cipher }) => (cipher === null ? [] : [[key, unseal(world, kind, cipher)]])))
}
