import type { Transaction } from '../platform/world.ts'
import { endRelation, relateAll } from './relation-store.ts'

/** Who represents whom by the register of persons: until the child is grown, or until the day that the register says. */
export type Guardianship = { account: string; patient: number; born: string; person: string; name: string; from: Date; until: Date | null }

const source = 'registry:guardian'

/** Takes over what the register says of these pairs: what is known already stays, another end ends the former relation. */
export async function setGuardians(tx: Transaction, rows: readonly Guardianship[], at: Date): Promise<void> {
  const known = await tx<{ id: number; patient: number; account: string; untilAt: Date | null }>`
    select id, patient, account, until_at
      from access.relation
     where kind = 'guardian' and source = ${source} and ended_at is null
       and patient = any(${rows.map(({ patient }) => patient)}::int8[]) and account = any(${rows.map(({ account }) => account)}::text[])`
  const byPair = new Map(known.map((one) => [`${one.account} ${one.patient}`, one]))
  const added = rows.filter((row) => {
    const former = byPair.get(`${row.account} ${row.patient}`)
    return former === undefined || former.untilAt?.getTime() !== row.until?.getTime()
  })
  for (const { account, patient } of added) {
    const former = byPair.get(`${account} ${patient}`)
    if (former) await endRelation(tx, { patient, id: former.id, at, by: 'registry', reason: 'finished' })
  }
  const open = added.filter(({ until }) => until === null || until > at)
  await relateAll(
    tx,
    open.map((row) => ({ ...row, kind: 'guardian' as const, source })),
  )
}
