import { createHash } from 'node:crypto'
import { Refusal } from '../../platform/refusal.ts'
import type { Transaction } from '../../platform/sql.ts'
import { isUuid, uuidV7 } from '../../platform/uuid.ts'
import { type Asking, entryOf } from '../asking.ts'
import { loadRules, lockPerson } from '../case-store.ts'
import { bodyOf, countOf, dayOf } from '../read-body.ts'
import { addSteps, personOfKey } from '../request/act.ts'
import { requestOf } from '../request/request-store.ts'
import { type Day, dayAt } from '../rules/days.ts'
import { recordLooks, requireFund } from './fund.ts'
import { csvOf, type PaymentLine, xmlOf } from './payment-file.ts'
import type { PaymentRow, Payments } from './wire.ts'

// Payment: one officer makes the file of the approved requests, another enters its execution with the control sums of the treasury.

const linesMax = 2000
const filesMax = 200

type Ready = {
  patient: number
  id: string
  number: string
  account: string | null
  employer: string | null
  family: string
  given: string
  total: number
  paid: number
}

/** Approved requests that are in no file yet. A second file made at the same time waits here and finds none left. */
async function ready(tx: Transaction): Promise<Ready[]> {
  await tx`select pg_advisory_xact_lock(hashtextextended('sickleave payments', 0))`
  return tx<Ready>`
    select request.patient, request.id, request.number, shown ->> 'account' as account, shown ->> 'employer' as employer,
           shown -> 'employee' ->> 'family' as family, shown -> 'employee' ->> 'given' as given, (shown ->> 'total')::int8 as total,
           (coalesce((select sum(amount) from sickleave.payment_line line where line.patient = request.patient and line.request = request.id), 0)
            - coalesce((select sum((body ->> 'total')::int8) from sickleave.request_step step
                         where step.patient = request.patient and step.request = request.id and step.kind = 'money-returned'), 0))::int8 as paid
      from sickleave.request request
     where state = 'calculated'
     order by due nulls last, created_at, id
     limit ${linesMax}`
}

export async function makePayment(asking: Asking): Promise<PaymentRow> {
  await requireFund(asking, 'create')
  const { world, actor } = asking
  const at = world.now()
  return world.ledger.transaction(async (tx) => {
    const lines: (PaymentLine & { patient: number; id: string })[] = (await ready(tx)).flatMap(({ total, paid, account, employer, family, given, ...one }) => {
      const amount = total - paid
      return amount > 0 && account !== null ? [{ ...one, amount, account, payee: employer ?? `${given} ${family}` }] : []
    })
    if (lines.length === 0) throw new Refusal('conflict', 'nothing is approved that is not in a payment file already')
    const id = uuidV7(world)
    const [last] = await tx<{ number: string }>`select number from sickleave.payment order by number desc limit 1`
    const number = nextNumber(last?.number ?? null, dayAt(at))
    const csv = csvOf(number, dayAt(at), lines)
    const total = lines.reduce((sum, { amount }) => sum + amount, 0)
    const sha256 = createHash('sha256').update(csv).digest()
    await tx`
      insert into sickleave.payment (id, number, at, actor, actor_name, lines, total, sha256, csv)
      values (${id}, ${number}, ${at}, ${actor.id}, ${actor.name}, ${lines.length}, ${total}, ${sha256}, ${csv})`
    for (const { patient, id: request, amount, account, payee } of lines)
      await tx`
        insert into sickleave.payment_line (patient, request, payment, amount, account, payee)
        values (${patient}, ${request}, ${id}, ${amount}, ${account}, ${payee})`
    tx.audit(lines.map(({ patient, id: request }) => entryOf(asking, patient, { action: 'export', basis: 'fund', what: `sick-leave-request ${request}` })))
    return { id, number, at: at.toISOString(), by: actor.name, lines: lines.length, total, sha256: sha256.toString('hex'), executedOn: null, isMine: true }
  })
}

function nextNumber(last: string | null, today: Day): string {
  const year = today.slice(0, 4)
  const serial = last?.startsWith(`${year}-`) ? Number(last.slice(5)) + 1 : 1
  return `${year}-${String(serial).padStart(6, '0')}`
}

type Stored = Omit<PaymentRow, 'at' | 'by' | 'sha256' | 'isMine' | 'lines' | 'total'> & {
  lines: number
  total: number
  at: Date
  actor: string
  actorName: string
  sha256: Buffer
}

