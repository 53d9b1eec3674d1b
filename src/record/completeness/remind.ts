import { tellInstitution } from '../../bus/bus.ts'
import { workSteadily } from '../../platform/steady-work.ts'
import type { World } from '../../platform/world.ts'
import { lineOf } from './show.ts'
import { type Late, missingShown, ofExpected } from './store.ts'
import { limitMs } from './settle.ts'

const everyMs = 10 * 60_000
const troubledMs = 60_000
/** At most one message a day to an institution: nobody reads a reminder that comes all the time. */
const digestMs = 24 * 3_600_000
/** Half of the time is over: an institution that is told now can still be in time. */
const soonMs = limitMs / 2
const institutionsAtOnce = 50

type Behind = { institution: number; late: number; soon: number }

/** One round: each institution with something newly late gets one message on the bus. Answers how many were told. */
export async function remindInstitutions(world: World): Promise<number> {
  const now = world.now()
  const ago = (ms: number) => new Date(now.getTime() - ms)
  const behind = await world.sql<Behind>`
    select e.institution, count(*) filter (where e.ended_at < ${ago(limitMs)})::int as late, count(*) filter (where e.ended_at >= ${ago(limitMs)})::int as soon
      from record.expected e
     where e.state = 'due' and e.received_at is null and e.ended_at < ${ago(soonMs)}
       and not exists (select 1 from record.reminded told where told.institution = e.institution and told.at > ${ago(digestMs)})
     group by e.institution
    having bool_or(e.reminded_at is null and e.ended_at < ${ago(limitMs)})
     order by e.institution
     limit ${institutionsAtOnce}`
  for (const one of behind) await remind(world, one, ago(limitMs))
  return behind.length
}

async function remind(world: World, { institution, late, soon }: Behind, before: Date): Promise<void> {
  const now = world.now()
  const rows = await world.sql<Late>`
    select e.patient, e.type, e.id, r.name, e.institution, e.kind, e.ended_at, e.received_at
      from record.expected e
      join record.resource r on ${ofExpected}
     where e.institution = ${institution} and e.state = 'due' and e.received_at is null and e.ended_at < ${before}
     order by e.ended_at desc
     limit ${missingShown}`
  const body = { at: now.toISOString(), limitHours: limitMs / 3_600_000, late, soonLate: soon, visits: rows.map((row) => lineOf(world, row)) }
  await tellInstitution(world, institution, 'completeness', body)
  await world.sql.begin(async (tx) => {
    await tx`
      insert into record.reminded (institution, at) values (${institution}, ${now})
      on conflict (institution) do update set at = excluded.at`
    await tx`
      update record.expected set reminded_at = ${now}
       where institution = ${institution} and state = 'due' and received_at is null and ended_at < ${before} and reminded_at is null`
  })
}

const keptDays = 400
const prunedAtOnce = 10_000

/** Removes rows that are older than the meter reaches. */
async function forget(world: World): Promise<void> {
  const before = new Date(world.now().getTime() - keptDays * 86_400_000)
  await world.sql`
    delete from record.expected
     where (patient, type, id) in (select patient, type, id from record.expected where day < ${before}::date limit ${prunedAtOnce})`
  await world.sql`
    delete from record.report
     where (patient, type, id) in (select patient, type, id from record.report where day < ${before}::date limit ${prunedAtOnce})`
  await world.sql`
    delete from record.refused_document
     where (institution, day, message) in (select institution, day, message from record.refused_document where day < ${before}::date limit ${prunedAtOnce})`
  await world.sql`
    delete from record.institution_day
     where (institution, day) in (select institution, day from record.institution_day where day < ${before}::date limit ${prunedAtOnce})`
}

/** Runs in the one process that does background work. */
export function startReminding(world: World): () => Promise<void> {
  const step = async () => {
    await remindInstitutions(world)
    await forget(world)
    return everyMs
  }
  return workSteadily(world, { step, troubledMs, trouble: 'institutions could not be reminded of missing reports; tried again in a minute' })
}
