import { randomUUID } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { Agent, request as httpRequest } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { addClient, clientById } from '../access/client.ts'
import { tokenFor } from '../access/token-endpoint.ts'
import { buildApp } from '../app.ts'
import { openWorld } from '../open-world.ts'
import { loadConfig } from '../platform/config.ts'
import { registerInstitutions } from '../registry/registry.ts'
import { corpora } from '../testing/corpora.ts'
import { during, print } from './figures.ts'

const callers = 16

/**
 * The record with every safety on: token, scopes, decision, validation, index, versions, audit, outbox; embedded PostgreSQL with
 * fsync as `npm start` has it; server, database and load on the same cores. `--quick` for a look, default for figures.
 */
export async function bench(words: string[]): Promise<void> {
  const seconds = words.includes('--quick') ? 2 : 10
  const folder = mkdtempSync(join(tmpdir(), 'spona-bench-'))
  const config = loadConfig({ PORT: '0', DATA_DIR: folder, LOG_LEVEL: 'error', RATE_PER_CLIENT: '1000000' })
  if (Array.isArray(config)) throw new Error(config.join('\n'))
  const { world, close } = await openWorld(config, { mode: 'own' })
  mkdirSync(join(folder, 'portals'))
  const app = await buildApp(world, join(folder, 'portals'))
  await app.listen({ port: 0, host: '127.0.0.1' })
  try {
    const { port } = app.server.address() as { port: number }
    config.PORT = port
    const send = sender(port, await tokenOf(world))
    const [patient, whole] = await ingest(world, send, seconds)
    await singles(world, send, { patient: patient as string, whole: whole as string, seconds })
  } finally {
    app.server.closeAllConnections()
    await app.close()
    await close()
    rmSync(folder, { recursive: true, force: true })
  }
}

type World = Awaited<ReturnType<typeof openWorld>>['world']
type Send = (method: string, path: string, body?: string) => Promise<string>

async function tokenOf(world: World): Promise<string> {
  const [institution] = await world.sql.begin((tx) =>
    registerInstitutions(tx, [{ mb: '00000001', name: 'Bench', kind: 'test', municipality: 'Београд', ownership: 'public' }]),
  )
  const made = await world.sql.begin((tx) =>
    addClient(tx, world, { name: 'bench', institution: institution as number, institutionName: 'Bench', scopes: 'system/*.cruds' }),
  )
  const client = await clientById(world.sql, made.id)
  if (!client) throw new Error('no client')
  return tokenFor(world, client, made.scopes, 36_000)
}

function sender(port: number, token: string): Send {
  const agent = new Agent({ keepAlive: true, maxSockets: callers })
  return (method, path, body) =>
    new Promise((resolve, reject) => {
      const headers = {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/fhir+json', 'content-length': Buffer.byteLength(body) }),
      }
      const asked = httpRequest({ host: '127.0.0.1', port, agent, method, path, headers }, (answer) => {
        const parts: Buffer[] = []
        answer.on('data', (part: Buffer) => parts.push(part))
        answer.on('end', () => {
          const text = Buffer.concat(parts).toString()
          if ((answer.statusCode ?? 500) >= 400) reject(new Error(`${method} ${path}: ${answer.statusCode} ${text.slice(0, 300)}`))
          else resolve(text)
        })
      })
      asked.on('error', reject)
      asked.end(body)
    })
}

/** Third-party bundles again and again; each time a new patient, as POST always creates. */
async function ingest(world: World, send: Send, seconds: number): Promise<string[]> {
  const folder = join(corpora, 'synthea-r4')
  const files = readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => readFileSync(join(folder, file), 'utf8'))
  const counts = files.map((text) => (JSON.parse(text) as { entry: unknown[] }).entry.length)
  let resources = 0
  const patients: string[] = []
  const run = await during(seconds, 8, async (at) => {
    const text = await send('POST', '/fhir', asNewPerson(files[at % files.length] as string))
    resources += counts[at % counts.length] as number
    patients.push(/fhir\/Patient\/([0-9a-f-]{36})/.exec(text)?.[1] ?? '')
  })
  const rate = resources * (run.perSecond / run.count)
  print({
    name: 'ingest transaction bundles',
    value: rate,
    unit: 'resources/s',
    p50Ms: run.p50Ms,
    p99Ms: run.p99Ms,
    limit: 'COPY-like insert of the same bodies as text',
    limitValue: await copyRate(world, files),
  })
  const [size] = await world.sql<{ bytes: number; n: number }>`
    select (pg_total_relation_size('record.resource') + pg_total_relation_size('record.chunk') + pg_total_relation_size('record.token')
            + pg_total_relation_size('record.identifier') + pg_total_relation_size('record.string'))::int8 as bytes,
           (select count(*) from record.resource)::int8 as n`
  if (size) print({ name: 'record bytes per resource', value: size.bytes / size.n, unit: 'bytes' })
  return patients
}

