import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startServer } from '../../testing/server.ts'

// Search by words of the narrative and of all other texts (https://hl7.org/fhir/R4/search.html#text).

type Json = Record<string, any>
const xhtml = (text: string) => ({ status: 'additional', div: `<div xmlns="http://www.w3.org/1999/xhtml">${text}</div>` })
const put = (type: string, id: string, more: Json) => ({ resource: { resourceType: type, id, ...more }, request: { method: 'PUT', url: `${type}/${id}` } })
const note = (id: string, patient: string, text: string, more: Json = {}) =>
  put('Observation', id, { status: 'final', code: { text: 'Налаз' }, subject: { reference: `Patient/${patient}` }, text: xhtml(text), ...more })

const many = Array.from({ length: 1500 }, (_, at) => `реч${at}`).join(' ')
const data = [
  put('Patient', 'ana', { identifier: [{ system: 'urn:h', value: '1' }] }),
  put('Patient', 'bora', { identifier: [{ system: 'urn:h', value: '2' }] }),
  note('o1', 'ana', '<p>Болесник се жали на главобољу.</p>'),
  note('o2', 'ana', 'Bolesnik nema glavobolje, <b>т</b>ежина &#268;etrdeset', { valueString: 'Тахикардија' }),
  note('o3', 'bora', many, { note: [{ text: 'жали се на тахикардију' }] }),
  put('Practitioner', 'doc', { name: [{ family: 'Лекар' }], text: xhtml('болесник није') }),
]

const questions: [string, string[]][] = [
  ['Observation?_text=bolesnik', ['o1', 'o2']],
  ['Observation?_text=болесник жали', ['o1']],
  ['Observation?_text=bolesnik&_text=glavobolju', ['o1']],
  ['Observation?_text="zali se"', []],
  ['Observation?_text="se zali"', ['o1']],
  ['Observation?_text="na zali"', []],
  ['Observation?_text=tezina četrdeset', ['o2']],
  ['Observation?_text=reč1499', ['o3']],
  ['Observation?_text=реч1 реч2', ['o3']],
  ['Observation?_text=reč1499,glavobolju', ['o1', 'o3']],
  ['Observation?_text=glavobolju OR glavobolje', ['o1', 'o2']],
  ['Observation?_text=тахикардија', []],
  ['Observation?_content=tahikardija', ['o2']],
  ['Observation?_content=tahikardiju zali', ['o3']],
  ['Observation?patient=ana&_content=налаз', ['o1', 'o2']],
  ['Observation?patient=bora&_text=реч7', ['o3']],
  ['Practitioner?_text=bolesnik', ['doc']],
  ['?_type=Observation,Practitioner&_text=bolesnik', ['doc', 'o1', 'o2']],
  ['?_text=bolesnik', ['doc', 'o1', 'o2']],
  ['Patient?_has:Observation:patient:_text=reč3', ['bora']],
]

test('texts are searched by words, in any script, across all records and in one', async (t) => {
  const { institution } = await startServer(t)
  const { send } = await institution('Болница')
  const sent = await send('POST', '/fhir', { resourceType: 'Bundle', type: 'transaction', entry: data })
  assert.equal(sent.status, 200, sent.text.slice(0, 800))
  for (const [url, expected] of questions) {
    const { status, body, text } = await send('GET', url.startsWith('?') ? `/fhir${url}` : `/fhir/${url}`)
    assert.equal(status, 200, `${url}: ${text.slice(0, 300)}`)
    assert.deepEqual((body.entry ?? []).map((one: Json) => one.resource.id).sort(), expected, url)
  }
  // A new narrative is found by its own words and no longer by the old ones.
  const changed = { ...note('o1', 'ana', 'Ништа ново').resource }
  assert.equal((await send('PUT', '/fhir/Observation/o1', changed)).status, 200)
  assert.equal((await send('GET', '/fhir/Observation?_text=ništa&_summary=count')).body.total, 1)
  assert.equal((await send('GET', '/fhir/Observation?_text=zali&_summary=count')).body.total, 0)
})
