import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { loadConfig } from './config.ts'
import { serverSettings, sharedBuffers } from './postgres-settings.ts'
import { settings } from './settings.ts'
import { settingsPage } from './settings-table.ts'

test('docs/reference/settings.md says what the code does', () => {
  assert.equal(readFileSync('docs/reference/settings.md', 'utf8'), settingsPage())
})

test('docs/reference/database.md gives the reason of every PostgreSQL setting, with its value, and of no other', () => {
  const page = readFileSync('docs/reference/database.md', 'utf8')
  const rows = [...page.matchAll(/^\| `([a-z_]+)` \| `([^`]*)` \| (.+) \|$/gm)].map(([, name, value]) => [name, value === '(empty)' ? '' : value])
  assert.deepEqual(Object.fromEntries(rows), { ...serverSettings, shared_buffers: 'a quarter of the memory' })
})

test('the database takes a quarter of the memory for what it keeps at hand, within bounds', () => {
  const [megabyte, gigabyte] = [1_048_576, 1_073_741_824]
  assert.deepEqual([256 * megabyte, gigabyte, 2 * gigabyte, 24 * gigabyte].map(sharedBuffers), ['128MB', '256MB', '512MB', '4096MB'])
  assert.match(String(serverSettings['shared_buffers']), /^\d+MB$/)
})

test('every setting is a constant name with a sentence about it', () => {
  for (const { name, about } of settings) {
    assert.match(name, /^[A-Z][A-Z_]+$/)
    assert.match(about, /\.$|\)$|:/)
  }
  assert.equal(new Set(settings.map(({ name }) => name)).size, settings.length)
})

test('an empty value means the default, and the data folder is closed to others', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'spona-settings-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const config = loadConfig({ PORT: '', HOST: '', DATA_DIR: join(folder, 'deep/var') })
  assert.ok(!Array.isArray(config))
  assert.deepEqual([config.PORT, config.HOST, config.DEMO], [8080, '127.0.0.1', true])
  assert.equal(statSync(join(folder, 'deep/var')).mode & 0o066, 0)
})

test('the demo is off on any address that is not loopback, and cannot be forced on there', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'spona-settings-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const open = loadConfig({ HOST: '0.0.0.0', DATA_DIR: folder })
  assert.ok(!Array.isArray(open) && open.DEMO === false)
  assert.deepEqual(loadConfig({ HOST: '0.0.0.0', DEMO: 'true', DATA_DIR: folder }), [
    'DEMO: true is only for a loopback HOST and a loopback BASE_URL, because demo accounts have a known password.',
  ])
  const proxied = loadConfig({ BASE_URL: 'https://karton.example', DATA_DIR: folder })
  assert.ok(!Array.isArray(proxied) && proxied.DEMO === false, 'a proxy makes a loopback address public')
})

test('what is wrong about the way to NATS is said at the start', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'spona-settings-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const pem = join(folder, 'ca.pem')
  writeFileSync(pem, 'x')
  const load = (env: Record<string, string>) => {
    const config = loadConfig({ DATA_DIR: folder, ...env })
    return Array.isArray(config) ? config.join() : 'taken'
  }
  const wrong: [Record<string, string>, RegExp][] = [
    [{ NATS_URL: 'tls://one:4222,nats://two:4222' }, /all servers with tls/],
    [{ NATS_URL: 'tls://10.0.0.1:4222' }, /not by its IP address/],
    [{ NATS_URL: 'tls://[::1]:4222' }, /not by its IP address/],
    [{ NATS_URL: 'nats://one:4222', NATS_CA: pem }, /need servers with tls/],
    [{ NATS_URL: 'tls://one:4222', NATS_CA: join(folder, 'nothing.pem') }, /NATS_CA: .*cannot be read \(ENOENT\)/],
    [{ NATS_URL: 'tls://one:4222', NATS_CERT: pem }, /NATS_CERT and NATS_KEY/],
    [{ NATS_URL: 'tls://one:4222', NATS_PASSWORD: 'secret' }, /NATS_PASSWORD: needs NATS_USER\.$/],
  ]
  for (const [env, why] of wrong) assert.match(load(env), why)
  const whole = { NATS_URL: 'tls://one:4222,tls://two:4222', NATS_CA: pem, NATS_CERT: pem, NATS_KEY: pem, NATS_USER: 'spona', NATS_PASSWORD: 'secret' }
  assert.equal(load(whole), 'taken')
})
