import { access } from '../../access/access.ts'
import type { Transaction } from '../../platform/sql.ts'
import type { World } from '../../platform/world.ts'
import { setContract } from './catalogue.ts'
import { directoryOf, freshDirectory, recordMember, sickleaveMember } from './directory.ts'
import { hashOfCode, setMember } from './member.ts'

const codeDays = 30
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** The code by which an institution proves that a system is its own; shown once. */
export async function issueCode(world: World, tx: Transaction, of: { mb: string; institution: number }): Promise<{ code: string; expiresAt: Date }> {
  const code = [...world.random(26)].map((byte) => alphabet[byte % 32]).join('')
  const expiresAt = new Date(world.now().getTime() + codeDays * 86_400_000)
  await tx`
    insert into bus.organisation_code (mb, institution, code_hash, expires_at)
    values (${of.mb}, ${of.institution}, ${hashOfCode(code)}, ${expiresAt})
    on conflict (mb) do update set institution = excluded.institution, code_hash = excluded.code_hash, attempts = 0, expires_at = excluded.expires_at`
  return { code, expiresAt }
}

/** The member's own contracts, and those that others have about its services; the latter say who asked (`from`). */
export type Admitted = { code: string; state: string; contracts: { service: string; from?: string; state: string }[] }

/**
 * Decides for the systems of an invented institution what otherwise waits for an operator. A member that has proved itself and passed the self-test is
 * approved, its contracts with the record are granted, and so are contracts that others ask for about its services, about which the provider decides.
 * The caller has made sure that the institution is an invented one.
 */
export async function admit(world: World, institution: number, decision: string): Promise<Admitted[]> {
  const { members } = await freshDirectory(world)
  const mine = [...members.values()].filter((one) => one.institution === institution && one.state !== 'revoked')
  for (const { code, state, provedAt, testedAt, name } of mine) {
    if (state !== 'requested' || provedAt === null || testedAt === null) continue
    await access.asOperator(
      world,
      'grant',
      (tx) => setMember(world, tx, { code, to: 'approved', decision, reason: name, scopes: 'system/*.cruds', by: 'sandbox' }),
      (done) => `bus-member/${done.id} ${done.state}`,
    )
  }
  const isMine = (id: string) => mine.some((one) => one.id === id)
  const isGranted = ({ consumer, provider }: { consumer: string; provider: string }) =>
    isMine(provider) || ((provider === recordMember || provider === sickleaveMember) && isMine(consumer))
  const waiting = [...(await directoryOf(world)).contracts.values()].flat().filter((one) => one.state === 'requested' && isGranted(one))
  for (const { id } of waiting) {
    await access.asOperator(
      world,
      'grant',
      (tx) => setContract(world, tx, { id, to: 'active', decision, reason: null, until: null }),
      (done) => `bus-contract/${done.id} ${done.state}`,
    )
  }
  const after = await freshDirectory(world)
  return mine.map(({ id, code }) => ({
    code,
    state: after.members.get(id)?.state ?? 'revoked',
    contracts: [...after.contracts.values()]
      .flat()
      .filter(({ consumer, provider }) => consumer === id || provider === id)
      .map(({ consumer, provider, service, state }) => {
        const from = consumer === id ? {} : { from: after.members.get(consumer)?.code ?? consumer }
        return { service: `${after.members.get(provider)?.code}/${service}`, ...from, state }
      }),
  }))
}
