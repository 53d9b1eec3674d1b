import { type Entry, whoIs } from '../audit/audit.ts'
import { Refusal } from '../platform/refusal.ts'
import type { Transaction, World } from '../platform/world.ts'
import { newNumber, newPerson, rulesOf } from './file-chart.ts'
import type { Asking } from './find-people.ts'
import { inGroups } from './issue.ts'
import { checkJmbg } from './jmbg.ts'
import { checkEbs } from './numbers.ts'
import { unseal } from './secrets.ts'
import { locate, personOfNumber } from './store.ts'

/** The scope that allows converting; no wildcard scope includes it (e-karton rulebook art. 6: a separate service with its own access). */
export const conversionScope = 'system/lzb.convert'

export type Conversion = { jmbg: string } | { ebs: string }
export type Converted = { lzb: string; shown: string }

const attemptsMax = 5

/** Converts a JMBG or EBS to the LZB. A person without an LZB gets one. Repeated and simultaneous requests get the same answer. */
export async function convertNumber(asking: Asking, wish: Conversion): Promise<Converted> {
  const { world } = asking
  await requireRight(asking)
  const [kind, value] = 'jmbg' in wish ? (['jmbg', wish.jmbg] as const) : (['ebs', wish.ebs] as const)
  const verdict = kind === 'jmbg' ? checkJmbg(value, rulesOf(world).jmbg) : checkEbs(value)
  if (!verdict.ok) throw new Refusal('unprocessable', verdict.reason as string, { expression: kind, ...(verdict.hint ? { hint: verdict.hint } : {}) })
  const lzb = await world.ledger.transaction(async (tx) => {
    const { person, cipher } = await lzbOf(tx, world, kind, value)
    tx.audit([entryOf(asking, person, 'permit')])
    return unseal(world, 'lzb', cipher)
  })
  return { lzb, shown: inGroups(lzb) }
}

async function lzbOf(tx: Transaction, world: World, kind: 'jmbg' | 'ebs', value: string): Promise<{ person: number; cipher: Buffer }> {
  const number = newNumber(world, kind, value)
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    const known = (await locate(tx, 0, [number.hash], null))[kind]
    if (known?.lzb) return { person: known.person, cipher: known.lzb }
    const fresh = newPerson(world)
    if ((await personOfNumber(tx, fresh, number, world.now())) === fresh.id) return { person: fresh.id, cipher: fresh.lzb.cipher }
  }
  throw new Refusal('busy', 'the number is being registered by others; try again', { retryAfterSeconds: 1 })
}

async function requireRight(asking: Asking): Promise<void> {
  const { actor, world } = asking
  if (actor.kind === 'system' && actor.scopes.includes(conversionScope)) return
  await world.ledger.record([entryOf(asking, null, 'deny')])
  throw new Refusal('forbidden', 'only a system with the right to convert numbers may do this', {
    details: { reason: 'no right to convert numbers', opens: [`The operator registers the client with the scope ${conversionScope}.`] },
  })
}

function entryOf({ actor, correlation }: Asking, patient: number | null, decision: 'permit' | 'deny'): Entry {
  return {
    action: 'identify',
    who: whoIs(actor),
    patient,
    what: 'number lzb',
    purpose: 'identification',
    basis: decision === 'permit' ? conversionScope : null,
    decision,
    correlation,
  }
}
