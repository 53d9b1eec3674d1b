import pg from 'pg'
import { parseSearch } from '../fhir/fhir.ts'
import { type Actor, anonymous } from '../platform/actor.ts'
import { baseUrl } from '../platform/config.ts'
import { type Fragment, fragment, type Runner } from '../platform/sql.ts'
import type { Asking } from '../record/asking.ts'
import { byKey, candidates } from '../record/search/candidates.ts'
import { planOf } from '../record/search/search-plan.ts'
import { isAt } from '../record/store.ts'
import { viewOfAll, visibleRows } from '../record/view.ts'
import type { BenchServer } from './bench-server.ts'
import { cpuEach } from './cpu.ts'
import { during, print, warmUpSeconds } from './figures.ts'

type Task = { patients: readonly string[]; seconds: number; connections: number }

/**
 * One resource at a time, and the whole record of one patient: many callers, each with one question under way. Resources are created for other
 * patients than those whose records are read: the reads then find only what third parties recorded, however much this machine adds meanwhile.
 */
export async function singles(server: BenchServer, task: Task): Promise<void> {
  const middle = Math.ceil(task.patients.length / 2)
  const [written, asked] = [task.patients.slice(0, middle), task.patients.slice(middle)].map((patients): Task => ({ ...task, patients })) as [Task, Task]
  await reads(server, task, await creates(server, written))
  await wholeRecords(server, asked)
  await newest(server, asked)
  await lookUps(server)
}

async function newest(server: BenchServer, { patients, seconds, connections }: Task): Promise<void> {
  const address = (at: number) => `/fhir/Observation?patient=${patients[at % patients.length]}&code=http://loinc.org|8302-2&_sort=-date&_count=20`
  const { perSecond, p50Ms, p99Ms, cpuUsEach } = await measured(server, seconds, connections, async (at) => void (await server.send('GET', address(at))))
  print({ name: 'Observation?patient&code&_sort=-date&_count=20', value: perSecond, unit: 'requests/s', p50Ms, p99Ms, cpuUsEach })
}

/** Warms up, then measures with the processor time of each side. */
async function measured(server: BenchServer, seconds: number, callers: number, once: (at: number) => Promise<void>) {
  await during(warmUpSeconds(seconds), callers, once)
  const before = server.cpu()
  const run = await during(seconds, callers, once)
  return { ...run, cpuUsEach: cpuEach(before, server.cpu(), run.count) }
}

async function creates(server: BenchServer, { patients, seconds, connections }: Task): Promise<string[]> {
  const { send, owner } = server
  const ids: string[] = []
  const observation = (at: number) =>
    JSON.stringify({
      resourceType: 'Observation',
      status: 'final',
      code: { coding: [{ system: 'http://loinc.org', code: '8302-2', display: 'Body Height' }], text: 'Body Height' },
      subject: { reference: `Patient/${patients[at % patients.length]}` },
      effectiveDateTime: new Date(Date.UTC(2026, 0, 1) + at * 60_000).toISOString(),
      valueQuantity: { value: 100 + (at % 100), unit: 'cm', system: 'http://unitsofmeasure.org', code: 'cm' },
    })
  const run = await measured(server, seconds, connections, async (at) => {
    const text = await send('POST', '/fhir/Observation', observation(at))
    if (ids.length < 5000) ids.push((JSON.parse(text) as { id: string }).id)
  })
  const limitValue = await insertRate(owner, observation(1), connections, seconds / 2)
  const { perSecond: value, p50Ms, p99Ms, cpuUsEach } = run
  print({
    name: 'single create',
    value,
    unit: 'requests/s',
    p50Ms,
    p99Ms,
    cpuUsEach,
    limit: 'insert of one row with its own commit, same connections',
    limitValue,
  })
  return ids
}

async function insertRate(owner: pg.ClientConfig, body: string, connections: number, seconds: number): Promise<number> {
  const pool = new pg.Pool({ ...owner, max: connections })
  try {
    await pool.query('create table public.bench_rows (n int8 primary key, body text not null)')
    const run = await during(seconds, connections, async (at) => void (await pool.query('insert into public.bench_rows (n, body) values ($1, $2)', [at, body])))
    await pool.query('drop table public.bench_rows')
    return run.perSecond
  } finally {
    await pool.end()
  }
}

async function reads(server: BenchServer, { seconds, connections }: Task, ids: readonly string[]): Promise<void> {
  const { send, world } = server
  const idOf = (at: number) => ids[at % ids.length] as string
  const run = await measured(server, seconds, connections, async (at) => void (await send('GET', `/fhir/Observation/${idOf(at)}`)))
  const type = world.fhir.typeCode('Observation')
  const keyOf = (id: string) => Number.parseInt(id.slice(0, 13).replace('-', ''), 16)
  const plain = await during(seconds / 2, connections, async (at) => {
    await world.sql`select r.body from record.resource r where ${isAt({ patient: keyOf(idOf(at)), type, id: idOf(at) })}`
  })
  const { perSecond: value, p50Ms, p99Ms, cpuUsEach } = run
  print({
    name: 'read by id, audit row awaited',
    value,
    unit: 'requests/s',
    p50Ms,
    p99Ms,
    cpuUsEach,
    limit: 'select by primary key',
    limitValue: plain.perSecond,
  })
}

