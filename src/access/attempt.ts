import { Refusal } from '../platform/refusal.ts'
import { networkOf } from '../platform/network.ts'
import type { World } from '../platform/world.ts'
import { type Account, accountByName } from './account.ts'
import { isPassword } from './password.ts'
import { keyedHash } from './sealed.ts'

/** Limits of attempts to sign in by password: few for an account, more for a network address, because a hospital shares one. */
export const failuresOfAccountMax = 10
export const failuresOfAddressMax = 100
export const windowMinutes = 15

/** The account, or null when name or password are wrong; too many failures are refused before anything is checked. */
export async function tryPassword(world: World, userName: string, password: string, address: string): Promise<Account | null> {
  const now = world.now()
  const account = keyedHash(world, 'attempt', `account ${userName}`)
  const from = keyedHash(world, 'attempt', `address ${networkOf(address)}`)
  const since = new Date(now.getTime() - windowMinutes * 60_000)
  const [failures] = await world.sql<{ ofAccount: number; ofAddress: number }>`
    select (select count(*) from access.attempt
             where account = ${account} and at > ${since} and not success
               and at > coalesce((select max(at) from access.attempt where account = ${account} and success), '-infinity')) as of_account,
           (select count(*) from access.attempt where address = ${from} and at > ${since} and not success) as of_address`
  if (failures && (failures.ofAccount >= failuresOfAccountMax || failures.ofAddress >= failuresOfAddressMax)) {
    throw new Refusal('too-many', 'too many failed sign-ins', { retryAfterSeconds: windowMinutes * 60, hint: `Try again in ${windowMinutes} minutes.` })
  }
  const found = await accountByName(world.sql, userName)
  const isRight = await isPassword(found?.password ?? null, password)
  const success = isRight && found !== null && found.revokedAt === null
  await world.sql`insert into access.attempt (account, address, at, success) values (${account}, ${from}, ${now}, ${success})`
  return success ? found : null
}
