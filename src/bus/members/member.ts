import { createHash, createPublicKey, timingSafeEqual } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { access } from '../../access/access.ts'
import type { Action, Who } from '../../audit/audit.ts'
import { Refusal } from '../../platform/refusal.ts'
import { isUniqueViolation } from '../../platform/sql.ts'
import type { Transaction, World } from '../../platform/world.ts'
import { announceChange, freshDirectory, type Member } from './directory.ts'
import { isSigned } from '../../platform/http-signature.ts'
import { type Fields, readInput, words } from '../signing/json-input.ts'
import { memberStep } from './life.ts'
import { daysOf, endsSoon, keyLimits, readKey, storeKey, validKeys } from './member-key.ts'
import { requireOnce } from '../signing/once.ts'
import { readSigned, requireSigned, wrongSignature } from '../signing/signed-request.ts'
import { uuidV7 } from '../../platform/uuid.ts'
import { checkWebhook } from '../../platform/outside.ts'
import { isReachable } from '../calls/post-signed.ts'

const openRequestsMax = 2000
const codeAttemptsMax = 5

/** A step that a member takes by itself: its row, an audit row and the change of the directory in one transaction. */
export async function asMember<T>(
  request: FastifyRequest,
  who: { id: string; name: string; institution: number | null },
  action: Action,
  act: (tx: Transaction) => Promise<T>,
): Promise<T> {
  const { world, correlation } = request
  const done = await world.ledger.transaction(async (tx) => {
    const result = await act(tx)
    await announceChange(tx)
    tx.audit([
      {
        action,
        who: whoOf(who),
        patient: null,
        what: `bus-member/${who.id}`,
        purpose: 'administration',
        basis: 'own-signature',
        decision: 'permit',
        correlation,
      },
    ])
    return result
  })
  await freshDirectory(world)
  return done
}

export const whoOf = ({ id, name, institution }: { id: string; name: string; institution: number | null }): Who => ({
  id,
  name,
  kind: 'system',
  role: 'system',
  institution,
  unit: null,
})

export async function addStep(
  tx: Transaction,
  about: string,
  step: { at: Date; state: string; decision?: string | null; reason?: string | null; by: string },
): Promise<void> {
  await tx`
    insert into bus.step (about, number, at, state, decision, reason, by_whom)
    select ${about}, coalesce(max(number), 0) + 1, ${step.at}, ${step.state}, ${step.decision ?? null}, ${step.reason ?? null}, ${step.by}
      from bus.step
     where about = ${about}`
}

export const memberForm = {
  code: { form: /^[a-z][a-z0-9-]{2,39}$/, about: 'The word that stands in addresses: small letters, digits, hyphens; 3 to 40 characters.' },
  name: { form: words(200), about: 'What people call the system, at most 200 characters.' },
  mb: { form: /^\d{8}$/, about: 'Registration number of the institution, 8 digits.' },
  contact: { form: words(200), about: 'Whom the operator reaches, at most 200 characters.' },
  key: { form: 'object', about: 'The public key as JWK.' },
  keyDays: {
    form: 'number',
    about: `For how many days the key is valid, 1 to ${keyLimits.days}; ${keyLimits.daysDefault} when it is not said.`,
    optional: true,
  },
  webhook: { form: /^https?:\/\/\S{1,500}$/, about: 'Where messages are posted; without it they are fetched.', optional: true },
} satisfies Fields

/** Whoever holds a key may ask to join; the request is signed by that key, so nobody registers another's. */
export async function register(request: FastifyRequest, body: Buffer): Promise<object> {
  const { world } = request
  const { base, signature } = readSigned(request, body)
  const input = readInput(body, memberForm)
  const jwk = readKey(input['key'])
  const key = createPublicKey({ key: jwk as never, format: 'jwk' })
  if (signature.keyid !== jwk.kid)
    throw new Refusal('unauthenticated', 'keyid is not the thumbprint of the key', { expression: 'signature-input', hint: jwk.kid })
  if (!isSigned(base, signature.value, key)) throw wrongSignature()
  if (input['webhook'] !== undefined) await checkWebhook(world, input['webhook'])
  const [{ count } = { count: 0 }] = await world.sql<{ count: number }>`select count(*)::int as count from bus.member where state = 'requested'`
  if (count >= openRequestsMax) throw new Refusal('too-many', 'too many requests to join are open', { retryAfterSeconds: 3600 })
  const id = uuidV7(world)
  const now = world.now()
  const { code, name, mb, contact, webhook = null } = input as Record<string, string>
  try {
    await asMember(request, { id, name: name as string, institution: null }, 'configure', async (tx) => {
      await tx`
        insert into bus.member (id, code, name, mb, contact, state, webhook, created_at)
        values (${id}, ${code}, ${name}, ${mb}, ${contact}, 'requested', ${webhook}, ${now})`
      await storeKey(tx, id, jwk, now, daysOf(input['keyDays']))
      await addStep(tx, id, { at: now, state: 'requested', by: code as string })
    })
  } catch (error) {
    if (isUniqueViolation(error))
      throw new Refusal('conflict', 'the code or the key is taken', {
        expression: 'code',
        hint: 'Choose another code, or go on with the key file that joined under it; a key belongs to one member.',
      })
    throw error
  }
  return { id, code, kid: jwk.kid, state: 'requested', next: [`POST /bus/members/${code}/proof`, `POST /bus/members/${code}/self-test`] }
}

