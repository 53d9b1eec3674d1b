import type { Command } from '../platform/cli.ts'
import { Refusal } from '../platform/refusal.ts'
import { names } from '../registry/registry.ts'
import { personOf } from './keys.ts'

type KeyRow = { key: number; institution: number | null; chartNumber: string | null; linkedAt: Date }
type EventRow = { at: Date; kind: string; key: number; actor: string; reason: string }

const eventsMax = 200

export const show: Command = {
  name: 'identity show',
  summary: 'Show the keys of a person and the history of their links; no names and no personal numbers.',
  options: { handle: { type: 'string', about: 'Handle of the person, as in the links of the portals.', required: true } },
  async run(world, options, print) {
    const known = await personOf(world.sql, String(options['handle']).trim())
    if (!known) throw new Refusal('not-found', 'there is no person with this handle')
    const [person] = await world.sql<{ state: string; isIdentified: boolean; temporaryNumber: string | null }>`
      select state, identified_at is not null as is_identified, temporary_number from identity.person where id = ${known.person}`
    const keys = await world.sql<KeyRow>`
      select key, institution, chart_number, linked_at from identity.chart_key where person = ${known.person} order by linked_at, key`
    const events = await world.sql<EventRow>`
      select at, kind, key, actor, reason
        from identity.key_event
       where key = any(${known.keys}::int8[]) or to_person = ${known.person}
       order by id desc
       limit ${eventsMax}`
    if (options['json']) {
      print(JSON.stringify({ ...known, ...person, keys, events }))
      return
    }
    const named = await names(world)
    print(`${known.handle}  ${person?.state}, ${person?.isIdentified ? 'identified' : `pending as ${person?.temporaryNumber}`}`)
    for (const row of keys) {
      print(`  key ${row.key}  ${row.institution === null ? 'root' : `${named.institution(row.institution)}, chart ${row.chartNumber ?? '–'}`}`)
    }
    for (const event of events) print(`  ${event.at.toISOString()}  ${event.kind.padEnd(6)}  key ${event.key}  ${event.actor}: ${event.reason}`)
  },
}
