import type { FastifyRequest } from 'fastify'
import { Refusal } from '../../platform/refusal.ts'
import type { Transaction, World } from '../../platform/world.ts'
import { checkWebhook } from '../../platform/outside.ts'
import { announceChange, type Contract, directoryOf, type Endpoint, freshDirectory, type Member, serviceName } from './directory.ts'
import { type Fields, readInput, words } from '../signing/json-input.ts'
import { contractStep, contractTerms } from './life.ts'
import { addStep, toBeActive, whoOf } from './member.ts'
import { requireOnce } from '../signing/once.ts'
import { isPlainPath } from './right.ts'
import { requireSigned } from '../signing/signed-request.ts'
import { requireStructure } from '../messages/structure.ts'
import { isUuid, uuidV7 } from '../../platform/uuid.ts'

const addressesMax = 8
const endpointsMax = 100
const servicesMax = 200
const bodyMbMax = 100
const structureBytesMax = 100_000
const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', '*'])

async function activeSigner(request: FastifyRequest, body: Buffer): Promise<Member> {
  const signed = await requireSigned(request, body)
  const { member } = signed
  if (member.state !== 'active') throw new Refusal('forbidden', `the member is ${member.state}`, { hint: toBeActive(member) })
  await requireOnce(request.world, signed)
  return member
}

async function change<T>(request: FastifyRequest, member: Member, what: string, act: (tx: Transaction) => Promise<T>): Promise<T> {
  const { world, correlation } = request
  const done = await world.ledger.transaction(async (tx) => {
    const result = await act(tx)
    await announceChange(tx)
    tx.audit([
      { action: 'configure', who: whoOf(member), patient: null, what, purpose: 'administration', basis: 'own-signature', decision: 'permit', correlation },
    ])
    return result
  })
  await freshDirectory(world)
  return done
}

export const serviceForm = {
  kind: { form: /^(?:call|inbox|topic)$/, about: 'call, inbox or topic.' },
  title: { form: words(200), about: 'One line for people.' },
  purpose: { form: words(200), about: 'What it is for.' },
  legalBasis: { form: words(300), about: 'The law or decree, with its paragraph.' },
  sourceOfTruth: { form: words(200), about: 'Which register the data come from.', optional: true },
  structure: { form: 'object', about: 'A JSON Schema, or { "profile": canonical address of a FHIR profile }.', optional: true },
  version: { form: words(40), about: 'The version of the service.' },
  sla: { form: words(300), about: 'What the provider promises.', optional: true },
  addresses: { form: 'list', about: `Where calls are sent to, up to ${addressesMax}; without one the provider fetches its calls.`, optional: true },
  bodyMb: { form: 'number', about: `Of a call: the largest body and answer in megabytes, 1 to ${bodyMbMax}; 8 when it is not said.`, optional: true },
  deprecatedAt: { form: /^\d{4}-\d{2}-\d{2}T[\d:.]{8,12}Z$/, about: 'From when it should not be used any more.', optional: true },
} satisfies Fields

