import { access } from '../access/access.ts'
import type { AuditedTransaction, Entry } from '../audit/audit.ts'
import { Refusal } from '../platform/refusal.ts'
import type { Transaction } from '../platform/world.ts'
import { type Asking, requireTreating } from './find-people.ts'
import { headers } from './headers.ts'
import { keySets, personOfAnyNumber } from './keys.ts'
import type { OpenedVisit, OpenVisit } from './wire.ts'

/** How many tries by number and birth date may fail before the doctor must wait. A card has no such limit, because it is a proof by itself. */
const failuresMax = 10
const failureWindowMs = 3_600_000

// One sentence for an unknown number and for a wrong birth date: two would tell who exists.
const noMatch = () =>
  new Refusal('not-found', 'no patient has this number together with this birth date', {
    hint: 'Read both from the document, or let the patient use the card.',
  })

/** The patient is present: the doctor opens a visit by the card, or by a number and the birth date. */
export async function openVisit(asking: Asking, wish: OpenVisit): Promise<OpenedVisit> {
  await requireTreating(asking)
  const { world, actor, correlation } = asking
  const proof = 'card' in wish ? 'card' : 'number'
  let patient: number | null = null
  try {
    const attempt = 'card' in wish ? null : await countTry(asking)
    const found = 'card' in wish ? null : await byNumber(asking, wish)
    patient = found?.keys[0] ?? null
    if (found !== null && !found.isRight) throw noMatch()
    if (attempt !== null) await world.sql`delete from identity.failed_try where actor = ${actor.id} and at = ${attempt}`
    const visit = async (tx: AuditedTransaction) => {
      const keys = found?.keys ?? (await keysOfCard(tx, asking, wish as { card: string }))
      const { until } = await access.openVisit(tx, world, actor, keys, { proof, reason: wish.reason, correlation })
      return { person: await handleOf(tx, keys), until: until.toISOString() }
    }
    return await world.ledger.transaction(visit, { essential: true })
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    const denial: Entry = access.visitEntry(actor, patient, { proof, correlation }, error)
    await world.ledger.record([denial])
    throw error
  }
}

async function byNumber(asking: Asking, { number, birthDate }: { number: string; birthDate: string }): Promise<{ keys: number[]; isRight: boolean }> {
  const { world } = asking
  const known = await personOfAnyNumber(world.sql, world, number)
  const [header] = known === null ? [] : await headers(world, [known.person])
  const isRight = known !== null && header?.birthDate === birthDate
  if (known === null) throw noMatch()
  return { keys: known.keys, isRight }
}

/** Counts a try before it is made; a success takes it back. The lock lets one try at a time through, so that simultaneous ones do not slip past the limit. */
async function countTry({ world, actor }: Asking): Promise<Date> {
  const now = world.now()
  const since = new Date(now.getTime() - failureWindowMs)
  return world.sql.begin(async (tx) => {
    await tx`select pg_advisory_xact_lock(hashtextextended(${`failed-try ${actor.id}`}, 0))`
    await tx`delete from identity.failed_try where actor = ${actor.id} and at < ${since}`
    const [row] = await tx<{ failures: number }>`
      select count(*) as failures from identity.failed_try where actor = ${actor.id} and at >= ${since}`
    if ((row?.failures ?? 0) >= failuresMax) {
      throw new Refusal('too-many', 'too many numbers and birth dates did not match', { hint: 'Use the patient’s card, or wait.', retryAfterSeconds: 900 })
    }
    await tx`insert into identity.failed_try (actor, at) values (${actor.id}, ${now})`
    return now
  })
}

/** The card proves the keys of the moment when it was issued; the person may have more keys since. */
async function keysOfCard(tx: Transaction, { world }: Asking, { card }: { card: string }): Promise<number[]> {
  const [key] = await access.useCardProof(tx, world, card)
  if (key === undefined) throw noMatch()
  return (await keySets(tx, [key])).get(key) ?? [key]
}

async function handleOf(tx: Transaction, keys: readonly number[]): Promise<string> {
  const [row] = await tx<{ handle: string }>`
    select person.handle from identity.chart_key join identity.person person on person.id = chart_key.person where key = ${keys[0]}`
  if (!row) throw noMatch()
  return row.handle
}
