import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import { calculateJwkThumbprint, type JWK } from 'jose'
import type { Actor } from '../platform/actor.ts'
import { Refusal } from '../platform/refusal.ts'
import type { Runner } from '../platform/sql.ts'
import type { Transaction, World } from '../platform/world.ts'
import { announce } from './changes.ts'
import { parseScopes, printScopes } from './scope.ts'
import { uuidV4 } from '../platform/uuid.ts'

/** A system of an institution. It proves itself by a private key that this server has never kept. */
export type Client = {
  id: string
  name: string
  institution: number
  institutionName: string | null
  scopes: string[]
  jwks: { keys: JWK[] }
  /** Thumbprint of the TLS certificate that its connections must have; null asks for none. */
  certificate: string | null
  createdAt: Date
  revokedAt: Date | null
}

export type NewClient = {
  name: string
  institution: number
  institutionName: string | null
  scopes: string
  /** The system's own public key set; without it a key pair is made and its private half answered once. */
  jwks?: { keys: JWK[] }
}

const nameLengthMax = 200
const keysMax = 5

/** Registers a system; `privateKey` is null when it brought its own key. */
export async function addClient(tx: Transaction, world: World, client: NewClient): Promise<{ id: string; scopes: string[]; privateKey: JWK | null }> {
  const grant = parseScopes(client.scopes)
  if (grant instanceof Refusal) throw grant
  const scopes = printScopes(grant)
  if (scopes.length === 0) throw new Refusal('incorrect', 'a client needs at least one scope')
  const name = client.name.trim()
  if (name.length === 0 || name.length > nameLengthMax) throw new Refusal('incorrect', `a client's name has 1 to ${nameLengthMax} characters`)
  const made = client.jwks ? null : await makeKey()
  const jwks = client.jwks ? checkKeys(client.jwks) : { keys: [(made as Pair).publicKey] }
  const id = uuidV4(world)
  await tx`
    insert into access.client (id, name, institution, institution_name, scopes, jwks)
    values (${id}, ${name}, ${client.institution}, ${client.institutionName}, ${scopes}::text[], ${JSON.stringify(jwks)}::jsonb)`
  return { id, scopes, privateKey: made?.privateKey ?? null }
}

type Pair = { publicKey: JWK; privateKey: JWK }

// ES384 is what SMART Backend Services asks every server to accept.
async function makeKey(): Promise<Pair> {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-384' })
  const publicJwk = pair.publicKey.export({ format: 'jwk' }) as JWK
  const about = { kid: await calculateJwkThumbprint(publicJwk), alg: 'ES384' }
  return {
    publicKey: { ...publicJwk, ...about, use: 'sig' },
    privateKey: { ...(pair.privateKey.export({ format: 'jwk' }) as JWK), ...about, key_ops: ['sign'] },
  }
}

/** Only public keys of the kinds we verify; a private key that somebody sends by mistake is refused, never stored. */
function checkKeys(jwks: { keys: JWK[] }): { keys: JWK[] } {
  if (!Array.isArray(jwks.keys) || jwks.keys.length === 0 || jwks.keys.length > keysMax) {
    throw new Refusal('incorrect', `a key set holds 1 to ${keysMax} keys`)
  }
  const keys = jwks.keys.map(({ kty, crv, x, y, n, e, kid, d }) => {
    if (d !== undefined) throw new Refusal('incorrect', 'the key set holds a private key; send the public half only')
    if (!kid) throw new Refusal('incorrect', 'each key needs a kid')
    const isKnown = (kty === 'EC' && (crv === 'P-256' || crv === 'P-384')) || kty === 'RSA'
    if (!isKnown) throw new Refusal('incorrect', 'a key is EC P-256, EC P-384 or RSA')
    const jwk: JWK = kty === 'EC' ? ({ kty, crv, x, y, kid, use: 'sig' } as JWK) : ({ kty, n, e, kid, use: 'sig' } as JWK)
    checkStrength(jwk)
    return jwk
  })
  return { keys }
}

function checkStrength(jwk: JWK): void {
  let bits: number | undefined
  try {
    bits = createPublicKey({ key: jwk as never, format: 'jwk' }).asymmetricKeyDetails?.modulusLength
  } catch {
    throw new Refusal('incorrect', 'a key of the set cannot be read')
  }
  if (bits !== undefined && (bits < 2048 || bits > 8192)) throw new Refusal('incorrect', 'an RSA key has 2048 to 8192 bits')
}

export async function clientById(sql: Runner, id: string): Promise<Client | null> {
  const [found] = await sql<Client>`
    select id, name, institution, institution_name, scopes, created_at, revoked_at,
           coalesce((select k.jwks from access.client_key_set k where k.client = c.id order by k.number desc limit 1), c.jwks) as jwks,
           (select t.thumbprint from access.client_certificate t where t.client = c.id order by t.number desc limit 1) as certificate
      from access.client c
     where id = ${id}`
  return found ?? null
}

const clientsMax = 10_000

export function listClients(sql: World['sql']): Promise<Omit<Client, 'certificate'>[]> {
  return sql<Omit<Client, 'certificate'>>`
    select id, name, institution, institution_name, scopes, jwks, created_at, revoked_at
      from access.client
     order by created_at, id
     limit ${clientsMax}`
}

/** The keys that the system proves itself by from now on; the others are refused in every process within a second. */
export async function setClientKeys(tx: Transaction, id: string, jwks: { keys: JWK[] }, at: Date): Promise<void> {
  await tx`
    insert into access.client_key_set (client, number, at, jwks)
    select ${id}, coalesce(max(number), 0) + 1, ${at}, ${JSON.stringify(checkKeys(jwks))}::jsonb
      from access.client_key_set
     where client = ${id}`
  await announce(tx, 'client', id)
}

/** From now on, in every process within a second, the system is accepted only on connections with this certificate; null accepts any. */
export async function setClientCertificate(tx: Transaction, id: string, thumbprint: string | null, at: Date): Promise<void> {
  await tx`
    insert into access.client_certificate (client, number, at, thumbprint)
    select ${id}, coalesce(max(number), 0) + 1, ${at}, ${thumbprint}
      from access.client_certificate
     where client = ${id}`
  await announce(tx, 'client', id)
}

/** The system is known no more: its tokens stop in every process within a second. */
export async function revokeClient(tx: Transaction, id: string, at: Date): Promise<void> {
  const revoked = await tx`update access.client set revoked_at = ${at} where id = ${id} and revoked_at is null returning id`
  if (revoked.length === 0) throw new Refusal('not-found', 'there is no such client, or it is revoked already')
  await announce(tx, 'client', id)
}

export function actorOfClient(client: Client, scopes: readonly string[]): Actor {
  const { id, name, institution, institutionName } = client
  return {
    kind: 'system',
    id,
    name,
    roles: ['system'],
    scopes,
    institution,
    institutionName,
    unit: null,
    unitName: null,
    worker: null,
    patient: null,
    session: null,
  }
}