/** A member puts its own service into the catalogue, or describes it anew; whose it is and its kind never change. */
export async function putService(request: FastifyRequest, body: Buffer, name: string): Promise<object> {
  const member = await activeSigner(request, body)
  if (!/^[a-z][a-z0-9.-]{1,59}$/.test(name))
    throw new Refusal('incorrect', 'a service is named by small letters, digits, dots and hyphens', { expression: 'name' })
  const input = readInput(body, serviceForm)
  const { world } = request
  const addresses = (input['addresses'] ?? []) as unknown[]
  if (addresses.length > addressesMax) throw new Refusal('incorrect', `a service has at most ${addressesMax} addresses`, { expression: 'addresses' })
  for (const address of addresses) {
    if (typeof address !== 'string') throw new Refusal('incorrect', 'an address is a text', { expression: 'addresses' })
    await checkWebhook(world, address)
  }
  const bodyMb = readBodyMb(input['bodyMb']) ?? 8
  const structure = JSON.stringify(input['structure'] ?? null)
  if (structure.length > structureBytesMax) throw new Refusal('too-large', 'the structure is too large', { expression: 'structure' })
  requireStructure(input['structure'])
  const directory = await directoryOf(world)
  const before = directory.services.get(serviceName(member.id, name))
  if (before && before.kind !== input['kind'])
    throw new Refusal('conflict', `the service is of the kind ${before.kind}`, { expression: 'kind', hint: 'Another kind is another service.' })
  if (!before && [...directory.services.values()].filter(({ provider }) => provider === member.id).length >= servicesMax)
    throw new Refusal('conflict', `a member offers at most ${servicesMax} services`)
  await change(
    request,
    member,
    `bus-service/${member.code}/${name}`,
    (tx) => tx`
    insert into bus.service (provider, name, kind, title, purpose, legal_basis, source_of_truth, structure, version, sla, addresses, body_mb, deprecated_at, updated_at)
    values (${member.id}, ${name}, ${input['kind']}, ${input['title']}, ${input['purpose']}, ${input['legalBasis']}, ${input['sourceOfTruth'] ?? null},
            ${structure}::jsonb, ${input['version']}, ${input['sla'] ?? null}, ${addresses.map(String)}::text[], ${bodyMb}, ${input['deprecatedAt'] ?? null}, ${world.now()})
    on conflict (provider, name) do update
       set title = excluded.title, purpose = excluded.purpose, legal_basis = excluded.legal_basis, source_of_truth = excluded.source_of_truth,
           structure = excluded.structure, version = excluded.version, sla = excluded.sla, addresses = excluded.addresses,
           body_mb = excluded.body_mb,
           deprecated_at = excluded.deprecated_at, updated_at = excluded.updated_at`,
  )
  return { service: `${member.code}/${name}` }
}

/** The catalogue, for every system that has a token: what there is and on which basis, not where it stands. */
export async function listServices(world: World): Promise<object> {
  const directory = await directoryOf(world)
  const services = [...directory.services.values()].flatMap(({ provider, addresses: _, ...rest }) => {
    const member = directory.members.get(provider)
    return member && member.state !== 'revoked' ? [{ provider: member.code, providerName: member.name, providerState: member.state, ...rest }] : []
  })
  return { services }
}

export const contractForm = {
  provider: { form: /^[a-z][a-z0-9-]{2,39}$/, about: 'Code of the member that offers the service.' },
  service: { form: /^[a-z][a-z0-9.-]{1,59}$/, about: 'Name of the service.' },
  purpose: { form: words(200), about: 'What it is used for.' },
  legalBasis: { form: words(300), about: 'The law or decree, with its paragraph.' },
  endpoints: { form: 'list', about: 'Of a call: [{ "method": "GET", "path": "/patients/*" }].', optional: true },
  quotaPerMinute: { form: 'number', about: 'Exchanges a minute, 1 to 1,000,000.', optional: true },
  lane: { form: /^(?:clinical|normal|statistics)$/, about: 'clinical, normal or statistics: which goes first.', optional: true },
  bodyMb: { form: 'number', about: 'Of a call: the largest body and answer in megabytes, when less than the service takes is enough.', optional: true },
  holdKey: { form: /^(?:yes|no)$/, about: 'yes: a parked message holds back everything of its key.', optional: true },
} satisfies Fields

