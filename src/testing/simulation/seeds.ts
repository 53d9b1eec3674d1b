import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { verifyLog } from '../../bus/evidence/seal-log.ts'
import { hashesFrom } from '../../record/record.ts'
import { startPlatform } from '../platform.ts'
import { testFhir } from '../fhir.ts'
import { Centre } from './centre.ts'
import { openReader } from './record-reader.ts'
import { simulate } from './simulate.ts'
import { startWebhooks } from './webhooks.ts'

/** `SPONA_SEED=7` runs that seed alone and prints everything that happens. */
export const chosenSeed = process.env['SPONA_SEED']
export const seedsFrom = (first: number, count: number): number[] =>
  chosenSeed === undefined ? Array.from({ length: count }, (_, at) => first + at) : [Number(chosenSeed)]

/** Runs seeds one after the other on one database. Each has members of its own, so a seed that fails among others also fails alone. */
export async function runSeeds(t: TestContext, seeds: readonly number[], settings: Record<string, string> = {}): Promise<void> {
  const platform = await startPlatform(t, { RATE_PER_CLIENT: '1000000', ...settings })
  Object.assign(platform.world, { fhir: await testFhir(), hashes: hashesFrom(platform.world.keys) })
  const clock = { now: Date.UTC(2026, 11, 1) }
  const centre = new Centre(platform, clock)
  const record = await openReader(platform, clock)
  const hooks = await startWebhooks()
  await centre.start()
  t.after(async () => {
    hooks.server.closeAllConnections()
    hooks.server.close()
    await centre.end()
    await record.end()
  })
  let lines = 0
  for (const seed of seeds) {
    const trace = await simulate(centre, hooks, record, seed)
    lines += trace.length
    if (chosenSeed !== undefined) t.diagnostic(`\n${trace.join('\n')}`)
  }
  const log = await verifyLog(centre.world)
  assert.deepEqual(log.problems, [])
  t.diagnostic(`${seeds.length} seeds, ${lines} events, ${log.rows} rows of the log under ${log.seals} seals`)
}
