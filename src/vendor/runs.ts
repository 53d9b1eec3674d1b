import type { FastifyRequest } from 'fastify'
import { type Action, whoIs } from '../audit/audit.ts'
import { Refusal } from '../platform/refusal.ts'
import type { Transaction } from '../platform/sql.ts'
import { isUuid, uuidV7 } from '../platform/uuid.ts'
import type { World } from '../platform/world.ts'
import { submittedSince } from '../record/record.ts'
import { baseUrl } from '../platform/config.ts'
import { readFields } from './body.ts'
import { signCertificate } from './certificate.ts'
import { cutLine } from './outage.ts'
import { protocols, type Protocol } from './scenario/documents.ts'
import { factsOf } from './scenario/facts.ts'
import { type Heard, judge } from './scenario/judge.ts'
import { outageSeconds, rulesVersion, scenarios } from './scenario/scenarios.ts'
import { findCertificates, findRun, type Run } from './store.ts'
import { suspend, tellState } from './suspend.ts'
import { requireSandbox, type System, systemOfInstitution } from './systems.ts'
import type { RunBegun, RunVerdict, ScenarioVerdict } from './wire.ts'

const runMinutes = 60
const openRunsMax = 5
const keptRuns = 200
const certificateDays = 365
const heardMax = 20

/** The system that asks, known by its own token, which it got with the key that it registered. */
export async function ownSystem(request: FastifyRequest): Promise<System> {
  const { world, actor } = request
  requireSandbox(world)
  const system = actor.kind === 'system' ? await systemOfInstitution(world, actor.institution) : null
  if (system) return system
  await world.ledger.record([entryOf(request, 'read', 'vendor-runs', 'deny')])
  throw new Refusal('forbidden', 'this is for systems that signed up at the sandbox', { hint: 'POST /vendor/systems signs one up.' })
}

export const entryOf = ({ actor, correlation }: FastifyRequest, action: Action, what: string, decision: 'permit' | 'deny' = 'permit') => ({
  action,
  who: whoIs(actor),
  patient: null,
  what,
  purpose: 'administration',
  basis: 'sandbox',
  decision,
  correlation,
})

/** Begins a run: the scenarios of a protocol, with facts that belong to this run alone. */
export async function beginRun(request: FastifyRequest): Promise<RunBegun> {
  const { world } = request
  const system = await ownSystem(request)
  const input = readFields(request.body, {
    protocol: { form: new RegExp(`^(?:${protocols.join('|')})$`), about: protocols.join(', ') },
    playedBy: { form: /^(?:script|system)$/, about: 'script: the documents given here are sent; system: the local system makes its own of what it is told.' },
    repeat: { form: /^(?:yes|no)$/, about: 'yes: a nightly repetition.', optional: true },
  })
  const protocol = input['protocol'] as Protocol
  const playedBy = input['playedBy'] as Run['playedBy']
  const now = world.now()
  const id = uuidV7(world)
  const seed = world.random(16).toString('hex')
  await world.ledger.transaction(async (tx) => {
    const [open] = await tx<{ count: number }>`
      select count(*)::int as count from vendor.run
       where system = ${system.id} and ended_at is null and began_at > ${new Date(now.getTime() - runMinutes * 60_000)}`
    if ((open?.count ?? 0) >= openRunsMax)
      throw new Refusal('too-many', `${openRunsMax} runs are open`, { hint: 'End one by a final report.', retryAfterSeconds: 300 })
    await tx`
      insert into vendor.run (id, system, protocol, played_by, is_repeat, rules, seed, system_version, began_at, since_tx)
      values (${id}, ${system.id}, ${protocol}, ${playedBy}, ${input['repeat'] === 'yes'}, ${rulesVersion}, ${seed}, ${system.version}, ${now},
              pg_snapshot_xmin(pg_current_snapshot())::text::int8)`
    await forgetOld(tx, system.id)
    tx.audit([entryOf(request, 'create', `vendor-run/${id}`)])
  })
  return {
    run: id,
    protocol,
    rules: rulesVersion,
    playedBy,
    until: new Date(now.getTime() + runMinutes * 60_000).toISOString(),
    scenarios: scenarios.map(({ id: name, title, told, steps }) => {
      const facts = factsOf(seed, name, now)
      return {
        id: name,
        title,
        told: told(facts, outageSeconds[playedBy]),
        steps: steps(protocol, facts, outageSeconds[playedBy]).map((step) =>
          step.do === 'outage' ? step : { ...step, content: step.bytes.toString('base64'), bytes: undefined },
        ) as never,
      }
    }),
  }
}

