import type { Resource } from '../../fhir/fhir.ts'
import type { World } from '../../platform/world.ts'
import { pointer, readBodies, type Stored } from '../store.ts'

const submittedMax = 1000

/**
 * What an institution wrote since a transaction and is still current, in the order of its commits: a sandbox shows by it what an exchange led to. The
 * index by transaction avoids reading older rows.
 */
export async function submittedSince(world: World, institution: number, sinceTx: number): Promise<Resource[]> {
  const rows = await world.sql<Stored>`
    select ${pointer}
      from record.resource r
     where r.tx >= ${sinceTx} and r.institution = ${institution} and not r.deleted and not r.voided
     order by r.tx, r.patient, r.type, r.id
     limit ${submittedMax}`
  const bodies = await readBodies(world.sql, rows)
  return bodies.map((body) => JSON.parse(body) as Resource)
}
