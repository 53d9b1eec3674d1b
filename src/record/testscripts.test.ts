import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { corpus } from '../testing/corpora.ts'
import { startServer } from '../testing/server.ts'
import { type Result, runTestScript } from '../testing/testscript.ts'

/** Scripts that may fail, with the reason; what is not named here must pass, so the score cannot fall. */
const excused: [RegExp, string][] = []
/** What a script is about that is not part of this server: licensed code systems. */
const licensed = /loinc\.org|snomed\.info/

async function seeded(t: TestContext) {
  const server = await startServer(t)
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
  await server.app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = server.app.server.address() as { port: number }
  return { base: `http://127.0.0.1:${port}`, token, fhir: server.world.fhir }
}

/** All scripts of a folder; their fixtures lie in folders that begin with an underscore. */
function scriptsIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(?:json|xml)$/.test(name) && !name.includes('_reference'))
    .filter((name) => readFileSync(join(folder, name), 'utf8').includes('TestScript'))
    .sort()
}

test('third-party TestScripts find a complete server', async (t) => {
  const folder = corpus(t, 'fhir-testscripts')
  if (!folder) return
  const target = await seeded(t)
  const score = new Map<string, { passed: number; all: number; excused: Map<string, number>; unknown: number; held: number }>()
  const failed: string[] = []
  for (const name of scriptsIn(folder)) {
    const set = name.split('/').slice(0, 2).join('/')
    const counts = score.get(set) ?? { passed: 0, all: 0, excused: new Map<string, number>(), unknown: 0, held: 0 }
    score.set(set, counts)
    counts.all++
    const result: Result = await runTestScript(target, join(folder, name))
    counts.unknown += result.unknown
    counts.held += result.held
    if (result.failed.length === 0) {
      counts.passed++
      continue
    }
    const reason = licensed.test(readFileSync(join(folder, name), 'utf8')) ? 'needs LOINC or SNOMED CT' : excused.find(([form]) => form.test(name))?.[1]
    if (reason === undefined) failed.push(`${name}: ${result.failed.join('; ')}`)
    else counts.excused.set(reason, (counts.excused.get(reason) ?? 0) + 1)
  }
  for (const [set, { passed, all, excused: why, unknown, held }] of score) {
    const rest = [...why].map(([reason, count]) => `${count} ${reason}`).join(', ')
    t.diagnostic(`${set}: ${passed} of ${all} pass (${held} assertions held, ${unknown} of their author's own kind)${rest === '' ? '' : `; ${rest}`}`)
  }
  assert.deepEqual(failed, [])
})
