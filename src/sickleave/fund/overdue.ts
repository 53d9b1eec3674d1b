import { keySets } from '../../identity/identity.ts'
import type { Sql } from '../../platform/sql.ts'
import type { World } from '../../platform/world.ts'
import { type Asking, entryOf } from '../asking.ts'
import { casesOf, historyOf, loadRules, waiting } from '../case-store.ts'
import { assessmentFrom } from '../rules/competence.ts'
import { addMonths, type Day, dayAt, daysBetween } from '../rules/days.ts'
import type { Rules } from '../rules/parameters.ts'
import { leaveOf } from '../rules/state.ts'
import { daysAfter } from '../rules/working-days.ts'
import { requireFund } from './fund.ts'
import { officerNames } from './officers.ts'
import type { Overdue, OverdueLine } from './wire.ts'

// Every deadline that has passed, wherever the case waits: what one desk forgets another sees. Numbers and days only; nobody is named, so nobody's
// file is opened.

const linesMax = 500

export async function overdue(asking: Asking): Promise<Overdue> {
  await requireFund(asking, 'read')
  const { world } = asking
  await world.ledger.record([entryOf(asking, null, { action: 'read', basis: 'fund', what: 'sick-leave time limits' })])
  const today = dayAt(world.now())
  const rules = await loadRules(world.sql)
  const names = await officerNames(world.sql)
  const found = [
    ...(await requests(world.sql, today)),
    ...(await objections(world.sql, today)),
    ...(await proposals(world.sql, rules, today)),
    ...(await assessments(world, rules, today)),
  ].map((one) => ({ ...one, officer: one.officer === null ? null : (names.get(one.officer) ?? null), days: daysBetween(one.due, today) }))
  const lines = found.sort((a, b) => b.days - a.days || (a.number ?? '').localeCompare(b.number ?? ''))
  const desks = [...Map.groupBy(lines, ({ desk }) => desk)].map(([desk, own]) => ({ desk, count: own.length, days: own[0]?.days ?? 0 }))
  return { today, desks: desks.sort((a, b) => b.days - a.days), lines: lines.slice(0, linesMax), more: lines.length > linesMax }
}

type Late = Omit<OverdueLine, 'days'>

function requests(sql: Sql, today: Day): Promise<Late[]> {
  return sql<Late>`
    select waits_for as desk, 'request' as what, number, id as request, due, case when waits_for = 'fund' then officer end as officer
      from sickleave.request
     where waits_for is not null and state <> 'draft' and due < ${today}::date
     order by due, id
     limit ${linesMax}`
}

function objections(sql: Sql, today: Day): Promise<Late[]> {
  return sql<Late>`
    select desk, case when kind in ('control', 'correction') then kind else 'objection' end as what, number, request, due, null::text as officer
      from sickleave.objection
     where state = 'open' and due < ${today}::date
     order by due, id
     limit ${linesMax}`
}

async function proposals(sql: Sql, rules: Rules, today: Day): Promise<Late[]> {
  return (await waiting(sql)).flatMap(({ since }): Late[] => {
    const day = dayAt(since)
    const due = daysAfter(day, rules.on('commission.days', day)).effective
    return due < today ? [{ desk: 'commission1', what: 'proposal', number: null, request: null, due, officer: null }] : []
  })
}

/** Nobody with fewer days than this share has to be assessed; the rule itself looks at the others. */
const fewestShare = 0.8
const daysOfMonth = 28

/** leaves beyond the day by which disability had to be assessed, of people whom nobody sent to the assessment. */
async function assessments({ sql }: World, rules: Rules, today: Day): Promise<Late[]> {
  const months = Math.min(rules.on('assessment.months', today), rules.on('assessment.months-broken', today))
  const rows = await sql<{ patient: number }>`
    select patient
      from sickleave.day
     where day > ${addMonths(today, -rules.on('assessment.window-months', today))}::date and day <= ${today}::date
     group by patient
    having count(*) >= ${Math.floor(fewestShare * daysOfMonth * months)} and max(day) = ${today}::date
     order by patient
     limit ${linesMax}`
  const sets = await keySets(
    sql,
    rows.map(({ patient }) => patient),
  )
  const late: Late[] = []
  for (const { patient } of rows) {
    const cases = await casesOf(sql, sets.get(patient) ?? [patient])
    const history = historyOf(cases)
    const current = cases.find(({ state }) => state.status !== 'cancelled' && state.from <= today && state.until >= today)
    if (!current || history.some(({ assessedOn }) => assessedOn)) continue
    const due = assessmentFrom(history, { ...leaveOf(current.id, current.state), until: today }, rules)
    if (due !== null && due < today) late.push({ desk: 'assessment', what: 'assessment', number: current.number, request: null, due, officer: null })
  }
  return late
}
