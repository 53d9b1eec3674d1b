import { createPublicKey, type KeyObject } from 'node:crypto'
import type { Runner } from '../../platform/sql.ts'
import type { Transaction, World } from '../../platform/world.ts'
import type { PublicJwk } from '../../platform/http-signature.ts'

/** Members, keys, services and contracts in memory, so that a request reads no rows. A change is known in every process within half a second. */
export type MemberState = 'requested' | 'approved' | 'active' | 'suspended' | 'revoked'
export type Member = {
  id: string
  code: string
  name: string
  mb: string
  institution: number | null
  client: string | null
  state: MemberState
  provedAt: Date | null
  testedAt: Date | null
  webhook: string | null
}
export type MemberKey = { kid: string; member: string; jwk: PublicJwk; key: KeyObject; validFrom: Date; validUntil: Date; withdrawnAt: Date | null }
export type ServiceKind = 'call' | 'inbox' | 'topic'
export type Service = {
  provider: string
  name: string
  kind: ServiceKind
  title: string
  purpose: string
  legalBasis: string
  sourceOfTruth: string | null
  structure: unknown
  version: string
  sla: string | null
  addresses: string[]
  /** The largest body of its calls and answers, in megabytes. */
  bodyMb: number
  deprecatedAt: Date | null
}
export type Endpoint = { method: string; path: string }
export type Contract = {
  id: string
  consumer: string
  provider: string
  service: string
  purpose: string
  legalBasis: string
  endpoints: Endpoint[]
  quotaPerMinute: number
  lane: number
  holdKey: boolean
  /** Set when the contract allows smaller bodies than the service does. */
  bodyMb: number | null
  state: 'requested' | 'active' | 'suspended' | 'revoked'
  validUntil: Date | null
}

export type Directory = {
  version: number
  members: Map<string, Member>
  byCode: Map<string, Member>
  byClient: Map<string, Member>
  keys: Map<string, MemberKey>
  /** By `provider service`. */
  services: Map<string, Service>
  /** By `consumer provider service`. */
  contracts: Map<string, Contract[]>
}

export const serviceName = (provider: string, service: string) => `${provider} ${service}`
export const contractName = (consumer: string, provider: string, service: string) => `${consumer} ${provider} ${service}`

export const bodyBytesMax = (service: Service | null, contract: Contract | null): number => Math.min(service?.bodyMb ?? 8, contract?.bodyMb ?? 100) * 1_048_576

/** The record's own name on the bus. */
export const recordMember = '00000000-0000-4000-8000-000000000001'
/** The member that takes certificates of sick leaves issued without a connection. */
export const sickleaveMember = '00000000-0000-4000-8000-000000000003'
/** The centre's own, for what it says of itself. */
export const centreMember = '00000000-0000-4000-8000-000000000002'

const ageMsMax = 450
const rowsMax = 100_000
const known = new WeakMap<World, { directory: Directory; at: number; loading: Promise<Directory> | null }>()

export async function directoryOf(world: World): Promise<Directory> {
  const have = known.get(world)
  if (have && performance.now() - have.at < ageMsMax) return have.directory
  return have?.loading ?? refresh(world)
}

/** Reads it anew, for a caller that has just changed it and whose next step must see the change. */
export const freshDirectory = (world: World): Promise<Directory> => refresh(world)

async function refresh(world: World): Promise<Directory> {
  const have = known.get(world)
  const loading = load(world, have?.directory ?? null)
  if (have) have.loading = loading
  const began = performance.now()
  try {
    const directory = await loading
    known.set(world, { directory, at: began, loading: null })
    return directory
  } finally {
    if (have) have.loading = null
  }
}

async function load(world: World, have: Directory | null): Promise<Directory> {
  const [now] = await world.sql<{ version: number }>`select version from bus.directory limit 1`
  if (have && have.version === now?.version) return have
  return world.sql.begin(readAll)
}

async function readAll(sql: Runner): Promise<Directory> {
  await sql`set transaction isolation level repeatable read, read only`
  const [now] = await sql<{ version: number }>`select version from bus.directory limit 1`
  const members = await sql<Member>`
    select id, code, name, mb, institution, client, state, proved_at, tested_at, webhook
      from bus.member
     limit ${rowsMax}`
  const keys = await sql<Omit<MemberKey, 'key'>>`
    select kid, member, jwk, valid_from, valid_until, withdrawn_at
      from bus.member_key
     limit ${rowsMax}`
  const services = await sql<Service>`
    select provider, name, kind, title, purpose, legal_basis, source_of_truth, structure, version, sla, addresses, body_mb, deprecated_at
      from bus.service
     limit ${rowsMax}`
  const contracts = await sql<Contract>`
    select id, consumer, provider, service, purpose, legal_basis, endpoints, quota_per_minute, lane, hold_key, body_mb, state, valid_until
      from bus.contract
     order by created_at desc, id
     limit ${rowsMax}`
  return {
    version: (now as { version: number }).version,
    members: new Map(members.map((one) => [one.id, one])),
    byCode: new Map(members.map((one) => [one.code, one])),
    byClient: new Map(members.flatMap((one) => (one.client === null ? [] : [[one.client, one] as const]))),
    keys: new Map(keys.map((one) => [one.kid, { ...one, key: createPublicKey({ key: one.jwk as never, format: 'jwk' }) }])),
    services: new Map(services.map((one) => [serviceName(one.provider, one.name), one])),
    contracts: Map.groupBy(contracts, (one) => contractName(one.consumer, one.provider, one.service)),
  }
}

/** Every change of a right calls this at the end of its transaction. Writers wait for each other, so no version is skipped. */
export async function announceChange(tx: Transaction): Promise<void> {
  await tx`update bus.directory set version = version + 1`
}
