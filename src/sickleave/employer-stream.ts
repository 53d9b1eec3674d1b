import type { Transaction } from '../platform/sql.ts'
import type { Day } from './rules/days.ts'

// The employer's stream: messages are numbered without a gap, in the order of the commits, within the transaction that they report.

export type Told = {
  employer: number
  knownAs: string
  at: Date
  kind: 'request' | 'objection'
  about: { id: string; number: string; state: string; due?: Day }
}

/** A message about a request or an objection. It repeats the person and the days from the last message about that leave, and says where the matter stands. */
export async function tellEmployer(tx: Transaction, { employer, knownAs, kind, at, about }: Told): Promise<void> {
  const [row] = await tx<{ last: number }>`
    insert into sickleave.employer_stream (employer, last) values (${employer}, 1)
    on conflict (employer) do update set last = sickleave.employer_stream.last + 1
    returning last`
  await tx`
    insert into sickleave.employer_event (employer, seq, at, kind, known_as, content)
    select ${employer}, ${row?.last}::int8, ${at}, ${kind}, known_as, content || jsonb_build_object('document', null, 'about', ${JSON.stringify(about)}::jsonb)
      from sickleave.employer_event
     where employer = ${employer} and known_as = ${knownAs}
     order by seq desc
     limit 1`
}
