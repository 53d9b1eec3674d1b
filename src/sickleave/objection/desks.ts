import { keySets } from '../../identity/identity.ts'
import { Refusal } from '../../platform/refusal.ts'
import { type Asking, refuse } from '../asking.ts'
import { casesOf } from '../case-store.ts'
import { bodyOf, optional, textOf, wordOf } from '../read-body.ts'
import { endAlone, requireAtDesk } from './end.ts'
import { deskOf } from './lists.ts'
import type { Objection, Said } from './objection-store.ts'
import type { Desk } from './wire.ts'

// The desk of the doctor: requests to correct a period, a reason or an employer. The leave itself is corrected by the doctor's own act.

async function requireDoctor(asking: Asking, action: 'read' | 'update'): Promise<number> {
  const { actor } = asking
  if (actor.kind === 'person' && actor.roles.includes('doctor') && actor.worker !== null) return actor.worker
  const reason = 'this is for the doctor of the leave'
  return refuse(asking, null, action, new Refusal('forbidden', reason, { details: { reason, opens: [] } }))
}

export async function corrections(asking: Asking): Promise<Desk> {
  return deskOf(asking, 'doctor', 'doctor', await requireDoctor(asking, 'read'))
}

export async function answerCorrection(asking: Asking, id: string, given: unknown): Promise<Desk> {
  const worker = await requireDoctor(asking, 'update')
  const found = await requireAtDesk(asking, id, 'doctor')
  if (found.worker !== worker) throw new Refusal('not-found', 'there is no such case at this desk')
  const end = endOf(given, false)
  if (end.kind === 'accepted') await requireCorrected(asking, found)
  await endAlone(asking, found, { ...end, basis: 'doctor' })
  return corrections(asking)
}

/** To say that it is right and to change nothing would help nobody: papers and money follow the leave, not the answer. */
async function requireCorrected({ world }: Asking, { patient, leave, madeAt }: Objection): Promise<void> {
  const keys = (await keySets(world.sql, [patient])).get(patient) ?? [patient]
  const steps = (await casesOf(world.sql, keys)).find(({ id }) => id === leave)?.steps ?? []
  if (steps.some(({ step, at }) => changing.has(step.kind) && at >= madeAt)) return
  throw new Refusal('conflict', 'nothing of this leave was changed since this was asked', {
    hint: 'Correct, close or cancel the leave first, then accept; new papers go to the employers by the register of insurance.',
  })
}
const numberMax = 60
const changing = new Set(['corrected', 'closed', 'cancelled', 'reviewed', 'extended'])

/** A commission and the Fund number what they decide; a doctor's answer has no number of its own. */
export function endOf(given: unknown, isNumbered = true): { kind: 'accepted' | 'rejected'; said: Said } {
  const body = bodyOf(given, ['accept', 'why', 'number'])
  const { accept } = body
  if (typeof accept !== 'boolean') throw new Refusal('incorrect', 'accept is true or false', { expression: 'accept' })
  const number = isNumbered ? wordOf(body, 'number', numberMax) : optional(body, 'number', (one, name) => wordOf(one, name, numberMax))
  return { kind: accept ? 'accepted' : 'rejected', said: { text: textOf(body, 'why'), ...(number === undefined ? {} : { number }) } }
}
