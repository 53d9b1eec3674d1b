import { Refusal } from '../../platform/refusal.ts'
import type { Asking } from '../asking.ts'
import { inDinars } from '../compensation/money.ts'
import { type Body, bodyOf, countOf, dayOf, oneOf, optional, textOf, wordOf, uuidOf } from '../read-body.ts'
import { addDays, type Day, dayAt } from '../rules/days.ts'
import type { Rules } from '../rules/parameters.ts'
import { clockOf, interestOn } from '../request/clock.ts'
import { stepRequest } from '../request/act.ts'
import type { Request } from '../request/request-store.ts'
import { digestOf, isSealed } from '../request/sign.ts'
import { isOver, mayFollow, secondPerson, type Standing, type Step } from '../request/state.ts'
import { requestForFund } from './fund.ts'
import { keepCalculation, reckon, standsAsCalculated } from './calculation.ts'
import { fileOf } from './file.ts'
import { officerOf, requireSupervisor } from './officers.ts'
import type { FundFile } from './wire.ts'

// What an officer of the Fund does with a request. The officer who proposes does not approve.

type Plan = Parameters<typeof stepRequest>[2]['plan']
type Act = { fields: readonly string[]; plan(body: Body, asking: Asking, found: Request): Plan }

const returnDaysMax = 90

const acts: Record<string, Act> = {
  claim: {
    fields: [],
    plan:
      (_, { actor }) =>
      async ({ found: { standing } }) =>
        standing.state === 'in-process' && standing.officer === actor.id ? null : [{ kind: 'claimed' }],
  },
  assignment: {
    fields: ['officer'],
    plan(body, { world }) {
      const id = wordOf(body, 'officer', 100)
      return async ({ found: { standing } }) => {
        const given = await officerOf(world.sql, id)
        return standing.officer === given.officer && standing.state === 'in-process' ? null : [{ kind: 'assigned', ...given }]
      }
    },
  },
  calculation: {
    fields: [],
    plan:
      (_, asking) =>
      async ({ tx, found, rules }) => {
        const refusal = mayFollow(found.standing, 'calculated')
        if (refusal) return refusal
        const reckoned = await reckon(tx, found, rules)
        if (reckoned instanceof Refusal) return reckoned
        return [{ kind: 'calculated', calculation: await keepCalculation(tx, asking, found.row, reckoned), total: reckoned.total }]
      },
  },
  return: {
    fields: ['missing', 'until'],
    plan(body, { world }) {
      const missing = textOf(body, 'missing', 600)
      const asked = optional(body, 'until', dayOf)
      const today = dayAt(world.now())
      return async ({ rules }) => {
        const until = asked ?? addDays(today, rules.on('request.completion-days', today))
        if (until <= today || until > addDays(today, returnDaysMax))
          return new Refusal('unprocessable', `it is completed between tomorrow and ${addDays(today, returnDaysMax)}`, { expression: 'until' })
        return [{ kind: 'returned', missing, until }]
      }
    },
  },
  proposal: {
    fields: ['decision', 'number', 'why', 'calculation'],
    plan(body, { world }) {
      const decision = oneOf(body, 'decision', ['pay', 'reject'] as const)
      const [number, why] = [wordOf(body, 'number', 60), textOf(body, 'why', 600)]
      if (decision === 'reject') return async () => [{ kind: 'proposed', decision, number, why, calculation: null, total: 0 }]
      const calculation = uuidOf(body, 'calculation')
      return async ({ tx, found, rules, evidence }) => {
        const submitted = found.steps.findLast(({ step }) => step.kind === 'submitted')?.step
        const digest = digestOf({ number: found.row.number, kind: found.row.kind, content: found.standing.content, evidence })
        if (submitted?.kind !== 'submitted' || !isSealed(world, submitted.signature, digest))
          return new Refusal('conflict', 'what stands here is not what was sealed when it was submitted', { hint: 'Send it back to be submitted again.' })
        if (found.standing.calculation !== calculation)
          return new Refusal('conflict', 'the calculation is another one meanwhile', { expression: 'calculation', hint: 'Look at it, then propose.' })
        const changed = await standsAsCalculated(tx, found, rules)
        if (changed) return changed
        return [{ kind: 'proposed', decision, number, why, calculation, total: found.standing.total ?? 0 }]
      }
    },
  },
  approval: {
    fields: ['accept', 'why'],
    plan(body, asking) {
      const accept = body['accept']
      if (typeof accept !== 'boolean') throw new Refusal('incorrect', 'accept is true or false', { expression: 'accept' })
      const why = accept ? '' : textOf(body, 'why', 600)
      return async ({ tx, found, rules }) => {
        const own = secondPerson(found.standing, asking.actor.id)
        if (own) return own
        if (!accept) return [{ kind: 'sent-back', why }]
        if (found.standing.proposal?.decision === 'pay') {
          const changed = await standsAsCalculated(tx, found, rules)
          if (changed) return changed
        }
        return [{ kind: 'approved' }]
      }
    },
  },
  'return-order': {
    fields: ['why', 'until'],
    plan(body, { world }) {
      const [why, until] = [textOf(body, 'why', 600), dayOf(body, 'until')]
      const today = dayAt(world.now())
      return async ({ found: { row, standing }, rules }) => {
        if (until < today) return new Refusal('unprocessable', 'this day is past', { expression: 'until' })
        // Interest from the day by which the employee should have had the money. A refund belonged to the employer from the day it came.
        const lastDay = lastDayToPay(standing, rules) ?? today
        const { alreadyPaid, total: due } = standing
        const isTooMuch = alreadyPaid !== null && due !== null && alreadyPaid > due
        const total = isTooMuch ? alreadyPaid - due : (due ?? 0)
        const interest = isTooMuch || row.kind === 'refund' || standing.confirmedOn !== null ? 0 : interestOn(total, lastDay, until, rules)
        return [{ kind: 'return-ordered', total, interest, until, why }]
      }
    },
  },
  'money-returned': {
    fields: ['on', 'total', 'interest'],
    plan(body, { world }) {
      const [on, total, interest] = [dayOf(body, 'on'), paraOf(body, 'total'), paraOf(body, 'interest')]
      return async ({ found: { standing }, rules }): Promise<Step[] | Refusal> => {
        const { order } = standing
        const least = order && interestBy(on, order, standing, rules)
        if (on > dayAt(world.now())) return new Refusal('unprocessable', 'this day is still to come', { expression: 'on' })
        if (order && least !== null && (total !== order.total || interest < least)) {
          const sums = [order.total, least].map((sum) => inDinars(BigInt(sum)))
          return new Refusal('unprocessable', `ordered were ${sums[0]} and at least ${sums[1]} of interest by this day`, { expression: 'interest' })
        }
        return [{ kind: 'money-returned', on, total, interest }]
      }
    },
  },
}

