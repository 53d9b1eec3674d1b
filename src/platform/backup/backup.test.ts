import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { verify } from '../../audit/audit.ts'
import { load } from '../../record/record.ts'
import { registerInstitutions } from '../../registry/registry.ts'
import { type OpenedWorld, openWorld } from '../../open-world.ts'
import { anEntry } from '../../testing/audit.ts'
import { testConfig } from '../../testing/platform.ts'
import { bringDefinitions, openFolder } from '../../testing/process.ts'
import { masterKeyFile } from '../keys.ts'
import { Refusal } from '../refusal.ts'
import { restoreBackup } from './restore-backup.ts'
import { takeBackup } from './take-backup.ts'

const folder = openFolder('backup')
const original = join(folder, 'original')
const backup = join(folder, 'whole.backup')
const jmbg = '0101980710018'
const family = 'Резервнокопић'
let opened: OpenedWorld
let acknowledged: string[]

function open(dataDir: string): Promise<OpenedWorld> {
  bringDefinitions(dataDir)
  return openWorld(testConfig({ DATA_DIR: dataDir, DEMO: 'false' }), { mode: 'own' })
}
function restore(dataDir: string, more: { file?: string; keyFile?: string | null; force?: boolean } = {}) {
  mkdirSync(dataDir, { recursive: true })
  return restoreBackup({ dataDir, file: backup, keyFile: masterKeyFile(original), force: false, now: new Date('2026-11-23T10:00:00Z'), ...more })
}

const patient = {
  resourceType: 'Bundle' as const,
  type: 'transaction',
  entry: [
    {
      fullUrl: 'urn:uuid:6f1e4a3e-0d9b-4f54-9c52-3a1f5a2b7c10',
      request: { method: 'POST', url: 'Patient' },
      resource: {
        resourceType: 'Patient',
        identifier: [{ system: 'urn:rs:jmbg', value: jmbg }],
        name: [{ family, given: ['Проба'] }],
        gender: 'male',
        birthDate: '1980-01-01',
      },
    },
  ],
}

before(async () => {
  opened = await open(original)
  const { world } = opened
  const [institution] = await world.sql.begin((tx) =>
    registerInstitutions(tx, [{ mb: '10000001', name: 'Дом здравља', kind: 'test', municipality: 'Београд', ownership: 'public' }]),
  )
  await load(world, institution as number, [patient])

  // Looks are written while the copy is made; those acknowledged before it was asked for must be in it.
  let isWriting = true
  const written: string[] = []
  const writer = async (name: string) => {
    for (let n = 0; isWriting; n++) {
      const correlation = `${name}-${n}`
      await world.ledger.record([anEntry({ correlation })])
      written.push(correlation)
      await new Promise(setImmediate)
    }
  }
  const writers = ['a', 'b', 'c'].map(writer)
  while (written.length < 50) await new Promise(setImmediate)
  acknowledged = [...written]
  await takeBackup(original, world.keys, backup, world.now())
  isWriting = false
  await Promise.all(writers)
  assert.ok(written.length > acknowledged.length, 'something was written while the copy was made')
})
after(async () => {
  await opened.close()
  rmSync(folder, { recursive: true, force: true })
})

test('a backup taken while the server writes brings back everything that was acknowledged before, and the audit verifies', async () => {
  const target = join(folder, 'target')
  await restore(target)
  const second = await open(target)
  try {
    const rows = await second.world.sql<{ correlation: string }>`select entry::jsonb ->> 'correlation' as correlation from audit.entry`
    const found = new Set(rows.map((row) => row.correlation))
    assert.deepEqual(
      acknowledged.filter((one) => !found.has(one)),
      [],
    )
    const report = await verify(second.world)
    assert.deepEqual(report.broken, [])
    await second.world.ledger.record([anEntry({ correlation: 'after' })])
    const [patients] = await second.world.sql<{ count: number }>`select count(*)::int as count from record.resource`
    assert.equal(patients?.count, 1)
  } finally {
    await second.close()
  }
})

test('the file shows nothing of a person, and only its owner may read it', () => {
  const bytes = readFileSync(backup)
  for (const secret of [jmbg, family, 'Patient', 'audit']) assert.equal(bytes.includes(secret), false, secret)
  assert.equal(statSync(backup).mode & 0o777, 0o600)
})

test("the same name stands in clear in the data that was backed up, so its absence is the encryption's doing", () => {
  const found = readdirSync(original, { recursive: true, encoding: 'utf8' })
    .filter((name) => /^postgres\/(base|pg_wal)\//.test(name))
    .some((name) => statSync(join(original, name)).isFile() && readFileSync(join(original, name)).includes(family))
  assert.equal(found, true)
})

const damage = {
  'cut in the middle': (bytes: Buffer) => bytes.subarray(0, bytes.length >> 1),
  "without its last chunk's end": (bytes: Buffer) => bytes.subarray(0, -1),
  'with one changed bit': (bytes: Buffer) => {
    const changed = Buffer.from(bytes)
    changed[changed.length >> 1] = (changed[changed.length >> 1] as number) ^ 1
    return changed
  },
  'with something added': (bytes: Buffer) => Buffer.concat([bytes, Buffer.from('x')]),
}
for (const [how, change] of Object.entries(damage)) {
  test(`a file ${how} is refused and nothing is restored`, async () => {
    const file = join(folder, 'damaged.backup')
    const target = join(folder, 'untouched')
    writeFileSync(file, change(readFileSync(backup)))
    await assert.rejects(restore(target, { file }), (error) => error instanceof Refusal && /not whole/.test(error.message))
    assert.deepEqual(readdirSync(target), [])
  })
}

test('a file that is something else is named as such', async () => {
  const file = join(folder, 'letter.txt')
  writeFileSync(file, 'Dear operator, this is a letter and no backup at all; it is long enough to have room for a preamble of any kind.')
  await assert.rejects(restore(join(folder, 'untouched'), { file }), /not a backup/)
})

test('another master key is refused with a sentence', async () => {
  const keyFile = join(folder, 'other.key')
  writeFileSync(keyFile, Buffer.alloc(32, 9).toString('base64'))
  await assert.rejects(restore(join(folder, 'untouched'), { keyFile }), /another master key/)
  await assert.rejects(restore(join(folder, 'untouched'), { keyFile: null }), /no master key/)
})

test('data that stands there is kept unless forced, and then moved aside', async () => {
  const target = join(folder, 'standing')
  await restore(target)
  await assert.rejects(restore(target, { keyFile: null }), (error) => error instanceof Refusal && error.kind === 'conflict')
  const { movedAside } = await restore(target, { keyFile: null, force: true })
  assert.equal(movedAside.length, 1, 'no seal was made yet, so there is only the database')
  for (const old of movedAside) assert.ok(existsSync(old))
})

test('a server that runs is not replaced under its feet', async () => {
  await assert.rejects(restore(original, { force: true }), /another server \(process \d+\) is using the database/)
})

test('a backup never overwrites a file', async () => {
  await assert.rejects(takeBackup(original, opened.world.keys, backup, new Date()), /exists already/)
})
