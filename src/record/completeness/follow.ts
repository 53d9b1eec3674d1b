import { markOutboxRead, type OutboxMark, type OutboxRow, outboxAfter } from '../../bus/bus.ts'
import type { Resource } from '../../fhir/fhir.ts'
import { keySets } from '../../identity/identity.ts'
import { int8Array } from '../../platform/arrays.ts'
import { fragment, type Transaction } from '../../platform/sql.ts'
import { workSteadily } from '../../platform/steady-work.ts'
import type { World } from '../../platform/world.ts'
import { isServerId, reservedKeys } from '../ids.ts'
import { findNames, pointer, readBodies, rowsMax, type Stored } from '../store.ts'
import { dayOf } from '../../platform/calendar.ts'
import { heardOf, heardTypes, type Report, type Visit } from './heard.ts'
import { type Expected, type Received, settle, type Sums, sumsOf } from './settle.ts'

const batch = 500
const idleMs = 1000
const troubledMs = 5000
/** An event that was reported later than this is history being loaded, not a late report. */
const measuredDays = 120
const dayMs = 86_400_000

/** Follows the outbox while the server runs; several processes may try, only one does it at a time. */
export function startFollowing(world: World): () => Promise<void> {
  const step = async () => ((await followChanges(world)) === 0 ? idleMs : 0)
  return workSteadily(world, { step, troubledMs, trouble: 'completeness could not be counted; tried again in a moment' })
}

type Heard = { row: Stored; what: Visit | Report | null }

/** Reads the next changes of the record, below the watermark, and adjusts the sums. Answers how many rows it read. */
export async function followChanges(world: World): Promise<number> {
  return world.sql.begin(async (tx) => {
    const [mark] = await tx<OutboxMark>`select tx, patient, id from record.completeness_mark limit 1 for update`
    if (!mark) throw new Error('the mark of what was counted is gone')
    const rows = await outboxAfter(tx, mark, batch)
    const last = rows.at(-1)
    if (!last) return 0
    await count(world, tx, await heardIn(world, tx, rows.filter(concerns)))
    await tx`update record.completeness_mark set tx = ${last.tx}, patient = ${last.patient}, id = ${last.id}`
    await markOutboxRead(tx, 'completeness', last)
    return rows.length
  })
}

const isHeard = (type: string): boolean => (heardTypes as readonly string[]).includes(type)
const concerns = ({ patient, body }: OutboxRow): boolean =>
  patient >= reservedKeys && (Object.keys(body.types ?? {}).some(isHeard) || (body.resources ?? []).some((text) => isHeard(text.slice(0, text.indexOf('/')))))

/** Versions that these transactions wrote and that are still current; a replacement comes with a later row of the outbox. */
async function heardIn(world: World, tx: Transaction, rows: readonly OutboxRow[]): Promise<Heard[]> {
  if (rows.length === 0) return []
  const types = heardTypes.map((type) => world.fhir.typeCode(type))
  const since = Math.floor(world.now().getTime() / dayMs) - measuredDays
  const heard: Heard[] = []
  for (;;) {
    const before = heard.at(-1)?.row
    const after = before ? fragment`and (r.patient, r.type, r.id) > (${before.patient}, ${before.type}, ${before.id}::uuid)` : fragment``
    const found = await tx<Stored>`
      select ${pointer}
        from unnest(${int8Array(rows.map((row) => row.patient))}::int8[], ${int8Array(rows.map((row) => row.tx))}::int8[]) as w (patient, tx)
        join record.resource r on r.patient = w.patient and r.tx = w.tx
       where r.type = any(${types}::int2[]) and (r.deleted or r.voided or r.day >= ${since}) ${after}
       order by r.patient, r.type, r.id
       limit ${rowsMax}`
    const alive = found.filter((row) => !row.deleted && !row.voided)
    const bodies = await readBodies(tx, alive)
    const said = new Map(alive.map((row, at) => [row.id, heardOf(JSON.parse(bodies[at] as string) as Resource)]))
    heard.push(...found.map((row) => ({ row, what: said.get(row.id) ?? null })))
    if (found.length < rowsMax) return heard
  }
}

