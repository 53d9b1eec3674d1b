import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { before, describe, test } from 'node:test'
import { declaredMapping, mapCda, mapCsv, mapHl7, readMessage } from '../edge/edge.ts'
import { contractOf } from '../testing/bus-member.ts'
import { BusMember, expectStatus } from '../testing/bus-member.ts'
import { forFile } from '../testing/for-file.ts'
import { signedIn } from '../testing/signed-in.ts'
import { startServer, type TestServer } from '../testing/server.ts'
import { freshDirectory } from '../bus/members/directory.ts'
import { takeIn } from '../record/exchange/intake.ts'
import { verifyCertificate } from './certificate.ts'
import { repeatTests } from './repeat.ts'
import type { RunBegun, RunVerdict } from './wire.ts'

const fhirJson = { 'content-type': 'application/fhir+json' }
let server: TestServer
let member: BusMember
let system: string
const file = forFile()
before(async () => {
  server = await startServer(file)
  member = new BusMember(server.app, server.world, 'acme-lis')
  ;({ system } = await signUp())
})

const post = async (url: string, payload: object) => {
  const answer = await server.app.inject({ method: 'POST', url, payload })
  return { status: answer.statusCode, body: answer.json() }
}
const about = { vendor: 'АКМЕ д.о.о.', name: 'АКМЕ ЛИС', version: '4.2', contact: 'it@acme.example' }

/** Uses the addresses of the guide alone, as a stranger's program would. */
async function signUp() {
  const { status, body } = await post('/vendor/systems', about)
  assert.equal(status, 201)
  await expectStatus(201, member.post('/members', { code: 'acme-lis', name: 'АКМЕ ЛИС', mb: body.institution.mb, contact: 'it@acme.example', key: member.jwk }))
  assert.equal((await post(`/vendor/systems/${body.system}/admission`, {})).body.members.length, 0, 'whose member it is has not been proved')
  await expectStatus(200, member.post('/members/acme-lis/proof', { code: body.word }))
  await expectStatus(200, member.post('/members/acme-lis/self-test', {}))
  assert.equal((await post(`/vendor/systems/${body.system}/admission`, {})).body.members[0].state, 'approved')
  await expectStatus(200, member.post('/members/acme-lis/activation', {}))
  await member.takeToken()
  const asked = await expectStatus(201, member.post('/contracts', { provider: 'record', service: 'documents', purpose: 'health-care', legalBasis: 'x' }))
  assert.ok(asked.body.contract)
  const admitted = (await post(`/vendor/systems/${body.system}/admission`, {})).body.members[0]
  assert.deepEqual(admitted, { code: 'acme-lis', state: 'active', contracts: [{ service: 'record/documents', state: 'active' }] })
  await freshDirectory(server.world)
  return body
}

const own = (path: string, body: object) => member.send({ url: `/vendor${path}`, body: JSON.stringify(body) })
const begin = async (protocol: string, more: object = {}): Promise<RunBegun> =>
  (await expectStatus(201, own('/runs', { protocol, playedBy: 'script', ...more }))).body

const mapping = JSON.parse(readFileSync('docs/guides/edge/laboratory.json', 'utf8'))
/** The bundles that an edge makes of a document; empty when it cannot. */
function bundlesOf(protocol: string, bytes: Buffer): object[] {
  try {
    if (protocol === 'hl7v2') return [mapHl7(readMessage(bytes), { localSystem: 'urn:acme' } as never).bundle]
    if (protocol === 'cda') return [mapCda(bytes).bundle]
    if (protocol === 'csv') {
      const rows = [...mapCsv(bytes, declaredMapping(mapping, server.world.fhir.types), 'laboratory.csv')]
      return rows.flatMap((row) => ('mapped' in row ? row.mapped.bundle : []))
    }
    return [JSON.parse(bytes.toString('utf8'))]
  } catch {
    return []
  }
}

type Change = (scenario: string, name: string) => number
/** Plays a run like an edge that keeps the order and drops duplicates; `times` says how often a document is sent. */
async function play(run: RunBegun, times: Change = () => 1): Promise<object[]> {
  const reported = []
  let serial = 0
  for (const { id, steps } of run.scenarios) {
    const heard = []
    const seen = new Set<string>()
    for (const step of steps) {
      if (step.do !== 'send') continue
      const bundles = bundlesOf(run.protocol, Buffer.from(step.content, 'base64'))
      heard.push({ name: step.name, answer: step.expect, detail: 'as it was played' })
      if (seen.has(step.content)) continue
      seen.add(step.content)
      for (let time = 0; time < times(id, step.name); time++)
        for (const bundle of bundles)
          await expectStatus(
            202,
            member.message('record/documents', `${run.run}-${++serial}`, JSON.stringify(bundle), { ...fhirJson, 'bus-key': `${run.run} ${id}` }),
          )
    }
    reported.push({ id, heard })
  }
  while ((await takeIn(server.world)) > 0);
  return reported
}
const report = async (run: RunBegun, scenarios: object[]): Promise<RunVerdict> =>
  (await expectStatus(200, own(`/runs/${run.run}/report`, { final: true, scenarios }))).body
