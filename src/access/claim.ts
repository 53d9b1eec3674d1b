import type { AuditedTransaction } from '../audit/audit.ts'
import type { Actor } from '../platform/actor.ts'
import { Refusal } from '../platform/refusal.ts'
import type { Transaction, World } from '../platform/world.ts'
import { endRelationsOf } from './relation-store.ts'
import { uuidV4 } from '../platform/uuid.ts'
import { type OpenVisit, openVisit } from './visit.ts'
import type { Claim } from './wire.ts'

/**
 * A system reports that an encounter with a named doctor is in progress. The report alone opens nothing, or any software could
 * write itself a way into any record; the doctor confirms it after signing in, and then it is a visit like another.
 */
export type NewClaim = { patient: number; worker: number; unit: number | null; institution: number; encounter: string }

const claimHours = 24
const claimsMax = 200
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

export const sourceOfEncounter = (institution: number, encounter: string) => `encounter:${institution}/${encounter}`

/** Files the report, one for each doctor the encounter names; the same one again changes nothing. */
export async function fileClaim(tx: Transaction, world: World, claim: NewClaim): Promise<void> {
  const now = world.now()
  const expiresAt = new Date(now.getTime() + claimHours * 3_600_000)
  await tx`
    insert into access.claim (patient, id, worker, unit, institution, encounter, claimed_at, expires_at)
    values (${claim.patient}, ${uuidV4(world)}, ${claim.worker}, ${claim.unit}, ${claim.institution}, ${claim.encounter}, ${now}, ${expiresAt})
    on conflict (patient, institution, encounter, worker) do nothing`
}

/** The encounter is over: the report and the visit that came from it end. Answers how many visits ended. */
export async function closeClaim(tx: Transaction, world: World, claim: Pick<NewClaim, 'patient' | 'institution' | 'encounter'>): Promise<number> {
  const { patient, institution, encounter } = claim
  await tx`
    update access.claim set closed_at = ${world.now()}
     where patient = ${patient} and institution = ${institution} and encounter = ${encounter} and closed_at is null`
  return endRelationsOf(tx, [patient], sourceOfEncounter(institution, encounter), world.now(), 'encounter finished')
}

/** Reports that wait for this doctor; who the patient is stays unsaid until the visit is open. */
export function openClaims(sql: World['sql'], actor: Actor, now: Date): Promise<Claim[]> {
  if (actor.worker === null || actor.institution === null) return Promise.resolve([])
  return sql<{ id: string; encounter: string; unit: number | null; at: string; expires: string }>`
    select id, encounter, unit, to_json(claimed_at) #>> '{}' as at, to_json(expires_at) #>> '{}' as expires
      from access.claim
     where worker = ${actor.worker} and institution = ${actor.institution} and confirmed_at is null and closed_at is null and expires_at > ${now}
     order by claimed_at
     limit ${claimsMax}`
}

export async function confirmClaim(
  tx: AuditedTransaction,
  world: World,
  actor: Actor,
  id: string,
  correlation: string,
): Promise<OpenVisit & { patient: number }> {
  if (!uuid.test(id)) throw new Refusal('not-found', 'there is no such claim')
  const now = world.now()
  const [claim] = await tx<NewClaim>`
    update access.claim set confirmed_at = ${now}
     where id = ${id}::uuid and worker = ${actor.worker} and institution = ${actor.institution}
       and confirmed_at is null and closed_at is null and expires_at > ${now}
 returning patient, worker, unit, institution, encounter`
  // The same answer for another doctor's claim: it does not exist for this one.
  if (!claim) throw new Refusal('not-found', 'there is no such claim, or it is over')
  const { patient, unit, institution, encounter } = claim
  const wish = { proof: 'encounter' as const, reason: 'encounter in progress', correlation, unit, source: sourceOfEncounter(institution, encounter) }
  return { ...(await openVisit(tx, world, actor, [patient], wish)), patient }
}
