import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeDemoCountry, playLeaves } from '../../simulator/simulator.ts'
import { startRecord } from '../../testing/simulator.ts'
import { startEmployersSide } from '../apart/employers-side.ts'
import { leakTest } from './leak-test.ts'

test('in the whole demo, with leaves, requests, objections and papers in every state, no employer learns what is sealed', async (t) => {
  const { world, ownerUrl } = await startRecord(t, { DEMO_PEOPLE: '50' })
  await makeDemoCountry(world)
  await playLeaves(world)
  const side = await startEmployersSide(world, ownerUrl, { say: () => {} }) // It sets the password of the role of that process.
  t.after(() => side.stop())
  const report = await leakTest(world, { apart: true })
  t.diagnostic(`${report.answers} answers about ${report.leaves} leaves of ${report.employers} employers`)
  assert.deepEqual([...new Set(report.found)], [])
  assert.deepEqual(report.untried, [])
  assert.ok(report.answers > 2000 && report.leaves >= 15)
})
