import { Refusal } from '../../platform/refusal.ts'
import type { Runner } from '../../platform/sql.ts'
import { uuidV7 } from '../../platform/uuid.ts'
import type { World } from '../../platform/world.ts'
import type { Signed } from './signed-request.ts'

/** No number that a member gives its message begins so: control characters are refused in them. */
export const onceMark = '\u0001'

/**
 * A signed request that somebody recorded is signed for ever, and timely for minutes. What has a number of its own is only answered
 * again; whatever else changes something is taken once. It is known by the first half of its signature (r of ECDSA): the second
 * half has two values that both verify.
 */
export const onceName = ({ signature }: Signed): string => `${onceMark}${signature.value.subarray(0, 32).toString('base64url')}`

export const receivedBefore = () =>
  new Refusal('conflict', 'this very request was received before', {
    expression: 'signature',
    hint: 'Sign it again to send it again: another created, or a nonce.',
    details: { rule: 'replayed' },
  })

/** Before a step that has no number of its own. Whoever fails at it signs again. */
export const requireOnce = (world: World, signed: Signed): Promise<void> => takeOnce(world.sql, world, signed)

/** The same in the transaction of the step; `half` when a request has several that may happen alone. */
export async function takeOnce(sql: Runner, world: World, signed: Signed, half = ''): Promise<void> {
  const taken = await sql`
    insert into bus.seen (sender, name, message, digest, at)
    values (${signed.member.id}, ${onceName(signed) + half}, ${uuidV7(world)}, ${Buffer.alloc(0)}, ${world.now()})
    on conflict do nothing
    returning 1 as one`
  if (taken.length === 0) throw receivedBefore()
}
