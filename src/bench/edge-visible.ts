import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { buildApp } from '../app.ts'
import type { EdgeConfig } from '../edge/process/config.ts'
import { forBus } from '../record/record.ts'
import { corpora, filesIn } from '../testing/corpora.ts'
import { edgeOf, MllpSender, registerMapping } from '../testing/edge.ts'
import { type EdgeProcess, startEdgeProcess } from '../testing/edge-process.ts'
import { freePort } from '../testing/process.ts'
import { startBenchServer } from './bench-server.ts'
import { heardMs } from './bus-parties.ts'
import { print } from './figures.ts'

const withinMs = 2000
const waitMs = 60_000

/**
 * Three local systems at work, each with an edge of its own and third-party data spread over so many seconds: HL7 v2 over MLLP, C-CDA documents in a
 * folder, a table in another folder. Measures how long it takes from the moment the edge has something until it knows that the record has it, by the
 * edge's own book.
 */
export async function visible(seconds: number): Promise<void> {
  if (!['hl7v2', 'ccda', 'record-linkage'].every((name) => existsSync(join(corpora, name)))) {
    console.log('skipped: the corpora of third parties are not there')
    return
  }
  const server = await startBenchServer(1)
  const folder = mkdtempSync(join(tmpdir(), 'spona-bench-visible-'))
  const ends: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true })]
  const app = await buildApp(server.world, folder)
  const t = { after: (end: () => unknown) => void ends.push(end) }
  const start = async (code: string, more: string): Promise<Running> => {
    const { config, file } = await edgeOf(t as never, { app, world: server.world } as never, code, more, await freePort())
    await sleep(heardMs)
    return { code, config, edge: await startEdgeProcess(file) }
  }
  try {
    for (const name of ['cda', 'csv']) mkdirSync(join(folder, name))
    writeFileSync(join(folder, 'map.json'), JSON.stringify(registerMapping))
    const port = await freePort()
    const stop = forBus.startIntake(server.world)
    const edges = [
      await start('lab-edge', `mllp: [{ name: lis, port: ${port} }]\nlocal: { system: "urn:test:lab" }`),
      await start('ward-edge', `folders: [{ name: letters, path: "${join(folder, 'cda')}", format: cda, patienceSeconds: 1 }]`),
      await start('register-edge', `folders: [{ name: register, path: "${join(folder, 'csv')}", format: csv, mapping: "${join(folder, 'map.json')}" }]`),
    ]
    await work(folder, port, seconds)
    const until = performance.now() + waitMs
    while (edges.some(isAtWork) && performance.now() < until) await sleep(200)
    for (const one of edges) tell(one, seconds)
    await Promise.all(edges.map(({ edge }) => edge.end()))
    await stop()
  } finally {
    await app.close()
    await server.close()
    for (const end of ends) await end()
  }
}

type Running = { code: string; config: EdgeConfig; edge: EdgeProcess }

async function work(folder: string, port: number, seconds: number): Promise<void> {
  const messages = filesIn(join(corpora, 'hl7v2'), /\.hl7$/)
  const documents = filesIn(join(corpora, 'ccda'), /\.(?:xml|ccda)$/i)
  const [head = '', ...rows] = readFileSync(join(corpora, 'record-linkage', 'febrl1.csv'), 'utf8')
    .trim()
    .split('\n')
  const sender = new MllpSender(port)
  const drop = (name: string, bytes: Buffer | string) => {
    writeFileSync(join(folder, 'part'), bytes)
    renameSync(join(folder, 'part'), join(folder, name))
  }
  const share = <T>(all: readonly T[], second: number) =>
    all.slice(Math.floor((all.length * second) / seconds), Math.floor((all.length * (second + 1)) / seconds))
  for (let second = 0; second < seconds; second++) {
    const next = sleep(1000)
    for (const [at, file] of share(documents, second).entries()) drop(`cda/${second}-${at}.xml`, readFileSync(file))
    drop(`csv/${second}.csv`, `${[head, ...share(rows, second)].join('\n')}\n`)
    for (const file of share(messages, second)) await sender.send(readFileSync(file))
    await next
  }
  sender.end()
}

const bookOf = ({ config }: Running) => new DatabaseSync(join(config.data, 'store', 'edge.db'), { readOnly: true })

function isAtWork(one: Running): boolean {
  const book = bookOf(one)
  const { open } = book.prepare(`select count(*) as open from item where state in ('waiting', 'ready', 'sent')`).get() as { open: number }
  book.close()
  return open > 0
}

function tell(one: Running, seconds: number): void {
  const book = bookOf(one)
  const took = book.prepare(`select ended_at - received_at as ms from item where state = 'acknowledged' order by ms`).all() as { ms: number }[]
  const { aside } = book.prepare(`select count(*) as aside from item where state in ('quarantined', 'parked')`).get() as { aside: number }
  book.close()
  const at = (share: number) => took[Math.min(took.length - 1, Math.floor(took.length * share))]?.ms ?? Number.NaN
  print({
    name: `${one.code}: from the edge to the record, the slowest`,
    value: at(1),
    unit: 'ms',
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    limit: 'what is asked for',
    limitValue: withinMs,
    note: `${took.length} in ${seconds} s, ${aside} stand aside with a reason`,
  })
}
