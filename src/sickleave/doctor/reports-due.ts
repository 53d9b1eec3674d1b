import { decide } from '../../access/access.ts'
import { headers, keySets } from '../../identity/identity.ts'
import { type Asking, entryOf, requireDoctor } from '../asking.ts'
import { assesses } from '../assessor.ts'
import { casesOf } from '../case-store.ts'
import { addDays, dayAt } from '../rules/days.ts'
import { isUndecided } from '../rules/plan.ts'
import type { State } from '../rules/state.ts'
import type { ReportsDue } from '../wire.ts'

/** A leave that began longer ago has monthly reports, or waits for the commission; the doctor finds it at its person. */
const daysBack = 400
const leavesMax = 300

/**
 * Leaves of the asking doctor with days until today that no report covers, oldest first: these are signed at the end of a month. Only leaves of
 * people whom the doctor still assesses; each of them gets a row in the access log.
 */
export async function reportsDue(asking: Asking): Promise<ReportsDue> {
  const { world, actor } = asking
  const { worker, institution } = await requireDoctor(asking, 'search')
  const today = dayAt(world.now())
  const found = await world.sql<{ patient: number }>`
    select distinct patient
      from (select patient
              from sickleave.leave
             where institution = ${institution} and worker = ${worker} and opened_at > ${world.now()}::timestamptz - ${daysBack} * interval '1 day'
             order by opened_at desc
             limit ${leavesMax}) mine`
  const sets = await keySets(
    world.sql,
    found.map(({ patient }) => patient),
  )
  const people = [...new Map(found.map(({ patient }) => sets.get(patient) ?? [patient]).map((keys) => [keys[0] as number, keys])).values()]
  const decisions = people.length === 0 ? [] : await decide(world, actor, 'read', people)
  const open = people.filter((_, at) => assesses(decisions[at]))
  const lines: ReportsDue['lines'] = []
  for (const keys of open) {
    const due = (await casesOf(world.sql, keys)).flatMap(({ id, state, steps }) => {
      const span = spanDue(state, today)
      return span ? [{ leave: id, seen: steps.length, ...span }] : []
    })
    const [header] = due.length > 0 ? await headers(world, [keys[0] as number]) : []
    if (header) lines.push(...due.map((one) => ({ person: header.id, family: header.family, given: header.given, ...one })))
  }
  const looks = open.map(([root = 0]) => entryOf(asking, root, { action: 'search', basis: 'chosen-doctor' }))
  await world.ledger.record(looks.length > 0 ? looks : [entryOf(asking, null, { action: 'search', basis: 'chosen-doctor' })])
  return { today, lines: lines.sort((a, b) => (a.from === b.from ? (a.family < b.family ? -1 : 1) : a.from < b.from ? -1 : 1)) }
}

/** The days from the last report to the end of the leave or to today. A leave that waits for the commission's decision has none. */
function spanDue(state: State, today: string): { from: string; until: string } | null {
  if (state.status === 'cancelled' || isUndecided(state)) return null
  const { from, until, reportedUntil } = state
  const first = reportedUntil === null ? from : addDays(reportedUntil, 1)
  const last = until < today ? until : today
  return first <= last ? { from: first, until: last } : null
}