/** The signer, who must be the member that the address names. */
export async function ownMember(
  request: FastifyRequest,
  body: Buffer,
  code: string,
): Promise<{ member: Member; keyEndsInDays: number | null; skewSeconds: number }> {
  const signed = await requireSigned(request, body)
  const { member, key, signature } = signed
  if (member.code !== code) throw new Refusal('forbidden', 'this address belongs to another member')
  if (member.state === 'revoked') throw new Refusal('forbidden', 'the member is revoked')
  if (request.method !== 'GET') await requireOnce(request.world, signed)
  const now = request.world.now()
  return { member, keyEndsInDays: endsSoon(key.validUntil, now), skewSeconds: Math.round(now.getTime() / 1000 - signature.created) }
}

/** Checks the code that the institution was handed outside the network: whoever has it speaks for the institution. */
export async function prove(request: FastifyRequest, body: Buffer, code: string): Promise<object> {
  const { member } = await ownMember(request, body, code)
  const { code: given } = readInput(body, codeField)
  const { world } = request
  const institution = await takeAttempt(world, member, given)
  await asMember(request, { ...member, institution }, 'configure', async (tx) => {
    await spendCode(tx, member, given)
    await tx`update bus.member set institution = ${institution}, proved_at = ${world.now()} where id = ${member.id}`
    await addStep(tx, member.id, { at: world.now(), state: member.state, reason: 'organisation proved', by: member.code })
  })
  return { code: member.code, proved: true }
}

export const codeField = { code: { form: /^[A-Z2-7]{26}$/, about: 'The code that the institution got from the operator.' } } as const

/** Finds the institution of a code. An attempt counts even when it fails, so it is counted in a transaction of its own before the comparison. */
export async function takeAttempt(world: World, { mb }: Pick<Member, 'mb'>, given: string): Promise<number> {
  const [row] = await world.sql<{ institution: number; codeHash: Buffer; expiresAt: Date }>`
    update bus.organisation_code set attempts = attempts + 1
     where mb = ${mb} and attempts < ${codeAttemptsMax}
    returning institution, code_hash, expires_at`
  if (row !== undefined && row.expiresAt > world.now() && timingSafeEqual(row.codeHash, hashOfCode(given))) return row.institution
  throw new Refusal('forbidden', 'the code is wrong, used or over', {
    expression: 'code',
    hint: `A code holds for ${codeAttemptsMax} attempts; the operator makes a new one.`,
  })
}

/** A code serves once. */
export async function spendCode(tx: Transaction, { mb }: Pick<Member, 'mb'>, given: string): Promise<void> {
  const used = await tx`delete from bus.organisation_code where mb = ${mb} and code_hash = ${hashOfCode(given)} returning mb`
  if (used.length === 0) throw new Refusal('conflict', 'the code was used at this moment')
}

export const hashOfCode = (code: string): Buffer => createHash('sha256').update(code).digest()

type Check = { check: string; passed: boolean; found: string }

/** Tests what a member must be able to do before it is let in. Each check says what was found, so that it can be mended by itself. */
export async function selfTest(request: FastifyRequest, body: Buffer, code: string): Promise<{ passed: boolean; checks: Check[] }> {
  const { member, keyEndsInDays, skewSeconds } = await ownMember(request, body, code)
  const { world } = request
  // The proof may be of this moment.
  const isProved = ((await freshDirectory(world)).members.get(member.id) ?? member).provedAt !== null
  const checks: Check[] = [
    { check: 'organisation', passed: isProved, found: isProved ? 'is proved' : `is not proved: post the operator’s code to /bus/members/${code}/proof` },
    { check: 'signature', passed: true, found: 'the signature covers what it must and verifies' },
    { check: 'clock', passed: Math.abs(skewSeconds) <= 60, found: `${skewSeconds} seconds from the centre’s, at most 60` },
    { check: 'key', passed: keyEndsInDays === null, found: keyEndsInDays === null ? 'valid for more than 30 days' : `ends in ${keyEndsInDays} days` },
  ]
  if (member.webhook !== null) {
    const isThere = await isReachable(world, member.webhook)
    checks.push({ check: 'webhook', passed: isThere, found: isThere ? 'answers 2xx to a signed empty message' : 'does not answer 2xx within 5 seconds' })
  }
  const passed = checks.every((one) => one.passed)
  if (passed) {
    await asMember(request, member, 'configure', async (tx) => {
      await tx`update bus.member set tested_at = ${world.now()} where id = ${member.id}`
      await addStep(tx, member.id, { at: world.now(), state: member.state, reason: 'self-test passed', by: member.code })
    })
  }
  return { passed, checks }
}

