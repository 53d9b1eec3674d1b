import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { corpus } from '../testing/corpora.ts'
import { printJson } from '../fhir/fhir.ts'
import { startServer } from '../testing/server.ts'
import { readDocument, type Result, runTestScript } from '../testing/testscript.ts'
import { workOnce } from './bulk/work.ts'

/** Scripts that may fail, with the reason. Scripts not named here must pass, so the score cannot fall. */
const excused: [RegExp, string][] = [
  [/group-export-discoverable/, 'asks Group/$export without an id, which Bulk Data does not define'],
  [/discovery-has-required-fields|discovery-has-patient-scope/, 'wants the app launch for people, which is not offered'],
]
/** The least number of scripts that must pass in each set; a new excuse does not make up for one that passed before. */
const passedMin: Record<string, number> = {
  'c26/Patient-01-Intro': 4,
  'c26/Patient-02-Formal': 10,
  'c26/Terminology-Formal': 20,
  'mock-health/bulk-data-v2': 4,
  'mock-health/fhir-r4-base': 15,
  'mock-health/smart-on-fhir-v2': 5,
}
/** Scripts about licensed code systems, which are no part of this server. */
const licensed = /loinc|snomed/i
/** Scripts about the URL of a code system in another naming, which needs no contents of it. */
const unlicensed = /preferred-id/

async function seeded(t: TestContext, folder: string) {
  const server = await startServer(t, { DEMO: 'true' })
  const { send, token } = await server.institution('А')
  for (const [id, family] of [
    ['p-1', 'Smith'],
    ['p-2', 'Schmitz'],
  ]) {
    await send('PUT', `/fhir/Patient/${id}`, { resourceType: 'Patient', id, name: [{ family, given: ['A'] }], birthDate: '1970-01-01', gender: 'female' })
    const code = { coding: [{ system: 'http://loinc.org', code: '8480-6' }] }
    const value = { value: 150, unit: 'mm[Hg]', system: 'http://unitsofmeasure.org', code: 'mm[Hg]' }
    await send('POST', '/fhir/Observation', {
      ...{ resourceType: 'Observation', status: 'final', code, subject: { reference: `Patient/${id}` }, effectiveDateTime: '2026-01-01' },
      component: [{ code, valueQuantity: value }],
    })
  }
  for (const file of definitionsIn(folder)) {
    const resource = readDocument(server.world.fhir, file)
    await send('PUT', `/fhir/${resource['resourceType']}/${resource['id']}`, printJson(resource))
  }
  await server.app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = server.app.server.address() as { port: number }
  return { world: server.world, base: `http://127.0.0.1:${port}`, token, fhir: server.world.fhir }
}

/** The resources that the scripts expect on the server: the value sets and maps beside them. */
function definitionsIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /JSON_Format.*_reference\/resources\/.*\.json$/.test(name))
    .map((name) => join(folder, name))
}

/** All scripts of a folder; their fixtures lie in folders whose names begin with an underscore. */
function scriptsIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(?:json|xml)$/.test(name) && !name.includes('_reference'))
    .filter((name) => readFileSync(join(folder, name), 'utf8').includes('TestScript'))
    .sort()
}

test('third-party TestScripts find a complete server', async (t) => {
  const folder = corpus(t, 'fhir-testscripts')
  if (!folder) return
  const target = await seeded(t, folder)
  const score = new Map<string, { passed: number; all: number; excused: Map<string, number>; unknown: number; held: number }>()
  const failed: string[] = []
  for (const name of scriptsIn(folder)) {
    const set = name.split('/').slice(0, 2).join('/')
    const counts = score.get(set) ?? { passed: 0, all: 0, excused: new Map<string, number>(), unknown: 0, held: 0 }
    score.set(set, counts)
    counts.all++
    const result: Result = await runTestScript(target, join(folder, name))
    while (await workOnce(target.world)); // Ends an export that was begun before the next one is asked for.
    counts.unknown += result.unknown
    counts.held += result.held
    if (result.failed.length === 0) {
      counts.passed++
      continue
    }
    const isLicensed = licensed.test(name + readFileSync(join(folder, name), 'utf8')) && !unlicensed.test(name)
    const reason = isLicensed ? 'needs LOINC or SNOMED CT' : excused.find(([form]) => form.test(name))?.[1]
    if (reason === undefined) failed.push(`${name}: ${result.failed.join('; ')}`)
    else counts.excused.set(reason, (counts.excused.get(reason) ?? 0) + 1)
  }
  for (const [set, { passed, all, excused: why, unknown, held }] of score) {
    const rest = [...why].map(([reason, count]) => `${count} ${reason}`).join(', ')
    t.diagnostic(`${set}: ${passed} of ${all} pass (${held} assertions held, ${unknown} of their author's own kind)${rest === '' ? '' : `; ${rest}`}`)
  }
  assert.deepEqual(failed, [])
  for (const [set, least] of Object.entries(passedMin)) assert.ok((score.get(set)?.passed ?? 0) >= least, set)
})
