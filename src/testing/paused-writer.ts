// A second server process. It writes one resource by the real act and stops between the write and its commit, until a line arrives on stdin: `node
// paused-writer.ts '{"appUrl":…,"actor":…,"resource":…,"settings":…}'`. Prints `waiting`, then `committed`.
import { createInterface } from 'node:readline/promises'
import { createLedger } from '../audit/audit.ts'
import type { Actor } from '../platform/actor.ts'
import { connectAs } from '../platform/connect.ts'
import { unwatchedRoom } from '../platform/room.ts'
import { makeLog, systemClock, type World } from '../platform/world.ts'
import { updateOne } from '../record/write/create.ts'
import { hashesFrom } from '../record/record.ts'
import type { Resource } from '../fhir/fhir.ts'
import { testConfig, testKeys } from './platform.ts'
import { testFhir } from './fhir.ts'

type Wish = { appUrl: object; actor: Actor; resource: Resource & { id: string } }

const { appUrl, actor, resource } = JSON.parse(process.argv[2] ?? '') as Wish
const app = connectAs(appUrl)
const world = { config: testConfig(), sql: app.sql, connect: app.connect, keys: testKeys, log: makeLog('silent'), room: unwatchedRoom, ...systemClock } as World
world.fhir = await testFhir()
world.hashes = hashesFrom(testKeys)
const ledger = await createLedger(world)
const lines = createInterface({ input: process.stdin })
world.ledger = {
  ...ledger,
  transaction: (act) =>
    ledger.transaction(async (tx) => {
      const result = await act(tx)
      process.stdout.write('waiting\n')
      await lines.question('')
      return result
    }),
}
const asking = { world, actor, correlation: 'paused', base: 'http://localhost/fhir', purpose: 'health-care' }
const { at } = await updateOne(asking, resource, resource.id, { ifMatch: null, ifNoneMatch: null })
process.stdout.write(`committed ${at.toISOString()}\n`)
await ledger.close()
await app.end()
process.exit(0)
