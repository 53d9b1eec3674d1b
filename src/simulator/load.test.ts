import assert from 'node:assert/strict'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { createLedger } from '../audit/audit.ts'
import { loadFhir } from '../fhir/fhir.ts'
import { hashesFrom } from '../record/record.ts'
import { startPlatform } from '../testing/platform.ts'
import { loadPopulation } from './load.ts'

async function startRecord(t: TestContext) {
  const platform = await startPlatform(t)
  const { world } = platform
  world.hashes = hashesFrom(world.keys)
  world.fhir = await loadFhir(mkdtempSync(join(tmpdir(), 'spona-fhir-')))
  world.ledger = await createLedger(world)
  t.after(() => world.ledger.close())
  return platform
}

test('a population is loaded once, however often the command is given', async (t) => {
  const { world } = await startRecord(t)
  const started = performance.now()
  const { figures: first } = await loadPopulation(world, { seed: 3, count: 60 })
  console.log(first, performance.now() - started)
  const { figures: again } = await loadPopulation(world, { seed: 3, count: 60 })
  console.log(again)
  assert.equal(first.people, 60)
  assert.deepEqual(again, { people: 0, skipped: 60, charts: 0, resources: 0 })
})
