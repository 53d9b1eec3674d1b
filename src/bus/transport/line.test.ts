import { spawn } from 'node:child_process'
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { World } from '../../platform/world.ts'
import { hasNats, noNats } from '../../testing/nats.ts'
import { freePort, until } from '../../testing/process.ts'
import { openLine } from './line.ts'

test('name and password of NATS_URL open the connection, and a wrong one does not', async (t) => {
  if (!hasNats()) return t.skip(noNats)
  const folder = mkdtempSync(join(tmpdir(), 'spona-nats-line-'))
  const port = await freePort()
  const file = join(folder, 'nats.conf')
  writeFileSync(file, `listen: "127.0.0.1:${port}"\nauthorization { user: "spona", password: "p@ss:word/1" }\njetstream { store_dir: "${folder}" }\n`)
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
  assert.ok(lines.every((line) => !line.includes('other') && !line.includes('p@ss')))
  await right.end()
  await wrong.end()
})
