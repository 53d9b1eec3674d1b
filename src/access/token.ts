import { errors, type JWK, type JWTPayload, jwtVerify, type JWTVerifyOptions, SignJWT } from 'jose'
import { baseUrl } from '../platform/config.ts'
import { Refusal } from '../platform/refusal.ts'
import type { World } from '../platform/world.ts'
import type { SigningKey } from './signing-keys.ts'

/** Access tokens are JWTs by RFC 9068, signed with ES256 only; how long each kind lives, in seconds. */
export const tokenSeconds = { person: 600, system: 300, command: 3600 } as const
export const tokenType = 'at+jwt'
const algorithm = 'ES256'
export const tokenLengthMax = 8192
const clockToleranceSeconds = 2

export type Claims = {
  kind: 'system' | 'person'
  /** Client id or account id. */
  subject: string
  scopes: string[]
  /** The session a person's token belongs to; it ends with it. */
  session: string | null
  expiresAt: number
  issuedAt: number
}

export const audienceOf = (world: World) => `${baseUrl(world.config)}/fhir`

export type NewToken = { kind: 'system' | 'person'; subject: string; scopes: readonly string[]; session?: string; certificate?: string | null; seconds: number }

export async function signToken(world: World, key: SigningKey, token: NewToken): Promise<string> {
  const now = Math.floor(world.now().getTime() / 1000)
  const { kind, subject, scopes, session, certificate, seconds } = token
  const bound = certificate ? { cnf: { 'x5t#S256': certificate } } : {}
  return new SignJWT({ kind, scope: scopes.join(' '), client_id: subject, ...(session ? { sid: session } : {}), ...bound })
    .setProtectedHeader({ alg: algorithm, typ: tokenType, kid: key.kid })
    .setIssuer(baseUrl(world.config))
    .setAudience(audienceOf(world))
    .setSubject(subject)
    .setJti(world.random(16).toString('base64url'))
    .setIssuedAt(now)
    .setNotBefore(now)
    .setExpirationTime(now + seconds)
    .sign(key.privateKey)
}

/**
 * The published key of a kid, or undefined; nothing inside a token (jwk, jku, x5c) is ever used as a key.
 * It is a JWK, because that says what the key is for, and jose refuses a key of another use.
 */
export type KeyOf = (kid: string) => JWK | undefined

const refused = (sentence: string, hint = 'Ask for a new token at the token endpoint.') => new Refusal('unauthenticated', sentence, { hint })

/** Throws a Refusal for anything but a token we signed for this server that is valid now. */
export async function verifyToken(world: World, text: string, keyOf: KeyOf): Promise<Claims> {
  if (text.length > tokenLengthMax) throw refused('the token is too long')
  const payload = await open(text, keyOf, {
    algorithms: [algorithm],
    typ: tokenType,
    issuer: baseUrl(world.config),
    audience: audienceOf(world),
    currentDate: world.now(),
    clockTolerance: clockToleranceSeconds,
    requiredClaims: ['exp', 'iat', 'nbf', 'sub', 'jti'],
  })
  const { kind, sub, scope, sid, exp, iat } = payload
  if ((kind !== 'system' && kind !== 'person') || !sub || typeof scope !== 'string') throw refused('the token is not an access token')
  if (kind === 'person' && typeof sid !== 'string') throw refused('the token is not an access token')
  return {
    kind,
    subject: sub,
    scopes: scope.split(' ').filter(Boolean),
    session: typeof sid === 'string' ? sid : null,
    expiresAt: exp as number,
    issuedAt: iat as number,
  }
}

async function open(text: string, keyOf: KeyOf, options: JWTVerifyOptions): Promise<JWTPayload> {
  try {
    const { payload } = await jwtVerify(
      text,
      (header) => {
        const key = typeof header.kid === 'string' ? keyOf(header.kid) : undefined
        if (!key) throw new errors.JWKSNoMatchingKey()
        return key
      },
      options,
    )
    return payload
  } catch (error) {
    throw refused(sentenceFor(error))
  }
}

/** Signed by a key we know, but not over claims: the only failure of form that comes after the signature. */
export const noClaims = 'the token carries no claims'

/** Why a token is refused, in words that never repeat the token. */
function sentenceFor(error: unknown): string {
  if (error instanceof errors.JWTExpired) return 'the token has expired'
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === 'aud') return 'the token was made for another audience'
    if (error.claim === 'iss') return 'the token comes from another issuer'
    if (error.claim === 'nbf') return 'the token is not valid yet'
    if (error.claim === 'typ') return 'the token is not an access token'
    return `the claim ${['exp', 'iat', 'sub', 'jti'].includes(error.claim) ? error.claim : 'given'} of the token is missing or wrong`
  }
  if (error instanceof errors.JWTInvalid) return noClaims
  if (error instanceof errors.JOSEAlgNotAllowed) return 'the token is signed with an algorithm that is not accepted'
  if (error instanceof errors.JWKSNoMatchingKey) return 'the token is signed with a key this server does not know'
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'the signature of the token is wrong'
  if (error instanceof errors.JOSEError || error instanceof TypeError || error instanceof SyntaxError) return 'the token is not a well-formed JWT'
  throw error
}
