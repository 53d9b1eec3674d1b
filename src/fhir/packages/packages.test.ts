import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { gzipSync } from 'node:zlib'
import { pack } from 'tar-stream'
import { commands } from '../../commands.ts'
import { Refusal } from '../../platform/refusal.ts'
import { startServer } from '../../testing/server.ts'
import { addPackage, listPackages, removePackage, startPackages } from './packages.ts'
import { readArchive } from './read-archive.ts'

const profile = {
  resourceType: 'StructureDefinition',
  url: 'http://clinic.test/StructureDefinition/patient',
  version: '1.2.0',
  name: 'ClinicPatient',
  status: 'active',
  kind: 'resource',
  abstract: false,
  type: 'Patient',
  baseDefinition: 'http://hl7.org/fhir/StructureDefinition/Patient',
  derivation: 'constraint',
  differential: {
    element: [
      { id: 'Patient', path: 'Patient' },
      { id: 'Patient.name', path: 'Patient.name', min: 1 },
      { id: 'Patient.maritalStatus', path: 'Patient.maritalStatus', binding: { strength: 'required', valueSet: 'http://clinic.test/ValueSet/marital' } },
    ],
  },
}
const codes = {
  resourceType: 'CodeSystem',
  url: 'http://clinic.test/CodeSystem/marital',
  status: 'active',
  content: 'complete',
  concept: [{ code: 'free' }, { code: 'bound' }],
}
const valueSet = { resourceType: 'ValueSet', url: 'http://clinic.test/ValueSet/marital', status: 'active', compose: { include: [{ system: codes.url }] } }
const manifest = { name: 'test.clinic', version: '1.2.0', title: 'The clinic' }

type File = { name: string; content?: unknown; type?: 'symlink' | 'file' }

async function archive(t: TestContext, files: File[]): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'spona-package-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const tar = pack()
  for (const { name, content, type } of files) {
    if (type === 'symlink') tar.entry({ name, type, linkname: '/etc/passwd' })
    else tar.entry({ name }, typeof content === 'string' ? content : JSON.stringify(content))
  }
  tar.finalize()
  const chunks: Buffer[] = []
  for await (const chunk of tar) chunks.push(chunk as Buffer)
  const file = join(folder, 'package.tgz')
  writeFileSync(file, gzipSync(Buffer.concat(chunks)))
  return file
}

const clinic = (t: TestContext) =>
  archive(t, [
    { name: 'package/package.json', content: manifest },
    { name: 'package/StructureDefinition-patient.json', content: profile },
    { name: 'package/CodeSystem-marital.json', content: codes },
    { name: 'package/ValueSet-marital.json', content: valueSet },
    { name: 'package/example/Patient-x.json', content: { resourceType: 'Patient' } },
    { name: 'package/other/readme.txt', content: 'nothing' },
  ])

const marital = (code: string) => ({ coding: [{ system: codes.url, code }] })
const errorsOf = (body: any): string[] => body.issue.filter((issue: any) => issue.severity === 'error').map((issue: any) => issue.expression?.[0])

