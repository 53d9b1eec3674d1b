import type { FastifyRequest } from 'fastify'
import { Refusal } from '../../platform/refusal.ts'
import { directoryOf } from '../members/directory.ts'
import { whoOf } from '../members/member.ts'

/** Refusals that have their row already: `deny` knows more about them. */
const onRecord = new WeakSet<Refusal>()
export function isOnRecord(refusal: Refusal): Refusal {
  onRecord.add(refusal)
  return refusal
}

/** What is not an honest mistake of the moment: forged, changed, another's, in two meanings, too large. */
const recorded = new Set([400, 401, 403, 408, 413, 415])

/**
 * What the bus refused is on record before it is said: a row of the audit when token or signature prove whose system it was, and a line of the
 * log, which is all that strangers get: they could fill a table. Neither holds anything of the request but its route.
 */
export async function recordRefused(request: FastifyRequest, error: unknown): Promise<void> {
  const refusal = error instanceof Refusal ? error : null
  const found = refusal?.status ?? (error as { statusCode?: number }).statusCode ?? 500
  // A body whose line broke is nobody's attack.
  const status = refusal === null && found === 400 ? 0 : found
  const rule = (refusal?.details as { rule?: string } | undefined)?.rule
  if ((!recorded.has(status) && rule === undefined) || (refusal && onRecord.has(refusal))) return
  const { world, correlation, actor, method } = request
  const route = `${method} ${request.routeOptions.url ?? ''}`
  try {
    const member = (await directoryOf(world)).byClient.get(actor.id) ?? request.signer
    world.log.warn({ correlation, status, rule, route, member: member?.code ?? null }, 'the bus refused a request')
    if (!member) return
    const what = `bus-refused ${route}`
    const basis = rule ?? `refused/${refusal?.kind ?? status}`
    await world.ledger.record([{ action: 'create', who: whoOf(member), patient: null, what, purpose: 'exchange', basis, decision: 'deny', correlation }])
  } catch (trouble) {
    world.log.error({ err: trouble, correlation, status, route }, 'a refusal of the bus could not be recorded')
  }
}
