import type { Sql } from '../../platform/sql.ts'
import type { Asking } from '../asking.ts'
import { recordShown } from '../employer/shown.ts'
import { asEmployer } from '../employer/store.ts'
import type { EmployerView } from '../employer/view.ts'
import { addDays, type Day, lengthOf, type Span } from '../rules/days.ts'
import type { Side } from './side.ts'
import type { Expected } from './wire.ts'

// Days that the Fund pays by the reports and that no request covers yet, so that none is forgotten.

const messagesMax = 20_000
const requestsMax = 20_000

export type ExpectedLine = Expected['expected'][number] & { employer: number }

type Message = {
  employer: number
  kind: string
  leave: string
  number: string
  version: number
  days: NonNullable<EmployerView['document']>['days'] | null
  family: string
  given: string
}
type Asked = Span & { employer: number; leave: string }

/** The expected requests of several employers, the oldest first. */
export async function expectedFor(sql: Sql, employers: readonly number[]): Promise<ExpectedLine[]> {
  const { messages, asked } = await knownTo(sql, employers)
  const takenBy = Map.groupBy(asked, ({ leave }) => leave)
  const expected = standing(messages).flatMap(({ employer, leave, days, family, given }) => {
    const taken = (takenBy.get(leave) ?? []).filter((one) => one.employer === employer)
    const spans = (days ?? []).filter(({ payer }) => payer === 'fund').flatMap((span) => without(span, taken))
    return spans.map(({ from, until }) => ({ employer, leave, employee: { family, given }, from, until, days: lengthOf({ from, until }) }))
  })
  return expected.sort((a, b) => (a.until < b.until ? -1 : 1))
}

export async function expectedOf(asking: Asking, side: Side & { employer: number }): Promise<Expected> {
  const { world } = asking
  const expected = await expectedFor(world.sql, [side.employer])
  await recordShown(asking, { employers: [side.employer], leaves: expected.map(({ leave }) => leave) })
  return { expected: expected.map(({ employer: _, ...one }) => one) }
}

const fundsDays = { document: { days: [{ payer: 'fund' }] } }

function knownTo(sql: Sql, employers: readonly number[]): Promise<{ messages: Message[]; asked: Asked[] }> {
  return asEmployer(sql, employers, async (tx) => {
    const messages = await tx<Message>`
      select employer, kind, known_as as leave, content #>> '{document,number}' as number, (content #>> '{document,version}')::int4 as version,
             case when kind = 'report' then content #> '{document,days}' end as days,
             content #>> '{employee,family}' as family, content #>> '{employee,given}' as given
        from sickleave.employer_event
       where employer = any(${[...employers]}::int4[])
         and (kind in ('void', 'cancelled') or (kind = 'report' and content @> ${JSON.stringify(fundsDays)}::jsonb))
       order by employer, seq desc
       limit ${messagesMax}`
    const asked = await tx<Asked>`
      select employer, known_as as leave, (shown ->> 'from')::date as from, (shown ->> 'until')::date as until
        from sickleave.request
       where employer = any(${[...employers]}::int4[]) and state not in ('withdrawn', 'rejected', 'returned')
       order by changed_at desc
       limit ${requestsMax}`
    return { messages, asked }
  })
}

/** Reports that were not made void later and whose leave was not cancelled later; the messages come newest first. */
function standing(messages: readonly Message[]): Message[] {
  const [voided, cancelled] = [new Set<string>(), new Set<string>()]
  return messages.filter(({ kind, leave, number, version }) => {
    const paper = `${number} ${version}`
    if (kind === 'void') voided.add(paper)
    else if (kind === 'cancelled') cancelled.add(leave)
    return kind === 'report' && !voided.has(paper) && !cancelled.has(leave)
  })
}

function without(span: Span, taken: readonly Span[]): Span[] {
  let left: Span[] = [{ from: span.from, until: span.until }]
  for (const { from, until } of taken) {
    left = left.flatMap((one): Span[] => {
      if (until < one.from || from > one.until) return [one]
      const before: [Day, Day] = [one.from, addDays(from, -1)]
      const after: [Day, Day] = [addDays(until, 1), one.until]
      return [before, after].filter(([start, end]) => start <= end).map(([start, end]) => ({ from: start, until: end }))
    })
  }
  return left
}
