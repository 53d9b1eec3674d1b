import assert from 'node:assert/strict'
import { test } from 'node:test'
import { relate } from '../../access/access.ts'
import { contractOf, expectStatus, joinBus, type BusMember } from '../../testing/bus-member.ts'
import { signedIn } from '../../testing/signed-in.ts'
import { sender, startServer, type TestServer } from '../../testing/server.ts'
import { takeIn } from '../exchange/intake.ts'
import { followChanges } from './follow.ts'
import { remindInstitutions } from './remind.ts'

const hourMs = 3_600_000
const patientId = 'urn:uuid:11111111-1111-4111-8111-111111111111'
const entry = (resource: { resourceType: string }, fullUrl?: string) => ({
  ...(fullUrl ? { fullUrl } : {}),
  resource,
  request: { method: 'POST', url: resource.resourceType },
})
const subject = { reference: patientId }
const patient = { resourceType: 'Patient', name: [{ family: 'Ана' }], identifier: [{ system: 'urn:lab', value: '77' }] }
const bundle = (...resources: { resourceType: string }[]) =>
  JSON.stringify({ resourceType: 'Bundle', type: 'transaction', entry: [entry(patient, patientId), ...resources.map((one) => entry(one))] })
const ago = (server: TestServer, hours: number) => new Date(server.world.now().getTime() - hours * hourMs).toISOString()
const encounter = (end: string, more: object = {}) => ({
  resourceType: 'Encounter',
  status: 'finished',
  class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'AMB' },
  subject,
  period: { start: end, end },
  ...more,
})
const letter = (date: string, more: object = {}) => ({
  resourceType: 'DocumentReference',
  status: 'current',
  subject,
  date,
  content: [{ attachment: { contentType: 'text/plain', data: Buffer.from('извештај').toString('base64') } }],
  ...more,
})

const idIn = ({ body }: { body: any }): string => /Patient\/([^/]+)/.exec(body.entry[0].response.location)?.[1] as string

const counted = new WeakMap<TestServer, number>()
/** Waits until everything that was written is below the watermark and counted. */
async function follow(server: TestServer) {
  const [{ count } = { count: 0 }] = await server.sql<{ count: number }>`select count(*)::int as count from bus.outbox`
  const until = performance.now() + 8000
  let seen = counted.get(server) ?? 0
  while (seen < count) {
    assert.ok(performance.now() < until, 'not counted')
    seen += await followChanges(server.world)
  }
  counted.set(server, seen)
}

async function send(member: BusMember, id: string, body: string) {
  await expectStatus(202, member.message('record/documents', id, body, { 'content-type': 'application/fhir+json' }))
  await takeIn(member.world)
}

