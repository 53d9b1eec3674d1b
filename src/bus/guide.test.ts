import assert from 'node:assert/strict'
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { test, type TestContext } from 'node:test'
import { promisify } from 'node:util'
import { forBus } from '../record/record.ts'
import { registerInstitutions } from '../registry/registry.ts'
import { listen, startServer } from '../testing/server.ts'
import { signedIn } from '../testing/signed-in.ts'
import { until } from '../testing/process.ts'
import { contractSet, codeCommand, memberSet } from './members/member.cli.ts'
import { freshDirectory } from './members/directory.ts'

const guide = readFileSync('docs/guides/bus.md', 'utf8')
const commandsOf = (section: string): string[] => {
  const [, text = ''] = guide.split(new RegExp(`^## ${section}.*$`, 'm'))
  return [...text.split(/^## /m)[0]!.matchAll(/^```\n([^`]+)```$/gm)].flatMap(([, lines = '']) => lines.trim().split('\n'))
}
const bundle = (family: string) => ({
  resourceType: 'Bundle',
  type: 'transaction',
  entry: [{ resource: { resourceType: 'Patient', name: [{ family }] }, request: { method: 'POST', url: 'Patient' } }],
})

/** Runs the lines of the guide: members as programs of their own, the operator's commands here; `words` stands for what a person would fill in. */
async function follow(t: TestContext) {
  const server = await startServer(t)
  const { app, world } = server
  await world.sql.begin((tx) =>
    registerInstitutions(tx, [
      { mb: '20000001', name: 'Лабораторија Ниш', kind: 'test', municipality: 'Ниш', ownership: 'private' },
      { mb: '20000002', name: 'Ординација Ниш', kind: 'test', municipality: 'Ниш', ownership: 'private' },
    ]),
  )
  await listen({ app, world })
  const folder = mkdtempSync(join(tmpdir(), 'spona-guide-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const words = new Map([['http://localhost:8080', `http://localhost:${world.config.PORT}`]])
  const operator = { 'bus code': codeCommand, 'bus member set': memberSet, 'bus contract set': contractSet }

  const asWords = (line: string): string[] => {
    for (const [from, to] of words) line = line.replaceAll(from, to)
    return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? (plain as string))
  }
  const member = (line: string) => {
    const [setting = '', , script = '', ...rest] = asWords(line)
    return { args: [resolve(script), ...rest], options: { cwd: folder, env: { ...process.env, BUS_MEMBER: setting.replace('BUS_MEMBER=', '') } } }
  }
  /** How a line ends that is not done. */
  const failing = (line: string): Promise<{ code: number; stdout: string; stderr: string }> => {
    const { args, options } = member(line)
    return promisify(execFile)(process.execPath, args, options).then(
      () => assert.fail(`${line} ends with 0`),
      (error: { code: number; stdout: string; stderr: string }) => error,
    )
  }
  const run = async (line: string): Promise<string> => {
    if (line.startsWith('BUS_MEMBER=')) {
      const { args, options } = member(line)
      return (await promisify(execFile)(process.execPath, args, options)).stdout
    }
    const [, , , , , ...rest] = asWords(line)
    const found = Object.entries(operator).find(([name]) => rest.join(' ').startsWith(name))
    assert.ok(found, line)
    const [name, command] = found
    const given: Record<string, string> = {}
    const left = rest.slice(name.split(' ').length)
    for (let at = 0; at < left.length; at++) {
      if (left[at]?.startsWith('--')) given[(left[at] as string).slice(2)] = left[++at] as string
      else given['argument'] = left[at] as string
    }
    const lines: string[] = []
    await command.run(world, { scope: 'system/*.cruds', ...given, ...(name === 'bus code' ? { json: true } : {}) } as never, (one) => lines.push(one))
    await freshDirectory(world)
    return lines.join('\n')
  }
  const start = (line: string): ChildProcess => {
    const { args, options } = member(line)
    const child = spawn(process.execPath, args, { ...options, stdio: 'ignore' })
    t.after(() => child.kill())
    return child
  }
  return { server, folder, words, run, failing, start }
}

test('by the guide alone two systems join, send a document and a message, and answer a call from behind a firewall', async (t) => {
  const { words, run, failing, start, folder, server } = await follow(t)
  const { world } = server
  for (const line of commandsOf('1')) assert.match(await run(line), /"state": "requested"/)
  for (const line of commandsOf('2')) {
    const said = await run(line)
    if (line.includes('bus code')) words.set(line.includes('20000001') ? 'WORD-OF-LAB' : 'WORD-OF-CLINIC', JSON.parse(said).code)
  }
  const intake = forBus.startIntake(world)
  t.after(intake)

  const [askRecord = '', grantRecord = '', sendDocument = '', receiveOutcome = '', sendAll = ''] = commandsOf('3')
  words.set('CONTRACT-OF-LAB', JSON.parse(await run(askRecord)).contract)
  await run(grantRecord)
  writeFileSync(join(folder, 'bundle.json'), JSON.stringify(bundle('Водич')))
  const receipt = JSON.parse(await run(sendDocument))
  assert.deepEqual(JSON.parse(await run(sendDocument)).message, receipt.message, 'the same number is the same message')
  writeFileSync(
    join(folder, 'bundle.json'),
    JSON.stringify({ ...bundle('x'), entry: [{ resource: { resourceType: 'Patient', gender: 'x' }, request: { method: 'POST', url: 'Patient' } }] }),
  )
  await run(sendDocument.replace('document-1', 'document-2'))
  const outcome = JSON.parse(await run(receiveOutcome))
  assert.equal(JSON.parse(outcome.body).resourceType, 'OperationOutcome')
  const [filed] = await world.sql<{ count: number }>`select count(*)::int as count from record.resource where type = ${world.fhir.typeCode('Patient')}`
  assert.equal(filed?.count, 1)

  const many = join(folder, 'bundles')
  mkdirSync(many)
  for (const name of ['one', 'two', 'three']) writeFileSync(join(many, name), JSON.stringify(bundle(`Више-${name}`)))
  const verdicts = (await run(sendAll)).trim().split('\n')
  assert.deepEqual(
    verdicts.map((line) => JSON.parse(line).status),
    [202, 202, 202],
  )

  const missing = await failing(sendDocument.replace('bundle.json', 'nowhere.json'))
  assert.deepEqual([missing.code, missing.stderr], [1, 'nowhere.json is not there\n'])
  const ofNobody = await failing(sendAll.replace('record/documents', 'nobody/documents'))
  assert.deepEqual([ofNobody.code, JSON.parse(ofNobody.stdout.split('\n')[0] as string).rule], [1, 'unknown-provider'])

  const [offer = '', ask = '', grant = '', sendResult = '', receive = ''] = commandsOf('4')
  await run(offer)
  words.set('CONTRACT-WITH-CLINIC', JSON.parse(await run(ask)).contract)
  await run(grant)
  writeFileSync(join(folder, 'result.json'), '{"glucose":5.1}')
  await run(sendResult)
  assert.equal(JSON.parse(await run(receive)).body, '{"glucose":5.1}')
  assert.equal(await run(receive.replace('--wait 5', '')), '', 'acknowledged once')
  const results = join(folder, 'results')
  mkdirSync(results)
  for (const name of ['r-1', 'r-2', 'r-3']) writeFileSync(join(results, name), `{"name":"${name}"}`)
  await run(sendAll.replace('record/documents bundles', 'clinic-nis/results results --type application/json'))
  const printed = (await run(receive)).trim().split('\n')
  assert.deepEqual(
    printed.map((line) => JSON.parse(line).body),
    ['r-1', 'r-2', 'r-3'].map((name) => `{"name":"${name}"}`),
  )

  // One that two operators mended is signed by the centre for its sender.
  const wrong = JSON.parse(await run(sendResult.replace('report-7', 'report-8')))
  await world.sql`update bus.delivery set state = 'parked', reason = 'the code is unknown' where message = ${wrong.message}`
  const [one, other] = [await signedIn(server, { roles: ['operator'] }), await signedIn(server, { roles: ['operator'] })]
  const wish = { recipient: 'clinic-nis', body: '{"glucose":6.2}', reason: 'шифра по новом шифарнику' }
  const { proposal } = (await one('POST', `/bus/operator/messages/${wrong.message}/proposals`, wish)).body
  await other('POST', `/bus/operator/proposals/${proposal}/decision`, { decision: 'approved', reason: 'у реду' })
  assert.equal(JSON.parse(await run(receive)).body, '{"glucose":6.2}')

  const prices = createServer((request, response) => response.end(`${request.method} ${request.url}: 120`)).listen(0, '127.0.0.1')
  t.after(() => prices.close())
  await once(prices, 'listening')
  const { port } = prices.address() as AddressInfo
  words.set('http://127.0.0.1:9000', `http://127.0.0.1:${port}`)
  const [offerCall = '', askCall = '', grantCall = '', serve = '', call = ''] = commandsOf('5')
  await run(offerCall)
  words.set('CONTRACT-WITH-LAB', JSON.parse(await run(askCall)).contract)
  await run(grantCall)
  start(serve)
  assert.equal(await run(call), 'GET /today: 120')

  // Whoever answers calls takes no messages from whoever receives them, and the other way about.
  await run(sendDocument.replace('document-1', 'document-3'))
  await until('the outcome waits', async () => (await world.sql`select 1 from bus.delivery where service = 'record/outcomes' and open`).length > 0)
  await new Promise((resolve) => setTimeout(resolve, 1000))
  assert.equal(JSON.parse(JSON.parse(await run(receiveOutcome)).body).resourceType, 'OperationOutcome')
  assert.deepEqual(await Promise.all([run(receive.replace('clinic.json', 'lab.json')), run(call)]), ['', 'GET /today: 120'])
  await new Promise((resolve) => prices.close(resolve))
  const unanswered = await failing(call)
  assert.deepEqual([unanswered.code, unanswered.stdout], [1, '{"error":"the system behind this service does not answer"}'])
  assert.match(unanswered.stderr, /^502 /)
  prices.listen(port, '127.0.0.1')
  await once(prices, 'listening')
  assert.equal(await run(call), 'GET /today: 120', 'and the next call finds it again')
})
