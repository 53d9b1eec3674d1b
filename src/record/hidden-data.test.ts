import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createAccount, relate } from '../access/access.ts'
import { cookieName, openSession } from '../access/session.ts'
import { type Send, sender, startServer } from '../testing/server.ts'

// Data that an actor may not see must not change a single byte of the actor's answers (design decision 6).

type Json = Record<string, any>
const jmbg = '0101985710113'
const chart = (value: string) => ({
  resourceType: 'Patient',
  identifier: [
    { system: 'urn:h', value },
    { system: 'urn:rs:jmbg', value: jmbg },
  ],
  name: [{ family: 'Скривени' }],
  birthDate: '1985-01-01',
})
const operation = {
  name: 'operation',
  part: [
    { name: 'type', valueCode: 'delete' },
    { name: 'path', valueString: 'Observation.note' },
  ],
}
const finding = (patient: string, code: string, more: Json = {}) => ({
  resourceType: 'Observation',
  status: 'final',
  code: { coding: [{ system: 'urn:c', code }] },
  subject: { reference: `Patient/${patient}` },
  ...more,
})

/** The answer without the parts that differ between two identical ones: instants, sealed page links, correlation. */
async function heard(send: Send, [method, url, body]: Ask): Promise<string> {
  const answer = await send(method, url, body)
  const headersSaid = Object.entries(answer.headers).filter(
    ([name]) => !['date', 'x-correlation-id', 'x-request-id', 'last-modified', 'location', 'content-length'].includes(name),
  )
  const text = answer.text
    .replace(/_page=[\w-]+/g, '_page=…')
    .replace(/"(?:lastUpdated|timestamp|date)":"[^"]*"/g, '')
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g, (id) => (known.has(id) ? id : 'id'))
  return JSON.stringify([answer.status, headersSaid, text])
}
type Ask = [string, string, unknown?]
const known = new Set<string>()

async function made(send: Send, resource: Json): Promise<string> {
  const { status, body, text } = await send('POST', `/fhir/${resource['resourceType']}`, resource)
  assert.equal(status, 201, text)
  known.add(body.id)
  return body.id
}

