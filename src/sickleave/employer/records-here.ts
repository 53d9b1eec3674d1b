import { numbers } from '../../identity/identity.ts'
import { companies } from '../../registry/registry.ts'
import { type Asking, entryOf } from '../asking.ts'
import { dayAt } from '../rules/days.ts'
import type { Look, Looked, Records } from './records.ts'
import { requireEmployer } from './rights.ts'
import { keyOfShare } from './share.ts'

const leavesMax = 5_000

/** The people whose leaves these are. This process knows them, the employer's role never does. */
async function patientsOf({ world }: Asking, { employers, leaves }: Looked): Promise<Map<string, number>> {
  if (leaves.length === 0) return new Map()
  const rows = await world.sql<{ knownAs: string; patient: number }>`
    select distinct known_as, patient
      from sickleave.document
     where known_as = any(${[...new Set(leaves)]}::uuid[]) and employer = any(${[...employers]}::int4[])
     limit ${leavesMax}`
  return new Map(rows.map(({ knownAs, patient }) => [knownAs, patient]))
}

async function record(asking: Asking, of: Looked, look: Look): Promise<Map<string, number>> {
  const patients = await patientsOf(asking, of)
  const disclosed = [...new Set(patients.values())]
  await asking.world.ledger.record(disclosed.length > 0 ? disclosed.map((patient) => entryOf(asking, patient, look)) : [entryOf(asking, null, look)])
  return patients
}

export const recordsHere: Records = {
  looked: async (asking, of, look) => void (await record(asking, of, look)),
  async numbersOf(asking, of, look) {
    const patients = await record(asking, of, look)
    const jmbg = await numbers.inClear(asking.world, [...new Set(patients.values())], 'jmbg')
    return new Map([...patients].flatMap(([leave, patient]) => (jmbg.has(patient) ? [[leave, jmbg.get(patient) as string] as const] : [])))
  },
  standing: async ({ world }, authorities) => companies.standing(world.sql, [...authorities], dayAt(world.now())),
  async shareKey(asking, pib, leave) {
    const { world } = asking
    const { employer } = await requireEmployer(asking, pib)
    const [row] = await world.sql<{ share: string }>`
      select share from sickleave.shared
       where employer = ${employer} and known_as = ${leave} and (until_at is null or until_at > ${world.now()})`
    if (!row) return null
    await record(asking, { employers: [employer], leaves: [leave] }, { action: 'read', basis: 'consent', what: 'sick-leave-diagnosis' })
    return keyOfShare(world, row.share)
  },
}
