import { access } from '../../access/access.ts'
import { thumbprint } from '../../platform/http-signature.ts'
import { Refusal } from '../../platform/refusal.ts'
import type { Runner } from '../../platform/sql.ts'
import { type Asking, entryOf, requireDoctor } from '../asking.ts'
import { bodyOf } from '../read-body.ts'
import type { SigningKeys } from '../wire.ts'
import { type PublicKey, publicKeyOf } from './signed-act.ts'

// Unlocking: the doctor proves their identity again. From then on a key that only their browser or program has signs for this session.

/** A working day; the session itself may end earlier, and the key ends with it. */
const hoursMax = 8
const keysOfSessionMax = 5

export type SigningKey = {
  kid: string
  account: string
  session: string
  name: string
  institution: number
  worker: number
  confirmed: 'password' | 'sign-in'
  jwk: PublicKey
  fromAt: Date
  untilAt: Date
  endedAt: Date | null
}

export async function unlock(asking: Asking, given: unknown, address: string): Promise<SigningKeys> {
  const { world, actor } = asking
  const { worker, institution } = await requireDoctor(asking, 'configure')
  const body = bodyOf(given, ['publicKey', 'password'])
  const jwk = publicKeyOf(body['publicKey'])
  const password = body['password']
  if (password !== undefined && typeof password !== 'string') throw new Refusal('incorrect', 'password is a text', { expression: 'password' })
  const confirmed = await access.confirmPresence(world, actor, password, address).catch(async (error: unknown) => {
    // A wrong password here may come from a stranger at a screen that was left open, so it is logged like a failed sign-in.
    if (error instanceof Refusal && error.kind !== 'incorrect')
      await world.ledger.record([entryOf(asking, null, { action: 'configure', basis: error.message, decision: 'deny', what: 'sick-leave signature' })])
    throw error
  })
  const from = world.now()
  const until = new Date(from.getTime() + hoursMax * 3_600_000)
  await world.ledger.transaction(async (tx) => {
    await tx`select pg_advisory_xact_lock(hashtextextended(${`sickleave signature ${actor.session}`}, 0))`
    const open = (await keysOfSession(tx, actor.session as string)).filter((key) => isOpen(key, from))
    if (open.length >= keysOfSessionMax)
      throw new Refusal('conflict', `a session has at most ${keysOfSessionMax} keys that sign`, { hint: 'Lock one of them first.' })
    tx.audit([entryOf(asking, null, { action: 'configure', basis: 'doctor', what: 'sick-leave signature' })])
    const added = await tx`
      insert into sickleave.signing_key (kid, account, session, name, institution, worker, confirmed, jwk, from_at, until_at)
      values (${thumbprint(jwk)}, ${actor.id}, ${actor.session}::uuid, ${actor.name}, ${institution}, ${worker}, ${confirmed},
              ${JSON.stringify(jwk)}::jsonb, ${from}, ${until})
      on conflict do nothing
      returning kid`
    if (added.length === 0)
      throw new Refusal('conflict', 'this key has been registered already', { expression: 'publicKey', hint: 'Make a new one for each unlocking.' })
  })
  return unlocked(asking)
}

/** The keys that now sign in this session, and the centre's time, with which signatures are compared. */
export async function unlocked(asking: Asking): Promise<SigningKeys> {
  const { world, actor } = asking
  await requireDoctor(asking, 'read')
  const now = world.now()
  const keys = actor.session === null ? [] : await keysOfSession(world.sql, actor.session)
  return {
    now: now.toISOString(),
    isDemanded: world.config.DOCTOR_SIGNATURE === 'demanded',
    keys: keys.filter((key) => isOpen(key, now)).map(({ kid, untilAt }) => ({ kid, until: untilAt.toISOString() })),
  }
}

/** Locks the signature: nothing is signed in this session until it is unlocked again. */
export async function lock(asking: Asking): Promise<void> {
  const { world, actor } = asking
  await requireDoctor(asking, 'configure')
  await world.ledger.transaction(async (tx) => {
    tx.audit([entryOf(asking, null, { action: 'configure', basis: 'doctor', what: 'sick-leave signature, locked' })])
    await tx`update sickleave.signing_key set ended_at = ${world.now()} where session = ${actor.session}::uuid and ended_at is null`
  })
}

export const isOpen = ({ endedAt, untilAt }: Pick<SigningKey, 'endedAt' | 'untilAt'>, now: Date): boolean => endedAt === null && now < untilAt

const keysMax = 200
const keysOfSession = (sql: Runner, session: string): Promise<SigningKey[]> => sql<SigningKey>`
  select kid, account, session, name, institution, worker, confirmed, jwk, from_at, until_at, ended_at
    from sickleave.signing_key
   where session = ${session}::uuid
   order by from_at desc, kid
   limit ${keysMax}`

export async function keysNamed(sql: Runner, kids: readonly string[]): Promise<Map<string, SigningKey>> {
  if (kids.length === 0) return new Map()
  const rows = await sql<SigningKey>`
    select kid, account, session, name, institution, worker, confirmed, jwk, from_at, until_at, ended_at
      from sickleave.signing_key
     where kid = any(${[...new Set(kids)]}::text[])
     limit ${keysMax}`
  return new Map(rows.map((row) => [row.kid, row]))
}

/** The key with which an institution sealed a certificate, as it was known when the certificate came. */
export type InstitutionKey = { kid: string; jwk: PublicKey; name: string; place: number; fromAt: Date; untilAt: Date }

export async function keepInstitutionKey(tx: Runner, { kid, jwk, name, place, fromAt, untilAt }: InstitutionKey): Promise<void> {
  await tx`
    insert into sickleave.institution_key (kid, jwk, name, institution, from_at, until_at)
    values (${kid}, ${JSON.stringify(jwk)}::jsonb, ${name}, ${place}, ${fromAt}, ${untilAt})
    on conflict do nothing`
}

export async function institutionKeys(sql: Runner, kids: readonly string[]): Promise<InstitutionKey[]> {
  if (kids.length === 0) return []
  return sql<InstitutionKey>`
    select kid, jwk, name, institution as place, from_at, until_at
      from sickleave.institution_key
     where kid = any(${[...new Set(kids)]}::text[])
     limit ${keysMax}`
}
