import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { loadFhir } from './load.ts'

async function cpuMs(act: () => Promise<unknown>): Promise<number> {
  const from = process.cpuUsage()
  await act()
  const { user, system } = process.cpuUsage(from)
  return (user + system) / 1000
}

const writtenIn = (folder: string) => readdirSync(folder).map((name) => [name, statSync(join(folder, name)).ino])

test('the first start compiles, the next one runs what is cached, and old caches are removed, not one that another release has just made', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'spona-load-'))
  t.after(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'fhir-0123456789abcdef.mjs'), 'stale')
  const twoHoursAgo = Date.now() / 1000 - 7200
  utimesSync(join(folder, 'fhir-0123456789abcdef.mjs'), twoHoursAgo, twoHoursAgo)
  writeFileSync(join(folder, 'fhir-fedcba9876543210.definitions'), 'of a server that starts now')
  writeFileSync(join(folder, 'other.txt'), 'not ours')
  const cold = await cpuMs(() => loadFhir(folder))
  const made = writtenIn(folder)
  const cached = await cpuMs(() => loadFhir(folder))
  assert.deepEqual(writtenIn(folder), made)
  t.diagnostic(`cold ${Math.round(cold)} ms, cached ${Math.round(cached)} ms of processor time`)
  assert.ok(cached < cold / 3)
  const left = readdirSync(folder)
  const ours = left.filter((name) => name.startsWith('fhir-') && !name.includes('fedcba9876543210'))
  assert.equal(ours.length, 3, 'the module, the definitions and where each of them begins')
  assert.ok(!left.includes('fhir-0123456789abcdef.mjs') && left.includes('fhir-fedcba9876543210.definitions') && left.includes('other.txt'))
})

test('a cache cut short by a full disk is made anew', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'spona-load-'))
  const twin = mkdtempSync(join(tmpdir(), 'spona-load-'))
  t.after(() => [folder, twin].forEach((one) => rmSync(one, { recursive: true })))
  await loadFhir(folder)
  const name = readdirSync(folder).find((file) => file.endsWith('.mjs')) as string
  writeFileSync(join(twin, name), 'export default function create(')
  const fhir = await loadFhir(twin)
  assert.deepEqual(fhir.validate({ resourceType: 'Patient' }), [])
})

test('two processes that start at once do not disturb each other', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'spona-load-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const [one, two] = await Promise.all([loadFhir(folder), loadFhir(folder)])
  assert.equal(one.types, two.types)
  assert.equal(readdirSync(folder).filter((name) => name.startsWith('fhir-')).length, 3)
})

test('the order of the types is fixed, because the index is stored', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'spona-load-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const fhir = await loadFhir(folder)
  assert.equal(fhir.types.length, 146)
  assert.deepEqual(['Account', 'Observation', 'Patient', 'VisionPrescription', 'Nothing', '__proto__'].map(fhir.typeCode), [0, 95, 102, 145, -1, -1])
})
