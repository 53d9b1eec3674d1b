import { keySets } from '../../identity/identity.ts'
import { institution } from '../../registry/registry.ts'
import { Refusal } from '../../platform/refusal.ts'
import { isUuid } from '../../platform/uuid.ts'
import type { World } from '../../platform/world.ts'
import { type Asking, entryOf, requireOwn } from '../asking.ts'
import { requireAssessor } from '../assessor.ts'
import { casesOf } from '../case-store.ts'
import { sealOf, signDetached } from '../document/seal.ts'
import type { EmployerView } from '../employer/view.ts'
import { medicalOf } from '../medical/medical.ts'
import type { Step } from '../rules/state.ts'
import { institutionKeys, keysNamed } from './keys.ts'
import type { PublicKey } from './signed-act.ts'

// Everything that proves a leave without this server: each step, what its doctor signed and with which key, the documents it issued, all under the
// seal of the centre.

export const evidenceFormat = 'spona-leave-evidence-1'
export type Evidence = { format: typeof evidenceFormat; statement: string; seal: string }
export type Statement = { leave: string; number: string; madeAt: string; steps: ProvenStep[] }
type ProvenStep = {
  seq: number
  step: Step
  at: string
  happenedAt: string
  documents: { number: string; version: number; content: EmployerView }[]
  signed: { jws: string; key: ProvenKey } | null
}
type ProvenKey = {
  jwk: PublicKey
  name: string
  institution: string
  /** How the doctor proved their identity; `institution` is the key of the institution's own member of the bus. */
  confirmed: 'password' | 'sign-in' | 'institution'
  from: string
  until: string
  endedAt: string | null
}

export async function evidenceForDoctor(asking: Asking, handle: string, leave: string): Promise<Evidence> {
  const person = await requireAssessor(asking, handle, 'read')
  await asking.world.ledger.record([entryOf(asking, person.keys[0] as number, { action: 'read', basis: person.basis, what: 'sick-leave evidence' })])
  return evidenceOf(asking.world, person.keys, leave)
}

export async function evidenceForPerson(asking: Asking, leave: string): Promise<Evidence> {
  const root = await requireOwn(asking, 'read')
  await asking.world.ledger.record([entryOf(asking, root, { action: 'read', basis: 'self', what: 'sick-leave evidence' })])
  return evidenceOf(asking.world, (await keySets(asking.world.sql, [root])).get(root) ?? [root], leave)
}

const rowsMax = 5000

async function evidenceOf(world: World, keys: readonly number[], id: string): Promise<Evidence> {
  const found = isUuid(id) ? (await casesOf(world.sql, keys)).find((one) => one.id === id) : undefined
  if (!found) throw new Refusal('not-found', 'there is no such leave of this person')
  const { patient, number, steps } = found
  const signed = await world.sql<{ seq: number; part: number; kid: string }>`
    select seq, part, kid from sickleave.signed where patient = ${patient} and leave = ${id} order by seq limit ${rowsMax}`
  const documents = await world.sql<{ seq: number | null; number: string; version: number; content: EmployerView }>`
    select seq, number, version, content
      from sickleave.document
     where patient = ${patient} and leave = ${id}
     order by issued_at, seq, kind, employer, version
     limit ${rowsMax}`
  const parts = new Map((await medicalOf(world.sql, world, patient, id)).map((part) => [part.seq, part.signed]))
  const proven = await provenKeys(
    world,
    signed.map(({ kid }) => kid),
  )
  const bySeq = new Map(signed.map((one) => [one.seq, one]))
  const statement: Statement = {
    ...{ leave: id, number, madeAt: world.now().toISOString() },
    steps: steps.map(({ seq, step, at, happenedAt }) => {
      const one = bySeq.get(seq)
      const [jws, key] = [one && parts.get(one.part), one && proven.get(one.kid)]
      return {
        ...{ seq, step, at: at.toISOString(), happenedAt: happenedAt.toISOString() },
        documents: documents.filter((document) => document.seq === seq).map(({ seq: _, ...document }) => document),
        signed: jws && key ? { jws, key } : null,
      }
    }),
  }
  const text = JSON.stringify(statement)
  const seal = await signDetached(await sealOf(world), Buffer.from(text))
  return { format: evidenceFormat, statement: text, seal: seal.toString('base64') }
}

async function provenKeys(world: World, kids: readonly string[]): Promise<Map<string, ProvenKey>> {
  const proven = new Map<string, ProvenKey>()
  for (const [kid, key] of await keysNamed(world.sql, kids)) {
    const place = await institution(world, key.institution)
    const times = { from: key.fromAt.toISOString(), until: key.untilAt.toISOString(), endedAt: key.endedAt?.toISOString() ?? null }
    proven.set(kid, { jwk: key.jwk, name: key.name, institution: place?.name ?? '', confirmed: key.confirmed, ...times })
  }
  const others = kids.filter((kid) => !proven.has(kid))
  for (const { kid, jwk, name, place, fromAt, untilAt } of await institutionKeys(world.sql, others)) {
    const named = await institution(world, place)
    const times = { from: fromAt.toISOString(), until: untilAt.toISOString(), endedAt: null }
    proven.set(kid, { jwk, name, institution: named?.name ?? '', confirmed: 'institution', ...times })
  }
  return proven
}