type Group = { patient: number; institution: number }
type VisitRow = Expected & Group
type ReportRow = Omit<Received, 'isLetter'> & Group

async function count(world: World, tx: Transaction, heard: readonly Heard[]): Promise<void> {
  if (heard.length === 0) return
  const touched = [...new Set(heard.map(({ row }) => row.patient))]
  // An institution may have several charts of one person, and the report may be in another chart than the visit.
  const sets = await keySets(tx, touched)
  const patients = [...new Set(touched.flatMap((key) => sets.get(key) ?? [key]))]
  const personOf = new Map([...sets.values()].flatMap((keys) => keys.map((key) => [key, keys[0] as number])))
  const groupOf = ({ patient, institution }: Group): string => `${personOf.get(patient) ?? patient} ${institution}`
  const visits = await tx<VisitRow>`
    select patient, type, id, institution, kind, state, began_at, ended_at, day, booking, received_at
      from record.expected
     where patient = any(${int8Array(patients)}::int8[])
     order by patient, type, id
     limit ${rowsMax * patients.length}`
  const reports = await tx<ReportRow>`
    select patient, type, id, institution, encounter, at, day, received_at, void
      from record.report
     where patient = any(${int8Array(patients)}::int8[])
     order by patient, type, id
     limit ${rowsMax * patients.length}`
  const before = { visits: Map.groupBy(visits, groupOf), reports: Map.groupBy(reports, groupOf) }
  const known = { visits: new Map(visits.map((one) => [one.id, one])), reports: new Map(reports.map((one) => [one.id, one])) }
  const named = await idsOf(world, tx, heard)
  for (const { row, what } of heard) {
    if (what?.is === 'report' || known.reports.has(row.id)) hearReport(known.reports, row, what?.is === 'report' ? what : null, named)
    if (what?.is === 'visit' || known.visits.has(row.id)) hearVisit(known.visits, row, what?.is === 'visit' ? what : null, named)
  }
  const letters = new Set([world.fhir.typeCode('Composition'), world.fhir.typeCode('DocumentReference')])
  const after = { visits: Map.groupBy(known.visits.values(), groupOf), reports: Map.groupBy(known.reports.values(), groupOf) }
  const moved = new Map<number, Map<string, Sums>>()
  const changed: VisitRow[] = []
  for (const key of new Set([...after.visits.keys(), ...after.reports.keys()])) {
    const withLetters = (of: readonly ReportRow[] = []) => of.map((one) => ({ ...one, isLetter: letters.has(one.type) }))
    const of = after.visits.get(key) ?? []
    const came = withLetters(after.reports.get(key))
    const institution = Number(key.split(' ')[1])
    const settled = settle(of, came, dayOf)
    changed.push(...settled)
    const sums = moved.get(institution) ?? new Map<string, Sums>()
    moved.set(institution, sums)
    sumsOf(settled, came, sums)
    sumsOf(before.visits.get(key) ?? [], withLetters(before.reports.get(key)), sums, -1)
  }
  await storeVisits(tx, changed)
  await storeReports(tx, [...known.reports.values()])
  await moveSums(tx, moved)
}

function hearVisit(known: Map<string, VisitRow>, row: Stored, said: Visit | null, ids: ReadonlyMap<string, string>): void {
  const old = known.get(row.id)
  if (said === null) {
    if (old) known.set(row.id, { ...old, state: 'void' })
    return
  }
  const { kind, state, beganAt, endedAt, booking } = said
  const { patient, institution, type, id } = row
  const bookingId = booking === null ? null : (ids.get(booking) ?? null)
  known.set(id, { patient, institution, type, id, kind, state, beganAt, endedAt, day: dayOf(endedAt), booking: bookingId, receivedAt: old?.receivedAt ?? null })
}

function hearReport(known: Map<string, ReportRow>, row: Stored, said: Report | null, ids: ReadonlyMap<string, string>): void {
  const old = known.get(row.id)
  if (said === null) {
    if (old) known.set(row.id, { ...old, void: true })
    return
  }
  const { patient, institution, type, id } = row
  // A later version of a finished report arrived when the first one did.
  const receivedAt = old && !old.void && !said.isVoid ? old.receivedAt : row.at
  const encounter = said.encounter === null ? null : (ids.get(said.encounter) ?? null)
  known.set(id, { patient, institution, type, id, encounter, at: said.at, day: said.day, receivedAt, void: said.isVoid })
}

