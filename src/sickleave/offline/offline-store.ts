import { decide } from '../../access/access.ts'
import { headers, keySets } from '../../identity/identity.ts'
import type { Refusal } from '../../platform/refusal.ts'
import type { Runner } from '../../platform/sql.ts'
import { assesses } from '../assessor.ts'
import { type Asking, entryOf, requireDoctor } from '../asking.ts'
import type { OfflineCertificates } from '../wire.ts'
import type { About } from './accept.ts'

/** Notes what became of a certificate that came in. A conflict with a change made meanwhile is for its doctor to solve. */
export async function noteOffline(tx: Runner, message: string, about: About, arrivedAt: Date, refusal: Refusal | null): Promise<void> {
  const { institution, worker, number, leave, patient, at } = about
  await tx`
    insert into sickleave.offline_certificate (message, institution, worker, number, leave, patient, at, arrived_at, sentence, hint)
    values (${message}, ${institution}, ${worker}, ${number}, ${leave}, ${patient}, ${at}, ${arrivedAt}, ${refusal?.message ?? null}, ${refusal?.hint ?? null})
    on conflict do nothing`
}

type Row = { number: string; leave: string; patient: number | null; at: Date; arrivedAt: Date; sentence: string | null; hint: string | null }
const [daysBack, linesMax] = [30, 200]

/** The asking doctor's own certificates of the last days, newest first. A person is named only while the doctor still assesses them. */
export async function offlineCertificates(asking: Asking): Promise<OfflineCertificates> {
  const { world, actor } = asking
  const { worker, institution } = await requireDoctor(asking, 'search')
  const rows = await world.sql<Row>`
    select number, leave, patient, at, arrived_at, sentence, hint
      from sickleave.offline_certificate
     where worker = ${worker} and institution = ${institution} and arrived_at > ${world.now()}::timestamptz - ${daysBack} * interval '1 day'
     order by arrived_at desc, number
     limit ${linesMax}`
  const patients = [...new Set(rows.flatMap(({ patient }) => patient ?? []))]
  const sets = await keySets(world.sql, patients)
  const decisions =
    patients.length === 0
      ? []
      : await decide(
          world,
          actor,
          'read',
          patients.map((patient) => sets.get(patient) ?? [patient]),
        )
  const open = patients.filter((_, at) => assesses(decisions[at]))
  const looks = open.map((patient) => entryOf(asking, patient, { action: 'search', basis: 'chosen-doctor' }))
  await world.ledger.record(looks.length > 0 ? looks : [entryOf(asking, null, { action: 'search', basis: 'chosen-doctor' })])
  const names = new Map<number, NonNullable<OfflineCertificates['lines'][number]['person']>>()
  for (const patient of open) {
    const [header] = await headers(world, [patient])
    if (header) names.set(patient, { id: header.id, family: header.family, given: header.given })
  }
  return {
    lines: rows.map(({ number, leave, patient, at, arrivedAt, sentence, hint }) => ({
      ...{ number, leave, at: at.toISOString(), arrivedAt: arrivedAt.toISOString() },
      person: (patient === null ? null : names.get(patient)) ?? null,
      refused: sentence === null ? null : { sentence, hint },
    })),
  }
}
