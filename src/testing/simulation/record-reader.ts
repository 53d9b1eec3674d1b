import assert from 'node:assert/strict'
import { authenticate } from '../../access/access.ts'
import { createLedger } from '../../audit/audit.ts'
import { createApp } from '../../platform/http.ts'
import { fhirRoutes } from '../../record/record.ts'
import type { TestPlatform } from '../platform.ts'
import { sender } from '../server.ts'
import type { Clock } from './centre.ts'
import type { System } from './system.ts'

/** A result as the record had it at one time. */
export type Version = { value: number; subject: string }
export type RecordReader = { versionsOf(system: System): Promise<Version[]>; end(): Promise<void> }

const most = 1000

/** Reads the record by FHIR, as the institution itself would, in a process without faults. */
export async function openReader(platform: TestPlatform, clock: Clock): Promise<RecordReader> {
  const world = { ...platform.world, now: () => new Date(clock.now) }
  world.ledger = await createLedger(world)
  const app = await createApp(world)
  app.addHook('onRequest', authenticate)
  await app.register(fhirRoutes, { prefix: '/fhir' })
  await app.ready()
  return {
    /** Every version of every result of an institution; of each result the oldest first. */
    async versionsOf({ token }) {
      const ask = sender(app, { authorization: `Bearer ${token}` })
      const found = await ask('GET', `/fhir/Observation?_count=${most}&_elements=id`)
      assert.equal(found.status, 200, found.text)
      const versions: Version[] = []
      for (const { resource } of found.body.entry ?? []) {
        const history = await ask('GET', `/fhir/Observation/${resource.id}/_history?_count=${most}`)
        assert.equal(history.status, 200, history.text)
        for (const one of (history.body.entry as any[]).toReversed())
          versions.push({ value: one.resource.valueQuantity.value, subject: one.resource.subject.reference })
      }
      return versions
    },
    async end() {
      await app.close()
      await world.ledger.close()
    },
  }
}