export async function payments(asking: Asking): Promise<Payments> {
  await requireFund(asking, 'read')
  const { world } = asking
  const rows = await world.sql<Stored>`
    select id, number, at, actor, actor_name, lines, total, sha256, executed_on
      from sickleave.payment
     order by executed_on is not null, at desc
     limit ${filesMax}`
  const [waiting] = await world.sql<{ count: number; total: number }>`
    select count(*) as count, coalesce(sum((shown ->> 'total')::int8), 0)::int8 as total
      from sickleave.request request
     where state = 'calculated'
       and not exists (select from sickleave.payment_line line join sickleave.payment on payment.id = line.payment
                        where line.patient = request.patient and line.request = request.id and payment.executed_on is null)`
  await recordLooks(asking, [])
  return {
    waiting: waiting ?? { count: 0, total: 0 },
    payments: rows.map(({ at, actor, actorName, sha256, lines, total, ...row }) => {
      const isMine = actor === asking.actor.id
      // The officer who is to enter the execution must read the figures in the treasury's statement; shown here they would only be copied.
      const isAsked = row.executedOn === null && !isMine
      const control = isAsked ? { lines: null, total: null } : { lines, total }
      return { ...row, ...control, at: at.toISOString(), by: actorName, sha256: sha256.toString('hex'), isMine }
    }),
  }
}

export async function paymentFile(asking: Asking, id: string, format: string): Promise<{ name: string; type: string; text: string }> {
  await requireFund(asking, 'export')
  const [found] = isUuid(id) ? await asking.world.sql<{ number: string; csv: string }>`select number, csv from sickleave.payment where id = ${id}` : []
  if (!found || (format !== 'csv' && format !== 'xml')) throw new Refusal('not-found', 'there is no such payment file; it is had as csv and as xml')
  const patients = await asking.world.sql<{ patient: number }>`select patient from sickleave.payment_line where payment = ${id} limit ${linesMax}`
  await recordLooks(
    asking,
    patients.map(({ patient }) => patient),
    'export',
  )
  const name = `isplata-${found.number}.${format}`
  return format === 'csv'
    ? { name, type: 'text/csv; charset=utf-8', text: found.csv }
    : { name, type: 'application/xml; charset=utf-8', text: xmlOf(found.csv) }
}

/** The treasury has paid. The sums must equal those of the file, and the officer who enters them must not be the one who made the file. */
export async function executePayment(asking: Asking, id: string, given: unknown): Promise<Payments> {
  await requireFund(asking, 'update')
  const { world, actor } = asking
  const body = bodyOf(given, ['on', 'lines', 'total'])
  const [on, lines] = [dayOf(body, 'on'), countOf(body, 'lines')]
  const total = body['total']
  if (on > dayAt(world.now())) throw new Refusal('unprocessable', 'this day is still to come', { expression: 'on' })
  const members = isUuid(id)
    ? await world.sql<{
        patient: number
        request: string
      }>`select patient, request from sickleave.payment_line where payment = ${id} order by patient, request limit ${linesMax}`
    : []
  const people = new Map<number, Awaited<ReturnType<typeof personOfKey>>>()
  for (const { patient } of members) if (!people.has(patient)) people.set(patient, await personOfKey(asking, patient))
  await world.ledger.transaction(async (tx) => {
    const [row] = isUuid(id)
      ? await tx<{ actor: string; at: Date; lines: number; total: number; executedOn: Day | null }>`
          select actor, at, lines, total, executed_on from sickleave.payment where id = ${id} for update`
      : []
    if (!row) throw new Refusal('not-found', 'there is no such payment file')
    if (row.executedOn === on && row.lines === lines && row.total === total) return
    if (row.executedOn !== null) throw new Refusal('conflict', `this file was executed ${row.executedOn}`)
    if (row.actor === actor.id) {
      const reason = 'you made this file; a second person enters its execution'
      throw new Refusal('forbidden', reason, { details: { reason, opens: ['Another person of the Fund.'] } })
    }
    if (row.lines !== lines || row.total !== total)
      throw new Refusal('unprocessable', 'the number of lines or the sum is not that of the file', {
        expression: 'total',
        hint: 'Compare the treasury’s statement with the payment file; nothing was entered.',
      })
    if (on < dayAt(row.at)) throw new Refusal('unprocessable', 'the file was made after this day', { expression: 'on' })
    await tx`update sickleave.payment set executed_on = ${on}, executed_at = ${world.now()}, executed_by = ${actor.id} where id = ${id}`
    const rules = await loadRules(tx)
    for (const { patient, request } of members) {
      const { root, employee } = people.get(patient) as Awaited<ReturnType<typeof personOfKey>>
      await lockPerson(tx, root)
      const found = await requestOf(tx, request, patient)
      if (found?.standing.state !== 'calculated') throw new Error('a request in a payment file is not approved any more')
      tx.audit([entryOf(asking, patient, { action: 'update', basis: 'fund', what: `sick-leave-request ${request}` })])
      const step = { kind: 'paid', payment: id, on, total: found.standing.total ?? 0 } as const
      await addSteps(asking, tx, found, [step], { rules, employee })
    }
  })
  return payments(asking)
}