async function wholeRecords(server: BenchServer, { seconds, patients }: Task): Promise<void> {
  const { ask, owner } = server
  const callers = 8
  let [bytes, count] = [0, 0]
  const patientAt = (at: number) => patients[at % patients.length] as string
  const run = await measured(server, seconds, callers, async (at) => {
    const { length } = await ask('GET', `/fhir/Patient/${patientAt(at)}/$everything`)
    bytes += length
    count++
  })
  const some = patients.slice(0, 50)
  const records = await Promise.all(some.map(async (id) => bodiesOf(await ask('GET', `/fhir/Patient/${id}/$everything`))))
  const name = `Patient/$everything, ${Math.round(bytes / count / 1024)} KB each`
  print({
    name,
    value: run.perSecond,
    unit: 'requests/s',
    p50Ms: run.p50Ms,
    p99Ms: run.p99Ms,
    cpuUsEach: run.cpuUsEach,
    limit: 'reading one row for each resource with its JSON as text',
    limitValue: await rowsRate(owner, records, callers, seconds / 2),
  })
}

const bodiesOf = (bundle: Buffer): string[] =>
  (JSON.parse(bundle.toString()) as { entry: { resource: unknown }[] }).entry.map(({ resource }) => JSON.stringify(resource))

/** The limit: the same records in a plain table, read by the key of their patient. */
async function rowsRate(owner: pg.ClientConfig, records: readonly string[][], callers: number, seconds: number): Promise<number> {
  const pool = new pg.Pool({ ...owner, max: callers })
  try {
    await pool.query('create table public.bench_records (patient int8, n int8, body text not null, primary key (patient, n))')
    for (const [patient, bodies] of records.entries()) {
      await pool.query('insert into public.bench_records select $1, n, body from unnest($2::text[]) with ordinality as b (body, n)', [patient, bodies])
    }
    const query = { name: 'rows', text: 'select body from public.bench_records where patient = $1', rowMode: 'array' as const }
    const run = await during(seconds, callers, async (at) => void (await pool.query({ ...query, values: [at % records.length] })))
    await pool.query('drop table public.bench_records')
    return run.perSecond
  } finally {
    await pool.end()
  }
}

const observations = 'code=http://loinc.org|8302-2&date=ge2012-01-01&date=le2014-12-31'

/** Searches that name no patient: over HTTP one at a time, and the statement behind them as the database times it. */
export async function lookUps(server: BenchServer, resources?: number): Promise<void> {
  const { send, world } = server
  const among = resources === undefined ? '' : ` among ${resources}`
  const [any] = await world.sql<{ id: string }>`select id from record.resource where type = ${world.fhir.typeCode('Patient')} offset 20 limit 1`
  const number = any && identifierOf(await send('GET', `/fhir/Patient/${any.id}`))
  for (const [name, type, query] of [
    ['Patient?identifier', 'Patient', `identifier=${number}`],
    ['Observation?code&date, over all patients', 'Observation', observations],
  ] as const) {
    const path = `/fhir/${type}?${query}&_count=20`
    await during(0.3, 1, async () => void (await send('GET', path)))
    const run = await during(1, 1, async () => void (await send('GET', path)))
    print({ name: `${name}${among}, by HTTP`, value: run.p50Ms, unit: 'ms at the median', p99Ms: run.p99Ms })
    print({ name: `${name}${among}, in the database`, value: await inDatabase(server, type, query), unit: 'ms at the median' })
  }
}

const timesEach = 41
const pageRows = 32 // As many candidates as the first step of a search for 20 takes.

/** The first statement of the search, timed by the database itself. It is planned for any values, like a prepared one. */
async function inDatabase({ world, institution }: BenchServer, type: string, query: string): Promise<number> {
  const actor: Actor = { ...anonymous, kind: 'system', id: 'bench', scopes: ['system/*.cruds'], institution }
  const asking: Asking = { world, actor, correlation: 'bench', base: `${baseUrl(world.config)}/fhir`, purpose: 'health-care' }
  const search = parseSearch(world.fhir, type, [...new URLSearchParams(query)], { lenient: false })
  const keys: Fragment[] = []
  const where = [...planOf(asking, search, false, undefined, keys), visibleRows(await viewOfAll(asking), world.fhir.typeCode(type), null)]
  const connection = await world.connect()
  try {
    await connection.client.query('set plan_cache_mode = force_generic_plan')
    const timed: Runner = Object.assign(() => Promise.resolve([]), { run: <R extends object>(statement: Fragment) => explainOn<R>(connection.sql, statement) })
    const times: number[] = []
    for (let at = 0; at < timesEach; at++) {
      const [found] = (await candidates(timed, { where, keys, order: byKey, after: null, limit: pageRows, reading: { snapshot: null } })) as unknown as {
        ms: number
      }[]
      times.push(found?.ms ?? Number.NaN)
    }
    return times.sort((a, b) => a - b)[timesEach >> 1] as number
  } finally {
    await connection.end()
  }
}

async function explainOn<R extends object>(sql: Runner, statement: Fragment): Promise<R[]> {
  const [row] = await sql.run<Record<string, [{ 'Execution Time': number }]>>(fragment`explain (analyze, timing off, format json) ${statement}`)
  const [plan] = Object.values(row ?? {})
  return [{ ms: plan?.[0]['Execution Time'] ?? Number.NaN, snapshot: '' } as unknown as R]
}

function identifierOf(patient: string): string {
  const { identifier = [] } = JSON.parse(patient) as { identifier?: { system?: string; value: string }[] }
  const [first] = identifier
  if (!first) throw new Error('the patient has no identifier to ask for')
  return `${first.system ?? ''}|${first.value}`
}