test('a package takes effect in the running server within a second, and leaves it as quickly', async (t) => {
  const { institution, world } = await startServer(t)
  t.after(await startPackages(world))
  const { send } = await institution('ДЗ Звездара')
  const ask = (patient: object) => send('POST', `/fhir/Patient/$validate?profile=${encodeURIComponent(profile.url)}`, { resourceType: 'Patient', ...patient })
  assert.deepEqual(errorsOf((await ask({})).body), ['Patient.meta.profile'])

  const added = await addPackage(world, await clinic(t))
  assert.deepEqual(added, { ...manifest, definitions: 3 })
  await until(async () => errorsOf((await ask({})).body)[0] === 'Patient.name')
  const name = [{ family: 'Ана' }]
  assert.deepEqual(errorsOf((await ask({ name, maritalStatus: marital('free') })).body), [])
  assert.deepEqual(errorsOf((await ask({ name, maritalStatus: marital('lost') })).body), ['Patient.maritalStatus.coding[0].code', 'Patient.maritalStatus'])
  assert.match((await ask({ name })).text, /test\.clinic#1\.2\.0/)

  const stopped = await send('POST', '/fhir/Patient', { resourceType: 'Patient', meta: { profile: [profile.url] } })
  assert.equal(stopped.status, 400, 'a write that names the profile is held to it')
  const [listed] = await listPackages(world)
  assert.equal(listed?.definitions, 3)
  await assert.rejects(addPackage(world, await clinic(t)), /is there already/)

  await removePackage(world, 'test.clinic#1.2.0')
  await until(async () => errorsOf((await ask({})).body)[0] === 'Patient.meta.profile')
  await assert.rejects(removePackage(world, 'test.clinic#1.2.0'), /no such package/)
})

test('adding and removing a package on the command line are rows in the log', async (t) => {
  const { world } = await startServer(t)
  const run = (name: string, argument: string) => commands.find((one) => one.name === name)?.run(world, { argument }, () => undefined)
  await run('fhir package add', await clinic(t))
  const empty = await archive(t, [
    { name: 'package/package.json', content: { name: 'inherits', version: '2.0.4' } },
    { name: 'package/inherits.js', content: '' },
  ])
  await assert.rejects(async () => run('fhir package add', empty), /inherits#2.0.4 has no definition of FHIR/)
  await run('fhir package remove', 'test.clinic#1.2.0')
  await assert.rejects(async () => run('fhir package remove', 'test.clinic#1.2.0'), /no such package/)
  const rows = await world.sql<{ entry: string; actor: string }>`select entry, actor from audit.entry where action = 'configure' order by at, seq limit 10`
  const said = rows.map(({ entry }) => JSON.parse(entry) as { what: string })
  assert.deepEqual(
    said.map(({ what }) => what),
    ['package test.clinic#1.2.0 added', 'package test.clinic#1.2.0 removed'],
  )
  assert.equal(rows[0]?.actor, 'command-line')
})

async function until(holds: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + 1000 + 3000 // One second is promised; three more because the machine may be busy with other tests.
  while (!(await holds())) {
    assert.ok(performance.now() < end, 'it takes too long')
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

test('a hostile or broken archive is refused with a sentence and leaves nothing', async (t) => {
  const good = { name: 'package/package.json', content: manifest }
  const bad: [string, File[], object?][] = [
    ['neither file nor folder', [good, { name: 'package/link.json', type: 'symlink' }]],
    ['leads out of it', [good, { name: 'package/../../etc/cron.json', content: {} }]],
    ['leads out of it', [good, { name: '/etc/cron.json', content: {} }]],
    ['no package/package.json', [{ name: 'package/a.json', content: profile }]],
    ['is not JSON', [good, { name: 'package/a.json', content: '{"resourceType":' }]],
    ['name of the package', [{ name: 'package/package.json', content: { ...manifest, name: '../x' } }]],
    ['larger than the limit', [good, { name: 'package/a.json', content: `"${'a'.repeat(5000)}"` }], { entryBytes: 4000 }],
    ['larger than the limit', [good, { name: 'package/a.json', content: `"${'a'.repeat(5000)}"` }], { totalBytes: 4000 }],
    ['more than 2 files', [good, { name: 'a', content: '' }, { name: 'b', content: '' }], { entries: 2 }],
  ]
  const limits = { fileBytes: 1e6, entryBytes: 1e6, totalBytes: 1e6, entries: 100 }
  const nothing = { manifest() {}, definition: async () => {} }
  for (const [says, files, more] of bad) {
    const file = await archive(t, files)
    await assert.rejects(readArchive(file, nothing, { ...limits, ...more }), (error) => error instanceof Refusal && error.message.includes(says), says)
  }
  const folder = mkdtempSync(join(tmpdir(), 'spona-package-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const broken = join(folder, 'broken.tgz')
  writeFileSync(broken, 'not gzip at all')
  await assert.rejects(readArchive(broken, nothing), /not a gzipped tar archive/)
  const whole = gzipSync(Buffer.alloc(10_000, 'x'))
  writeFileSync(broken, whole.subarray(0, whole.length - 9))
  await assert.rejects(readArchive(broken, nothing), Refusal)
  await assert.rejects(readArchive(join(folder, 'missing.tgz'), nothing), /not there/)
})

test('who stops looking for packages waits for the look that is under way, so a closed database is never asked', async (t) => {
  const { world } = await startServer(t)
  let asked = 0
  let answered = 0
  const slow = {
    ...world,
    sql: async () => {
      asked++
      await new Promise((resolve) => setTimeout(resolve, asked === 1 ? 0 : 100))
      answered++
      return [{ state: '0 0' }]
    },
  } as unknown as typeof world
  const stop = await startPackages(slow)
  while (asked < 2) await new Promise((resolve) => setTimeout(resolve, 10))
  await stop()
  assert.equal(answered, asked)
})
