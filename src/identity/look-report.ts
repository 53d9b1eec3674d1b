import { decide } from '../access/access.ts'
import { type Entry, lookAt, whoIs } from '../audit/audit.ts'
import { canMail } from '../platform/mail.ts'
import { Refusal } from '../platform/refusal.ts'
import { uuidV7 } from '../platform/uuid.ts'
import type { Asking } from './find-people.ts'
import { headers } from './headers.ts'
import { type Known, personOf } from './keys.ts'
import { type MailLanguage, sealedAddress } from './look-report-mail.ts'
import type { AnswerLookReport, LookReport, LookReportLine, LookReports, LookReportsDesk, LookReportsWaiting, MakeLookReport } from './wire.ts'

// "I do not know this look": the person says so, the data officer of the institution that looked answers, and the person reads the answer.

const dayMs = 86_400_000
const openMax = 20
const shownMax = 200

type Row = Omit<LookReport, 'state' | 'look'> & { patient: number; shown: LookReport['look'] }
const reportOf = ({ id, shown, text, madeAt, due, finding, answer, answeredAt, answeredBy }: Row): LookReport => ({
  ...{ id, look: shown, text, madeAt: new Date(madeAt).toISOString(), due, finding, answer, answeredBy },
  answeredAt: answeredAt === null ? null : new Date(answeredAt).toISOString(),
  state: finding === null ? 'open' : 'answered',
})

const entryOf = ({ actor, correlation }: Asking, patient: number | null, more: Pick<Entry, 'action' | 'basis'> & { decision?: Entry['decision'] }): Entry => ({
  ...{ who: whoIs(actor), patient, what: 'look-report', purpose: more.basis === 'data-officer' ? 'oversight' : 'own record', decision: 'permit', correlation },
  ...more,
})

/** Only the person and their representatives may report or read reports. */
async function requireOwn(asking: Asking, handle: string): Promise<{ person: Known; basis: string }> {
  const { world, actor } = asking
  const person = await personOf(world.sql, handle)
  const [decision] = person === null ? [] : await decide(world, actor, 'read', [person.keys])
  if (person !== null && decision?.permit && decision.basis.view === 'self') return { person, basis: decision.basis.kind }
  await world.ledger.record([entryOf(asking, person?.keys[0] ?? null, { action: 'read', basis: null, decision: 'deny' })])
  const reason = 'Only the person and who represents them report a look.'
  throw new Refusal('forbidden', reason, { details: { reason, opens: [] } })
}

async function requireOfficer(asking: Asking): Promise<number> {
  const { world, actor } = asking
  if (actor.kind === 'person' && actor.roles.includes('data-officer') && actor.institution !== null) return actor.institution
  await world.ledger.record([entryOf(asking, null, { action: 'read', basis: null, decision: 'deny' })])
  const reason = 'Reports of looks are for the data officer of an institution.'
  throw new Refusal('forbidden', reason, { details: { reason, opens: [] } })
}

export async function makeLookReport(asking: Asking, handle: string, wish: MakeLookReport, language: MailLanguage): Promise<LookReport> {
  const { person, basis } = await requireOwn(asking, handle)
  const { world, actor } = asking
  const found = await lookAt(world, person.keys, wish)
  if (!found) throw new Refusal('not-found', 'there is no such look at this record', { expression: 'look' })
  const { look, patient, institution } = found
  if (institution === null)
    throw new Refusal('unprocessable', 'this look came from no health institution', {
      expression: 'look',
      hint: 'The page of looks names whom to write to about employers, the Fund and the system.',
    })
  const mail = sealedAddress(world, wish.mail)
  const now = world.now()
  const [id, due] = [uuidV7(world), new Date(now.getTime() + world.config.LOOK_REPORT_DAYS * dayMs).toISOString().slice(0, 10)]
  await world.ledger.transaction(async (tx) => {
    await tx`select pg_advisory_xact_lock(hashtextextended(${`look-report ${person.keys[0]}`}, 0))`
    const [open] = await tx<{ count: number }>`
      select count(*)::int4 as count from identity.look_report where patient = any(${person.keys}::int8[]) and answered_at is null`
    if ((open?.count ?? 0) >= openMax) throw new Refusal('too-many', `${openMax} reports of this person wait for an answer already`)
    const made = await tx`
      insert into identity.look_report (patient, id, institution, look, shown, text, made_at, made_by, due, mail, mail_language)
      values (${patient}, ${id}, ${institution}, ${look.id}, ${JSON.stringify(look)}::jsonb, ${wish.text ?? null}, ${now}, ${actor.id}, ${due},
              ${mail}, ${mail && language})
      on conflict (patient, look) do nothing
      returning id`
    if (made.length === 0) throw new Refusal('conflict', 'this look is reported already', { expression: 'look' })
    tx.audit([entryOf(asking, patient, { action: 'create', basis })])
  })
  return { id, look, text: wish.text ?? null, madeAt: now.toISOString(), due, state: 'open', finding: null, answer: null, answeredAt: null, answeredBy: null }
}

