import { int4Array, int8Array, textArray, timestamptzArray } from '../platform/arrays.ts'
import { type Fragment, fragment } from '../platform/sql.ts'
import type { World } from '../platform/world.ts'
import { signOutgoing } from './calls/address.ts'
import { sendSigned } from './calls/post-signed.ts'
import { startAlerting } from './alert/raise-alerts.ts'
import { sayByCentre, startAnnouncing } from './centre/announce-condition.ts'
import { admit, issueCode } from './members/admission.ts'
import { directoryOf } from './members/directory.ts'
import { startPruning } from './messages/keep.ts'
import { type People, startPublishing } from './messages/publish-outbox.ts'
import { startPushing } from './messages/push.ts'
import { startSealingLog } from './evidence/seal-log.ts'
import { startStamping } from './evidence/stamp-seals.ts'
import { emptySpool } from './calls/spool.ts'
import { startCarrying } from './transport/carry.ts'

export type { Delivery } from './messages/deliver.ts'
export { type OutboxMark, type OutboxRow, markOutboxRead, outboxAfter } from './messages/outbox.ts'
export { startTelling } from './centre/tell.ts'
export { inboxes, type Intake, type Sender } from './messages/inbox.ts'
export { busRoutes } from './routes.ts'

/** How whoever stands above posts to addresses that others registered, signed by the centre; or has it signed and posts elsewhere. */
export const outgoing = { sendSigned, sign: signOutgoing }

/** How a sandbox lets in the systems of institutions that it invented, with the same steps as an operator. */
export const admission = { issueCode, admit }

/** What runs beside the answers, in one process of the server: seals and their stamps, the record's changes, webhooks, what is kept no more. Stops all when called. */
export function startBus(world: World, people: People): () => Promise<void> {
  void emptySpool(world)
  const stops = [
    startPublishing(world, people),
    startPushing(world),
    startPruning(world),
    startStamping(world),
    startCarrying(world),
    startAnnouncing(world),
    startAlerting(world),
  ]
  const stopSealing = startSealingLog(world)
  return async () => {
    await Promise.all(stops.map((stop) => stop()))
    await stopSealing()
  }
}

/** A message of the centre to every active system of an institution, without a contract, as alerts are. Answers how many have it. */
export async function tellInstitution(world: World, institution: number, service: string, body: object): Promise<number> {
  const { members } = await directoryOf(world)
  const systems = [...members.values()].filter((one) => one.institution === institution && (one.state === 'active' || one.state === 'suspended'))
  if (systems.length > 0)
    await sayByCentre(
      world,
      service,
      body,
      systems.map(({ id }) => id),
    )
  return systems.length
}

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
      from unnest(${int8Array(events.map((event) => event.patient))}::int8[], ${timestamptzArray(events.map((event) => event.at))}::timestamptz[],
                  ${textArray(events.map((event) => event.topic))}::text[], ${int4Array(events.map((event) => event.institution))}::int4[],
                  ${textArray(events.map((event) => JSON.stringify(event.body)))}::text[])
        as given (patient, at, topic, institution, body))`
}
