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
 * All writes of a transaction in one database transaction. Ids are given first (Patients before what is about them), then every
 * `urn:uuid` and conditional reference is replaced, then everything is written by one statement.
 */
export async function runTransaction(asking: Asking, plan: BundlePlan, again: () => BundlePlan): Promise<Map<number, Applied>> {
  // Each attempt replaces references in place, so one after a deadlock begins with the bundle as it came.
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

/** A transaction that may share a database transaction with others; `plan` gives it as it came, each time it is asked. */
export type Sharer = { asking: Asking; plan(): BundlePlan }

/**
 * Several transactions of senders who do not wait for each other, in one database transaction: their conditions are one question, their rows
 * one statement. One that has to do with an earlier of them is left out, so that it finds what that one did when it comes again; answers the
 * places of those that are done, of which the first is always one. `also` ends whatever they came from, in the same transaction. When
 * anything is refused, nothing of all of them is done. `isDecided` is told when only the writing is left.
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

/** All of it but the writing: while the database writes, nothing of what was read and judged is held any more. */
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