export async function lookReportsOf(asking: Asking, handle: string): Promise<LookReports> {
  const { person, basis } = await requireOwn(asking, handle)
  const rows = await asking.world.sql<Row>`
    select patient, id, shown, text, made_at, due, finding, answer, answered_at, answered_by
      from identity.look_report
     where patient = any(${person.keys}::int8[])
     order by made_at desc, id
     limit ${shownMax}`
  await asking.world.ledger.record([entryOf(asking, person.keys[0] ?? null, { action: 'read', basis })])
  return { reports: rows.map(reportOf), canMail: canMail(asking.world) }
}

/** How many reports wait, for the bar of the officer's pages. It names nobody. */
export async function lookReportsWaiting(asking: Asking): Promise<LookReportsWaiting> {
  const institution = await requireOfficer(asking)
  const { world } = asking
  const [waiting] = await world.sql<LookReportsWaiting>`
    select count(*)::int4 as count, (count(*) filter (where due < ${world.now().toISOString().slice(0, 10)}::date))::int4 as overdue
      from identity.look_report
     where institution = ${institution} and answered_at is null`
  return waiting ?? { count: 0, overdue: 0 }
}

/** Open reports come first, ordered by their last day. */
export async function lookReportsDesk(asking: Asking): Promise<LookReportsDesk> {
  const institution = await requireOfficer(asking)
  const { world } = asking
  const rows = await world.sql<Row>`
    select patient, id, shown, text, made_at, due, finding, answer, answered_at, answered_by
      from identity.look_report
     where institution = ${institution}
     order by answered_at is not null, due, made_at, id
     limit ${shownMax}`
  const patients = [...new Set(rows.map(({ patient }) => patient))]
  const people = new Map<number, LookReportLine['person']>()
  for (const patient of patients) people.set(patient, await personOfKey(asking, patient))
  const read = { action: 'read', basis: 'data-officer' } as const
  await world.ledger.record(patients.length > 0 ? patients.map((patient) => entryOf(asking, patient, read)) : [entryOf(asking, null, read)])
  return {
    today: world.now().toISOString().slice(0, 10),
    lines: rows.map((row) => ({ ...reportOf(row), person: people.get(row.patient) as LookReportLine['person'] })),
  }
}

async function personOfKey({ world }: Asking, key: number): Promise<LookReportLine['person']> {
  // A look is stored under the key of a chart or under the person's own key.
  const [found] = await world.sql<{ person: number }>`
    select identity.survivor(coalesce((select person from identity.chart_key where key = ${key}), ${key})) as person`
  const [header] = found ? await headers(world, [found.person]) : []
  return { id: header?.id ?? '', family: header?.family ?? '', given: header?.given ?? '', lzb: header?.lzb ?? null }
}

/** An answer is final: it is given once, and the person reads it as it was written. */
export async function answerLookReport(asking: Asking, id: string, { finding, text }: AnswerLookReport): Promise<LookReportsDesk> {
  const institution = await requireOfficer(asking)
  const { world, actor } = asking
  const isId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)
  await world.ledger.transaction(async (tx) => {
    const [row] = isId
      ? await tx<{ patient: number; finding: string | null }>`
          select patient, finding from identity.look_report where id = ${id} and institution = ${institution} for update`
      : []
    if (!row) throw new Refusal('not-found', 'there is no such report at this institution')
    if (row.finding !== null) throw new Refusal('conflict', 'this report is answered already')
    await tx`
      update identity.look_report
         set finding = ${finding}, answer = ${text}, answered_at = ${world.now()}, answered_by = ${actor.name}
       where patient = ${row.patient} and id = ${id}`
    tx.audit([entryOf(asking, row.patient, { action: 'update', basis: 'data-officer' })])
  })
  return lookReportsDesk(asking)
}