/** Deletes the oldest runs that earned no certificate; runs behind a certificate stay. */
async function forgetOld(tx: Transaction, system: string): Promise<void> {
  await tx`
    delete from vendor.run
     where id in (select r.id from vendor.run r
                   where r.system = ${system} and not exists (select 1 from vendor.certificate c where c.run = r.id)
                   order by r.began_at desc offset ${keptRuns} limit 1000)`
}

async function openRun(request: FastifyRequest, id: string): Promise<{ system: System; run: Run }> {
  const system = await ownSystem(request)
  const run = isUuid(id) ? await findRun(request.world.sql, id) : null
  if (!run || run.system !== system.id) throw new Refusal('not-found', 'this system has no such run')
  return { system, run }
}

function requireOpen(world: World, run: Run): void {
  if (run.endedAt !== null) throw new Refusal('conflict', 'the run has ended', { hint: 'POST /vendor/runs begins another.' })
  if (world.now().getTime() - run.beganAt.getTime() > runMinutes * 60_000) throw new Refusal('gone', `a run is open for ${runMinutes} minutes`)
}

/** The runner asks for the outage when the scenario reaches it; one that began earlier might be over by then. */
export async function beginOutage(request: FastifyRequest, id: string): Promise<{ seconds: number }> {
  const { system, run } = await openRun(request, id)
  requireOpen(request.world, run)
  const seconds = outageSeconds[run.playedBy]
  await cutLine(request.world, system.institution, seconds)
  return { seconds }
}

/** Compares what the runner heard with what the centre finds in the record. The runner asks again until everything has arrived; `final` ends the run. */
export async function reportRun(request: FastifyRequest, id: string): Promise<RunVerdict> {
  const { world } = request
  const { system, run } = await openRun(request, id)
  requireOpen(world, run)
  const { heard, isFinal } = readReport(request.body)
  const verdict = await judgeRun(world, system.institution, { ...run, heard })
  const { passed, score } = scoreOf(verdict)
  let certified: Certified | null = null
  if (isFinal)
    certified = await world.ledger.transaction(async (tx) => {
      const ended = await tx`
        update vendor.run set heard = ${JSON.stringify(heard)}::jsonb, ended_at = ${world.now()}, score = ${score}, passed = ${passed},
               verdict = ${JSON.stringify(verdict)}::jsonb
         where id = ${run.id} and ended_at is null
        returning id`
      if (ended.length === 0) throw new Refusal('conflict', 'the run has ended')
      tx.audit([entryOf(request, 'update', `vendor-run/${run.id} ${passed ? 'passed' : 'failed'}`)])
      return passed ? certify(world, tx, system, run, score) : null
    })
  if (isFinal && run.isRepeat && !passed) await suspend(world, system.institution, { system: system.id, run: run.id, protocol: run.protocol, verdict })
  if (certified?.restored) await tellState(world, system.institution, { certificate: certified.restored, protocol: run.protocol, state: 'valid', reason: null })
  return { run: run.id, passed, score, isFinal, scenarios: verdict, certificate: certified?.jws ?? null }
}

export async function judgeRun(world: World, institution: number, run: Run): Promise<ScenarioVerdict[]> {
  const found = await submittedSince(world, institution, run.sinceTx)
  return scenarios.map(({ id, title, steps }) => {
    const facts = factsOf(run.seed, id, run.beganAt)
    const checks = judge(id, run.protocol, facts, found, steps(run.protocol, facts, outageSeconds[run.playedBy]), run.heard?.[id] ?? [])
    return { id, title, passed: checks.every((one) => one.passed), checks }
  })
}

