import { headers } from '../../identity/identity.ts'
import { Refusal } from '../../platform/refusal.ts'
import { perform } from '../act.ts'
import { type Asking, entryOf, refuse } from '../asking.ts'
import { casesOf } from '../case-store.ts'
import { type Body, bodyOf, countOf, dayOf, flagOf, oneOf, optional, textOf, wordOf } from '../read-body.ts'
import { endAlone, endObjection } from '../objection/end.ts'
import { stepsOf } from '../objection/objection-store.ts'
import { planDecision } from '../rules/plan.ts'
import { planReview } from '../rules/review.ts'
import { decisions } from '../rules/state.ts'
import { leavesOf } from '../show.ts'
import { type Degree, requireWithCommission } from './desk.ts'
import type { CommissionFile, Decided } from './wire.ts'

// A commission's file and decisions. The commission opens only cases that wait for it; its findings are sealed with the medical part.

export async function commissionFile(asking: Asking, handle: string, leave: string): Promise<CommissionFile> {
  const { person, objection, degree, isProposed } = await requireWithCommission(asking, handle, leave, 'read')
  const { world } = asking
  await world.ledger.record([entryOf(asking, person.keys[0] as number, { action: 'read', basis: basisOf(degree) })])
  const words = objection ? await stepsOf(world.sql, world, objection) : []
  const [header] = await headers(world, person.keys.slice(0, 1))
  return {
    ...(await leavesOf(world, person.keys)),
    degree,
    leave,
    birthDate: header?.birthDate ?? null,
    isProposed,
    objection: objection && {
      id: objection.id,
      number: objection.number,
      kind: objection.kind,
      madeBy: objection.madeBy,
      due: objection.due,
      text: words[0]?.said.text ?? '',
    },
  }
}

const basisOf = (degree: Degree) => (degree === 1 ? 'commission' : 'second-degree commission')

export async function decideLeave(asking: Asking, handle: string, leave: string, given: unknown): Promise<Decided> {
  const { person, found, isProposed, degree } = await requireWithCommission(asking, handle, leave, 'update')
  if (!isProposed) throw new Refusal('conflict', 'nothing was proposed; an objection is decided on at its own address', { hint: '…/review' })
  const body = bodyOf(given, ['decision', 'until', 'number', 'finding', 'seen'])
  const wish = { decision: oneOf(body, 'decision', decisions), until: dayOf(body, 'until'), number: wordOf(body, 'number', 60) }
  const finding = optional(body, 'finding', textOf)
  const { institution, worker } = found
  await perform(asking, person, {
    leave,
    seen: optional(body, 'seen', countOf),
    existing: ({ state }, ground) => planDecision(ground, state, wish),
    medical: finding ? { finding } : {},
    basis: basisOf(degree),
    institution,
    worker,
  })
  return standing(asking, person.keys, leave)
}

/** Decides on an objection or a control: either the leave stands as it is, or the objection is justified and a step of its own changes the leave. */
export async function reviewLeave(asking: Asking, handle: string, leave: string, given: unknown): Promise<Decided> {
  const { person, found, objection, degree } = await requireWithCommission(asking, handle, leave, 'update')
  if (!objection) throw new Refusal('conflict', 'there is no objection or control about this leave here')
  const last = found.steps.findLast(({ step }) => step.kind === 'decided' || step.kind === 'reviewed')
  if (last?.actor === asking.actor.id) {
    const reason = 'you assessed this yourself; others decide on the objection'
    await refuse(asking, person.keys[0] as number, 'update', new Refusal('forbidden', reason, { details: { reason, opens: [] } }))
  }
  const body = bodyOf(given, ['accept', 'why', 'until', 'isEnd', 'number', 'finding', 'seen'])
  const said = { text: textOf(body, 'why'), number: wordOf(body, 'number', 60) }
  const basis = basisOf(degree)
  if (!acceptOf(body)) await endAlone(asking, objection, { kind: 'rejected', said, basis })
  else {
    const review = { until: dayOf(body, 'until'), isEnd: flagOf(body, 'isEnd'), degree, number: said.number }
    const finding = optional(body, 'finding', textOf)
    const { institution, worker } = found
    await perform(asking, person, {
      leave,
      seen: optional(body, 'seen', countOf),
      existing: ({ state }, ground) => planReview(ground, state, review),
      medical: finding ? { finding } : {},
      basis,
      institution,
      worker,
      also: (tx) => endObjection(asking, tx, objection.id, { kind: 'accepted', said, basis }),
    })
  }
  return standing(asking, person.keys, leave)
}

export function acceptOf(body: Body): boolean {
  const { accept } = body
  if (typeof accept !== 'boolean') throw new Refusal('incorrect', 'accept is true or false', { expression: 'accept' })
  return accept
}

async function standing({ world }: Asking, keys: readonly number[], leave: string): Promise<Decided> {
  const state = (await casesOf(world.sql, keys)).find(({ id }) => id === leave)?.state
  if (!state) throw new Error('a leave that was just decided is not there')
  return { status: state.status, until: state.until }
}
