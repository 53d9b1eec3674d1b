import { type JetStreamManager, jetstreamManager } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createConnection } from 'node:net'
import type { TestContext } from 'node:test'
import { newAuthority } from './certificates.ts'
import { freePort, until } from './process.ts'

const stream = 'SPONA_BUS'
export const noNats = 'there is no nats-server in PATH'
export const hasNats = (): boolean => spawnSync('nats-server', ['--version']).status === 0

/** One broker, or a cluster of them on loopback. Each has a folder of its own that outlives the process. */
export type Brokers = {
  /** The settings with which a server reaches the brokers. */
  settings: Record<string, string>
  kill(at: number): Promise<void>
  start(at: number): Promise<void>
  /** Deletes the broker's disk, too. */
  forget(at: number): void
  /** Deletes all messages of the stream, which stays the same stream. */
  empty(): Promise<void>
  /** Makes the stream refuse new messages, as when the disk of the brokers is full, or take them again. */
  fill(isFull: boolean): Promise<void>
  /** How many messages were ever stored in the stream, and which broker leads it now. */
  state(): Promise<{ stored: number; leader: number }>
}

/** `isClosed`: TLS only, for clients with a certificate of the same authority and a password. */
export async function startBrokers(t: TestContext, count: number, { isClosed = false } = {}): Promise<Brokers> {
  const folder = mkdtempSync(join(tmpdir(), 'spona-nats-'))
  const ports = await Promise.all(Array.from({ length: count }, freePort))
  const routes = await Promise.all(Array.from({ length: count }, freePort))
  const running: (ChildProcess | undefined)[] = []
  const door = isClosed ? await closedDoor(folder) : { lines: '', settings: {}, options: {} }
  const storeOf = (at: number) => join(folder, `store-${at}`)

  const start = async (at: number) => {
    mkdirSync(storeOf(at), { recursive: true })
    const file = join(folder, `${at}.conf`)
    const cluster = `cluster { name: spona, listen: "127.0.0.1:${routes[at]}", routes: [${routes.map((port) => `"nats://127.0.0.1:${port}"`).join(', ')}] }`
    writeFileSync(
      file,
      `listen: "127.0.0.1:${ports[at]}"\nserver_name: n${at}\njetstream { store_dir: "${storeOf(at)}", max_file_store: 1GB }\n${count > 1 ? cluster : ''}\n${door.lines}\n`,
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
  const url = ports.map((port) => (isClosed ? `tls://localhost:${port}` : `nats://127.0.0.1:${port}`)).join(',')
  const askOnce = async <T>(ask: (streams: JetStreamManager['streams']) => Promise<T>): Promise<T> => {
    const nc = await connect({ servers: ports.map((port) => `localhost:${port}`), ...door.options })
    try {
      return await ask((await jetstreamManager(nc)).streams)
    } finally {
      await nc.close()
    }
  }
  /** While the brokers choose their leader they answer nobody; the question is repeated until they do. */
  const asked = async <T>(ask: (streams: JetStreamManager['streams']) => Promise<T>): Promise<T> => {
    const answers: T[] = []
    const isAnswered = async () => {
      await askOnce(ask).then(
        (answer) => answers.push(answer),
        () => 0,
      )
      return answers.length > 0
    }
    await until('the brokers answer', isAnswered, 120_000)
    return answers[0] as T
  }
  const forget = (at: number) => rmSync(storeOf(at), { recursive: true, force: true })
  const empty = async () => void (await asked((streams) => streams.purge(stream)))
  const fill = async (isFull: boolean) => void (await asked((streams) => streams.update(stream, { max_msg_size: isFull ? 1 : -1 })))
  const state = () =>
    asked(async (streams) => {
      const { state: now, cluster } = await streams.info(stream)
      return { stored: now.last_seq, leader: Number(cluster?.leader?.slice(1) ?? 0) }
    })
  return { settings: { NATS_URL: url, ...door.settings }, kill, start, empty, fill, state, forget }
}

/** One authority for both sides. The password has characters that a URL would have to encode. */
async function closedDoor(folder: string) {
  const authority = await newAuthority('Test authority')
  const write = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text, { mode: 0o600 })
    return join(folder, name)
  }
  const ca = write('ca.pem', authority.ca)
  const certified = async (name: string) => {
    const { cert, key } = await authority.sign(name, 'localhost')
    return { cert: write(`${name}.pem`, cert), key: write(`${name}.key`, key) }
  }
  const [broker, ours] = [await certified('broker'), await certified('spona')]
  const [user, pass] = ['spona', 'p@ss:word/1']
  return {
    lines: [
      `tls { cert_file: "${broker.cert}", key_file: "${broker.key}", ca_file: "${ca}", verify: true }`,
      `authorization { user: "${user}", password: "${pass}" }`,
    ].join('\n'),
    settings: { NATS_CA: ca, NATS_CERT: ours.cert, NATS_KEY: ours.key, NATS_USER: user, NATS_PASSWORD: pass },
    options: { user, pass, tls: { caFile: ca, certFile: ours.cert, keyFile: ours.key } },
  }
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
