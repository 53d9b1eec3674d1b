import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { test } from 'node:test'
import { corpus, jsonFiles, readText } from '../testing/corpora.ts'
import { startServer } from '../testing/server.ts'

/** Official examples that break rules of their own specification, each with the place of the fault. */
const knownInvalid: Record<string, RegExp> = {
  'ActivityDefinition-blood-tubes-supply.json': /text\.div/,
  'ActivityDefinition-heart-valve-replacement.json': /text\.div/,
  'Questionnaire-zika-virus-exposure-assessment.json': /text\.div/,
  'DeviceMetric-example.json': /parent/,
  'MedicationRequest-medrx0301.json': /dispenseRequest\.performer/,
  'Questionnaire-qs1.json': /linkId/,
}

/** JSON with every number as its source text and properties in one order, without the elements that the server adds. */
function canon(text: string, isIdKept: boolean): unknown {
  const whole = JSON.parse(text, (_, value, context?: { source?: string }) => {
    if (typeof value === 'number') return `number ${context?.source}`
    return value !== null && typeof value === 'object' && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value
  })
  const { id, meta: { versionId: _version, lastUpdated: _at, ...meta } = {} as Record<string, unknown>, ...rest } = whole
  return { ...rest, ...(isIdKept ? { id } : {}), ...(Object.keys(meta).length > 0 ? { meta } : {}) }
}

test('every official example of R4 comes back as it went in, by POST and by PUT, or is refused where it is wrong', async (t) => {
  const folder = corpus(t, 'fhir-r4-examples')
  if (folder === null) return
  const { institution } = await startServer(t)
  const { send } = await institution('А')
  const types = readdirSync(folder, { withFileTypes: true })
    .filter((one) => one.isDirectory() && one.name !== 'LICENSES')
    .map((one) => one.name)
  let kept = 0
  for (const file of types.flatMap((type) => jsonFiles(join(folder, type)))) {
    const text = readText(file)
    const { resourceType, id } = JSON.parse(text)
    const wrong = knownInvalid[basename(file)]
    for (const [method, url] of [
      ['POST', `/fhir/${resourceType}`],
      ['PUT', `/fhir/${resourceType}/${id}`],
    ] as const) {
      const answer = await send(method, url, text)
      if (wrong) {
        assert.equal(answer.status, 400, file)
        assert.match(JSON.stringify(answer.body.issue[0].expression), wrong, file)
        continue
      }
      assert.equal(answer.status, 201, `${file}: ${answer.text}`)
      const read = await send('GET', `/fhir/${resourceType}/${answer.body.id}`)
      assert.deepEqual(canon(read.text, method === 'PUT'), canon(text, method === 'PUT'), `${method} ${file}`)
      assert.equal(read.text, answer.text)
      kept++
    }
  }
  assert.ok(kept > 900, `${kept} round trips of ${types.length} types`)
})

test('every resource type of R4 can be written, read, searched and deleted, and the capability statement says so', async (t) => {
  const { institution, world } = await startServer(t)
  const { send } = await institution('А')
  const {
    rest: [{ resource: described }],
  } = (await send('GET', '/fhir/metadata')).body
  assert.deepEqual(described.map((one: any) => one.type).sort(), [...world.fhir.types].sort())
  for (const type of world.fhir.types) {
    const found = await send('GET', `/fhir/${type}?_id=none`)
    assert.equal(found.status, 200, `${type}: ${found.text}`)
    assert.equal((await send('GET', `/fhir/${type}/none`)).status, 404, type)
    assert.equal((await send('DELETE', `/fhir/${type}/none`)).status, 204, type)
  }
})

test('every search parameter that the capability statement names can be asked', async (t) => {
  const { institution } = await startServer(t)
  const { send } = await institution('А')
  const {
    rest: [{ resource: described }],
  } = (await send('GET', '/fhir/metadata')).body
  const values: Record<string, string> = { token: '=a', reference: '=x', string: '=a', date: '=2020', uri: '=urn:a', number: '=5', quantity: '=5' }
  let asked = 0
  for (const { type, searchParam = [], searchInclude = [], searchRevInclude = [] } of described) {
    // Composites and positions have their own forms, which own-values.test.ts tests.
    const names = searchParam.filter((one: any) => values[one.type] !== undefined).map((one: any) => `${one.name}${values[one.type]}`)
    const reverse = type === 'Patient' || type === 'Basic' ? searchRevInclude.map((one: string) => `_revinclude=${one}`) : []
    const queries = [...names, ...searchInclude.map((one: string) => `_include=${one}`), ...reverse]
    for (const query of queries) {
      const answer = await send('GET', `/fhir/${type}?${query}`)
      // A coded element has its own codes; a refusal of any other names them.
      if (answer.status === 400 && /is not a code of this element|neither true nor false/.test(answer.text)) continue
      assert.equal(answer.status, 200, `${type}?${query}: ${answer.text}`)
      asked++
    }
  }
  assert.ok(asked > 1000, String(asked))
})

const escaped = (value: string) => value.replace(/[\\,$|]/g, (mark) => `\\${mark}`)

test('each value of an example is found by the search parameter for it, among all examples', async (t) => {
  const folder = corpus(t, 'fhir-r4-examples')
  if (folder === null) return
  const { institution, world } = await startServer(t)
  const { send } = await institution('А')
  const asked = new Map<string, { query: string; id: string }>()
  const types = readdirSync(folder, { withFileTypes: true })
    .filter((one) => one.isDirectory() && one.name !== 'LICENSES')
    .map((one) => one.name)
  for (const file of types.flatMap((type) => jsonFiles(join(folder, type)))) {
    const resource = JSON.parse(readText(file))
    const made = await send('POST', `/fhir/${resource.resourceType}`, resource)
    if (made.status !== 201) continue
    const known = world.fhir.parameters(resource.resourceType)
    for (const value of world.fhir.extract(made.body)) {
      const parameter = known.find((one) => one.code === value.code)
      if (!parameter || value.code === '_lastUpdated') continue
      const text =
        value.kind === 'token' && value.value !== null
          ? `${value.system === null ? '' : `${escaped(value.system)}|`}${escaped(value.value)}`
          : value.kind === 'string'
            ? escaped(value.value.slice(0, 40))
            : value.kind === 'date' && Number.isFinite(value.low)
              ? `ge${new Date(value.low).toISOString()}`
              : value.kind === 'reference' && value.reference
                ? escaped(value.reference)
                : value.kind === 'uri'
                  ? escaped(value.value)
                  : ''
      if (text.trim() === '' || text.length > 500 || text.startsWith('#')) continue
      asked.set(`${resource.resourceType} ${value.code} ${value.kind}`, {
        query: `/fhir/${resource.resourceType}?${value.code}=${encodeURIComponent(text)}&_count=200`,
        id: made.body.id,
      })
    }
  }
  const missed: string[] = []
  for (const { query, id } of asked.values()) {
    const answer = await send('GET', query)
    if (answer.text.includes('never refers to')) continue // The parameter is for types other than the one this reference names.
    if (answer.status !== 200 || !(answer.body.entry ?? []).some((one: any) => one.resource.id === id))
      missed.push(`${decodeURIComponent(query)}: ${answer.status}`)
  }
  assert.deepEqual(missed, [])
  assert.ok(asked.size > 500, String(asked.size))
})