const failing = ({ scenarios }: RunVerdict) =>
  scenarios.flatMap(({ id, checks }) => checks.filter((one) => !one.passed).map((one) => `${id}: ${one.check}: ${one.found}`))

describe('the scenarios', () => {
  for (const protocol of ['hl7v2', 'cda', 'csv', 'bus'])
    test(`what ${protocol} documents say arrives as it was told, and earns a certificate`, async () => {
      const run = await begin(protocol)
      const verdict = await report(run, await play(run))
      assert.deepEqual(failing(verdict), [])
      assert.deepEqual([verdict.passed, verdict.score], [true, 100])
      const { keys } = (await server.app.inject({ url: '/vendor/keys' })).json()
      const checked = await verifyCertificate(verdict.certificate as string, keys, server.world.now())
      assert.deepEqual([checked.ok, checked.claims?.protocol, checked.claims?.system, checked.claims?.playedBy], [true, protocol, 'АКМЕ ЛИС', 'script'])
      const [head, body, signature] = (verdict.certificate as string).split('.') as [string, string, string]
      const forged = Buffer.from(JSON.stringify({ ...JSON.parse(Buffer.from(body, 'base64url').toString()), score: 99 })).toString('base64url')
      assert.equal((await verifyCertificate([head, forged, signature].join('.'), keys, server.world.now())).ok, false)
      const later = new Date(server.world.now().getTime() + 366 * 86_400_000)
      assert.match((await verifyCertificate(verdict.certificate as string, keys, later)).problem as string, /ended on/)
    })

  test('lost, doubled and wrongly accepted documents are found, with a hint, and earn no certificate', async () => {
    const run = await begin('bus')
    const scenarios = (await play(run, (scenario, name) => (scenario === 'offline' && name === '2' ? 0 : 1))) as { id: string; heard: { answer: string }[] }[]
    for (const one of scenarios) if (one.id === 'happy') one.heard[0]!.answer = 'none'
    const verdict = await report(run, scenarios)
    assert.equal(verdict.certificate, null)
    assert.deepEqual([...new Set(failing(verdict).map((line) => line.split(':')[0]))].sort(), ['happy', 'offline'])
    for (const { checks } of verdict.scenarios) for (const one of checks) assert.equal(one.hint === null, one.passed)
    assert.ok(verdict.score > 50 && verdict.score < 100)
    assert.equal((await own(`/runs/${run.run}/report`, { final: true, scenarios })).status, 409, 'a run ends once')
  })

  test('a run that sent nothing gets no credit for the documents of another run', async () => {
    const run = await begin('bus')
    const verdict = await report(run, [])
    assert.equal(verdict.passed, false)
    assert.ok(verdict.scenarios.every((one) => !one.passed))
  })
})

/** The messages of the centre on this service. They are acknowledged, so that they are not handed out again. */
async function told(service: string): Promise<any[]> {
  const all = await member.lease()
  await expectStatus(200, member.ack(all.map(({ delivery }) => delivery)))
  return all.filter(({ to }) => to === `centre/${service}`).map(({ body }) => JSON.parse(Buffer.from(body, 'base64').toString()))
}

test('a certificate is tested again at night; one that does not hold any more is marked and its vendor told', async () => {
  const { world, sql } = server
  await contractOf(member, 'record/documents')
  const { now } = world
  world.now = () => new Date(now().getTime() + 21 * 3_600_000)
  try {
    await member.takeToken()
    const whole = await repeatTests(world)
    assert.equal(whole.failing, 0)
    assert.ok(whole.looked >= 4)
    assert.equal((await repeatTests(world)).looked, 0, 'once a night')
    assert.equal((await told('contract-tests')).length, 1)

    const again = await begin('cda', { repeat: 'yes' })
    await report(again, [])
    const [wrong] = await sql<{ id: string }>`select id from vendor.run where is_repeat`
    const [said, ...more] = await told('certificates')
    assert.deepEqual([more.length, said.state, said.protocol], [0, 'failing', 'cda'], 'suspended as soon as the repetition has failed')
    assert.match(said.reason, new RegExp(wrong?.id as string))
    const state = async () => (await server.app.inject({ url: `/vendor/certificates/${said.certificate}` })).json().state
    assert.equal(await state(), 'failing')
    world.now = () => new Date(now().getTime() + 42 * 3_600_000)
    await member.takeToken()
    assert.equal((await repeatTests(world)).failing, 1, 'and stays so the next night')
    const better = await begin('cda', { repeat: 'yes' })
    assert.equal((await report(better, await play(better))).passed, true)
    assert.equal(await state(), 'valid', 'restored as soon as one has passed')
    assert.deepEqual(
      (await told('certificates')).map((one) => one.state),
      ['valid'],
    )
  } finally {
    world.now = now
    await member.takeToken()
  }
})

