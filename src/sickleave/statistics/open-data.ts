import type { Runner } from '../../platform/sql.ts'
import type { World } from '../../platform/world.ts'
import { institution } from '../../registry/registry.ts'
import type { Asking } from '../asking.ts'
import { loadRules } from '../case-store.ts'
import { recordLooks, requireFund } from '../fund/fund.ts'
import { addDays, addMonths, type Day, dayAt } from '../rules/days.ts'
import type { OpenRow, Statistics } from './wire.ts'

// Open data: k-anonymous, without totals from which a withheld figure could be calculated, and each period published once. Every figure is rounded
// down to a multiple of k. So the figures of two days, or of a month's days and municipalities, differ by nothing or by enough to hide one person.

/** A month is published this many days after its end, when late certificates have come. */
const settleDays = 5
const monthsBack = 24
const daysBack = 31
const institutionsMax = 5000
const rowsMax = 50_000

type Cell = Omit<OpenRow, 'period'>

/** Publishes what is due and not published yet; each call does at most one month and a few days. */
export async function publishOpenData(world: World): Promise<number> {
  const today = dayAt(world.now())
  const k = (await loadRules(world.sql)).on('statistics.k', today)
  const lastMonth = addMonths(addDays(today, -settleDays), -1).slice(0, 7)
  const months = Array.from({ length: monthsBack }, (_, back) => addMonths(`${lastMonth}-01`, -back).slice(0, 7))
  const days = Array.from({ length: daysBack }, (_, back) => addDays(today, -1 - back))
  const there = new Set(
    (await world.sql<{ period: string }>`select period from sickleave.open_data where period = any(${[...months, ...days]}::text[]) limit 100`).map(
      ({ period }) => period,
    ),
  )
  const due = [...months.filter((month) => !there.has(month)).slice(0, 1), ...days.filter((day) => !there.has(day)).slice(0, 5)]
  for (const period of due) {
    const cells = period.length === 7 ? await monthCells(world, period, k) : await dayCells(world.sql, period, k)
    await world.sql`
      insert into sickleave.open_data (period, rows, k, at) values (${period}, ${JSON.stringify(cells)}::jsonb, ${k}, ${world.now()})
      on conflict do nothing`
  }
  return due.length
}

async function monthCells(world: World, month: string, k: number): Promise<Cell[]> {
  const [from, next] = [`${month}-01`, addMonths(`${month}-01`, 1)]
  const ids = (await world.sql<{ institution: number }>`select distinct institution from sickleave.leave limit ${institutionsMax}`).map(
    (row) => row.institution,
  )
  const places = await Promise.all(ids.map(async (id) => (await institution(world, id))?.municipality ?? ''))
  return world.sql<Cell>`
    select place.municipality, what.category, (count(distinct day.patient) / ${k} * ${k})::int4 as persons,
           (count(distinct day.leave) / ${k} * ${k})::int4 as leaves, (count(*) / ${k} * ${k})::int4 as days
      from sickleave.day day
      join sickleave.leave leave on leave.patient = day.patient and leave.id = day.leave
      join unnest(${ids}::int4[], ${places}::text[]) place (institution, municipality) on place.institution = leave.institution
      join lateral (
        select case when body ->> 'reason' = '06' and (body -> 'care' ->> 'isChild')::bool then 'child'
                    when body ->> 'reason' in ('06', '08') then 'care' else 'illness' end as category
          from sickleave.step step
         where step.patient = leave.patient and step.leave = leave.id and kind in ('opened', 'corrected')
         order by seq desc
         limit 1) what on true
     where day.day >= ${from}::date and day.day < ${next}::date and place.municipality <> ''
     group by place.municipality, what.category
    having count(distinct day.patient) >= ${k}
     order by place.municipality, what.category
     limit ${rowsMax}`
}

/** The figures of one day for the whole country. */
function dayCells(sql: Runner, day: Day, k: number): Promise<Cell[]> {
  return sql<Cell>`
    select null as municipality, what.category, (count(distinct day.patient) / ${k} * ${k})::int4 as persons,
           (count(distinct day.leave) / ${k} * ${k})::int4 as leaves, (count(*) / ${k} * ${k})::int4 as days
      from sickleave.day day
      join lateral (
        select case when body ->> 'reason' = '06' and (body -> 'care' ->> 'isChild')::bool then 'child'
                    when body ->> 'reason' in ('06', '08') then 'care' else 'illness' end as category
          from sickleave.step step
         where step.patient = day.patient and step.leave = day.leave and kind in ('opened', 'corrected')
         order by seq desc
         limit 1) what on true
     where day.day = ${day}::date
     group by what.category
    having count(distinct day.patient) >= ${k}
     order by what.category
     limit ${rowsMax}`
}

const periodsMax = 800

async function published({ sql }: Pick<World, 'sql'>): Promise<OpenRow[]> {
  const periods = await sql<{ period: string; rows: Cell[] }>`select period, rows from sickleave.open_data order by period desc limit ${periodsMax}`
  return periods.flatMap(({ period, rows }) => rows.map((row) => ({ period, ...row })))
}

const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`

/** The file that is open to everybody; renewed every day. */
export async function openDataFile(world: Pick<World, 'sql'>): Promise<string> {
  const lines = (await published(world)).map(({ period, municipality, category, persons, leaves, days }) =>
    [period, quoted(municipality ?? ''), category, persons, leaves, days].join(','),
  )
  return ['period,municipality,category,persons,leaves,days', ...lines, ''].join('\n')
}

export async function statistics(asking: Asking): Promise<Statistics> {
  await requireFund(asking, 'read')
  const { world } = asking
  await recordLooks(asking, [])
  return { k: (await loadRules(world.sql)).on('statistics.k', dayAt(world.now())), rows: await published(world) }
}
