import { type Command, WrongUse } from '../platform/cli.ts'
import { names } from '../registry/registry.ts'

type Pending = { temporaryNumber: string; institution: number | null; birthDate: string | null; since: Date }

const rowsMax = 1000

/** `npm run spona -- identity pending`: lists people who wait for a JMBG or EBS, newest first, so that somebody asks for the number. */
export const pending: Command = {
  name: 'identity pending',
  summary: 'List pending identities with their temporary numbers, newest first.',
  options: { limit: { type: 'string', about: `How many, 1 to ${rowsMax}.`, default: '50' } },
  async run(world, options, print) {
    const limit = Number(options['limit'])
    if (!Number.isInteger(limit) || limit < 1 || limit > rowsMax) throw new WrongUse(`--limit: a whole number from 1 to ${rowsMax}`)
    const rows = await world.sql<Pending>`
      select person.temporary_number, chart.institution, said.birth_date, chart.linked_at as since
        from identity.person person
        join lateral (select key, institution, linked_at from identity.chart_key
                       where chart_key.person = person.id and institution is not null order by linked_at limit 1) chart on true
        left join identity.demographics said on said.key = chart.key
       where person.identified_at is null and person.temporary_number is not null and person.state = 'active'
       order by chart.linked_at desc
       limit ${limit}`
    if (options['json']) {
      print(JSON.stringify(rows))
      return
    }
    const named = await names(world)
    for (const row of rows) {
      print(`${row.temporaryNumber}  born ${row.birthDate ?? 'unknown'}  ${named.institution(row.institution)}  since ${row.since.toISOString()}`)
    }
    print(`${rows.length} pending`)
  },
}
