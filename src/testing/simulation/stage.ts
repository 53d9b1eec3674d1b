import { addClient, clientById } from '../../access/client.ts'
import { tokenFor } from '../../access/token-endpoint.ts'
import { announceChange, freshDirectory, recordMember } from '../../bus/members/directory.ts'
import { storeKey } from '../../bus/members/member-key.ts'
import { uuidV7 } from '../../platform/uuid.ts'
import { registerInstitutions } from '../../registry/registry.ts'
import type { Runner } from '../../platform/sql.ts'
import type { Seeded } from '../seeded.ts'
import type { Centre } from './centre.ts'
import { System } from './system.ts'

export type Contract = { id: string; consumer: System; to: string; isActive: boolean; validUntil: number | null; holdKey: boolean }
export type Stage = { systems: System[]; contracts: Contract[] }

type Place = Pick<Centre, 'world' | 'clock'>

const dayMs = 86_400_000
const tokenSeconds = 90 * 86_400
let serial = 0

/**
 * The members of one seed with their services and contracts, written into the tables as joining would write them: joining has its own tests, and a
 * thousand seeds would do little else. Two members fetch, one has a webhook, one fetches and offers calls; some contracts are missing.
 */
export async function setStage(centre: Place, random: Seeded, webhook: string): Promise<Stage> {
  const { world } = centre
  const systems: System[] = []
  // Hundreds of seeds pass years: otherwise the key would change in the middle of one, and these tokens live longer than a real one may.
  await world.sql`update access.signing_key set activated_at = ${world.now()} where activated_at is not null and retired_at is null`
  await world.sql.begin(async (tx) => {
    for (const [at, name] of ['lab', 'ward', 'fund', 'his'].entries()) {
      const days = [365, 365, 300, random.pick([2, 5, 365])][at] as number
      const { system } = await joined(tx, centre, { name, days, webhook: at === 2 ? webhook : null })
      const services = [
        { name: 'box', kind: 'inbox', addresses: [] },
        { name: 'news', kind: 'topic', addresses: [] },
        { name: 'ask', kind: 'call', addresses: at === 2 ? [`${webhook}/calls`] : [] },
      ]
      for (const one of services)
        await tx`
          insert into bus.service (provider, name, kind, title, purpose, legal_basis, version, addresses, updated_at)
          values (${system.id}, ${one.name}, ${one.kind}, 'x', 'x', 'x', '1', ${one.addresses}::text[], ${world.now()})`
      systems.push(system)
    }
  })
  const contracts = await makeContracts(centre, random, systems)
  await freshDirectory(world)
  return { systems, contracts }
}

type Wish = { name: string; days: number; webhook: string | null }

/** A member with an institution, a client, a key and a token of its own. */
export async function joined(tx: Runner, { world, clock }: Place, { name, days, webhook }: Wish): Promise<{ system: System; client: string }> {
  const mb = String(30_000_000 + ++serial)
  const [institution] = await registerInstitutions(tx, [{ mb, name: `Установа ${mb}`, kind: 'test', municipality: 'Ниш', ownership: 'public' }])
  const code = `${name}-${serial}`
  const system = new System({ code, id: uuidV7(world), institution: institution as number, clock, webhook: webhook && `${webhook}/${code}` })
  const key = system.addKey(clock.now + days * dayMs)
  const client = await addClient(tx, world, {
    name: code,
    institution: system.institution,
    institutionName: code,
    scopes: 'system/*.cruds',
    jwks: { keys: [key.jwk] },
  })
  await tx`
    insert into bus.member (id, code, name, mb, contact, institution, client, state, proved_at, tested_at, webhook, created_at)
    values (${system.id}, ${code}, ${code}, ${mb}, 'x', ${system.institution}, ${client.id}, 'active', ${world.now()}, ${world.now()}, ${system.webhook}, ${world.now()})`
  await storeKey(tx, system.id, key.jwk, world.now(), days)
  const stored = await clientById(tx as never, client.id)
  system.token = await tokenFor(world, stored as never, client.scopes, tokenSeconds)
  return { system, client: client.id }
}

async function makeContracts(centre: Place, random: Seeded, systems: System[]): Promise<Contract[]> {
  const { world, clock } = centre
  const contracts: Contract[] = []
  await world.sql.begin(async (tx) => {
    const owners = new Map<string, string>([...systems.map((one) => [one.code, one.id] as const), ['record', recordMember]])
    for (const consumer of systems) {
      const services = systems.filter((one) => one !== consumer).flatMap(({ code }) => [`${code}/box`, `${code}/news`, `${code}/ask`])
      for (const to of [...services, 'record/documents', 'record/changes']) {
        if (random.below(10) < 2) continue
        const [owner, service] = to.split('/') as [string, string]
        const validUntil = random.below(10) < 2 ? clock.now + (1 + random.below(72)) * 3_600_000 : null
        const one: Contract = { id: uuidV7(world), consumer, to, isActive: true, validUntil, holdKey: random.below(4) === 0 }
        const endpoints = service === 'ask' ? '[{"method":"POST","path":"/orders"},{"method":"GET","path":"/patients/*"}]' : '[]'
        await tx`
          insert into bus.contract (id, consumer, provider, service, purpose, legal_basis, endpoints, quota_per_minute, lane, hold_key, state, valid_until, created_at)
          values (${one.id}, ${consumer.id}, ${owners.get(owner)}, ${service}, 'x', 'x', ${endpoints}::jsonb, 100000, ${random.below(3)}, ${one.holdKey}, 'active',
                  ${validUntil === null ? null : new Date(validUntil)}, ${world.now()})`
        contracts.push(one)
      }
    }
    await announceChange(tx)
  })
  return contracts
}

/** Removes the members of a seed from the directory; what they exchanged stays in the log. */
export async function clearStage(centre: Centre, systems: readonly System[]): Promise<void> {
  const ids = systems.map(({ id }) => id)
  const { owner } = centre.platform
  await owner`delete from bus.delivery where recipient = any(${ids}::uuid[]) or sender = any(${ids}::uuid[])`
  await owner`delete from bus.contract where consumer = any(${ids}::uuid[])`
  await owner`delete from bus.service where provider = any(${ids}::uuid[])`
  await owner`delete from bus.member_key where member = any(${ids}::uuid[])`
  await owner`delete from bus.member where id = any(${ids}::uuid[])`
  await owner`update bus.directory set version = version + 1`
  await freshDirectory(centre.world)
}
