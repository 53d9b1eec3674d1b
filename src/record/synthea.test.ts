import assert from 'node:assert/strict'
import { test } from 'node:test'
import { corpus, jsonFiles, readText } from '../testing/corpora.ts'
import { startServer } from '../testing/server.ts'

const filesMax = Number(process.env['SYNTHEA_FILES'] ?? 4)

test('third-party bundles go in whole, and every resource is found again with its references', async (t) => {
  const folder = corpus(t, 'synthea-r4')
  if (!folder) return
  const { institution } = await startServer(t)
  const { send } = await institution('Туђи систем')
  let resources = 0
  let ms = 0
  for (const file of jsonFiles(folder).slice(0, filesMax)) {
    const text = readText(file)
    const bundle = JSON.parse(text)
    const began = performance.now()
    const done = await send('POST', '/fhir', text)
    ms += performance.now() - began
    assert.equal(done.status, 200, done.text.slice(0, 2000))
    assert.equal(done.body.entry.length, bundle.entry.length)
    resources += bundle.entry.length
    assert.ok(done.body.entry.every((entry: any) => entry.response.status === '201 Created'))
    const patient = done.body.entry
      .find((entry: any) => entry.response.location.includes('/Patient/'))
      .response.location.split('/Patient/')[1]
      .split('/')[0]
    const whole = await send('GET', `/fhir/Patient/${patient}/$everything`)
    assert.equal(whole.body.entry.length, bundle.entry.length, 'everything is there')
    assert.ok(
      !whole.text.includes('urn:uuid:') || bundle.entry.some((entry: any) => JSON.stringify(entry.resource).includes('"system":"urn:')),
      'no reference is left open',
    )
    const observations = await send('GET', `/fhir/Observation?patient=${patient}&_count=5&_total=accurate`)
    assert.equal(observations.body.total, bundle.entry.filter((entry: any) => entry.resource.resourceType === 'Observation').length)
  }
  t.diagnostic(`${resources} resources, ${Math.round(resources / (ms / 1000))} resources/s in one process, tests' database`)
})
