import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { randomBytes } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { makeKeyFile } from '../edge/centre/key-file.ts'
import { MllpSender, oru } from '../testing/edge.ts'
import { freePort } from '../testing/process.ts'
import { during, print } from './figures.ts'

const connections = 32

/**
 * `npm run bench -- edge`: an edge as a process of its own, without a centre: how soon it is there, how many messages over MLLP it acknowledges on the disk, and
 * how much memory that takes. The limit is SQLite alone with the same bytes in batches of the same size, each with its flush.
 */
export async function bench(words: string[]): Promise<void> {
  const seconds = words.includes('--quick') ? 3 : 20
  const folder = mkdtempSync(join(tmpdir(), 'spona-bench-edge-'))
  const port = await freePort()
  makeKeyFile(join(folder, 'key.json'), randomBytes)
  writeFileSync(
    join(folder, 'edge.yaml'),
    `member: bench-edge\ncentre: { url: "http://127.0.0.1:9", key: key.json, signs: ${'a'.repeat(43)} }\nmllp: [{ name: lis, port: ${port} }]\nstatus: { port: 0 }\ndisk: { warnMb: 1, reserveMb: 1 }\n`,
  )
  try {
    const began = performance.now()
    const edge = await start(join(folder, 'edge.yaml'))
    const startCpu = cpuMsOf(edge)
    print({ name: 'start', value: performance.now() - began, unit: 'ms', note: `${startCpu} ms of processor time` })
    await acknowledged(edge, port, seconds, folder)
    edge.kill('SIGTERM')
    await new Promise((resolve) => edge.once('close', resolve))
    const again = performance.now()
    const reopened = await start(join(folder, 'edge.yaml'))
    print({ name: 'start with that queue', value: performance.now() - again, unit: 'ms', note: `${cpuMsOf(reopened)} ms of processor time` })
    reopened.kill('SIGKILL')
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function acknowledged(edge: ChildProcess, port: number, seconds: number, folder: string): Promise<void> {
  const senders = Array.from({ length: connections }, () => new MllpSender(port))
  const free = [...senders]
  const cpu = cpuMsOf(edge)
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
    note: `${Math.round(((cpuMsOf(edge) - cpu) * 1000) / run.count)} µs of processor time each, mapping ahead included`,
  })
  print({ name: 'most memory', value: Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${edge.pid}/status`, 'utf8'))?.[1]) / 1024, unit: 'MB' })
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

function start(file: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['src/cli.ts', 'edge', 'start', '--config', file], { stdio: ['ignore', 'pipe', 'inherit'] })
  return new Promise((resolve, reject) => {
    child.stdout.on('data', (text: Buffer) => text.includes('Ctrl-C') && resolve(child))
    child.once('close', (code) => reject(new Error(`the edge ended with ${code}`)))
  })
}

/** User and system time so far (proc_pid_stat(5), fields 14 and 15, in hundredths of a second). */
function cpuMsOf({ pid }: ChildProcess): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ')
  return (Number(fields[11]) + Number(fields[12])) * 10
}
