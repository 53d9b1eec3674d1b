import { createLocalJWKSet, decodeJwt, errors, jwtVerify, type JWTPayload } from 'jose'
import { baseUrl } from '../platform/config.ts'
import type { World } from '../platform/world.ts'
import { type Client, clientById } from './client.ts'
import { sha256 } from './sealed.ts'

/**
 * How a system proves who it is: a JWT it signed with its private key (RFC 7523, SMART App Launch 2.2 "Backend Services").
 * Anything wrong answers one sentence; what was right stays unsaid to a stranger.
 */
export const assertionAlgorithms = ['ES384', 'RS384', 'ES256'] as const
export const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
export const assertionSecondsMax = 300
const clockToleranceSeconds = 5
const lengthMax = 8192
const jtiLengthMax = 256

export const tokenEndpointOf = (world: World) => `${baseUrl(world.config)}/access/token`

export type Proven = { client: Client } | { wrong: string; client: Client | null }

/** Checks an assertion and uses up its jti; the same one again is refused in every process. */
export async function proveClient(world: World, assertion: string): Promise<Proven> {
  if (assertion.length > lengthMax) return { wrong: 'the assertion is too long', client: null }
  const named = subjectOf(assertion)
  const client = named === undefined ? null : await clientById(world.sql, named)
  if (!client || client.revokedAt) return { wrong: 'the client is not registered', client }
  let payload: JWTPayload
  try {
    const verified = await jwtVerify(assertion, createLocalJWKSet(client.jwks), {
      algorithms: [...assertionAlgorithms],
      issuer: client.id,
      subject: client.id,
      audience: tokenEndpointOf(world),
      currentDate: world.now(),
      clockTolerance: clockToleranceSeconds,
      requiredClaims: ['exp', 'jti'],
    })
    payload = verified.payload
  } catch (error) {
    return { wrong: sentenceFor(error), client }
  }
  const now = Math.floor(world.now().getTime() / 1000)
  const { exp, jti, aud } = payload
  // Whoever else it is meant for could bring it here in the client's place (draft-ietf-oauth-rfc7523bis).
  if (Array.isArray(aud) && aud.length > 1) return { wrong: 'the claim aud of the assertion names others, too', client }
  if ((exp as number) > now + assertionSecondsMax + clockToleranceSeconds) return { wrong: 'the assertion lives longer than five minutes', client }
  if (typeof jti !== 'string' || jti.length === 0 || jti.length > jtiLengthMax) return { wrong: 'the assertion needs a jti of 1 to 256 characters', client }
  return (await useOnce(world, client.id, jti, exp as number)) ? { client } : { wrong: 'this assertion was used before', client }
}

function subjectOf(assertion: string): string | undefined {
  try {
    const { sub } = decodeJwt(assertion)
    return typeof sub === 'string' && sub.length <= 100 ? sub : undefined
  } catch {
    return undefined
  }
}

async function useOnce(world: World, client: string, jti: string, expires: number): Promise<boolean> {
  const now = world.now()
  const expiresAt = new Date((expires + clockToleranceSeconds + 1) * 1000)
  const used = await world.sql`
    with gone as (
      delete from access.assertion
       where (client, jti_hash) in (select client, jti_hash from access.assertion where expires_at < ${now} order by expires_at limit 100 for update skip locked)
    )
    insert into access.assertion (client, jti_hash, expires_at)
    values (${client}, ${sha256(jti)}, ${expiresAt})
    on conflict do nothing
    returning client`
  return used.length === 1
}

function sentenceFor(error: unknown): string {
  if (error instanceof errors.JWTExpired) return 'the assertion has expired'
  if (error instanceof errors.JWTClaimValidationFailed) return `the claim ${error.claim} of the assertion is wrong`
  if (error instanceof errors.JOSEAlgNotAllowed) return `the assertion must be signed with ${assertionAlgorithms.join(', ')}`
  if (error instanceof errors.JOSEError || error instanceof TypeError) return 'the signature of the assertion does not hold'
  throw error
}
