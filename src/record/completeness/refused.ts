import type { Runner } from '../../platform/sql.ts'
import type { World } from '../../platform/world.ts'
import { answerOf, type Refusal } from '../../platform/refusal.ts'
import { dayOf } from '../../platform/calendar.ts'

const textMax = 300

/** Counts a document that goes back to its sender, with its first reason, in the transaction that sends it back. */
export async function noteRefused(world: World, tx: Runner, institution: number, message: string, refusal: Refusal): Promise<void> {
  const [issue] = answerOf(refusal, message).body.issue
  const now = world.now()
  await tx`
    insert into record.refused_document (institution, day, message, at, code, expression, reason)
    values (${institution}, ${dayOf(now)}::date, ${message}::uuid, ${now}, ${issue?.code ?? 'processing'}, ${placeOf(issue?.expression?.[0])},
            ${(issue?.diagnostics ?? refusal.message).slice(0, textMax)})
    on conflict do nothing`
}

/** The place without positions: the same fault in a hundred documents is one line. */
const placeOf = (expression: string | undefined): string | null => expression?.replace(/\[\d+\]/g, '').slice(0, textMax) ?? null