test('every answer is the same with and without what another institution holds about the same person', async (t) => {
  const { institution } = await startServer(t)
  const [a, b] = [await institution('А'), await institution('Б')]
  const theirs = await made(a.send, chart('a-1'))
  const mine = await made(b.send, chart('b-1'))
  const doctor = await made(b.send, { resourceType: 'Practitioner', name: [{ family: 'Лекар' }] })
  for (const code of ['x', 'y', 'z'])
    await made(b.send, finding(mine, code, { performer: [{ reference: `Practitioner/${doctor}` }], effectiveDateTime: '2026-01-02' }))
  const questions: Ask[] = [
    ...[
      '',
      '?name=skriveni',
      `?identifier=urn:rs:jmbg|${jmbg}`,
      '?identifier=urn:h|a-1',
      '?_sort=-birthdate',
      '?_total=accurate&_count=1',
      `?_id=${theirs}`,
      '?_summary=count',
      '?_revinclude=Observation:patient',
      '?gender:missing=true',
      '?_has:Observation:patient:code=hidden',
      '?_has:Observation:patient:code=x',
      '?_has:Encounter:patient:status=finished',
      '?_has:Observation:patient:_has:Observation:has-member:code=hidden',
      `?_id=${mine}&_has:Observation:patient:code=hidden`,
      '?_content=a-1',
    ].map((query): Ask => ['GET', `/fhir/Patient${query}`]),
    ...[
      '',
      '?code=x',
      '?code=hidden',
      '?code:not=x',
      `?patient=${mine}`,
      `?patient=${theirs}`,
      `?patient=${mine}&_sort=-date`,
      `?patient=${mine}&code=hidden`,
      `?patient=${theirs}&code=hidden`,
      '?_sort=code&_count=2',
      '?_sort=-date&_count=1&_total=accurate',
      '?_include=Observation:patient',
      '?_include=Observation:*',
      '?date=2026',
      '?_lastUpdated=ge2020',
      '?_count=0',
      `?subject=Patient/${theirs}&_summary=count`,
      '?status=final&_elements=status',
      '?encounter=Encounter/e-hidden',
      '?_id=o-hidden',
      '?value-string=secret',
      '?patient.name=skriveni',
      '?patient.identifier=urn:h|a-1',
      `?patient:Patient.identifier=urn:rs:jmbg|${jmbg}`,
      '?patient.identifier=urn:h|b-1&code=x',
      '?subject._has:Observation:patient:code=hidden',
      `?patient=${theirs}&patient.name=skriveni`,
      `?patient=${mine}&encounter.status=finished`,
      '?encounter.status=finished',
      '?performer:Practitioner.name=lekar',
      '?_has:Observation:has-member:code=hidden',
      '?has-member.code=hidden',
      '?_list=l-hidden',
      '?_filter=code eq hidden or patient.name sw skriveni',
      '?_filter=not (patient.name sw skriveni) and encounter.status ne finished',
      `?_filter=patient eq ${theirs} or patient ne ${mine}`,
      '?_content=hidden',
      '?_text=tajna',
      '?code-value-string=hidden$secret',
    ].map((query): Ask => ['GET', `/fhir/Observation${query}`]),
    ...[
      `Patient/${theirs}/Observation`,
      `Patient/${mine}/*`,
      `Patient/${theirs}/*?_type=Condition,Observation&_sort=-_lastUpdated`,
      'Encounter/e-hidden/*',
      `Practitioner/${doctor}/*`,
      'Practitioner?_revinclude=*',
    ].map((query): Ask => ['GET', `/fhir/${query}`]),
    ['GET', '/fhir?_type=Condition,Observation,Patient&_summary=count'],
    ['GET', '/fhir?_lastUpdated=ge2020&_sort=_id&_total=accurate&_count=3'],
    ['GET', `/fhir/Practitioner?_revinclude=Observation:performer`],
    ['GET', `/fhir/Practitioner?_id=${doctor}&_revinclude=Observation:*`],
    ...[
      '_history',
      'Observation/_history',
      'Patient/_history?_since=2020',
      'Observation/_history?_at=2026',
      '$meta',
      'Observation/$meta',
      `Observation/$lastn?patient=${theirs}`,
      `Observation/$lastn?patient=${mine}`,
      `Patient/${mine}/$summary`,
      `Patient/${theirs}/$summary`,
      'Patient?phonetic=skriveni',
      'Observation?_include:iterate=Observation:has-member&_include:iterate=Observation:performer',
      'Observation?_has:Observation:has-member:_has:List:item:status=current',
    ].map((query): Ask => ['GET', `/fhir/${query}`]),
    ['POST', '/fhir/Patient/$match', { resourceType: 'Patient', identifier: [{ system: 'urn:h', value: 'a-hidden' }] }],
    ['POST', '/fhir/Patient/$match', { resourceType: 'Patient', name: [{ family: 'Скривени' }], birthDate: '1985-01-01' }],
    ['PATCH', '/fhir/Observation?code=hidden', { resourceType: 'Parameters', parameter: [operation] }],
    ['DELETE', '/fhir/Observation?code=hidden'],
    ['DELETE', '/fhir/Patient?identifier=urn:h|a-hidden'],
    ['GET', '/fhir/Encounter'],
    ['GET', '/fhir/Encounter?_revinclude=Observation:encounter'],
    ['GET', '/fhir/Condition?_summary=count'],
    ['GET', `/fhir/Patient/${mine}/$everything`],
    ['GET', `/fhir/Patient/${theirs}/$everything`],
    ['GET', `/fhir/Patient/${theirs}`],
    ['GET', `/fhir/Patient/${mine}/_history`],
    ['GET', `/fhir/Patient/${theirs}/_history`],
    ['GET', `/fhir/Patient/${mine}`],
    [
      'POST',
      '/fhir',
      {
        resourceType: 'Bundle',
        type: 'batch',
        entry: [`Observation?patient=${mine}`, `Observation?code=hidden`, `Patient/${theirs}`].map((url) => ({ request: { method: 'GET', url } })),
      },
    ],
    ['POST', '/fhir/Observation', finding(theirs, 'x')],
    ['PUT', `/fhir/Patient/${theirs}`, { ...chart('a-1'), id: theirs }],
    ['DELETE', `/fhir/Patient/${theirs}`],
    [
      'POST',
      '/fhir',
      {
        resourceType: 'Bundle',
        type: 'transaction',
        entry: [
          { resource: finding(`none`, 'x', { subject: { reference: 'Patient?identifier=urn:h|a-hidden' } }), request: { method: 'POST', url: 'Observation' } },
        ],
      },
    ],
  ]
  const before: string[] = []
  for (const ask of questions) before.push(await heard(b.send, ask))

  const text = { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml">тајна hidden</div>' }
  const hidden = { effectiveDateTime: '2026-01-01', valueString: 'secret', performer: [{ reference: `Practitioner/${doctor}` }], text }
  for (let at = 0; at < 5; at++) await made(a.send, finding(theirs, 'hidden', hidden))
  await a.send('PUT', '/fhir/Encounter/e-hidden', {
    resourceType: 'Encounter',
    id: 'e-hidden',
    status: 'planned',
    class: { code: 'AMB' },
    subject: { reference: `Patient/${theirs}` },
  })
  await a.send('PUT', '/fhir/Observation/o-hidden', { ...finding(theirs, 'x', hidden), id: 'o-hidden', encounter: { reference: 'Encounter/e-hidden' } })
  const ours = (await b.send('GET', '/fhir/Observation?_count=1')).body.entry[0].resource.id
  const list = { resourceType: 'List', id: 'l-hidden', status: 'current', mode: 'working', entry: [{ item: { reference: `Observation/${ours}` } }] }
  assert.equal((await a.send('PUT', '/fhir/List/l-hidden', list)).status, 201)
  await made(a.send, finding(theirs, 'hidden', { ...hidden, hasMember: [{ reference: `Observation/${ours}` }] }))
  await made(a.send, { resourceType: 'Condition', code: { text: 'hidden' }, subject: { reference: `Patient/${theirs}` } })
  await made(a.send, { ...chart('a-hidden'), name: [{ family: 'Скривени' }] })

  for (const [at, ask] of questions.entries()) assert.equal(await heard(b.send, ask), before[at], `${ask[0]} ${ask[1]}`)
})

test('conditions of one institution never meet what another holds', async (t) => {
  const { institution } = await startServer(t)
  const [a, b] = [await institution('А'), await institution('Б')]
  const one = { resourceType: 'Patient', identifier: [{ system: 'urn:shared', value: '1' }] }
  for (const { send } of [a, b]) {
    assert.equal((await send('POST', '/fhir/Patient', one, { 'if-none-exist': 'identifier=urn:shared|1' })).status, 201)
    assert.equal((await send('POST', '/fhir/Patient', one, { 'if-none-exist': 'identifier=urn:shared|1' })).status, 200)
  }
})

test('a page link works only for the actor who got it, and only whole', async (t) => {
  const { institution } = await startServer(t)
  const [a, b] = [await institution('А'), await institution('Б')]
  for (const value of ['1', '2', '3']) await a.send('POST', '/fhir/Patient', { resourceType: 'Patient', identifier: [{ system: 'urn:h', value }] })
  const link = (await a.send('GET', '/fhir/Patient?_count=1')).body.link[1].url as string
  const url = link.slice(link.indexOf('/fhir'))
  assert.equal((await a.send('GET', url)).status, 200)
  const other = await b.send('GET', url)
  const cut = await a.send('GET', url.slice(0, -5))
  assert.equal(other.status, 400)
  assert.equal(cut.status, 400)
  assert.equal(other.text, cut.text)
})

test('a record that is larger than a page because of another institution does not hide one’s own entries', async (t) => {
  const { institution } = await startServer(t)
  const [a, b] = [await institution('А'), await institution('Б')]
  const charts = await Promise.all([a, b].map(async ({ send }, at) => made(send, chart(String(at)))))
  for (const [at, { send }] of [a, b].entries()) {
    const entry = Array.from({ length: 1100 }, () => ({ resource: finding(charts[at] as string, 'x'), request: { method: 'POST', url: 'Observation' } }))
    assert.equal((await send('POST', '/fhir', { resourceType: 'Bundle', type: 'transaction', entry })).status, 200)
  }
  for (const [at, { send }] of [a, b].entries()) {
    const answer = await send('GET', `/fhir/Patient/${charts[at]}/$everything`)
    assert.equal(answer.status, 200, answer.text.slice(0, 300))
    assert.equal(answer.body.entry.length, 1101)
  }
})

test('a doctor gets the same answers about everybody else, whatever their records hold, and learns that a named record is closed', async (t) => {
  const { institution, sql, world, app } = await startServer(t)
  const { send, id } = await institution('А')
  const open = await made(send, { resourceType: 'Patient', identifier: [{ system: 'urn:h', value: '1' }], name: [{ family: 'Отворени' }] })
  const closed = await made(send, { resourceType: 'Patient', identifier: [{ system: 'urn:h', value: '2' }], name: [{ family: 'Затворени' }] })
  for (const code of ['x', 'y']) await made(send, finding(open, code))
  const account = await sql.begin(async (tx) => {
    const key = Number.parseInt(open.slice(0, 8) + open.slice(9, 13), 16)
    await relate(tx, { patient: key, kind: 'visit', worker: 10, institution: id, from: new Date(Date.now() - 1000), source: 'test' })
    return createAccount(tx, { name: 'др Лекар', roles: ['doctor'], worker: 10, institution: id, unit: 1 })
  })
  const cookie = `${cookieName}=${await openSession(world, account)}`
  const doctor = sender(app, { cookie })
  const questions: Ask[] = [
    ...['', '?name=zat', '?identifier=urn:h|2', '?_summary=count', `?_id=${closed}`, '?_revinclude=Observation:patient&_sort=family'].map(
      (query): Ask => ['GET', `/fhir/Patient${query}`],
    ),
    ...[
      '',
      '?code=x',
      '?code=hidden',
      `?patient=${closed}`,
      `?patient=${closed}&code=hidden`,
      `?patient=${open},${closed}`,
      `?patient=${open},${closed}&code=hidden`,
      `?patient=${open}`,
      '?_sort=-date&_count=1',
      '?_include=Observation:*',
      '?_total=accurate&_count=1',
    ].map((query): Ask => ['GET', `/fhir/Observation${query}`]),
    ['GET', `/fhir/Patient/${closed}`],
    ['GET', `/fhir/Patient/${closed}/$everything`],
    ['GET', `/fhir/Patient/${closed}/_history`],
    ['GET', '/fhir/Observation/o-hidden'],
    ['GET', `/fhir/Patient/${open}/$everything`],
  ]
  const before: string[] = []
  for (const ask of questions) before.push(await heard(doctor, ask))
  for (let at = 0; at < 5; at++) await made(send, finding(closed, 'hidden', { effectiveDateTime: '2026-01-01' }))
  for (const [at, ask] of questions.entries()) assert.equal(await heard(doctor, ask), before[at], `${ask[0]} ${ask[1]}`)

  const named = await doctor('GET', `/fhir/Observation?patient=${closed}`)
  assert.equal(named.body.total, 0, named.text)
  assert.equal(named.body.entry[0].resource.issue[0].code, 'suppressed')
  assert.equal((await doctor('GET', '/fhir/Observation')).body.total, 2)
  assert.equal((await doctor('GET', `/fhir/Patient/${closed}`)).status, 403)
  assert.equal((await doctor('GET', `/fhir/Patient/${open}/$everything`)).body.entry.length, 3)
  assert.equal((await doctor('POST', '/fhir/Observation', finding(closed, 'x'))).status, 403)
})
