import type { AuditedTransaction } from '../../audit/audit.ts'
import type { BundlePlan } from '../../fhir/fhir.ts'
import type { Fragment } from '../../platform/sql.ts'
import type { World } from '../../platform/world.ts'
import type { Asking } from '../asking.ts'
import { checkEndpoints } from '../subscription/subscribe.ts'
import { type Applied, type Prepared, prepareAll, statementOf, writePrepared, writeStatement } from './apply.ts'
import { askConditions } from './conditions.ts'
import { auditDenial } from './create.ts'
import { auditLooks, decideIntent, type Intent, intentOf, requestOf, resultsOf } from './intent.ts'
import { createNeighbours } from './neighbours.ts'

/**
 * Does all writes of a transaction in one database transaction. Ids are given first (Patients before what is about them), then every `urn:uuid` and
 * conditional reference is replaced, then one statement writes everything.
 */
export async function runTransaction(asking: Asking, plan: BundlePlan, again: () => BundlePlan): Promise<Map<number, Applied>> {
  // An attempt replaces references in place, so an attempt after a deadlock begins with a fresh copy of the bundle.
  let next: BundlePlan | null = plan
  await checkEndpoints(
    asking,
    plan.entries.map(({ resource }) => resource),
  )
  try {
    return await asking.world.ledger.transaction(async (tx) => {
      await asking.inTransaction?.(tx)
      const now = next ?? again()
      next = null
      const { results, prepared } = await prepare(asking, tx, now)
      await writePrepared(tx, [prepared])
      return results
    })
  } catch (error) {
    await auditDenial(asking, 'create', 'Bundle', error)
    throw error
  }
}

/** Everything but the writing, which several transactions of a bulk source may share. */
export async function prepare(asking: Asking, tx: AuditedTransaction, plan: BundlePlan): Promise<{ results: Map<number, Applied>; prepared: Prepared }> {
  const intent = intentOf(asking, plan)
  await decideIntent(tx, intent, await askConditions(tx, intent.conditions))
  const [prepared] = (await prepareAll(tx, [requestOf(intent)])) as [Prepared]
  return { results: resultsOf(tx, intent, prepared.results), prepared }
}

/** A transaction that may share a database transaction with others. `plan` gives the bundle as it came at each call. */
export type Sharer = { asking: Asking; plan(): BundlePlan }

/**
 * Runs several transactions of senders who do not wait for each other in one database transaction: one question asks all conditions, one statement
 * writes all rows. A transaction that touches the same data as an earlier one is left out, so that it finds the earlier result when it comes again.
 * Answers the places of those that are done; the first always is. `also` ends the work they came from, in the same transaction. If any is refused,
 * none is done. `isDecided` is called when only the writing is left.
 */
export async function runTogether(world: World, sharers: readonly Sharer[], also: Also, isDecided: () => void): Promise<number[]> {
  return world.ledger.transaction(async (tx) => {
    const { places, statement } = await decideTogether(tx, sharers, also)
    isDecided()
    await writeStatement(tx, statement)
    return places
  })
}

type Also = (tx: AuditedTransaction, places: readonly number[]) => Promise<void>

/** Everything but the writing. It is a function of its own so that nothing that was read and judged stays in memory while the database writes. */
async function decideTogether(tx: AuditedTransaction, sharers: readonly Sharer[], also: Also): Promise<{ places: number[]; statement: Fragment | null }> {
  const intents = sharers.map(({ asking, plan }) => intentOf(asking, plan()))
  const answers = await askConditions(
    tx,
    intents.flatMap(({ conditions }) => conditions),
  )
  const neighbours = createNeighbours()
  const chosen: { intent: Intent; place: number }[] = []
  let from = 0
  for (const [place, intent] of intents.entries()) {
    const mine = answers.slice(from, from + intent.conditions.length)
    from += intent.conditions.length
    if (neighbours.meets(intent.conditions, mine)) continue
    await decideIntent(tx, intent, mine)
    if (neighbours.takesIn(intent)) chosen.push({ intent, place })
  }
  const places = chosen.map(({ place }) => place)
  await also(tx, places)
  const prepared = await prepareAll(
    tx,
    chosen.map(({ intent }) => requestOf(intent)),
  )
  for (const { intent } of chosen) auditLooks(tx, intent)
  return { places, statement: statementOf(tx, prepared) }
}
