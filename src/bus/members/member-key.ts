import { createPublicKey } from 'node:crypto'
import { Refusal } from '../../platform/refusal.ts'
import type { Transaction, World } from '../../platform/world.ts'
import { type PublicJwk, thumbprint } from '../../platform/http-signature.ts'
import { centreKey } from './centre-key.ts'
import { centreMember, type Directory, recordMember, sickleaveMember } from './directory.ts'

export const keyLimits = { days: 730, daysDefault: 365, daysAnnounced: 30, perMember: 5 } as const
const dayMs = 86_400_000
const coordinate = /^[A-Za-z0-9_-]{43}$/

/** Reads a public key of a member: P-256, named by its thumbprint. A private key is refused and never stored. */
export function readKey(given: Record<string, unknown>): PublicJwk {
  const { kty, crv, x, y, d } = given
  if (d !== undefined) throw new Refusal('incorrect', 'the key is a private one; send its public half and make a new pair', { expression: 'key.d' })
  if (kty !== 'EC' || crv !== 'P-256' || typeof x !== 'string' || typeof y !== 'string' || !coordinate.test(x) || !coordinate.test(y)) {
    throw new Refusal('incorrect', 'the key is no EC key on P-256 as JWK', { expression: 'key', hint: 'Send { kty: "EC", crv: "P-256", x, y }.' })
  }
  try {
    createPublicKey({ key: { kty, crv, x, y }, format: 'jwk' })
  } catch {
    throw new Refusal('incorrect', 'the key is no point of P-256', { expression: 'key' })
  }
  return { kty, crv, x, y, kid: thumbprint({ kty, crv, x, y }), alg: 'ES256', use: 'sig' }
}

export function daysOf(given: unknown): number {
  const days = given ?? keyLimits.daysDefault
  if (typeof days === 'number' && Number.isSafeInteger(days) && days >= 1 && days <= keyLimits.days) return days
  throw new Refusal('incorrect', `a key is valid for 1 to ${keyLimits.days} days`, { expression: 'keyDays' })
}

export async function storeKey(tx: Transaction, member: string, jwk: PublicJwk, now: Date, days: number): Promise<void> {
  const [{ count } = { count: 0 }] = await tx<{ count: number }>`
    select count(*)::int as count from bus.member_key where member = ${member} and withdrawn_at is null and valid_until > ${now}`
  if (count >= keyLimits.perMember)
    throw new Refusal('conflict', `a member has at most ${keyLimits.perMember} valid keys`, { hint: 'Withdraw one: "withdraws" with its kid.' })
  await tx`
    insert into bus.member_key (kid, member, jwk, valid_from, valid_until)
    values (${jwk.kid}, ${member}, ${JSON.stringify(jwk)}::jsonb, ${now}, ${new Date(now.getTime() + days * dayMs)})`
}

/** The keys by which a member may ask for tokens: its valid ones. */
export async function validKeys(tx: Transaction, member: string, now: Date): Promise<{ keys: PublicJwk[] }> {
  const rows = await tx<{ jwk: PublicJwk }>`
    select jwk
      from bus.member_key
     where member = ${member} and withdrawn_at is null and valid_until > ${now}
     order by valid_from
     limit ${keyLimits.perMember}`
  return { keys: rows.map(({ jwk }) => jwk) }
}

/** Whole days until a key ends, when that is soon; null otherwise. */
export function endsSoon(validUntil: Date, now: Date): number | null {
  const days = Math.floor((validUntil.getTime() - now.getTime()) / dayMs)
  return days <= keyLimits.daysAnnounced ? days : null
}

/** The public keys a member has and had: whoever gets its messages checks its signatures with them. Record and centre sign with the centre's key. */
export function publicKeys(world: World, directory: Directory, code: string): { keys: object[] } {
  const member = directory.byCode.get(code)
  if (!member) throw new Refusal('not-found', 'there is no member of this code')
  if ([recordMember, centreMember, sickleaveMember].includes(member.id)) return { keys: [centreKey(world.keys).jwk] }
  const own = [...directory.keys.values()].filter((key) => key.member === member.id)
  return {
    keys: own.map(({ jwk, validFrom, validUntil, withdrawnAt }) => ({
      ...jwk,
      validFrom: validFrom.toISOString(),
      validUntil: (withdrawnAt ?? validUntil).toISOString(),
    })),
  }
}
