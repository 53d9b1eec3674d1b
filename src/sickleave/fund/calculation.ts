import { Refusal } from '../../platform/refusal.ts'
import type { Runner, Transaction } from '../../platform/sql.ts'
import { uuidV7 } from '../../platform/uuid.ts'
import type { Asking } from '../asking.ts'
import { deltaOf } from '../compensation/delta.ts'
import { compensationOf } from '../compensation/view.ts'
import { paraOf } from '../compensation/money.ts'
import { fundDays } from '../request/completeness.ts'
import { inputOf } from '../request/ground.ts'
import { calculationOf, type Head, type Request, reportsOf } from '../request/request-store.ts'
import type { Rules } from '../rules/parameters.ts'
import type { CompensationView, DeltaView } from '../wire.ts'

// The automatic calculation, by the same pure rules as everywhere; it is stored together with its input.

/** The Fund's total counts only the Fund's days; the employer's days in the same period are shown and not paid. */
export const fundTotal = (view: CompensationView): number =>
  Number(view.lines.filter(({ payer }) => payer === 'fund').reduce((sum, { total }) => sum + (paraOf(total) ?? 0n), 0n))

/** Calculates now. A refusal says in a sentence why that is not possible: the case stays on the list and nothing is guessed. */
export async function reckon(
  sql: Runner,
  { row, standing }: Request,
  rules: Rules,
): Promise<{ input: unknown; view: CompensationView; total: number } | Refusal> {
  const input = await inputOf(sql, row, standing.content, rules)
  if (!input) return new Refusal('conflict', 'the leave was cancelled or corrected and has none of these days: nothing is paid for them')
  try {
    const view = compensationOf(input, rules)
    return { input, view, total: fundTotal(view) }
  } catch (error) {
    if (error instanceof Refusal) return error
    throw error
  }
}

export async function keepCalculation(
  tx: Transaction,
  asking: Asking,
  { patient, id: request }: Head,
  { input, view, total }: { input: unknown; view: CompensationView; total: number },
): Promise<string> {
  const id = uuidV7(asking.world)
  const text = JSON.stringify(input, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value))
  await tx`
    insert into sickleave.calculation (patient, id, request, at, actor, input, view, total)
    values (${patient}, ${id}, ${request}, ${asking.world.now()}, ${asking.actor.id}, ${text}::jsonb, ${JSON.stringify(view)}::jsonb, ${total})`
  return id
}

/** Between the calculation and the payment a report may be made void or earnings may be corrected; the calculation then no longer stands. */
export async function standsAsCalculated(tx: Transaction, found: Request, rules: Rules): Promise<Refusal | null> {
  const { row, standing } = found
  const reports = await reportsOf(tx, row)
  if (fundDays(standing.content, reports).length === 0)
    return new Refusal('conflict', 'the reports that this request rests on no longer stand', { hint: 'Send it back to be completed.' })
  const kept = await calculationOf(tx, row, standing.calculation)
  const now = await reckon(tx, found, rules)
  if (now instanceof Refusal) return now
  if (kept && now.total === kept.total) return null
  return new Refusal('conflict', 'reckoned anew, the sum is another one: something was corrected meanwhile', { hint: 'Calculate again, then propose.' })
}

/** The difference from the present sum, or, when there is none, from the sum before it. */
export async function correctionOf(
  sql: Runner,
  { patient, id }: Head,
  standing: { id: string; view: CompensationView } | null,
  now: CompensationView,
): Promise<DeltaView[]> {
  const changed = standing ? deltaOf(standing.view, now) : []
  if (changed.length > 0) return changed
  const [before] = await sql<{ view: CompensationView }>`
    select view
      from sickleave.calculation
     where patient = ${patient} and request = ${id} and id is distinct from ${standing?.id ?? null}::uuid
     order by at desc, id desc
     limit 1`
  return before ? deltaOf(before.view, now) : []
}
