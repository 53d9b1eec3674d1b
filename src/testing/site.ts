import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { createLedger } from '../audit/audit.ts'
import { buildApp } from '../app.ts'
import { buildPortals } from '../portals/build.ts'
import { hashesFrom } from '../record/record.ts'
import { makeDemoCountry, type DemoSummary } from '../simulator/demo.ts'
import { startPlatform, type TestPlatform } from './platform.ts'
import { testFhir } from './server.ts'

export type TestSite = TestPlatform & { base: string; demo: DemoSummary }

/** The whole product as `npm start` brings it up, on a free port with a small invented country: for tests in a real browser. */
export async function startSite(t: TestContext, people = 40): Promise<TestSite> {
  const platform = await startPlatform(t)
  const { world } = platform
  const portals = join(tmpdir(), `spona-test-portals-${process.getuid?.() ?? 0}`)
  const [fhir] = await Promise.all([testFhir(), buildPortals(portals)])
  world.fhir = fhir
  world.hashes = hashesFrom(world.keys)
  world.ledger = await createLedger(world)
  const demo = await makeDemoCountry(world, { count: people })
  const app = await buildApp(world, portals)
  await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address() as { port: number }
  world.config.PORT = port
  t.after(async () => {
    app.server.closeAllConnections()
    await app.close()
    await world.ledger.close()
  })
  return { ...platform, base: `http://localhost:${port}`, demo }
}