/** A member asks for a contract about a service; nothing is allowed until the operator has decided. */
export async function askContract(request: FastifyRequest, body: Buffer): Promise<object> {
  const member = await activeSigner(request, body)
  const input = readInput(body, contractForm)
  const { world } = request
  const directory = await directoryOf(world)
  const provider = directory.byCode.get(input['provider'])
  const service = provider && directory.services.get(serviceName(provider.id, input['service']))
  if (!provider || !service) throw new Refusal('not-found', 'there is no such service', { hint: 'GET /bus/services lists what there is.' })
  const quota = input['quotaPerMinute'] ?? 60_000
  if (quota < 1 || quota > 1_000_000) throw new Refusal('incorrect', 'quotaPerMinute is from 1 to 1,000,000', { expression: 'quotaPerMinute' })
  const bodyMb = readBodyMb(input['bodyMb'])
  const endpoints = (input['endpoints'] ?? []) as Endpoint[]
  checkEndpoints(endpoints, service.kind)
  const id = uuidV7(world)
  const now = world.now()
  await change(request, member, `bus-contract/${id}`, async (tx) => {
    await tx`
      insert into bus.contract (id, consumer, provider, service, purpose, legal_basis, endpoints, quota_per_minute, lane, hold_key, body_mb, state, created_at)
      values (${id}, ${member.id}, ${provider.id}, ${service.name}, ${input['purpose']}, ${input['legalBasis']}, ${JSON.stringify(endpoints)}::jsonb,
              ${quota}, ${['clinical', 'normal', 'statistics'].indexOf(input['lane'] ?? 'normal')}, ${input['holdKey'] === 'yes'},
              ${bodyMb}, 'requested', ${now})`
    await addStep(tx, id, { at: now, state: 'requested', by: member.code })
  })
  return { contract: id, state: 'requested' }
}

function readBodyMb(given: number | undefined): number | null {
  if (given === undefined) return null
  if (!Number.isSafeInteger(given) || given < 1 || given > bodyMbMax)
    throw new Refusal('incorrect', `bodyMb is from 1 to ${bodyMbMax}`, { expression: 'bodyMb' })
  return given
}

function checkEndpoints(endpoints: readonly Endpoint[], kind: string): void {
  const wrong = (sentence: string) => new Refusal('incorrect', sentence, { expression: 'endpoints', hint: '[{ "method": "GET", "path": "/patients/*" }]' })
  if (kind === 'call' && endpoints.length === 0) throw wrong('a contract about calls names its endpoints')
  if (kind !== 'call' && endpoints.length > 0) throw wrong('only calls have endpoints')
  if (endpoints.length > endpointsMax) throw wrong(`a contract has at most ${endpointsMax} endpoints`)
  for (const one of endpoints) {
    const { method, path } = one ?? {}
    if (
      typeof method !== 'string' ||
      typeof path !== 'string' ||
      Object.keys(one).length !== 2 ||
      !methods.has(method) ||
      path.length > 300 ||
      !isPlainPath(path)
    ) {
      throw wrong('an endpoint is a method and a plain path')
    }
  }
}

type ContractWish = {
  id: string
  /** The next state; null when the state stays and only the terms change. */
  to: string | null
  decision: string | null
  reason: string | null
  until: Date | null
  bodyMb?: number | null
  by?: string
}

/** An operator's step: the next state of a contract, or other terms by a decision. */
export async function setContract(world: World, tx: Transaction, wish: ContractWish): Promise<Contract> {
  const { until, bodyMb = null } = wish
  if (bodyMb !== null) readBodyMb(bodyMb)
  if (wish.to === null && until === null && bodyMb === null) throw new Refusal('incorrect', 'neither a state nor anything else to change is given')
  const [contract] = isUuid(wish.id)
    ? await tx<Contract>`
    select id, consumer, provider, service, purpose, legal_basis, endpoints, quota_per_minute, lane, hold_key, body_mb, state, valid_until
      from bus.contract
     where id = ${wish.id}
       for update`
    : []
  if (!contract) throw new Refusal('not-found', 'there is no contract of this number')
  const next = wish.to === null ? contractTerms(contract.state, wish.decision) : contractStep(contract.state, wish.to, wish.decision)
  if (next instanceof Refusal) throw next
  await tx`update bus.contract set state = ${next}, valid_until = coalesce(${until}, valid_until), body_mb = coalesce(${bodyMb}, body_mb) where id = ${contract.id}`
  await addStep(tx, contract.id, { at: world.now(), state: next, decision: wish.decision, reason: wish.reason, by: wish.by ?? 'operator' })
  await announceChange(tx)
  return { ...contract, state: next }
}
