import { type Fragment, fragment } from '../platform/sql.ts'

/** One event for whoever subscribed: ids and counts, never clinical content. */
export type Event = { topic: string; patient: number; institution: number; at: Date; body: unknown }

/**
 * Outbox rows as a CTE for the writer's own statement, so a change and its event are one commit (at least once; the row's
 * id lets a receiver drop doubles).
 */
export function publish(events: readonly Event[]): Fragment {
  return fragment`published as (
    insert into bus.outbox (patient, at, topic, institution, body)
    select patient, at, topic, institution, body::jsonb
      from unnest(${events.map((event) => event.patient)}::int8[], ${events.map((event) => event.at.toISOString())}::timestamptz[],
                  ${events.map((event) => event.topic)}::text[], ${events.map((event) => event.institution)}::int4[],
                  ${events.map((event) => JSON.stringify(event.body))}::text[])
        as given (patient, at, topic, institution, body))`
}