test('a visit without a report is missing after a day, its institution is told once, and the report closes it as late', async (t) => {
  const server = await startServer(t)
  const { app, world, sql } = server
  const hospital = await joinBus(app, world, 'hospital')
  await contractOf(hospital, 'record/documents')
  await send(
    hospital,
    'visits',
    bundle(encounter(ago(server, 30)), encounter(ago(server, 2)), { resourceType: 'Observation', status: 'final', code: { text: 'x' }, subject } as never),
  )
  await follow(server)

  const shown = async () => (await expectStatus(200, hospital.send({ method: 'GET', url: '/record/completeness' }))).body
  const before = await shown()
  assert.equal(before.total.expected, 2)
  assert.equal(before.total.received, 0)
  assert.equal(before.missing.length, 1, 'the visit of two hours ago is still in time')
  assert.match(before.missing[0].reference, /^Encounter\//)

  assert.equal(await remindInstitutions(world), 1)
  assert.equal(await remindInstitutions(world), 0, 'one message a day')
  const [told] = await hospital.lease()
  const said = JSON.parse(Buffer.from(told.body, 'base64').toString())
  assert.equal(told.to, 'centre/completeness')
  assert.deepEqual([said.late, said.soonLate, said.visits[0].reference], [1, 0, before.missing[0].reference])

  const reference = before.missing[0].reference as string
  await send(hospital, 'letter', bundle(letter(ago(server, 1), { context: { encounter: [{ reference }] } }), letter(ago(server, 2))))
  await follow(server)
  const after = await shown()
  assert.deepEqual([after.total.expected, after.total.received, after.total.inTime, after.total.late, after.missing.length], [2, 2, 1, 1, 0])

  const looks = await sql<{
    what: string
  }>`select entry::json->>'what' as what from audit.entry where patient <> 0 and entry like '%visits whose report is missing%'`
  assert.ok(looks.length > 0, 'the patient can read that the list named a visit')
  const sums = await sql`
    select d.institution from record.institution_day d
     where d.due <> (select count(*) from record.expected e where e.institution = d.institution and e.day = d.day and e.state = 'due')
        or d.reports <> (select count(*) from record.report r where r.institution = d.institution and r.day = d.day and not r.void)`
  assert.deepEqual(sums, [], 'the sums are those of the rows')
})

test('a booking that was kept, cancelled or corrected changes the sums, in whatever order the news arrives', async (t) => {
  const server = await startServer(t)
  const clinic = await server.institution('Ординација')
  const day = ago(server, 50)
  const made = await clinic.send('POST', '/fhir', JSON.parse(bundle(letter(day))))
  assert.equal(made.status, 200)
  const id = idIn(made)
  await follow(server)
  const participant = [{ actor: { reference: `Patient/${id}` }, status: 'accepted' }]
  const appointment = (status: string) => ({
    resourceType: 'Appointment',
    status,
    start: day,
    end: new Date(Date.parse(day) + 600_000).toISOString(),
    participant,
  })
  const post = async (resource: { resourceType: string }) => (await clinic.send('POST', `/fhir/${resource.resourceType}`, resource)).body.id as string
  const booked = await post(appointment('booked'))
  const calledOff = await post(appointment('booked'))
  await follow(server)
  const total = async () => {
    await follow(server)
    const { body } = await clinic.send('GET', `/record/completeness`)
    return [body.total.expected, body.total.received, body.total.missing]
  }
  assert.deepEqual(await total(), [2, 1, 1], 'one letter answers for one of two')
  assert.equal((await clinic.send('PUT', `/fhir/Appointment/${calledOff}`, { ...appointment('cancelled'), id: calledOff })).status, 200)
  assert.deepEqual(await total(), [1, 1, 0])
  const came = await post({ ...encounter(day), subject: { reference: `Patient/${id}` }, appointment: [{ reference: `Appointment/${booked}` }] } as never)
  assert.deepEqual(await total(), [1, 1, 0], 'the visit takes the place of its booking')
  assert.equal((await clinic.send('DELETE', `/fhir/Encounter/${came}`)).status, 204)
  assert.equal((await clinic.send('DELETE', `/fhir/Appointment/${booked}`)).status, 204)
  await total()
  const [left] = await server.sql<{ due: number; reported: number }>`select sum(due)::int as due, sum(reported)::int as reported from record.institution_day`
  assert.deepEqual(left, { due: 0, reported: 0 })
})

test('a refused document is counted with its reason, and only the ministry and operators see the figures of all', async (t) => {
  const server = await startServer(t)
  const { app, world, sql } = server
  const hospital = await joinBus(app, world, 'hospital')
  await contractOf(hospital, 'record/documents')
  for (const id of ['bad-1', 'bad-2']) await send(hospital, id, bundle({ ...encounter(ago(server, 40)), status: 'over' } as never))
  await send(hospital, 'good', bundle(encounter(ago(server, 49))))
  await follow(server)
  const own = (await hospital.send({ method: 'GET', url: '/record/completeness' })).body
  assert.equal(own.total.refused, 2)
  assert.equal(own.refused.length, 1, 'the same reason is one line')
  assert.equal(own.refused[0].count, 2)
  assert.match(own.refused[0].expression, /Bundle\.entry/)

  const ministry = await signedIn(server, { roles: ['ministry'] })
  const all = (await ministry('GET', '/record/completeness/institutions')).body
  assert.deepEqual(
    all.institutions.map(({ id, total }: any) => [id, total.missing, total.refused]),
    [[hospital.institution, 1, 2]],
  )
  const one = (await ministry('GET', `/record/completeness/institutions/${hospital.institution}`)).body
  assert.deepEqual([one.total.missing, one.missing], [1, []], 'figures, not whose visits they are')
  const doctor = await signedIn(server, { roles: ['doctor'], institution: hospital.institution })
  assert.equal((await doctor('GET', '/record/completeness')).body.missing.length, 1)
  for (const url of ['/record/completeness/institutions', `/record/completeness/institutions/${hospital.institution}`])
    assert.equal((await doctor('GET', url)).status, 403)
  const citizen = await signedIn(server, { roles: ['patient'] })
  for (const url of ['/record/completeness', '/record/completeness/institutions']) assert.equal((await citizen('GET', url)).status, 403)
  const [denied] = await sql<{ count: number }>`select count(*)::int as count from audit.entry where entry like '%completeness%' and entry like '%"deny"%'`
  assert.equal(denied?.count, 4)
  for (const query of ['?from=2026-99-01', '?from=2026-01-01&to=2026-11-01', '?to=x', '?from=2026-11-02&to=2026-11-01', '?day=1'])
    assert.equal((await doctor('GET', `/record/completeness${query}`)).status, 400, query)
})

test('a person sees for which of their own visits the report has come; a stranger is refused', async (t) => {
  const server = await startServer(t)
  const { sql } = server
  const clinic = await server.institution('Ординација')
  const made = await clinic.send('POST', '/fhir', JSON.parse(bundle(encounter(ago(server, 50)), encounter(ago(server, 3)), letter(ago(server, 3)))))
  const id = idIn(made)
  await follow(server)
  const patientKey = Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16)
  const [person] = await sql<{
    handle: string
  }>`select p.handle from identity.person p join identity.chart_key k on k.person = p.id where k.key = ${patientKey}`
  const handle = person?.handle as string
  const own = await signedIn(server, { userName: 'ana', roles: ['patient'], patient: patientKey, person: handle })
  const [account] = await sql<{ id: string }>`select id from access.account where user_name = 'ana'`
  await sql.begin((tx) => relate(tx, { patient: patientKey, kind: 'self', account: account?.id as string, from: new Date(0), source: 'test' }))
  const { status, body } = await own('GET', `/record/people/${handle}/visits`)
  assert.equal(status, 200)
  assert.deepEqual(
    body.visits.map(({ state, institution }: any) => [state, institution]),
    [
      ['received', 'Ординација'],
      ['missing', 'Ординација'],
    ],
  )
  const stranger = await signedIn(server, { roles: ['patient'] })
  assert.equal((await stranger('GET', `/record/people/${handle}/visits`)).status, 403)
})

