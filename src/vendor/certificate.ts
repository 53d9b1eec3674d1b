import { createPublicKey } from 'node:crypto'
import { CompactSign, compactVerify, decodeProtectedHeader } from 'jose'
import { derivedKey } from '../platform/derived-key.ts'
import type { PublicJwk } from '../platform/http-signature.ts'
import type { World } from '../platform/world.ts'
import type { CertificateClaims } from './wire.ts'

const type = 'spona-certificate+jwt'
const key = (world: World) => derivedKey(world.keys, 'vendor/certificate')

/** The public half of the key that signs certificates: `GET /vendor/keys`. */
export const certificateKeys = (world: World): { keys: PublicJwk[] } => ({ keys: [key(world).jwk] })

/** A certificate is a JWS (RFC 7515, ES256): anybody with the centre's public key can check it without the centre. */
export function signCertificate(world: World, claims: CertificateClaims): Promise<string> {
  const { kid, key: secret } = key(world)
  return new CompactSign(Buffer.from(JSON.stringify(claims))).setProtectedHeader({ alg: 'ES256', kid, typ: type }).sign(secret)
}

/** The claims of a certificate of our own. They are not verified, because it comes from our table. */
export const claimsIn = (jws: string): CertificateClaims => JSON.parse(Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString('utf8')) as CertificateClaims

type Verified = { ok: boolean; problem: string | null; claims: CertificateClaims | null }

const lengthMax = 8192

/** Verifies by the key and the clock alone. Whether the certificate was withdrawn since, only the centre knows (`GET /vendor/certificates/ID`). */
export async function verifyCertificate(jws: string, keys: readonly PublicJwk[], now: Date): Promise<Verified> {
  const no = (problem: string): Verified => ({ ok: false, problem, claims: null })
  if (jws.length > lengthMax) return no('this is no certificate')
  let kid: string | undefined
  try {
    const header = decodeProtectedHeader(jws)
    if (header.typ !== type) return no('this is no certificate of conformance')
    kid = header.kid
  } catch {
    return no('this is no certificate')
  }
  const jwk = keys.find((one) => one.kid === kid)
  if (!jwk) return no('it was signed with a key that is not among these')
  let claims: CertificateClaims
  try {
    const { payload } = await compactVerify(jws, createPublicKey({ key: jwk as never, format: 'jwk' }), { algorithms: ['ES256'] })
    claims = JSON.parse(Buffer.from(payload).toString('utf8')) as CertificateClaims
  } catch {
    return no('the signature does not hold: the text was changed, or the centre did not sign it')
  }
  if (claims.exp * 1000 <= now.getTime()) return { ok: false, problem: `it ended on ${new Date(claims.exp * 1000).toISOString().slice(0, 10)}`, claims }
  return { ok: true, problem: null, claims }
}
