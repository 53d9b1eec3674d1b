import { access } from '../../access/access.ts'
import type { Actor } from '../../platform/actor.ts'
import { outcomeOf, type OperationOutcome, Refusal } from '../../platform/refusal.ts'
import { fragment, join, type Runner, type Transaction } from '../../platform/sql.ts'
import type { World } from '../../platform/world.ts'
import type { Asking } from '../asking.ts'

/** Work that outlives its request. `asked` is everything that is needed to start it again. */
export type Job<Asked = unknown> = {
  id: string
  number: number
  kind: 'export' | 'import'
  client: string
  asked: { actor: Actor; wish: Asked }
  state: 'waiting' | 'running' | 'done' | 'failed' | 'cancelled'
  attempts: number
  done: number
  total: number | null
  place: unknown
  outputs: Output[]
  problem: OperationOutcome | null
  createdAt: Date
  expiresAt: Date
}
/** A file of the job, with the kind and number of its entries. */
export type Output = { kind: 'output' | 'deleted' | 'error'; type: string; file: string; count: number }

export const jobHours = 24
const openOfClientMax = 4
const keptOfClientMax = 50
const openMax = 200

/** The keys of a large group are left out: only the worker on the job needs them. */
const columns = fragment`id, number, kind, client, asked #- '{wish,keys}' as asked, state, attempts, done, total, place, outputs, problem, created_at, expires_at`

/** Checked before anything is received, and again when the job is stored. */
export async function requireRoom({ world, actor }: Asking): Promise<void> {
  await countJobs(world.sql, actor)
}

async function countJobs(sql: Runner, actor: Actor): Promise<void> {
  const [counts] = await sql<{ open: number; kept: number; all: number }>`
    select count(*) filter (where client = ${actor.id} and state in ('waiting', 'running'))::int as open,
           count(*) filter (where client = ${actor.id})::int as kept,
           count(*) filter (where state in ('waiting', 'running'))::int as all
      from record.job
     where state in ('waiting', 'running') or client = ${actor.id}`
  const { open, kept, all } = counts as { open: number; kept: number; all: number }
  if (open >= openOfClientMax)
    throw tooMany(`at most ${openOfClientMax} exports and imports of one client may be under way`, 'Wait for one to end, or cancel it by DELETE.')
  if (kept >= keptOfClientMax)
    throw tooMany(`at most ${keptOfClientMax} finished exports and imports of one client are kept`, 'DELETE those whose files you have fetched.')
  if (all >= openMax) throw new Refusal('busy', 'too many exports and imports are waiting', { retryAfterSeconds: 60 })
}

/** Stores the job; any process that is free begins it. Each client has a few at a time, so none takes up the whole server. */
export async function submit(
  asking: Asking,
  kind: Job['kind'],
  wish: object,
  id: string,
  also: (tx: Transaction) => Promise<void> = async () => {},
): Promise<void> {
  const { world, actor } = asking
  await world.sql.begin(async (tx) => {
    await tx`select pg_advisory_xact_lock(hashtextextended(${`record.job ${actor.id}`}, 0))`
    await countJobs(tx, actor)
    const now = world.now()
    await tx`
      insert into record.job (id, kind, client, asked, created_at, expires_at)
      values (${id}, ${kind}, ${actor.id}, ${JSON.stringify({ actor, wish })}::jsonb, ${now}, ${new Date(now.getTime() + jobHours * 3_600_000)})`
    await also(tx)
  })
}

const tooMany = (sentence: string, hint: string) => new Refusal('too-many', sentence, { hint, retryAfterSeconds: 30 })

/** A job of the asking client; the job of another is unknown to it. */
export async function jobOf(asking: Asking, id: string): Promise<Job> {
  const [job] = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)
    ? await asking.world.sql<Job>`
      select ${columns} from record.job
       where id = ${id} and client = ${asking.actor.id} and state <> 'cancelled' and expires_at > ${asking.world.now()}`
    : []
  if (!job) throw new Refusal('not-found', 'there is no such export or import, or it has expired')
  return job
}

/** For a process that the worker on the job started. */
export async function jobById(sql: Runner, id: string): Promise<Job | null> {
  const [job] = await sql<Job>`select ${columns} from record.job where id::text = ${id}`
  return job ?? null
}

/** A job may do what its client may do; after the client is revoked it does nothing more. */
export async function requireClient(sql: World['sql'], { client }: Job): Promise<void> {
  if ((await access.systemOf(sql, client)) === null) throw new Refusal('forbidden', 'the client that asked for this was revoked')
}

export async function cancel(asking: Asking, id: string): Promise<void> {
  await jobOf(asking, id)
  await asking.world.sql`update record.job set state = 'cancelled', problem = null where id = ${id} and client = ${asking.actor.id}`
}

/** Jobs that are not over, oldest first. */
export function openJobs(sql: Runner, limit: number): Promise<Job[]> {
  return sql<Job>`
    select ${columns} from record.job where state in ('waiting', 'running') order by number limit ${limit}`
}

/** Marks the job as running for the holder of the lease; null when the job has ended since. */
export async function begin(sql: Runner, job: Job): Promise<Job | null> {
  const [begun] = await sql<Job & { whole: Job['asked'] }>`
    update record.job set state = 'running', attempts = attempts + 1
     where id = ${job.id} and state in ('waiting', 'running')
    returning ${columns}, asked as whole`
  return begun ? { ...begun, asked: begun.whole } : null
}

export type Progress = { done?: number; total?: number; place?: unknown; outputs?: Output[] }

/** Stores how far the job is. False when it was cancelled; its worker then stops. */
export async function advance(sql: Runner, id: string, { done, total, place, outputs }: Progress): Promise<boolean> {
  const changes = [fragment`state = 'running'`]
  if (done !== undefined) changes.push(fragment`done = ${done}`)
  if (total !== undefined) changes.push(fragment`total = ${total}`)
  if (place !== undefined) changes.push(fragment`place = ${JSON.stringify(place)}::jsonb, attempts = 0`)
  if (outputs !== undefined) changes.push(fragment`outputs = ${JSON.stringify(outputs)}::jsonb`)
  const changed = await sql.run(fragment`update record.job set ${join(changes, ', ')} where id = ${id} and state = 'running' returning id`)
  return changed.length > 0
}

export async function finish(sql: Runner, id: string): Promise<void> {
  await sql`update record.job set state = 'done', place = null where id = ${id} and state = 'running'`
}

export async function fail(sql: Runner, id: string, refusal: Refusal): Promise<void> {
  const problem = outcomeOf([
    {
      severity: 'error',
      code: refusal.kind === 'full' ? 'no-store' : 'processing',
      diagnostics: refusal.message,
      ...(refusal.hint ? { hint: refusal.hint } : {}),
    },
  ])
  await sql`update record.job set state = 'failed', place = null, outputs = '[]', problem = ${JSON.stringify(problem)}::jsonb where id = ${id} and state = 'running'`
}

/** Jobs whose files may no longer be fetched. */
export function overJobs(world: World, limit: number): Promise<{ id: string }[]> {
  return world.sql<{ id: string }>`
    select id from record.job where expires_at <= ${world.now()} or state = 'cancelled' order by number limit ${limit}`
}

export async function forget(sql: Runner, id: string): Promise<void> {
  await sql`
    with errors as (delete from record.job_error where job = ${id}), parts as (delete from record.job_part where job = ${id})
    delete from record.job where id = ${id}`
}
