import { toLatin } from '../../platform/text.ts'
import type { World } from '../../platform/world.ts'
import { names } from '../../registry/registry.ts'
import type { Asking } from '../asking.ts'
import { loadRules } from '../case-store.ts'
import { recordLooks, requireFund } from '../fund/fund.ts'
import { addMonths, type Day, dayAt } from '../rules/days.ts'
import { distanceLimit, type Measured, type Outlier, outliers } from './outliers.ts'
import type { Anomalies, Anomaly } from './wire.ts'

// Issuers and firms whose leaves differ from those of their peers, each explained by one measure. No person is measured, listed or reachable from here.

type Group = { id: number; place: number | null; name: string; leaves: number; persons: number; days: number; mondays: number; late: number; limits: number }
const groupsMax = 20_000
const shownMax = 200

/** What is compared, and how the sentence names it. */
const measures = {
  leaves: {
    sr: 'боловања по особи',
    en: 'leaves for each person',
    of: ({ leaves, persons }: Group) => leaves / persons,
    say: (value: number) => value.toFixed(2),
  },
  days: { sr: 'просечно трајање у данима', en: 'average days of a leave', of: ({ days }: Group) => days, say: (value: number) => value.toFixed(1) },
  mondays: { sr: 'почиње понедељком', en: 'begin on a Monday', of: ({ mondays }: Group) => mondays, say: percent },
  late: { sr: 'отворено после првог дана', en: 'opened after the first day', of: ({ late }: Group) => late, say: percent },
  limits: { sr: 'траје тачно колико лекар сме', en: 'last exactly as long as the doctor may allow', of: ({ limits }: Group) => limits, say: percent },
}
function percent(value: number): string {
  return `${(100 * value).toFixed(0)}%`
}

export async function anomalies(asking: Asking): Promise<Anomalies> {
  await requireFund(asking, 'read')
  const { world } = asking
  const today = dayAt(world.now())
  const since = addMonths(today, -12)
  const rules = await loadRules(world.sql)
  const [k, limit] = [rules.on('statistics.k', today), rules.on('doctor.days', today)]
  const [issuers, firms] = [await issuerGroups(world, since, k, limit), await firmGroups(world, since, k, limit)]
  await recordLooks(asking, [])
  const found = [...judged('issuer', issuers), ...judged('firm', firms)].sort((a, b) => Number(b.distance) - Number(a.distance)).slice(0, shownMax)
  return { since, k, limit: String(distanceLimit), anomalies: await named(world, found) }
}

type Found = Anomaly & { group: Group }

function judged(level: Anomaly['level'], groups: readonly Group[]): Found[] {
  return Object.entries(measures).flatMap(([measure, { of, say, sr, en }]) => {
    const all: Measured<Group>[] = groups.map((group) => ({ of: group, value: of(group) }))
    return outliers(all).map((one) => asAnomaly(level, measure, one, { say, sr, en }))
  })
}

function asAnomaly(
  level: Anomaly['level'],
  measure: string,
  { of, value, median, distance, peers }: Outlier<Group>,
  words: { say(value: number): string; sr: string; en: string },
): Found {
  const [is, usual] = [words.say(value), words.say(median)]
  const sr = `${words.sr}: ${is}, а код половине од ${peers} упоредивих највише ${usual} (${of.leaves} боловања, ${of.persons} особа).`
  const en = `${words.en}: ${is}, while half of ${peers} comparable ones have at most ${usual} (${of.leaves} leaves, ${of.persons} persons).`
  return {
    ...{ level, name: of.name, place: null, measure, leaves: of.leaves, persons: of.persons, peers, value: is, usual, distance: distance.toFixed(1) },
    ...{ sr, srLatn: toLatin(sr), en, group: of },
  }
}

async function named(world: World, found: readonly Found[]): Promise<Anomaly[]> {
  const { institution } = await names(world)
  return found.map(({ group, ...one }) => ({ ...one, place: group.place === null ? null : institution(group.place) }))
}

function issuerGroups({ sql }: World, since: Day, k: number, limit: number): Promise<Group[]> {
  return sql<Group>`
    with one as (
      select leave.worker as id, leave.institution as place, opened.actor_name as name, leave.patient, (opened.body ->> 'from')::date as first_day, opened.happened_at,
             (select count(*) from sickleave.day day where day.patient = leave.patient and day.leave = leave.id) as days
        from sickleave.leave leave
        join sickleave.step opened on opened.patient = leave.patient and opened.leave = leave.id and opened.seq = 1
       where leave.opened_at >= ${since}::date
    )
    select id, place, max(name) as name, count(*)::int4 as leaves, count(distinct patient)::int4 as persons, avg(days)::float8 as days,
           avg((extract(isodow from first_day) = 1)::int4)::float8 as mondays,
           avg((first_day < (happened_at at time zone 'Europe/Belgrade')::date)::int4)::float8 as late,
           avg((days = ${limit})::int4)::float8 as limits
      from one
     where days > 0
     group by id, place
    having count(distinct patient) >= ${k}
     order by id, place
     limit ${groupsMax}`
}

function firmGroups({ sql }: World, since: Day, k: number, limit: number): Promise<Group[]> {
  return sql<Group>`
    with one as (
      select distinct on (document.patient, document.leave, document.employer)
             document.employer as id, document.content -> 'employer' ->> 'name' as name, document.patient, (opened.body ->> 'from')::date as first_day,
             opened.happened_at,
             (select count(*) from sickleave.day day where day.patient = document.patient and day.leave = document.leave) as days
        from sickleave.document document
        join sickleave.step opened on opened.patient = document.patient and opened.leave = document.leave and opened.seq = 1
       where document.employer is not null and document.issued_at >= ${since}::date
       order by document.patient, document.leave, document.employer, document.issued_at desc
    )
    select id, null as place, max(name) as name, count(*)::int4 as leaves, count(distinct patient)::int4 as persons, avg(days)::float8 as days,
           avg((extract(isodow from first_day) = 1)::int4)::float8 as mondays,
           avg((first_day < (happened_at at time zone 'Europe/Belgrade')::date)::int4)::float8 as late,
           avg((days = ${limit})::int4)::float8 as limits
      from one
     where days > 0
     group by id
    having count(distinct patient) >= ${k}
     order by id
     limit ${groupsMax}`
}