const lastDayToPay = (standing: Standing, rules: Rules) => clockOf('compensation', { ...standing, state: 'paid' }, rules).due?.effective

/** An order with interest bears it until the money is back: returning it later than ordered costs more. */
function interestBy(on: Day, order: NonNullable<Standing['order']>, standing: Standing, rules: Rules): number {
  const lastDay = lastDayToPay(standing, rules)
  return order.interest === 0 || on <= order.until || !lastDay ? order.interest : interestOn(order.total, lastDay, on, rules)
}

function paraOf(body: Body, name: string): number {
  const value = body[name]
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value
  throw new Refusal('incorrect', `${name} is an amount in whole para`, { expression: name })
}

export async function decideRequest(asking: Asking, id: string, word: string, given: unknown): Promise<FundFile> {
  const act = Object.hasOwn(acts, word) ? acts[word] : undefined
  const found = await requestForFund(asking, id, 'update')
  if (word === 'assignment') await requireSupervisor(asking)
  if (!act) throw new Refusal('not-found', `an officer knows ${Object.keys(acts).join(', ')}`)
  if (isOver(found.standing)) throw new Refusal('conflict', 'this request is over')
  const body = bodyOf(given, [...act.fields, 'seen'])
  await stepRequest(asking, found.row, { basis: 'fund', seen: optional(body, 'seen', countOf), plan: act.plan(body, asking, found) })
  return fileOf(asking, await requestForFund(asking, id, 'read'))
}
