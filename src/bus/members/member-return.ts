import { createPublicKey } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { access } from '../../access/access.ts'
import { isSigned } from '../../platform/http-signature.ts'
import { Refusal } from '../../platform/refusal.ts'
import { isUniqueViolation } from '../../platform/sql.ts'
import { type Fields, readInput } from '../signing/json-input.ts'
import { readSigned, wrongSignature } from '../signing/signed-request.ts'
import { directoryOf } from './directory.ts'
import { addStep, asMember, codeField, spendCode, takeAttempt } from './member.ts'
import { daysOf, keyLimits, readKey, storeKey, validKeys } from './member-key.ts'

export const returnForm = {
  ...codeField,
  key: { form: 'object', about: 'The new public key as JWK.' },
  keyDays: { form: 'number', about: `For how many days it is valid, 1 to ${keyLimits.days}; ${keyLimits.daysDefault} when it is not said.`, optional: true },
} satisfies Fields

/**
 * The way back for a member all of whose keys have ended: what let it in the first time lets it in again. The institution gets a new code
 * outside the net, the request is signed by the new key, and while any key of it is valid this way is closed. Member, queue and contracts stay.
 */
export async function returnWithKey(request: FastifyRequest, body: Buffer, code: string): Promise<object> {
  const { world } = request
  const { base, signature } = readSigned(request, body)
  const input = readInput(body, returnForm)
  const jwk = readKey(input['key'])
  if (signature.keyid !== jwk.kid)
    throw new Refusal('unauthenticated', 'keyid is not the thumbprint of the key', { expression: 'signature-input', hint: jwk.kid })
  if (!isSigned(base, signature.value, createPublicKey({ key: jwk as never, format: 'jwk' }))) throw wrongSignature()
  const directory = await directoryOf(world)
  const member = directory.byCode.get(code)
  // A stranger learns nothing about who is a member, and in which state.
  const closed = () =>
    new Refusal('forbidden', 'there is no member of this code without a valid key', { hint: 'With a valid key: POST /bus/members/CODE/keys.' })
  if (!member || member.state === 'revoked' || member.institution === null) throw closed()
  const now = world.now()
  if ([...directory.keys.values()].some((key) => key.member === member.id && key.withdrawnAt === null && key.validUntil > now)) throw closed()
  const institution = await takeAttempt(world, member, input['code'])
  if (institution !== member.institution) throw new Refusal('forbidden', 'the code is of another institution', { expression: 'code' })
  await asMember(request, member, 'configure', async (tx) => {
    await tx`select id from bus.member where id = ${member.id} for update`
    if ((await validKeys(tx, member.id, now)).keys.length > 0) throw closed()
    await spendCode(tx, member, input['code'])
    await storeKey(tx, member.id, jwk, now, daysOf(input['keyDays']))
    if (member.client !== null) await access.setClientKeys(tx, member.client, await validKeys(tx, member.id, now), now)
    await addStep(tx, member.id, { at: now, state: member.state, reason: 'all keys had ended; organisation proved anew', by: member.code })
  }).catch((error: unknown) => {
    if (isUniqueViolation(error)) throw new Refusal('conflict', 'this key is or was in use', { expression: 'key' })
    throw error
  })
  return { code: member.code, state: member.state, kid: jwk.kid }
}