/** The record number of the sending hospital: another one makes another person, or their charts would join. */
function asNewPerson(text: string): string {
  const [, number = ''] = /"system":\s*"http:\/\/hospital\.smarthealthit\.org",\s*"value":\s*"([^"]+)"/.exec(text) ?? []
  return number === '' ? text : text.replaceAll(number, randomUUID())
}

async function copyRate(world: World, files: readonly string[]): Promise<number> {
  const bodies = files
    .slice(0, 12)
    .flatMap((text) => (JSON.parse(text) as { entry: { resource: unknown }[] }).entry.map((entry) => JSON.stringify(entry.resource)))
  const connection = await world.connect()
  try {
    await connection.sql`create temporary table copied (n int8 generated always as identity, body text)`
    const began = performance.now()
    for (let from = 0; from < bodies.length; from += 300) {
      await connection.sql`insert into copied (body) select unnest(${bodies.slice(from, from + 300)}::text[])`
    }
    return bodies.length / ((performance.now() - began) / 1000)
  } finally {
    await connection.end()
  }
}

/** `patient` gets the new entries; `whole` is read as it came. */
async function singles(world: World, send: Send, { patient, whole, seconds }: { patient: string; whole: string; seconds: number }): Promise<void> {
  const observation = (at: number) =>
    JSON.stringify({
      resourceType: 'Observation',
      status: 'final',
      code: { coding: [{ system: 'http://loinc.org', code: '2345-7', display: 'Glucose' }] },
      subject: { reference: `Patient/${patient}` },
      effectiveDateTime: new Date(1.7e12 + at * 60_000).toISOString(),
      valueQuantity: { value: 4 + (at % 60) / 10, unit: 'mmol/L', system: 'http://unitsofmeasure.org', code: 'mmol/L' },
    })
  const ids: string[] = []
  const created = await during(seconds, callers, async (at) => {
    const text = await send('POST', '/fhir/Observation', observation(at))
    if (ids.length < 5000) ids.push((JSON.parse(text) as { id: string }).id)
  })
  print({
    name: 'single create',
    value: created.perSecond,
    unit: 'requests/s',
    p50Ms: created.p50Ms,
    p99Ms: created.p99Ms,
    limit: 'one-row insert with its own commit, same connections',
    limitValue: await insertRate(world, seconds / 2),
  })
  const read = await during(seconds, callers, async (at) => void (await send('GET', `/fhir/Observation/${ids[at % ids.length]}`)))
  const keys = await during(
    seconds / 2,
    callers,
    async (at) =>
      void (await world.sql`select body from record.resource where patient = ${Number.parseInt((ids[at % ids.length] as string).slice(0, 13).replace('-', ''), 16)} and type = ${world.fhir.typeCode('Observation')} and id = ${ids[at % ids.length]}::uuid`),
  )
  print({
    name: 'read by id, audit row awaited',
    value: read.perSecond,
    unit: 'requests/s',
    p50Ms: read.p50Ms,
    p99Ms: read.p99Ms,
    limit: 'primary-key select',
    limitValue: keys.perSecond,
  })
  const everything = await during(seconds, 8, async () => void (await send('GET', `/fhir/Patient/${whole}/$everything`)))
  print({ name: 'Patient/$everything', value: everything.perSecond, unit: 'requests/s', p50Ms: everything.p50Ms, p99Ms: everything.p99Ms })
  const searched = await during(
    seconds,
    callers,
    async () => void (await send('GET', `/fhir/Observation?patient=${whole}&code=http://loinc.org|8302-2&_sort=-date&_count=20`)),
  )
  print({ name: 'Observation?patient&code&_sort=-date&_count=20', value: searched.perSecond, unit: 'requests/s', p50Ms: searched.p50Ms, p99Ms: searched.p99Ms })
}

async function insertRate(world: World, seconds: number): Promise<number> {
  const run = await during(
    seconds,
    callers,
    async (at) =>
      void (await world.sql`
    insert into bus.outbox (patient, at, topic, institution, body) values (${at + 1}, now(), 'bench', 1, '{}'::jsonb)`),
  )
  return run.perSecond
}
