import { randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { corpora } from '../testing/corpora.ts'
import { type BenchServer, startBenchServer } from './bench-server.ts'
import { copyRate } from './copy-limit.ts'
import { cpuEach } from './cpu.ts'
import { during, print, warmUpSeconds } from './figures.ts'
import { printPeak } from './peak.ts'
import { lookUps, singles } from './record-singles.ts'
import { sizesOf } from './sizes.ts'

const connections = 16
const bundlesAtOnce = 8
/** One checkpoint and the full pages after it, and the vacuum of what was written, are inside. A server has a checkpoint every ten minutes. */
const ingestSeconds = 90

/**
 * The record with every safety on: token, scopes, decision, validation, index, versions, audit, outbox; embedded PostgreSQL with fsync as `npm start`
 * has it, a checkpoint inside the ingest; database, server and load generator on the same cores. Bundles go to `--processes` of the server (2),
 * single requests to one, as `npm start` has it. `--quick` for a look; `--only ingest` or `--only singles`; `--growth 3000000` goes on filling and
 * asks the same at every step.
 */
export async function bench(words: string[]): Promise<void> {
  const after = (name: string) => (words.includes(name) ? words[words.indexOf(name) + 1] : undefined)
  const isQuick = words.includes('--quick')
  const seconds = isQuick ? 3 : 15
  const processes = Number(after('--processes') ?? 2)
  const [growth, only] = [after('--growth'), after('--only')]
  const source = readSource()
  if (growth !== undefined) return withServer(processes, (server) => grow(server, source, Number(growth)))
  if (only !== 'singles') await withServer(processes, (server) => ingest(server, source, { seconds: isQuick ? seconds : ingestSeconds, processes }))
  if (only === 'ingest') return
  await withServer(1, async (server) => {
    const patients: string[] = []
    await during(seconds, bundlesAtOnce, async (at) => void patients.push(patientOf(await bundleOf(source, at).requests.send(server))))
    await singles(server, { patients, seconds: seconds / 2, connections })
  })
}

async function withServer(processes: number, act: (server: BenchServer) => Promise<void>): Promise<void> {
  const server = await startBenchServer(processes)
  try {
    await act(server)
    printPeak('most memory of one server process', server.peakBytes())
  } finally {
    await server.close()
  }
}

/** A third-party bundle, in the bytes of a request. */
type Source = { bodies: string[]; requests: Requests }[]

function readSource(): Source {
  const folder = join(corpora, 'synthea-r4')
  const texts = readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => readFileSync(join(folder, file), 'utf8'))
  return texts.map((text) => ({
    bodies: (JSON.parse(text) as { entry: { resource: unknown }[] }).entry.map(({ resource }) => JSON.stringify(resource)),
    requests: new Requests(text),
  }))
}

/**
 * The same bundle for one new person after another: a new record number of the sending hospital makes a new person, while the same one would join the
 * charts. The number is written over in bytes that are used again: putting texts of a megabyte together took the load generator a tenth of what the
 * server takes for what stands in them.
 */
class Requests {
  readonly #bytes: Buffer
  readonly #numbersAt: number[] = []
  readonly #free: Buffer[] = []

  constructor(text: string) {
    this.#bytes = Buffer.from(text)
    const number = /"system":\s*"http:\/\/hospital\.smarthealthit\.org",\s*"value":\s*"([^"]+)"/.exec(text)?.[1] ?? ''
    if (number === '') return
    if (number.length !== randomUUID().length) throw new Error('a record number of the third-party bundles is no UUID, so another does not fit in its place')
    for (let at = this.#bytes.indexOf(number); at >= 0; at = this.#bytes.indexOf(number, at + 1)) this.#numbersAt.push(at)
  }

  async send(to: BenchServer): Promise<string> {
    const bytes = this.#free.pop() ?? Buffer.from(this.#bytes)
    const number = randomUUID()
    for (const at of this.#numbersAt) bytes.write(number, at, 'latin1')
    const answer = await to.send('POST', '/fhir', bytes)
    this.#free.push(bytes)
    return answer
  }
}

const bundleOf = (source: Source, at: number) => source[at % source.length] as Source[number]
const patientOf = (answer: string): string => /fhir\/Patient\/([0-9a-f-]{36})/.exec(answer)?.[1] ?? ''

/** Sends third-party bundles again and again. Each one is a new patient, because POST always creates. */
async function ingest(server: BenchServer, source: Source, { seconds, processes }: { seconds: number; processes: number }): Promise<void> {
  const bodies = source.map((bundle) => bundle.bodies)
  let resources = 0
  const post = async (at: number) => {
    const bundle = bundleOf(source, at)
    await bundle.requests.send(server)
    resources += bundle.bodies.length
  }
  await during(warmUpSeconds(seconds), bundlesAtOnce, post) // So that the database is not empty, too.
  const limitValue = await copyRate(server.owner, bodies, 2, Math.min(seconds / 3, 5))
  const before = await sizesOf(server.world)
  resources = 0
  const cpu = server.cpu()
  const checkpointed = delay(seconds * 400).then(() => checkpoint(server))
  const run = await during(seconds, bundlesAtOnce, post)
  const cpuUsEach = cpuEach(cpu, server.cpu(), resources)
  await checkpointed
  const grown = await sizesOf(server.world, before)
  const { p50Ms, p99Ms } = run
  const name = `ingest of transaction bundles, ${processes} processes`
  print({
    name,
    value: (resources * run.perSecond) / run.count,
    unit: 'resources/s',
    p50Ms,
    p99Ms,
    cpuUsEach,
    limit: 'COPY of the same bodies as text, 2 connections',
    limitValue,
  })
  print({
    name: 'database, everything that an ingest writes',
    value: grown.bytes / resources,
    unit: 'bytes/resource',
    limit: 'JSON',
    limitValue: bytesOf(bodies),
  })
  print({
    name: 'log of the database (WAL), a checkpoint inside',
    value: grown.walBytes / resources,
    unit: 'bytes/resource',
    limit: 'JSON',
    limitValue: bytesOf(bodies),
  })
  for (const [table, bytes] of grown.tables) if (bytes / resources >= 1) print({ name: `of it ${table}`, value: bytes / resources, unit: 'bytes/resource' })
}

const bytesOf = (bodies: readonly string[][]): number => {
  const all = bodies.flat()
  return all.reduce((sum, body) => sum + Buffer.byteLength(body), 0) / all.length
}

async function checkpoint({ owner }: BenchServer): Promise<void> {
  const client = new pg.Client(owner)
  await client.connect()
  await client.query('checkpoint')
  await client.end()
}

const stepsOf = (most: number) => [200_000, 500_000, 1_000_000, 2_000_000, 3_000_000].filter((step) => step < most).concat(most)

/** Fills the record and asks the same questions at every step: a store that slows down as it grows shows it here. */
async function grow(server: BenchServer, source: Source, most: number): Promise<void> {
  let total = 0
  for (const step of stepsOf(most)) {
    let resources = 0
    const began = performance.now()
    let next = 0
    const fill = async () => {
      while (total + resources < step) {
        const bundle = bundleOf(source, next++)
        await bundle.requests.send(server)
        resources += bundle.bodies.length
      }
    }
    await Promise.all(Array.from({ length: bundlesAtOnce }, fill))
    total += resources
    print({ name: `ingest up to ${total} resources`, value: resources / ((performance.now() - began) / 1000), unit: 'resources/s' })
    await lookUps(server, total)
  }
}