/** The row ids behind the references; an id that a client chose is looked up. */
async function idsOf(world: World, tx: Transaction, heard: readonly Heard[]): Promise<Map<string, string>> {
  const references = new Set(heard.flatMap(({ what }) => (what?.is === 'visit' ? what.booking : what?.encounter) ?? []))
  const found = new Map<string, string>()
  const names: { type: number; name: string; reference: string }[] = []
  for (const reference of references) {
    const [type = '', id = ''] = reference.split('/')
    if (isServerId(id)) found.set(reference, id)
    else names.push({ type: world.fhir.typeCode(type), name: id, reference })
  }
  const rows = new Map((await findNames(tx, names)).map((one) => [`${one.type} ${one.name}`, one.id]))
  for (const { type, name, reference } of names) {
    const id = rows.get(`${type} ${name}`)
    if (id !== undefined) found.set(reference, id)
  }
  return found
}

async function storeVisits(tx: Transaction, visits: readonly VisitRow[]): Promise<void> {
  if (visits.length === 0) return
  await tx`
    insert into record.expected (patient, type, id, institution, kind, state, began_at, ended_at, day, booking, received_at)
    select patient, type, id, institution, kind, state, "beganAt", "endedAt", day, booking, "receivedAt"
      from jsonb_to_recordset(${JSON.stringify(visits)}::jsonb)
        as given (patient int8, type int2, id uuid, institution int4, kind text, state text, "beganAt" timestamptz, "endedAt" timestamptz, day date, booking uuid,
                  "receivedAt" timestamptz)
    on conflict (patient, type, id) do update
       set institution = excluded.institution, kind = excluded.kind, state = excluded.state, began_at = excluded.began_at, ended_at = excluded.ended_at,
           day = excluded.day, booking = excluded.booking, received_at = excluded.received_at
     where (expected.institution, expected.kind, expected.state, expected.began_at, expected.ended_at, expected.booking, expected.received_at)
           is distinct from (excluded.institution, excluded.kind, excluded.state, excluded.began_at, excluded.ended_at, excluded.booking, excluded.received_at)`
}

async function storeReports(tx: Transaction, reports: readonly ReportRow[]): Promise<void> {
  if (reports.length === 0) return
  await tx`
    insert into record.report (patient, type, id, institution, encounter, at, day, received_at, void)
    select patient, type, id, institution, encounter, at, day, "receivedAt", void
      from jsonb_to_recordset(${JSON.stringify(reports)}::jsonb)
        as given (patient int8, type int2, id uuid, institution int4, encounter uuid, at timestamptz, day date, "receivedAt" timestamptz, void bool)
    on conflict (patient, type, id) do update
       set institution = excluded.institution, encounter = excluded.encounter, at = excluded.at, day = excluded.day, received_at = excluded.received_at,
           void = excluded.void
     where (report.institution, report.encounter, report.at, report.day, report.received_at, report.void)
           is distinct from (excluded.institution, excluded.encounter, excluded.at, excluded.day, excluded.received_at, excluded.void)`
}

async function moveSums(tx: Transaction, moved: ReadonlyMap<number, ReadonlyMap<string, Sums>>): Promise<void> {
  const rows = [...moved].flatMap(([institution, days]) =>
    [...days].filter(([, sums]) => Object.values(sums).some((one) => one !== 0)).map(([day, sums]) => ({ institution, day, ...sums })),
  )
  if (rows.length === 0) return
  await tx`
    insert into record.institution_day as had (institution, day, due, reported, reported_in_time, reports, reports_in_time)
    select institution, day, due, reported, "reportedInTime", reports, "reportsInTime"
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
        as given (institution int4, day date, due int4, reported int4, "reportedInTime" int4, reports int4, "reportsInTime" int4)
    on conflict (institution, day) do update
       set due = had.due + excluded.due, reported = had.reported + excluded.reported, reported_in_time = had.reported_in_time + excluded.reported_in_time,
           reports = had.reports + excluded.reports, reports_in_time = had.reports_in_time + excluded.reports_in_time`
}
