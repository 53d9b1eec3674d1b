import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { calculateJwkThumbprint, type JWK } from 'jose'
import type { Transaction, World } from '../platform/world.ts'
import { announce } from './changes.ts'
import { seal, unseal } from './sealed.ts'

/**
 * Keys that sign tokens, in the database so that all processes have the same, the private half sealed by the master key.
 * There is always a next key, published before it is used, so a rotation surprises no cache; a retired key stays published
 * longer than the longest token lives, and a withdrawn one is not accepted from that second on.
 */
export type Purpose = 'token' | 'provider'
export type SigningKey = { kid: string; publicJwk: JWK; privateKey: KeyObject; state: 'next' | 'current' | 'previous' }

const publishedAfterRetirementMs = 2 * 3_600_000
const ageMsMax = 90 * 86_400_000

type Row = { kid: string; publicKey: JWK; sealed: Buffer; activatedAt: Date | null; retiredAt: Date | null }

/** The published keys: current first, then next, then previous. Makes what is missing and rotates what is too old. */
export async function loadSigningKeys(world: World, purpose: Purpose): Promise<SigningKey[]> {
  let rows = await select(world.sql, world, purpose)
  const current = rows.find((row) => row.activatedAt && !row.retiredAt)
  const isOld = current !== undefined && world.now().getTime() - (current.activatedAt as Date).getTime() > ageMsMax
  if (!current || isOld || !rows.some((row) => !row.activatedAt)) {
    await world.sql.begin((tx) => rotate(tx, world, purpose, { onlyIfNeeded: true }))
    rows = await select(world.sql, world, purpose)
  }
  return rows.map((row) => open(world, row))
}

function select(sql: World['sql'] | Transaction, world: World, purpose: Purpose): Promise<Row[]> {
  const since = new Date(world.now().getTime() - publishedAfterRetirementMs)
  return sql<Row>`
    select kid, public_key, sealed, activated_at, retired_at
      from access.signing_key
     where purpose = ${purpose} and withdrawn_at is null and (retired_at is null or retired_at > ${since})
     order by (activated_at is not null and retired_at is null) desc, activated_at is null desc, retired_at desc
     limit 20`
}

function open(world: World, row: Row): SigningKey {
  const der = unseal(world, 'signing-key', row.sealed)
  if (!der) throw new Error('a signing key cannot be opened: the master key in DATA_DIR/keys is not the one it was sealed by')
  const state = row.activatedAt === null ? 'next' : row.retiredAt === null ? 'current' : 'previous'
  return {
    kid: row.kid,
    publicJwk: row.publicKey,
    state,
    privateKey: createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }),
  }
}

export type Rotation = {
  /** Only make what is missing or retire what is too old: what a start does. */
  onlyIfNeeded?: boolean
  /** The retired key leaked: nothing it signed is accepted any more. */
  withdraw?: boolean
}

/** Next becomes current, current becomes previous, a new next is made. One process at a time; the others see the result. */
export async function rotate(tx: Transaction, world: World, purpose: Purpose, how: Rotation = {}): Promise<string> {
  await tx`select pg_advisory_xact_lock(7304110521)`
  const now = world.now()
  const rows = await select(tx, world, purpose)
  const current = rows.find((row) => row.activatedAt && !row.retiredAt)
  const next = rows.find((row) => !row.activatedAt)
  const isOld = current !== undefined && now.getTime() - (current.activatedAt as Date).getTime() > ageMsMax
  if (how.onlyIfNeeded && current && !isOld) {
    if (!next) await make(tx, world, purpose, null)
    return current.kid
  }
  if (how.withdraw)
    await tx`update access.signing_key set withdrawn_at = ${now} where purpose = ${purpose} and withdrawn_at is null and activated_at is not null`
  if (current) await tx`update access.signing_key set retired_at = ${now} where kid = ${current.kid}`
  if (next) await tx`update access.signing_key set activated_at = ${now} where kid = ${next.kid}`
  const kid = next ? next.kid : await make(tx, world, purpose, now)
  await make(tx, world, purpose, null)
  await announce(tx, 'key', purpose)
  return kid
}

async function make(tx: Transaction, world: World, purpose: Purpose, activatedAt: Date | null): Promise<string> {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const bare = pair.publicKey.export({ format: 'jwk' }) as JWK
  const kid = await calculateJwkThumbprint(bare)
  const jwk: JWK = { ...bare, kid, alg: 'ES256', use: 'sig' }
  const sealed = seal(world, 'signing-key', pair.privateKey.export({ format: 'der', type: 'pkcs8' }))
  await tx`
    insert into access.signing_key (kid, purpose, public_key, sealed, created_at, activated_at)
    values (${kid}, ${purpose}, ${JSON.stringify(jwk)}::jsonb, ${sealed}, ${world.now()}, ${activatedAt})`
  return kid
}
