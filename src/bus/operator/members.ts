import type { FastifyRequest } from 'fastify'
import { Refusal } from '../../platform/refusal.ts'
import type { World } from '../../platform/world.ts'
import { setContract } from '../members/catalogue.ts'
import { directoryOf } from '../members/directory.ts'
import { readInput, words } from '../signing/json-input.ts'
import { nextOfContract, nextOfMember } from '../members/life.ts'
import { setMember } from '../members/member.ts'
import type { ContractLine, ContractLines, ContractState, MemberLines, MemberPage, Step } from '../wire.ts'
import { asOperatorOf } from './act.ts'
import { queuesOf, readQueues } from './queues.ts'

const stepsMax = 200
const contractsMax = 1000
const iso = (at: Date | null): string | null => at?.toISOString() ?? null

export async function listMembers(world: World): Promise<MemberLines> {
  const [directory, queues] = await Promise.all([directoryOf(world), queuesOf(world)])
  const now = world.now()
  const members = queues.flatMap(({ member, name, state, lanes, parked }) => {
    const known = directory.byCode.get(member)
    if (!known) return []
    const ends = [...directory.keys.values()]
      .filter((key) => key.member === known.id && key.withdrawnAt === null && key.validUntil > now)
      .map(({ validUntil }) => validUntil.getTime())
    const oldest = lanes.flatMap((lane) => lane.oldest ?? []).toSorted()[0] ?? null
    return [
      {
        code: member,
        name,
        mb: known.mb,
        state,
        keyUntil: ends.length > 0 ? new Date(Math.max(...ends)).toISOString() : null,
        waiting: lanes.reduce((sum, { waiting }) => sum + waiting, 0),
        parked,
        oldest,
      },
    ]
  })
  return { members }
}

export async function showMember(world: World, code: string): Promise<MemberPage> {
  const directory = await directoryOf(world)
  const member = directory.byCode.get(code)
  if (!member) throw new Refusal('not-found', 'there is no member of this code')
  const [row] = await world.sql<{ contact: string }>`select contact from bus.member where id = ${member.id} limit 1`
  const steps = await world.sql<Omit<Step, 'at'> & { at: Date }>`
    select number, at, state, decision, reason, by_whom as by from bus.step where about = ${member.id} order by number desc limit ${stepsMax}`
  const [queue] = await readQueues(world, code)
  const { contracts } = await listContracts(world, { member: member.id })
  return {
    code,
    name: member.name,
    mb: member.mb,
    contact: row?.contact ?? '',
    institution: member.institution,
    client: member.client,
    state: member.state,
    provedAt: iso(member.provedAt),
    testedAt: iso(member.testedAt),
    webhook: member.webhook,
    next: nextOfMember(member),
    steps: steps.map((step) => ({ ...step, at: step.at.toISOString() })),
    keys: [...directory.keys.values()]
      .filter((key) => key.member === member.id)
      .map(({ kid, validFrom, validUntil, withdrawnAt }) => ({
        kid,
        validFrom: validFrom.toISOString(),
        validUntil: validUntil.toISOString(),
        withdrawnAt: iso(withdrawnAt),
      })),
    services: [...directory.services.values()]
      .filter(({ provider }) => provider === member.id)
      .map(({ name, kind, title, version, deprecatedAt }) => ({ name, kind, title, version, deprecatedAt: iso(deprecatedAt) })),
    contracts,
    queue: queue ?? { member: code, name: member.name, state: member.state, lanes: [], parked: 0 },
  }
}

export async function listContracts(world: World, { state = null, member = null }: { state?: string | null; member?: string | null }): Promise<ContractLines> {
  const rows = await world.sql<Omit<ContractLine, 'next' | 'validUntil' | 'createdAt'> & { validUntil: Date | null; createdAt: Date }>`
    select c.id, m.code as consumer, p.code as provider, c.service, c.purpose, c.legal_basis, c.endpoints, c.quota_per_minute, c.lane, c.hold_key,
           c.state, c.valid_until, c.created_at
      from bus.contract c join bus.member m on m.id = c.consumer join bus.member p on p.id = c.provider
     where (${state}::text is null or c.state = ${state}) and (${member}::uuid is null or c.consumer = ${member}::uuid or c.provider = ${member}::uuid)
     order by c.created_at desc, c.id
     limit ${contractsMax}`
  return {
    contracts: rows.map(({ validUntil, createdAt, ...row }) => ({
      ...row,
      validUntil: iso(validUntil),
      createdAt: createdAt.toISOString(),
      next: nextOfContract(row.state as ContractState),
    })),
  }
}

const decided = {
  decision: { form: words(100), about: 'Number of the decision, at most 100 characters.' },
  reason: { form: words(300), about: 'Why, in words; at most 300 characters.' },
} as const

export async function stepMember(request: FastifyRequest, body: Buffer, code: string): Promise<object> {
  const input = readInput(body, { to: { form: /^(?:approved|active|suspended|revoked)$/, about: 'approved, active, suspended or revoked.' }, ...decided })
  const { to, decision, reason } = input as { to: string; decision: string; reason: string }
  const wish = { code, to, decision, reason, scopes: 'system/*.cruds', by: request.actor.name }
  const member = await asOperatorOf(
    request,
    (tx) => setMember(request.world, tx, wish),
    (done) => ({ action: to === 'suspended' || to === 'revoked' ? 'revoke' : 'grant', what: `bus-member/${done.id} ${done.state}`, reason }),
  )
  return { code, state: member.state }
}

export async function stepContract(request: FastifyRequest, body: Buffer, id: string): Promise<object> {
  const input = readInput(body, {
    to: { form: /^(?:active|suspended|revoked)$/, about: 'active, suspended or revoked; without it the contract stays what it is.', optional: true },
    bodyMb: { form: 'number', about: 'Of calls: the largest body and answer in megabytes.', optional: true },
    until: { form: /^\d{4}-\d{2}-\d{2}$/, about: 'Its last day, YYYY-MM-DD.', optional: true },
    ...decided,
  })
  const { to = null, decision, reason, until, bodyMb = null } = input as { to?: string; decision: string; reason: string; until?: string; bodyMb?: number }
  const day = until === undefined ? null : Date.parse(until)
  if (Number.isNaN(day)) throw new Refusal('incorrect', 'until is no day', { expression: 'until' })
  const wish = { id, to, decision, reason, until: day === null ? null : new Date(day + 86_400_000), bodyMb, by: request.actor.name }
  const contract = await asOperatorOf(
    request,
    (tx) => setContract(request.world, tx, wish),
    (done) => ({ action: to === 'suspended' || to === 'revoked' ? 'revoke' : 'grant', what: `bus-contract/${done.id} ${done.state}`, reason }),
  )
  return { contract: contract.id, state: contract.state }
}
