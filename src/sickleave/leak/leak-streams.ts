import type { Sql } from '../../platform/sql.ts'

const streamsMax = 1_000

/** A missing number in an employer's stream would tell that something happened which the employer may not know. */
export async function gapsOfStreams(sql: Sql): Promise<string[]> {
  const rows = await sql<{ employer: number }>`
    select employer
      from sickleave.employer_event
     group by employer
    having count(*) <> max(seq) or min(seq) <> 1
     limit ${streamsMax}`
  return rows.map(({ employer }) => `the stream of the employer ${employer} has a gap`)
}
