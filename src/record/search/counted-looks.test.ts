import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { relate } from '../../access/access.ts'
import { keySets } from '../../identity/identity.ts'
import { signedIn } from '../../testing/signed-in.ts'
import { forFile } from '../../testing/for-file.ts'
import { type Send, startServer, type TestServer } from '../../testing/server.ts'
import { keyOfId } from '../ids.ts'
import { countedMax } from './related.ts'

// A number is an answer: how many diagnoses of a code somebody has tells whether they have it.

const jmbg = '0101985710113'
const file = forFile()
let server: TestServer
let system: Send
let doctor: Send
let chart: string
let entry: string

before(async () => {
  server = await startServer(file)
  const home = await server.institution('Дом здравља')
  system = home.send
  chart = (await filed({ resourceType: 'Patient', identifier: [{ system: 'urn:rs:jmbg', value: jmbg }], name: [{ family: 'Илић', given: ['Ана'] }] })).id
  const subject = { reference: `Patient/${chart}` }
  entry = (await filed({ resourceType: 'Condition', subject, code: { coding: [{ system: 'urn:icd', code: 'F32' }] } })).id
  const from = new Date(Date.now() - 1000)
  await server.world.sql.begin((tx) => relate(tx, { patient: keyOfId(chart), kind: 'visit', source: 'test', from, institution: home.id, worker: 31 }))
  doctor = await signedIn(server, { roles: ['doctor'], worker: 31, institution: home.id })
})

async function filed(resource: Record<string, unknown>): Promise<{ id: string }> {
  const { status, body, text } = await system('POST', `/fhir/${String(resource['resourceType'])}`, resource)
  assert.equal(status, 201, text)
  return body
}

/** What was asked, how many it counted, and the rows that the person of the chart has of it. */
async function asked(send: Send, path: string): Promise<{ total: number; looks: { count: number; decision: string }[] }> {
  const [keys] = [...(await keySets(server.world.sql, [keyOfId(chart)])).values()]
  const rows = () => server.world.sql<{ count: number; decision: string }>`
    select (entry::jsonb ->> 'count')::int as count, decision from audit.entry where patient = any(${keys}::int8[]) and action = 'search' order by stream, seq`
  const before = (await rows()).length
  const { status, body, text } = await send('GET', `/fhir/${path}`)
  assert.equal(status, 200, text)
  return { total: body.total, looks: (await rows()).slice(before) }
}

describe('whoever asks how many stands in the log of each of whom it is asked', () => {
  const ways = [
    (code: string) => `Patient?_id=${chart}&_has:Condition:patient:code=${code}`,
    (code: string) => `Patient?identifier=urn:rs:jmbg|${jmbg}&_has:Condition:patient:code=${code}`,
    (code: string) => `Condition?patient._id=${chart}&code=${code}`,
    (code: string) => `Condition?subject:Patient.identifier=urn:rs:jmbg|${jmbg}&code=${code}`,
    (code: string) => `Condition?patient.family=Илић&patient.given=Ана&code=${code}`,
    (code: string) => `Patient/${chart}/Condition?code=${code}`,
    (code: string) => `Condition?_id=${entry}&code=${code}`,
    (code: string) => `Condition?_filter=_id eq ${entry} and code eq ${code}`,
  ]
  for (const [at, way] of ways.entries()) {
    for (const only of ['_summary=count', '_count=0', '_count=10']) {
      test(`way ${at + 1}, ${only}: there is one, and there is none`, async () => {
        for (const send of [doctor, system]) {
          assert.deepEqual(await asked(send, `${encodeURI(way('F32'))}&${only}`), { total: 1, looks: [{ count: 1, decision: 'permit' }] })
          assert.deepEqual(await asked(send, `${encodeURI(way('F33'))}&${only}`), { total: 0, looks: [{ count: 0, decision: 'permit' }] })
        }
      })
    }
  }

  test('a person to whom the record is closed is denied, as with patient=, and hears nothing else', async () => {
    const stranger = await signedIn(server, { roles: ['doctor'], worker: 32, institution: null })
    for (const way of [`Patient?_id=${chart}`, `Patient?identifier=urn:rs:jmbg|${jmbg}`])
      assert.deepEqual(await asked(stranger, `${way}&_summary=count`), { total: 0, looks: [{ count: 0, decision: 'deny' }] })
  })

  test('a house that is found by whom it treated is a look at whom one named, and at the few through whom it was found', async () => {
    const house = await filed({ resourceType: 'Organization', name: 'Психијатрија' })
    const other = await filed({ resourceType: 'Organization', name: 'Очна' })
    const encounter = { resourceType: 'Encounter', status: 'finished', class: { code: 'AMB' }, subject: { reference: `Patient/${chart}` } }
    await filed({ ...encounter, serviceProvider: { reference: `Organization/${house.id}` } })
    const by = `_has:Encounter:service-provider:patient=${chart}`
    for (const send of [doctor, system]) {
      for (const only of ['_summary=count', '_count=10']) {
        assert.deepEqual(await asked(send, `Organization?_id=${house.id}&${by}&${only}`), { total: 1, looks: [{ count: 1, decision: 'permit' }] })
        assert.deepEqual(await asked(send, `Organization?_id=${other.id}&${by}&${only}`), { total: 0, looks: [{ count: 0, decision: 'permit' }] })
      }
      const day = await asked(send, `Organization?_id=${house.id}&_has:Encounter:service-provider:status=finished`)
      assert.deepEqual(day, { total: 1, looks: [{ count: 1, decision: 'permit' }] })
    }
    const stranger = await signedIn(server, { roles: ['doctor'], worker: 33, institution: null })
    assert.deepEqual(await asked(stranger, `Organization?${by}`), { total: 0, looks: [{ count: 0, decision: 'deny' }] })
  })

  test('what is counted beside a page is a look; a number about very many is one of nobody', async () => {
    await filed({ resourceType: 'Condition', subject: { reference: `Patient/${chart}` }, code: { coding: [{ system: 'urn:icd', code: 'Z99' }] } })
    const others: string[] = []
    for (let at = 0; at < countedMax; at++) others.push((await filed({ resourceType: 'Patient', name: [{ family: `Брат${at}` }] })).id)
    const z99 = (id: string | undefined) => ({
      resourceType: 'Condition',
      subject: { reference: `Patient/${id}` },
      code: { coding: [{ system: 'urn:icd', code: 'Z99' }] },
    })
    await filed(z99(others[0]))
    const { total, looks } = await asked(system, 'Condition?code=Z99&_count=1&_total=accurate')
    assert.equal(total, 2)
    assert.deepEqual(looks.length, 1, 'on the page or beside it')
    for (const id of others.slice(1)) await filed(z99(id))
    assert.deepEqual(await asked(system, 'Condition?code=Z99&_summary=count'), { total: countedMax + 1, looks: [] })
  })
})