/** An approved member says that it is ready, and from now on exchanges messages. */
export async function activate(request: FastifyRequest, body: Buffer, code: string): Promise<object> {
  const { member: known } = await ownMember(request, body, code)
  // Who was approved a moment ago and asks at once must not hear what the directory said before.
  const member = known.state === 'approved' ? known : ((await freshDirectory(request.world)).members.get(known.id) ?? known)
  if (member.state !== 'approved')
    throw new Refusal('conflict', `the member is ${member.state}`, { hint: 'Only an approved member can become active by itself.' })
  await asMember(request, member, 'configure', async (tx) => {
    const [approval] = await tx<{ decision: string }>`
      select decision from bus.step where about = ${member.id} and state = 'approved' and decision is not null order by number desc limit 1`
    const changed = await tx`update bus.member set state = 'active' where id = ${member.id} and state = 'approved' returning id`
    if (changed.length === 0) throw new Refusal('conflict', 'the member was changed at this moment')
    await addStep(tx, member.id, { at: request.world.now(), state: 'active', decision: approval?.decision ?? null, by: member.code })
  })
  return { code: member.code, state: 'active', client_id: member.client }
}

/** Says what comes next for a member that may not exchange yet, or no longer. */
export function toBeActive({ code, state }: Pick<Member, 'code' | 'state'>): string {
  if (state === 'approved') return `POST /bus/members/${code}/activation, and it begins.`
  if (state === 'requested')
    return `Prove the organisation and pass the self-test (POST /bus/members/${code}/self-test says what is missing); the operator approves then.`
  return 'Ask the operator of the centre.'
}

export const keysForm = {
  key: { form: 'object', about: 'The new public key as JWK.', optional: true },
  keyDays: { form: 'number', about: `For how many days it is valid, 1 to ${keyLimits.days}; ${keyLimits.daysDefault} when it is not said.`, optional: true },
  withdraws: { form: /^[A-Za-z0-9_-]{43}$/, about: 'The kid of a key that ends now.', optional: true },
} satisfies Fields

/** A new key while the old one is still valid: nothing stops. `withdraws` ends a key at once. */
export async function changeKeys(request: FastifyRequest, body: Buffer, code: string): Promise<object> {
  const { member } = await ownMember(request, body, code)
  const input = readInput(body, keysForm)
  const { world } = request
  const now = world.now()
  const keys = await asMember(request, member, 'configure', async (tx) => {
    await tx`select id from bus.member where id = ${member.id} for update`
    if (input['withdraws'] !== undefined) {
      const ended =
        await tx`update bus.member_key set withdrawn_at = ${now} where kid = ${input['withdraws']} and member = ${member.id} and withdrawn_at is null returning kid`
      if (ended.length === 0) throw new Refusal('not-found', 'the member has no such key', { expression: 'withdraws' })
    }
    if (input['key'] !== undefined) await storeKey(tx, member.id, readKey(input['key']), now, daysOf(input['keyDays']))
    const valid = await validKeys(tx, member.id, now)
    if (valid.keys.length === 0) throw new Refusal('conflict', 'the last valid key can only be replaced', { hint: 'Send the new key in the same request.' })
    if (member.client !== null) await access.setClientKeys(tx, member.client, valid, now)
    return valid
  }).catch((error: unknown) => {
    if (isUniqueViolation(error)) throw new Refusal('conflict', 'this key is or was in use', { expression: 'key' })
    throw error
  })
  return { code: member.code, keys: keys.keys.map(({ kid }) => kid) }
}

/** The operator's step; approval makes the client that tokens are asked for with. */
export async function setMember(
  world: World,
  tx: Transaction,
  wish: { code: string; to: string; decision: string | null; reason: string | null; scopes: string; by?: string },
): Promise<Member> {
  const [member] = await tx<Member>`
    select id, code, name, mb, institution, client, state, proved_at, tested_at, webhook
      from bus.member
     where code = ${wish.code}
       for update`
  if (!member) throw new Refusal('not-found', 'there is no member of this code')
  const next = memberStep(member, wish.to, wish.decision)
  if (next instanceof Refusal) throw next
  const now = world.now()
  let { client } = member
  if (next === 'approved') {
    const jwks = await validKeys(tx, member.id, now)
    const made = await access.addClient(tx, world, {
      name: member.name,
      institution: member.institution as number,
      institutionName: member.name,
      scopes: wish.scopes,
      jwks,
    })
    client = made.id
  }
  if (next === 'revoked' && client !== null) await access.revokeClient(tx, client, now)
  await tx`update bus.member set state = ${next}, client = ${client} where id = ${member.id}`
  await addStep(tx, member.id, { at: now, state: next, decision: wish.decision, reason: wish.reason, by: wish.by ?? 'operator' })
  await announceChange(tx)
  return { ...member, state: next, client }
}
