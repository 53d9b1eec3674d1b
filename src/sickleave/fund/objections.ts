import { Refusal } from '../../platform/refusal.ts'
import type { Asking } from '../asking.ts'
import { bodyOf, textOf, uuidOf } from '../read-body.ts'
import { endOf } from '../objection/desks.ts'
import { endAlone, endObjection, requireAtDesk } from '../objection/end.ts'
import { deskOf } from '../objection/lists.ts'
import { atDesk } from '../objection/objection-store.ts'
import { askForControl } from '../objection/make.ts'
import type { Desk, ObjectionShown } from '../objection/wire.ts'
import { stepRequest } from '../request/act.ts'
import { requestForFund, requireFund } from './fund.ts'
import { isInOpenFile } from './recheck.ts'

// Objections to a sum, on which the Fund decides; and the Fund's own question to the commission, whether a leave is justified.

export async function fundObjections(asking: Asking): Promise<Desk> {
  await requireFund(asking, 'read')
  return deskOf(asking, 'fund', await atDesk(asking.world.sql, 'fund'))
}

/** A justified objection reopens the request in the same transaction. An officer who proposed or approved the sum does not decide on the objection. */
export async function answerObjection(asking: Asking, id: string, given: unknown): Promise<Desk> {
  await requireFund(asking, 'update')
  const found = await requireAtDesk(asking, id, 'fund')
  const end = { ...endOf(given), basis: 'fund' }
  const request = await requestForFund(asking, found.request ?? '', 'update')
  const decided = request.steps.filter(({ step }) => step.kind === 'proposed' || step.kind === 'approved')
  if (decided.some(({ actor }) => actor === asking.actor.id)) {
    const reason = 'you decided on this sum; somebody else decides on the objection'
    throw new Refusal('forbidden', reason, { details: { reason, opens: ['Another person of the Fund.'] } })
  }
  if (end.kind === 'rejected') await endAlone(asking, found, end)
  else {
    await stepRequest(asking, request.row, {
      basis: 'fund',
      async plan({ tx, found: { row } }) {
        if (await isInOpenFile(tx, row))
          return new Refusal('conflict', 'this request is in a payment file that the treasury has not executed yet', {
            hint: 'Decide once its execution is entered.',
          })
        await endObjection(asking, tx, id, end)
        return [{ kind: 'reopened', why: end.said.text }]
      },
    })
  }
  return fundObjections(asking)
}

/** Asks for a control of the leave in a request that the officer has open. */
export async function orderControl(asking: Asking, given: unknown): Promise<ObjectionShown> {
  await requireFund(asking, 'create')
  const body = bodyOf(given, ['request', 'text'])
  const { row } = await requestForFund(asking, uuidOf(body, 'request'), 'create')
  return askForControl(asking, { patient: row.patient, leave: row.leave }, textOf(body, 'text'))
}
