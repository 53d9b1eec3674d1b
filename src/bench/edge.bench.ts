import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { randomBytes } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { makeKeyFile } from '../edge/centre/key-file.ts'
import { MllpSender, oru } from '../testing/edge.ts'
import { freePort } from '../testing/process.ts'
import { type EdgeProcess, startEdgeProcess } from '../testing/edge-process.ts'
import { drain } from './edge-drain.ts'
import { visible } from './edge-visible.ts'
import { during, print } from './figures.ts'

const connections = 32

/**
 * `npm run bench -- edge`: an edge as a process of its own, without a centre: how soon it is ready, how many messages over MLLP it acknowledges from
 * the disk, and how much memory that takes. The limit is SQLite alone with the same bytes in batches of the same size, each with its flush. Then a
 * queue of 100,000 goes out to a centre, and three local systems work for a while. `--only mllp`, `drain` or `visible` for one of them, `--count` for
 * another length of the queue.
 */
export async function bench(words: string[]): Promise<void> {
  const isQuick = words.includes('--quick')
  const only = words.includes('--only') ? words[words.indexOf('--only') + 1] : undefined
  const isWanted = (name: string) => only === undefined || only === name
  if (isWanted('mllp')) await listen(isQuick ? 3 : 20)
  const count = words.includes('--count') ? Number(words[words.indexOf('--count') + 1]) : isQuick ? 2000 : 100_000
  if (isWanted('drain')) await drain(count)
  if (isWanted('visible')) await visible(isQuick ? 10 : 60)
}

async function listen(seconds: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'spona-bench-edge-'))
  const port = await freePort()
  makeKeyFile(join(folder, 'key.json'), randomBytes)
  writeFileSync(
    join(folder, 'edge.yaml'),
    `member: bench-edge\ncentre: { url: "http://127.0.0.1:9", key: key.json, signs: ${'a'.repeat(43)} }\nmllp: [{ name: lis, port: ${port} }]\nstatus: { port: 0 }\ndisk: { warnMb: 1, reserveMb: 1 }\n`,
  )
  try {
    const began = performance.now()
    const edge = await startEdgeProcess(join(folder, 'edge.yaml'))
    print({
      name: 'start',
      value: performance.now() - began,
      unit: 'ms',
      limit: 'what is asked for',
      limitValue: 1000,
      note: `${edge.cpuMs()} ms of processor time`,
    })
    await acknowledged(edge, port, seconds, folder)
    await edge.end()
    const again = performance.now()
    const reopened = await startEdgeProcess(join(folder, 'edge.yaml'))
    print({ name: 'start with that queue', value: performance.now() - again, unit: 'ms', note: `${reopened.cpuMs()} ms of processor time` })
    await reopened.end()
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function acknowledged(edge: EdgeProcess, port: number, seconds: number, folder: string): Promise<void> {
  const senders = Array.from({ length: connections }, () => new MllpSender(port))
  const free = [...senders]
  const cpu = edge.cpuMs()
  const run = await during(seconds, connections, async (at) => {
    const sender = free.pop() as MllpSender
    const answer = await sender.send(oru(`b-${at}`, `p-${at % 500}`))
    free.push(sender)
    if (!answer?.includes('MSA|AA')) throw new Error(answer ?? 'the connection ended')
  })
  const limit = insertsPerSecond(folder, seconds)
  print({
    name: 'MLLP message acknowledged on the disk',
    value: run.perSecond,
    unit: '/s',
    p50Ms: run.p50Ms,
    p99Ms: run.p99Ms,
    limit: `inserts of the same bytes, ${connections} a flush`,
    limitValue: limit,
    note: `${Math.round(((edge.cpuMs() - cpu) * 1000) / run.count)} µs of processor time each, mapping ahead included`,
  })
  print({ name: 'most memory', value: edge.peakMb(), unit: 'MB', limit: 'what is asked for', limitValue: 300 })
  for (const sender of senders) sender.end()
}

function insertsPerSecond(folder: string, seconds: number): number {
  mkdirSync(join(folder, 'limit'))
  const database = new DatabaseSync(join(folder, 'limit', 'limit.db'))
  database.exec('pragma journal_mode = wal; pragma synchronous = full; create table kept (seq integer primary key, bytes blob not null) strict')
  const insert = database.prepare('insert into kept (bytes) values (?)')
  const bytes = Buffer.from(oru('b-1', 'p-1'))
  let count = 0
  const began = performance.now()
  for (const until = began + (seconds * 1000) / 2; performance.now() < until; count += connections) {
    database.exec('begin immediate')
    for (let at = 0; at < connections; at++) insert.run(bytes)
    database.exec('commit')
  }
  const took = (performance.now() - began) / 1000
  database.close()
  return count / took
}