test('the vendor’s page asks for a run, which the edge hears, and not twice at once', async () => {
  const ask = (id: string, protocol: string) => post(`/vendor/systems/${id}/tests`, { protocol })
  assert.equal((await ask('00000000-0000-7000-8000-000000000000', 'csv')).status, 404)
  assert.equal((await ask(system, 'fax')).status, 400)
  const { now } = server.world
  server.world.now = () => new Date(now().getTime() + 10 * 60_000)
  try {
    assert.equal((await ask(system, 'csv')).status, 202)
    const [said] = await told('contract-tests')
    assert.deepEqual([said.protocols, said.repeat], [['csv'], false])
    await begin('csv')
    assert.equal((await ask(system, 'csv')).status, 409, 'one is under way')
  } finally {
    server.world.now = now
  }
  const { body } = await post('/vendor/systems', { ...about, name: 'Други' })
  const alone = await ask(body.system, 'csv')
  assert.deepEqual([alone.status, alone.body.issue[0].diagnostics], [409, 'no member of this system is active'])
  const inLatin = await server.app.inject({
    method: 'POST',
    url: `/vendor/systems/${body.system}/tests`,
    payload: { protocol: 'csv' },
    headers: { 'accept-language': 'sr-Latn' },
  })
  const [{ diagnostics, details }] = inLatin.json().issue
  assert.deepEqual([diagnostics, details.text], ['nijedan učesnik ovog sistema nije aktivan', 'Prvo se pridružite (edge init) i pokrenite poveznik.'])
  assert.deepEqual(details.coding, alone.body.issue[0].details.coding, 'under the same code')
})

test('the sandbox cuts the line of the institution whose scenario asks for it, and no other', async () => {
  const run = await begin('bus')
  assert.equal((await own(`/runs/${run.run}/outage`, {})).status, 200)
  const address = await server.app.listen({ port: 0, host: '127.0.0.1' })
  const asked = (token: string | null) => fetch(`${address}/bus/services`, { headers: { authorization: `Bearer ${token}` } })
  await assert.rejects(asked(member.token), 'no answer at all')
  const clinic = await server.institution('Ординација')
  assert.equal((await asked(clinic.token)).status, 200)
  const { now } = server.world
  server.world.now = () => new Date(now().getTime() + 10_000)
  assert.equal((await asked(member.token)).status, 200)
  server.world.now = now
})

test('a stranger sees nothing of it, a vendor only its own, an operator all and takes certificates back', async () => {
  const clinic = await server.institution('Болница')
  for (const [method, url] of [
    ['GET', '/vendor/own'],
    ['POST', '/vendor/runs'],
    ['GET', '/vendor/systems'],
  ] as const)
    assert.equal((await clinic.send(method, url, method === 'POST' ? '{}' : undefined, { 'content-type': 'application/json' })).status, 403, url)
  assert.equal((await server.app.inject({ url: '/vendor/own' })).statusCode, 401)
  const page = (await server.app.inject({ url: `/vendor/systems/${system}` })).json()
  const inSerbian = (await server.app.inject({ url: `/vendor/systems/${system}`, headers: { 'accept-language': 'sr-Cyrl' } })).json()
  const hints = inSerbian.runs.flatMap((run: any) => run.scenarios.flatMap((one: any) => one.checks.flatMap((check: any) => check.hint ?? [])))
  assert.ok(hints.length > 0 && hints.every((hint: string) => /^[Ѐ-ӿ]/.test(hint) || /^PID|^OBX/.test(hint)), hints.join('\n'))
  assert.ok(page.certificates.length >= 4)
  assert.equal('contact' in page, false)
  const operator = await signedIn(server, { roles: ['operator'] })
  const all = (await operator('GET', '/vendor/systems')).body
  assert.equal(all.systems[0].contact, about.contact)
  const [certificate] = page.certificates
  const revoke = { reason: 'пријава установе' }
  const ministry = await signedIn(server, { roles: ['ministry'] })
  const json = { 'content-type': 'application/json' }
  assert.equal((await ministry('POST', `/vendor/certificates/${certificate.id}/revocation`, revoke, json)).status, 403)
  assert.equal((await operator('POST', `/vendor/certificates/${certificate.id}/revocation`, revoke, json)).status, 200)
  assert.equal((await server.app.inject({ url: `/vendor/certificates/${certificate.id}` })).json().state, 'revoked')
  for (const wrong of [{ ...about, vendor: '' }, { ...about, name: '0101990710006' }, { ...about, more: 'x' }, { ...about, version: 'a\nb' }, []])
    assert.equal((await post('/vendor/systems', wrong)).status, 400)
  assert.equal((await own('/runs', { protocol: 'fax', playedBy: 'script' })).status, 400)
})
