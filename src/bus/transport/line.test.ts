import { spawn } from 'node:child_process'
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { World } from '../../platform/world.ts'
import { basicConstraints, selfSigned } from '../../testing/certificates.ts'
import { hasNats, noNats, startBrokers } from '../../testing/nats.ts'
import { freePort, until } from '../../testing/process.ts'
import { type Line, openLine } from './line.ts'

test('name and password of NATS_URL open the connection, and a wrong one does not', async (t) => {
  if (!hasNats()) return t.skip(noNats)
  const folder = mkdtempSync(join(tmpdir(), 'spona-nats-line-'))
  const port = await freePort()
  const file = join(folder, 'nats.conf')
  const settings = (password: string) =>
    writeFileSync(file, `listen: "127.0.0.1:${port}"\nauthorization { user: "spona", password: "${password}" }\njetstream { store_dir: "${folder}" }\n`)
  settings('p@ss:word/1')
  const broker = spawn('nats-server', ['-c', file], { stdio: 'ignore' })
  t.after(() => {
    broker.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  })
  const lines: string[] = []
  const say = (about: object) => lines.push(String((about as { err?: Error }).err))
  const lineTo = (user: string) =>
    openLine({ config: { NATS_URL: `nats://${user}@127.0.0.1:${port}` }, log: { warn: say, error: say } } as unknown as World, () => {})
  const right = lineTo('spona:p%40ss%3Aword%2F1')
  await until('it is open', () => right.link() !== null)
  const wrong = lineTo('spona:other')
  await until('it is refused', () => lines.some((line) => /auth/i.test(line)))
  assert.equal(wrong.link(), null)
  settings('other')
  broker.kill('SIGHUP')
  await until('it is let in when the broker knows it, without a restart', () => wrong.link() !== null)
  assert.ok(lines.every((line) => !line.includes('other') && !line.includes('p@ss')))
  await right.end()
  await wrong.end()
})

test('over TLS the broker is known by its authority and the server by its certificate and password; nothing is said to one that is not', async (t) => {
  if (!hasNats()) return t.skip(noNats)
  const brokers = await startBrokers(t, 1, { isClosed: true })
  const open = await startBrokers(t, 1)
  const foreign = await selfSigned('Another authority', [basicConstraints()])
  const folder = mkdtempSync(join(tmpdir(), 'spona-nats-tls-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  writeFileSync(join(folder, 'other.pem'), foreign.cert)
  const opened: { line: Line; told: string[] }[] = []
  const lineWith = (more: Record<string, string>) => {
    const told: string[] = []
    const say = (about: { err?: unknown }) => told.push(String(about.err))
    const line = openLine({ config: { ...brokers.settings, ...more }, log: { warn: say, error: say } } as unknown as World, () => {})
    opened.push({ line, told })
    return { line, told }
  }
  t.after(() => Promise.all(opened.map(({ line }) => line.end())))
  const right = lineWith({})
  await until('it is open', () => right.line.link() !== null)
  assert.equal(right.line.link()?.nc.info?.tls_verify, true)
  const wrong: [string, Record<string, string>, RegExp][] = [
    ['another authority', { NATS_CA: join(folder, 'other.pem') }, /unable to verify|self-signed|certificate/i],
    ['another password', { NATS_PASSWORD: 'other' }, /auth/i],
    ['a broker that offers no TLS', { NATS_URL: open.settings['NATS_URL']?.replace('nats://127.0.0.1', 'tls://localhost') ?? '' }, /does not support 'tls'/],
  ]
  for (const [what, more, why] of wrong) {
    const { line, told } = lineWith(more)
    await until(what, () => told.length > 0)
    assert.match(told[0] ?? '', why, what)
    assert.equal(line.link(), null, what)
  }
  // It is tried again and again, and told once.
  assert.ok(opened.every(({ told }) => new Set(told).size === told.length))
})
