import type { FastifyRequest } from 'fastify'
import { whoIs } from '../audit/audit.ts'
import { Refusal } from '../platform/refusal.ts'
import { isUuid } from '../platform/uuid.ts'
import type { World } from '../platform/world.ts'
import { baseUrl } from '../platform/config.ts'
import { readFields, words } from './body.ts'
import { claimsIn } from './certificate.ts'
import { entryOf, ownSystem } from './runs.ts'
import { type Certificate, findCertificates, findRun, findRuns, type Run } from './store.ts'
import { findSystem, type System } from './systems.ts'
import type { CertificateShown, CertificateState, RunShown, SystemShown, SystemsShown } from './wire.ts'

const runsShown = 20
const certificatesShown = 50
const systemsShown = 500

const iso = (at: Date | null): string | null => at?.toISOString() ?? null

const certificateOf = (world: World, one: Certificate): CertificateShown => ({
  id: one.id,
  protocol: one.protocol,
  run: one.run,
  issuedAt: one.issuedAt.toISOString(),
  expiresAt: one.expiresAt.toISOString(),
  state: one.state !== 'revoked' && one.expiresAt <= world.now() ? 'expired' : one.state,
  checkedAt: iso(one.checkedAt),
  reason: one.reason,
  jws: one.jws,
})

const runOf = ({ id, protocol, playedBy, isRepeat, rules, beganAt, endedAt, score, passed, verdict }: Run): RunShown => ({
  id,
  protocol,
  playedBy,
  isRepeat,
  rules,
  beganAt: beganAt.toISOString(),
  endedAt: iso(endedAt),
  score,
  passed,
  scenarios: verdict ?? [],
})

async function shown(world: World, system: System): Promise<SystemShown> {
  const [certificates, runs] = await Promise.all([findCertificates(world.sql, [system.id], certificatesShown), findRuns(world.sql, system.id, runsShown)])
  const { id, mb, vendor, name, version, createdAt } = system
  return {
    id,
    mb,
    vendor,
    name,
    version,
    institution: `Пробна установа: ${name}`,
    createdAt: createdAt.toISOString(),
    certificates: certificates.map((one) => certificateOf(world, one)),
    runs: runs.map(runOf),
  }
}

/** A system asks about itself, by its token. */
export const showOwnSystem = async (request: FastifyRequest): Promise<SystemShown> => shown(request.world, await ownSystem(request))

/** Shown by the number that only the vendor got at sign-up: the vendor's page works without an account. */
export async function showSystem(world: World, id: string): Promise<SystemShown> {
  const system = await findSystem(world, id)
  if (!system) throw new Refusal('not-found', 'there is no such system')
  return shown(world, system)
}

export async function showRun(request: FastifyRequest, id: string): Promise<RunShown> {
  const system = await ownSystem(request)
  const run = isUuid(id) ? await findRun(request.world.sql, id) : null
  if (!run || run.system !== system.id) throw new Refusal('not-found', 'this system has no such run')
  return runOf(run)
}

/** Whether a certificate still holds, and what it says. Anybody who has its number may ask. */
export async function stateOfCertificate(world: World, id: string): Promise<CertificateState> {
  const [found] = isUuid(id)
    ? await world.sql<Certificate>`
        select id, system, protocol, run, issued_at, expires_at, jws, state, checked_at, reason from vendor.certificate where id = ${id}::uuid`
    : []
  if (!found) throw new Refusal('not-found', 'there is no certificate of this number')
  const { jws, run: _run, ...shown } = certificateOf(world, found)
  const { vendor, system, systemVersion, playedBy, rules, score } = claimsIn(jws)
  return { ...shown, vendor, system, systemVersion, playedBy, rules, score }
}

/** The address where a certificate is looked up, as a QR code for the printed certificate. */
export async function qrOfCertificate(world: World, id: string): Promise<string> {
  await stateOfCertificate(world, id)
  const { toString } = await import('qrcode')
  return toString(`${baseUrl(world.config)}/vendor/certificate/${id}`, { type: 'svg', errorCorrectionLevel: 'M', margin: 1 })
}

async function requireOperator(request: FastifyRequest): Promise<void> {
  const { actor, world } = request
  if (actor.kind === 'person' && actor.roles.some((role) => role === 'operator' || role === 'ministry')) return
  await world.ledger.record([entryOf(request, 'read', 'vendor-systems', 'deny')])
  throw new Refusal('forbidden', 'this is for operators and the ministry')
}

export async function showSystems(request: FastifyRequest): Promise<SystemsShown> {
  await requireOperator(request)
  const { world } = request
  const systems = await world.sql<System>`
    select id, institution, mb, vendor, name, version, contact, created_at from vendor.system order by created_at desc limit ${systemsShown}`
  const ids = systems.map(({ id }) => id)
  const certificates = Map.groupBy(await findCertificates(world.sql, ids, systemsShown * 5), ({ system }) => system)
  const last = await world.sql<Run>`
    select distinct on (system) id, system, protocol, played_by, is_repeat, rules, seed, system_version, began_at, since_tx, null as heard, ended_at, score, passed,
           null as verdict
      from vendor.run
     where system = any(${ids}::uuid[])
     order by system, began_at desc
     limit ${systemsShown}`
  const lastOf = new Map(last.map((run) => [run.system, run]))
  return {
    systems: systems.map(({ id, mb, vendor, name, version, contact, createdAt }) => {
      const run = lastOf.get(id)
      return {
        id,
        mb,
        vendor,
        name,
        version,
        contact,
        institution: `Пробна установа: ${name}`,
        createdAt: createdAt.toISOString(),
        certificates: (certificates.get(id) ?? []).map((one) => certificateOf(world, one)),
        lastRun: run ? runOf(run) : null,
      }
    }),
  }
}

/** An operator withdraws a certificate. Everybody who asks for its state reads the reason. */
export async function revokeCertificate(request: FastifyRequest, id: string): Promise<{ id: string; state: 'revoked' }> {
  await requireOperator(request)
  const { actor, world, correlation } = request
  if (!actor.roles.includes('operator')) throw new Refusal('forbidden', 'only an operator takes a certificate back')
  const { reason = '' } = readFields(request.body, { reason: { form: words(300), about: 'Why, in words, at most 300 characters.' } })
  const revoked = isUuid(id)
    ? await world.ledger.transaction(async (tx) => {
        const rows = await tx`update vendor.certificate set state = 'revoked', reason = ${reason} where id = ${id}::uuid and state <> 'revoked' returning id`
        if (rows.length > 0)
          tx.audit([
            {
              action: 'revoke',
              who: whoIs(actor),
              patient: null,
              what: `vendor-certificate/${id}`,
              purpose: 'administration',
              basis: 'role-operator',
              decision: 'permit',
              correlation,
              reason,
            },
          ])
        return rows.length
      })
    : 0
  if (revoked === 0) throw new Refusal('not-found', 'there is no such certificate, or it was taken back already')
  return { id, state: 'revoked' }
}