test('an invented institution of a vendor is listed apart, and counts in no total of the country', async (t) => {
  const server = await startServer(t, { SANDBOX: 'true' })
  const clinic = await server.institution('Ординација')
  assert.equal((await clinic.send('POST', '/fhir', JSON.parse(bundle(encounter(ago(server, 50)))))).status, 200)
  await follow(server)
  const asked = { vendor: 'АКМЕ', name: 'АКМЕ ЛИС', version: '1', contact: 'lis@example.rs' }
  const { status, body: signedUp } = await sender(server.app, {})('POST', '/vendor/systems', asked, { 'content-type': 'application/json' })
  assert.equal(status, 201)
  await server.sql`
    insert into record.institution_day (institution, day, due)
    select trial.id, known.day, 7 from registry.institution trial, record.institution_day known where trial.mb = ${signedUp.institution.mb}`
  const ministry = await signedIn(server, { roles: ['ministry'] })
  const { body } = await ministry('GET', '/record/completeness/institutions')
  const shown = (lines: { name: string; total: { expected: number } }[]) => lines.map(({ name, total }) => [name, total.expected])
  assert.deepEqual(shown(body.institutions), [['Ординација', 1]])
  assert.deepEqual(shown(body.trials), [['Пробна установа: АКМЕ ЛИС', 7]])
  assert.equal(body.total.expected, 1)
})
