import { whoIs } from '../audit/audit.ts'
import { anonymous } from '../platform/actor.ts'
import { Refusal } from '../platform/refusal.ts'
import type { World } from '../platform/world.ts'
import { type Account, accountBySubject, createAccount } from './account.ts'
import { relateAll } from './relation-store.ts'

/** A person of the record, as the slice that knows persons tells of them. */
export type Citizen = { patient: number; person: string; name: string }
/** Whose JMBG or EBS this is; null when nobody here has it. */
export type CitizenOf = (world: World, number: string) => Promise<Citizen | null>

type Claims = { sub: string; [claim: string]: unknown }

/**
 * Lets a citizen in who has no account yet: the issuer says the personal number (`OIDC_NUMBER_CLAIM`), the record has that person. The number goes nowhere
 * else. Null when the issuer does not say it, or not surely enough (`OIDC_NUMBER_ACR`), or nobody has it.
 */
export async function letCitizenIn(world: World, claims: Claims, citizenOf: CitizenOf, correlation: string): Promise<Account | null> {
  const { OIDC_ISSUER: issuer, OIDC_NUMBER_CLAIM: claim, OIDC_NUMBER_ACR: sure } = world.config
  const number = claim === '' ? undefined : claims[claim]
  if (typeof number !== 'string' || !/^\d{13}$/.test(number)) return null
  if (sure.length > 0 && !sure.includes(String(claims['acr'] ?? ''))) return null
  const citizen = await citizenOf(world, number)
  if (!citizen) return null
  try {
    await world.ledger.transaction(async (tx) => {
      const { patient, person, name } = citizen
      const account = await createAccount(tx, { issuer, subject: claims.sub, name, roles: ['patient'], patient, person })
      await relateAll(tx, [{ account, patient, kind: 'self', person, name, from: world.now(), source: 'eid' }])
      const who = whoIs({ ...anonymous, kind: 'system', id: 'sign-in', name: 'sign-in' })
      tx.audit([{ action: 'grant', who, patient, what: `account/${account}`, purpose: 'access', basis: 'eid', decision: 'permit', correlation }])
    })
  } catch (error) {
    // Whoever signs in twice at once is let in by the other.
    if (!(error instanceof Refusal && error.kind === 'conflict')) throw error
  }
  return accountBySubject(world.sql, issuer, claims.sub)
}