/** Each scenario weighs the same, and half of its checks are half a scenario. A run passes only when every scenario does. */
export function scoreOf(verdict: readonly ScenarioVerdict[]): { passed: boolean; score: number } {
  const parts = verdict.map(({ checks }) => checks.filter((one) => one.passed).length / Math.max(1, checks.length))
  return { passed: verdict.every((one) => one.passed), score: Math.floor((100 * parts.reduce((sum, one) => sum + one, 0)) / Math.max(1, parts.length)) }
}

type Certified = { jws: string; restored: string | null }

/** A new certificate replaces the one before. A repetition makes none: it only notes that the present one still holds. */
async function certify(world: World, tx: Transaction, system: System, run: Run, score: number): Promise<Certified> {
  const now = world.now()
  const standing = (await findCertificates(tx, [system.id], 100)).find((one) => one.protocol === run.protocol && one.state !== 'revoked' && one.expiresAt > now)
  if (standing && run.isRepeat) {
    await tx`update vendor.certificate set state = 'valid', checked_at = ${now}, reason = null where id = ${standing.id}`
    return { jws: standing.jws, restored: standing.state === 'failing' ? standing.id : null }
  }
  const id = uuidV7(world)
  const expiresAt = new Date(now.getTime() + certificateDays * 86_400_000)
  const jws = await signCertificate(world, {
    iss: baseUrl(world.config),
    jti: id,
    iat: Math.floor(now.getTime() / 1000),
    exp: Math.floor(expiresAt.getTime() / 1000),
    vendor: system.vendor,
    system: system.name,
    systemVersion: run.systemVersion,
    protocol: run.protocol,
    playedBy: run.playedBy,
    rules: run.rules,
    scenarios: scenarios.map((one) => one.id),
    score,
  })
  await tx`
    insert into vendor.certificate (id, system, protocol, run, issued_at, expires_at, jws, state)
    values (${id}, ${system.id}, ${run.protocol}, ${run.id}, ${now}, ${expiresAt}, ${jws}, 'valid')`
  return { jws, restored: null }
}

function readReport(body: unknown): { heard: Record<string, Heard[]>; isFinal: boolean } {
  const given = body as { final?: unknown; scenarios?: unknown } | null
  const wrong = (expression: string, hint: string) => new Refusal('incorrect', 'the report has another form', { expression, hint })
  if (given === null || typeof given !== 'object' || typeof given.final !== 'boolean') throw wrong('final', 'true or false')
  if (!Array.isArray(given.scenarios) || given.scenarios.length > scenarios.length)
    throw wrong('scenarios', '[{ "id": "happy", "heard": [{ "name", "answer", "detail" }] }]')
  const heard: Record<string, Heard[]> = {}
  for (const one of given.scenarios as { id?: unknown; heard?: unknown }[]) {
    const known = scenarios.find(({ id }) => id === one?.id)
    if (!known) throw wrong('scenarios.id', scenarios.map(({ id }) => id).join(', '))
    if (!Array.isArray(one.heard) || one.heard.length > heardMax) throw wrong('scenarios.heard', `at most ${heardMax}`)
    heard[known.id] = one.heard.map(readHeard)
  }
  return { heard, isFinal: given.final }
}

const detailMax = 300

function readHeard(one: unknown): Heard {
  const { name, answer, detail } = (one ?? {}) as Record<string, unknown>
  const isAnswer = answer === 'taken' || answer === 'refused' || answer === 'none'
  if (typeof name !== 'string' || name.length > 40 || !isAnswer || typeof detail !== 'string')
    throw new Refusal('incorrect', 'the report has another form', {
      expression: 'scenarios.heard',
      hint: 'answer is taken, refused or none; name and detail are texts.',
    })
  // The edge's words may repeat what was sent to it.
  return { name, answer, detail: detail.slice(0, detailMax).replace(/\d{11,}/g, '***') }
}
