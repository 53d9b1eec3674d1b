import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { forBus } from '../../record/record.ts'
import { edgeOf } from '../../testing/edge.ts'
import { listen, startServer } from '../../testing/server.ts'
import { repeatTests } from '../../vendor/repeat.ts'
import { asideOf } from '../local/aside.ts'
import { openEdge } from '../process/open.ts'
import { certify } from './certify.ts'

test('an edge that is asked for the contract tests plays them by itself, and its page shows the result', async (t) => {
  const server = await startServer(t)
  t.after(forBus.startIntake(server.world))
  await listen(server)
  const { member, config } = await edgeOf(t, server, 'acme-night', 'mllp: [{ name: lis, port: 42576 }]\nlocal: { system: "urn:acme:local" }')
  await server.owner`
    insert into vendor.system (id, institution, mb, vendor, name, version, contact, created_at)
    values (gen_random_uuid(), ${member.institution}, '98000002', 'АКМЕ', 'АКМЕ ЛИС', '1', 'it@acme.example', now())`
  // The edge uses the clock of the centre, which the nightly run moves on.
  const opened = await openEdge({ ...server.world, now: () => server.world.now() }, config)
  t.after(() => opened.close())
  const [system] = await server.sql<{ id: string }>`select id from vendor.system where institution = ${member.institution as number}`
  const payload = { protocol: 'hl7v2' }
  assert.equal((await server.app.inject({ method: 'POST', url: `/vendor/systems/${system?.id}/tests`, payload })).statusCode, 202)
  const certificate = async () => (await server.app.inject({ url: `/vendor/systems/${system?.id}` })).json().certificates[0]
  for (let tries = 0; (await certificate()) === undefined && tries < 100; tries++) await sleep(1000)
  const runs = (await server.app.inject({ url: `/vendor/systems/${system?.id}` })).json().runs
  const failed = runs.flatMap((run: any) => run.scenarios.flatMap((one: any) => one.checks.filter((check: any) => !check.passed)))
  assert.deepEqual(failed, [])
  const earned = await certificate()
  assert.deepEqual([earned?.protocol, earned?.state], ['hl7v2', 'valid'])
  const { now } = server.world
  server.world.now = () => new Date(now().getTime() + 21 * 3_600_000)
  t.after(() => {
    server.world.now = now
  })
  assert.deepEqual(await repeatTests(server.world), { looked: 1, failing: 0 })
  const repeated = async () => (await server.app.inject({ url: `/vendor/systems/${system?.id}` })).json().runs.find((run: any) => run.isRepeat && run.passed)
  for (let tries = 0; (await repeated()) === undefined && tries < 100; tries++) await sleep(1000)
  assert.equal((await repeated())?.score, 100, 'the night passed without a person')
})

test('a running edge earns a certificate for each protocol that its settings speak, by the command alone', async (t) => {
  const server = await startServer(t)
  t.after(forBus.startIntake(server.world))
  await listen(server)
  const folder = mkdtempSync(join(tmpdir(), 'spona-certify-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  for (const name of ['cda', 'csv']) mkdirSync(join(folder, name))
  const settings = `mllp: [{ name: lis, port: 42575 }]
local: { system: "urn:acme:local" }
folders:
  - { name: letters, path: "${join(folder, 'cda')}", format: cda, patienceSeconds: 1 }
  - { name: tables, path: "${join(folder, 'csv')}", format: csv, mapping: "${resolve('docs/guides/edge/laboratory.json')}" }
rest: { port: 47081, token: "${join(folder, 'rest.token')}" }`
  const { member, config, file } = await edgeOf(t, server, 'acme-edge', settings)
  await server.owner`
    insert into vendor.system (id, institution, mb, vendor, name, version, contact, created_at)
    values (gen_random_uuid(), ${member.institution}, '98000001', 'АКМЕ', 'АКМЕ ЛИС', '1', 'it@acme.example', now())`
  const opened = await openEdge(server.world, config)
  t.after(() => opened.close())
  const lines: string[] = []
  const code = await certify(server.world, { config: file, json: true }, (line) => lines.push(line))
  const said = JSON.parse(lines.join('\n'))
  const wrong = said.runs.flatMap((run: any) =>
    run.scenarios.flatMap((one: any) =>
      one.checks.filter((check: any) => !check.passed).map((check: any) => `${run.protocol} ${one.id}: ${check.check}: ${check.found}`),
    ),
  )
  assert.deepEqual(wrong, [])
  assert.deepEqual(
    said.runs.map(({ protocol, passed }: any) => [protocol, passed]),
    ['hl7v2', 'cda', 'csv', 'rest', 'bus'].map((protocol) => [protocol, true]),
  )
  assert.equal(code, 0)
  assert.deepEqual(asideOf(opened.edge.store, 10), [], 'what the scenarios meant to be refused waits for nobody')
  const settled = opened.edge.store.all<{ what: string }>(`select what from step where who = 'contract tests'`).map(({ what }) => what)
  assert.deepEqual(
    settled,
    Array.from({ length: 2 }, () => 'discarded: the scenario "wrong" meant it to be refused, and has passed'),
    'of csv and rest',
  )
  assert.match(readFileSync(said.runs[0].certificate, 'utf8'), /^ey[\w-]+\.[\w-]+\.[\w-]+\n$/)
})
