import { type JetStreamManager, jetstreamManager } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createConnection } from 'node:net'
import type { TestContext } from 'node:test'
import { freePort, until } from './process.ts'

const stream = 'SPONA_BUS'
export const noNats = 'there is no nats-server in PATH'
export const hasNats = (): boolean => spawnSync('nats-server', ['--version']).status === 0

/** One broker or a cluster of them on loopback, each with a folder of its own that outlives it. */
export type Brokers = {
  url: string
  count: number
  kill(at: number): Promise<void>
  start(at: number): Promise<void>
  /** Its disk is gone, too. */
  forget(at: number): void
  /** The stream loses all messages and stays the same stream. */
  empty(): Promise<void>
  /** How many numbers were ever stored in the stream, and which broker leads it now. */
  state(): Promise<{ stored: number; leader: number }>
}

export async function startBrokers(t: TestContext, count: number): Promise<Brokers> {
  const folder = mkdtempSync(join(tmpdir(), 'spona-nats-'))
  const ports = await Promise.all(Array.from({ length: count }, freePort))
  const routes = await Promise.all(Array.from({ length: count }, freePort))
  const running: (ChildProcess | undefined)[] = []
  const storeOf = (at: number) => join(folder, `store-${at}`)

  const start = async (at: number) => {
    mkdirSync(storeOf(at), { recursive: true })
    const file = join(folder, `${at}.conf`)
    const cluster = `cluster { name: spona, listen: "127.0.0.1:${routes[at]}", routes: [${routes.map((port) => `"nats://127.0.0.1:${port}"`).join(', ')}] }`
    writeFileSync(
      file,
      `listen: "127.0.0.1:${ports[at]}"\nserver_name: n${at}\njetstream { store_dir: "${storeOf(at)}", max_file_store: 1GB }\n${count > 1 ? cluster : ''}\n`,
    )
    running[at] = spawn('nats-server', ['-c', file], { stdio: 'ignore' })
    await until('a broker listens', () => listens(ports[at] as number))
  }
  const kill = async (at: number) => {
    const child = running[at]
    running[at] = undefined
    if (!child || child.exitCode !== null) return
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
  }
  t.after(async () => {
    for (let at = 0; at < count; at++) await kill(at)
    rmSync(folder, { recursive: true, force: true })
  })
  await Promise.all(Array.from({ length: count }, (_, at) => start(at)))
  const url = ports.map((port) => `nats://127.0.0.1:${port}`).join(',')
  const asked = async <T>(ask: (streams: JetStreamManager['streams']) => Promise<T>): Promise<T> => {
    const nc = await connect({ servers: ports.map((port) => `127.0.0.1:${port}`) })
    try {
      return await ask((await jetstreamManager(nc)).streams)
    } finally {
      await nc.close()
    }
  }
  const empty = async () => void (await asked((streams) => streams.purge(stream)))
  const state = () =>
    asked(async (streams) => {
      const { state: now, cluster } = await streams.info(stream)
      return { stored: now.last_seq, leader: Number(cluster?.leader?.slice(1) ?? 0) }
    })
  return { url, count, kill, start, empty, state, forget: (at) => rmSync(storeOf(at), { recursive: true, force: true }) }
}

const listens = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = createConnection({ port, host: '127.0.0.1' })
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
