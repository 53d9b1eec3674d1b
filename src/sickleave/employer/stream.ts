import { fold } from '../../platform/text.ts'
import type { Transaction, World } from '../../platform/world.ts'
import { type EmployerView, knownAs } from './view.ts'

export type EventKind = 'certificate' | 'report' | 'changed' | 'closed' | 'cancelled' | 'void'

/**
 * Adds one event for one employer, in the transaction of the step itself: the next number of the stream, the event, the present state of the leave,
 * and the channels that have something to tell. All in one statement. The caller sets the order of employers, so that two steps never deadlock.
 */
export async function addEvent(
  tx: Transaction,
  world: World,
  { leave, employer, at, kind, content }: { leave: string; employer: number; at: Date; kind: EventKind; content: EmployerView },
): Promise<void> {
  const known = knownAs(world, leave, employer)
  const folded = fold(`${content.employee.family} ${content.employee.given}`)
  const state = kind === 'cancelled' ? 'cancelled' : content.isOpen ? 'open' : 'closed'
  // A report covers only a part of the leave, and a void paper names days that no longer count: neither may shorten the leave or reopen a cancelled
  // one.
  const isPart = kind === 'report' || kind === 'void'
  await tx`
    with stream as (
      insert into sickleave.employer_stream (employer, last) values (${employer}, 1)
      on conflict (employer) do update set last = sickleave.employer_stream.last + 1
      returning last
    ), event as (
      insert into sickleave.employer_event (employer, seq, at, kind, known_as, content)
      select ${employer}, last, ${at}, ${kind}, ${known}, ${JSON.stringify(content)}::jsonb from stream
    ), woken as (
      update sickleave.channel_place place set wanted = stream.last from stream where place.employer = ${employer}
    )
    insert into sickleave.employer_case (employer, known_as, seq, at, folded, from_day, until_day, state)
    select ${employer}, ${known}, last, ${at}, ${folded}, ${content.from}::date, ${content.until}::date, ${state} from stream
    on conflict (employer, known_as) do update set
      seq = excluded.seq, at = excluded.at, folded = excluded.folded,
      state = case when ${isPart} and sickleave.employer_case.state = 'cancelled' then 'cancelled' else excluded.state end,
      from_day = case when ${isPart} then least(sickleave.employer_case.from_day, excluded.from_day) else excluded.from_day end,
      until_day = case when ${isPart} then greatest(sickleave.employer_case.until_day, excluded.until_day) else excluded.until_day end`
}
