import type { Resource } from '@medplum/fhirtypes'
import { createLedger } from '../audit/audit.ts'
import { hashesFrom } from '../record/record.ts'
import type { Person } from '../simulator/person.ts'
import { createDirectory, generateCountry, historyOf } from '../simulator/simulator.ts'
import { testFhir } from './fhir.ts'
import { startPlatform, type TestPlatform } from './platform.ts'
import type { Ending } from './for-file.ts'

export const simulatorToday = '2026-11-23'

/** A platform whose world has the running parts that are needed to load a population. */
export async function startRecord(t: Ending, settings: Record<string, string> = {}): Promise<TestPlatform> {
  const platform = await startPlatform(t, settings)
  const { world } = platform
  world.hashes = hashesFrom(world.keys)
  world.fhir = await testFhir()
  world.ledger = await createLedger(world)
  t.after(() => world.ledger.close())
  return platform
}

export type Told = { person: Person; sent: ReturnType<typeof historyOf>; resources: Resource[] }

/** Generates people with their histories, in memory. */
export function tell(count: number, seed = 1): Told[] {
  const country = generateCountry({ seed, count, today: simulatorToday })
  const directory = createDirectory(country.institutions)
  return [...country.people].map((person) => {
    const sent = historyOf({ seed, today: simulatorToday, directory }, person)
    return { person, sent, resources: sent.flatMap(({ bundle }) => bundle.entry!.map((entry) => entry.resource!)) }
  })
}

export function ofType<T extends Resource['resourceType']>(resources: readonly Resource[], type: T): Extract<Resource, { resourceType: T }>[] {
  return resources.filter((one): one is Extract<Resource, { resourceType: T }> => one.resourceType === type)
}
