import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startServer } from '../../testing/server.ts'

// R4 http, section 3.1.0.11.2: a transaction deletes, creates, changes, reads, and resolves conditional references at the end.

const basic = (value: string, more: object = {}) => ({ resourceType: 'Basic', code: { text: 't' }, identifier: [{ system: 'urn:t', value }], ...more })
const doctor = (value: string, more: object = {}) => ({ resourceType: 'Practitioner', identifier: [{ system: 'urn:doc', value }], ...more })
const by = (value: string) => basic(`by ${value}`, { author: { reference: `Practitioner?identifier=urn:doc|${value}` } })
const post = (resource: object & { resourceType: string }, more: object = {}) => ({
  resource,
  request: { method: 'POST', url: resource.resourceType, ...more },
})
const put = (resource: object, url: string) => ({ resource, request: { method: 'PUT', url } })
const remove = (url: string) => ({ request: { method: 'DELETE', url } })

async function started(t: Parameters<typeof startServer>[0]) {
  const { institution } = await startServer(t)
  const { send } = await institution('ДЗ Звездара')
  const transaction = (...entry: object[]) => send('POST', '/fhir', { resourceType: 'Bundle', type: 'transaction', entry })
  const total = async (query: string) => (await send('GET', `/fhir/${query}&_summary=count`)).body.total as number
  return { send, transaction, total }
}

const statuses = (answer: { body: { entry: { response: { status: string } }[] } }) => answer.body.entry.map(({ response }) => response.status.slice(0, 3))

test('conditional creates do not find what the transaction deletes, by id or by condition', async (t) => {
  const { send, transaction, total } = await started(t)
  await send('PUT', '/fhir/Basic/e1', basic('1', { id: 'e1' }))
  const again = await transaction(remove('Basic/e1'), post(basic('1'), { ifNoneExist: 'identifier=urn:t|1' }))
  assert.deepEqual(statuses(again), ['204', '201'])
  assert.equal(await total('Basic?identifier=urn:t|1'), 1)
  const byCondition = await transaction(post(basic('1'), { ifNoneExist: 'identifier=urn:t|1' }), remove('Basic?identifier=urn:t|1'))
  assert.deepEqual(statuses(byCondition), ['201', '204'])
  assert.equal(await total('Basic?identifier=urn:t|1'), 1)
  // When two match and one of them is deleted, the other is the match.
  await send('PUT', '/fhir/Basic/e2', basic('2', { id: 'e2' }))
  await send('PUT', '/fhir/Basic/e3', basic('2', { id: 'e3' }))
  const other = await transaction(remove('Basic/e2'), post(basic('2'), { ifNoneExist: 'identifier=urn:t|2' }))
  assert.deepEqual(statuses(other), ['204', '200'])
  assert.match(other.body.entry[1].response.location, /Basic\/e3/)
})

test('a conditional reference finds what the transaction creates, and not what it deletes or changes into something else', async (t) => {
  const { send, transaction } = await started(t)
  const authorOf = async (answer: { body: any }, at: number) => {
    const { body } = await send('GET', answer.body.entry[at].response.location.replace(/^.*\/fhir/, '/fhir'))
    return body.author.reference as string
  }
  const made = await transaction(post(doctor('new')), post(by('new')))
  assert.equal(made.status, 200, made.text)
  assert.equal(`${await authorOf(made, 1)}/_history/1`, made.body.entry[0].response.location.replace(/^.*\/fhir\//, ''))
  const unless = await transaction(post(by('unless')), post(doctor('unless'), { ifNoneExist: 'identifier=urn:doc|unless' }))
  assert.equal(unless.status, 200, unless.text)
  const twice = await transaction(post(doctor('new')), post(by('new')))
  assert.equal(twice.status, 412, 'one was there and one is made')
  await send('PUT', '/fhir/Practitioner/h4', doctor('h4', { id: 'h4' }))
  const gone = await transaction(remove('Practitioner/h4'), post(by('h4')))
  assert.deepEqual([gone.status, (await send('GET', '/fhir/Practitioner/h4')).status], [412, 200])
  const renamed = await transaction(put(doctor('h5', { id: 'h4' }), 'Practitioner/h4'), post(by('h4')))
  assert.equal(renamed.status, 412, renamed.text)
  const now = await transaction(put(doctor('h5', { id: 'h4' }), 'Practitioner/h4'), post(by('h5')))
  assert.equal(await authorOf(now, 1), 'Practitioner/h4')
  const kept = await transaction(put(doctor('h5'), 'Practitioner?identifier=urn:doc|h5'), post(by('h5')))
  assert.equal(await authorOf(kept, 1), 'Practitioner/h4')
})

test('a patient that the transaction creates may be the subject by a condition', async (t) => {
  const { send, transaction } = await started(t)
  const patient = { resourceType: 'Patient', identifier: [{ system: 'urn:p', value: '1' }], name: [{ family: 'Анић' }] }
  const finding = { resourceType: 'Observation', status: 'final', code: { text: 'x' }, subject: { reference: 'Patient?identifier=urn:p|1' } }
  const done = await transaction(post(finding), post(patient))
  assert.equal(done.status, 200, done.text)
  const id = /Patient\/([^/]+)/.exec(done.body.entry[1].response.location)?.[1]
  assert.equal((await send('GET', `/fhir/Observation?patient=${id}&_summary=count`)).body.total, 1)
})

test('a PUT by a condition that another entry meets is refused, and nothing of it is done', async (t) => {
  const { transaction, total } = await started(t)
  for (const other of [post(basic('5')), put(basic('5', { id: 'e5' }), 'Basic/e5')]) {
    const both = await transaction(other, put(basic('5'), 'Basic?identifier=urn:t|5'))
    assert.deepEqual([both.status, both.body.issue[0].expression], [400, ['Bundle.entry[1].request.url']])
  }
  assert.equal(await total('Basic?identifier=urn:t|5'), 0)
  const alone = await transaction(put(basic('5'), 'Basic?identifier=urn:t|5'), put(basic('6'), 'Basic?identifier=urn:t|6'))
  assert.deepEqual(statuses(alone), ['201', '201'])
})
