import type { Actor } from '../platform/actor.ts'
import { Refusal } from '../platform/refusal.ts'
import type { World } from '../platform/world.ts'
import { accountById } from './account.ts'
import { tryPassword } from './attempt.ts'

/** How somebody has just proved to be the person of the session. */
export type Confirmation = 'password' | 'sign-in'
export const freshMinutes = 10

/**
 * Asks the person of a session to prove once more who they are, before an act that an unattended screen or a stolen cookie must not allow: by
 * password where the account has one here, otherwise by a sign-in at their issuer within the last minutes.
 */
export async function confirmPresence(world: World, actor: Actor, password: string | undefined, address: string): Promise<Confirmation> {
  const account = await accountById(world.sql, actor.id)
  if (!account || actor.session === null)
    throw new Refusal('forbidden', 'this is for a person who is signed in', { hint: 'A system acts with the token of the session.' })
  if (account.userName !== null && account.password !== null) {
    if (password === undefined) throw new Refusal('incorrect', 'the password is needed once more', { expression: 'password' })
    if (await tryPassword(world, account.userName, password, address)) return 'password'
    throw new Refusal('forbidden', 'the password is wrong', { expression: 'password' })
  }
  const [session] = await world.sql<{ createdAt: Date }>`
    select created_at from access.session where id = ${actor.session}::uuid and account = ${account.id} and ended_at is null`
  if (session && world.now().getTime() - session.createdAt.getTime() <= freshMinutes * 60_000) return 'sign-in'
  throw new Refusal('forbidden', `the sign-in is more than ${freshMinutes} minutes old`, { hint: 'Sign in again, then unlock.' })
}
