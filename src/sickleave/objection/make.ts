import { keySets } from '../../identity/identity.ts'
import { Refusal } from '../../platform/refusal.ts'
import { isUniqueViolation, type Transaction } from '../../platform/sql.ts'
import { uuidV7 } from '../../platform/uuid.ts'
import { type Asking, entryOf } from '../asking.ts'
import { type Case, casesOf, loadRules, lockPerson } from '../case-store.ts'
import { tellEmployer } from '../employer-stream.ts'
import { bodyOf, oneOf, optional, textOf, uuidOf } from '../read-body.ts'
import { personOfKey } from '../request/act.ts'
import { nextRequestNumber } from '../request/request-store.ts'
import { leaveOfSide, type Side } from '../request/side.ts'
import { type Day, dayAt } from '../rules/days.ts'
import type { Rules } from '../rules/parameters.ts'
import { isRunning } from '../rules/state.ts'
import { daysAfter } from '../rules/working-days.ts'
import { deskAndLastDay, lastDayOfList, type Place } from './limits.ts'
import { addObjection, addObjectionStep, type Desk, type Objection } from './objection-store.ts'
import type { ObjectionKind, ObjectionShown } from './wire.ts'

// An employer, a person or the Fund asks for a new look at an assessment, a period or a sum (ebolovanje.md section 8.1).

const kindsOf: Record<Objection['madeBy'], readonly ObjectionKind[]> = {
  employer: ['assessment', 'control', 'correction', 'calculation'],
  person: ['assessment', 'correction', 'calculation'],
  fund: ['control'],
}
const textMax = 3000

type Wish = { kind: ObjectionKind; text: string; request: string | null }

export async function makeObjection(asking: Asking, side: Side, given: unknown): Promise<ObjectionShown> {
  const body = bodyOf(given, ['kind', 'leave', 'request', 'text'])
  const madeBy = side.employer === null ? 'person' : 'employer'
  const wish = { kind: oneOf(body, 'kind', kindsOf[madeBy]), text: textOf(body, 'text', textMax), request: optional(body, 'request', uuidOf) ?? null }
  const place = side.employer === null ? await ownPlace(asking, side, String(body['leave'])) : await leaveOfSide(asking.world.sql, side, String(body['leave']))
  return make(asking, side.basis, { ...place, employer: side.employer, madeBy }, wish)
}

/** A person may object about any leave of their own, whoever pays. */
async function ownPlace({ world }: Asking, { keys }: Side, leave: string) {
  const found = (await casesOf(world.sql, keys ?? [])).find(({ id }) => id === leave)
  if (!found) throw new Refusal('not-found', 'you have no such leave', { expression: 'leave' })
  return { patient: found.patient, leave, knownAs: null }
}

/** The Fund asks the commission whether a leave is justified. */
export function askForControl(asking: Asking, place: { patient: number; leave: string }, text: string): Promise<ObjectionShown> {
  return make(asking, 'fund', { ...place, knownAs: null, employer: null, madeBy: 'fund' }, { kind: 'control', text, request: null })
}

async function make(asking: Asking, basis: string, place: Place, { kind, text, request }: Wish): Promise<ObjectionShown> {
  const { world, actor } = asking
  const { patient, leave, knownAs, employer, madeBy } = place
  const { root, employee } = await personOfKey(asking, patient)
  const keys = (await keySets(world.sql, [patient])).get(patient) ?? [patient]
  try {
    return await world.ledger.transaction(async (tx) => {
      await lockPerson(tx, root)
      const found = (await casesOf(tx, keys)).find(({ id }) => id === leave)
      if (!found) throw new Refusal('not-found', 'there is no such leave')
      const rules = await loadRules(tx)
      const [at, id] = [world.now(), uuidV7(world)]
      const today = dayAt(at)
      const { desk, last } = await whereTo(tx, kind, found, place, { request, rules })
      if (last !== null && today > last)
        throw new Refusal('unprocessable', `the time limit for this objection ended ${last}`, { hint: 'A request for correction has no time limit.' })
      if (kind === 'control' && !isRunning(found.state)) throw new Refusal('conflict', 'this leave is over: a control is of one that lasts')
      const due = daysAfter(today, rules.on('objection.decision-days', today)).effective
      const number = `П-${await nextRequestNumber(tx, Number(today.slice(0, 4)))}`
      const shown: ObjectionShown = {
        ...{ id, number, kind, leave: knownAs ?? leave, request, employee, state: 'open', madeAt: at.toISOString(), due, endedAt: null },
      }
      const one = { patient, id, number, kind, leave, request, employer, knownAs, madeBy, desk, worker: found.worker }
      tx.audit([entryOf(asking, patient, { action: 'create', basis, what: `sick-leave-objection ${id}` })])
      await addObjection(tx, { ...one, state: 'open', due, madeAt: at, shown })
      await addObjectionStep(tx, world, { patient, objection: id, kind: 'made', said: { text }, at, actor })
      if (employer !== null && knownAs !== null) await tellEmployer(tx, { employer, knownAs, kind: 'objection', at, about: { id, number, state: 'open' } })
      return shown
    })
  } catch (error) {
    if (isUniqueViolation(error))
      throw new Refusal('conflict', 'the same was asked already and is not decided on yet', { hint: 'Its number and day are in the list.' })
    throw error
  }
}

type Asked = { request: string | null; rules: Rules }

/** Which desk decides, and until when one may ask; a correction and a control have no time limit. */
async function whereTo(tx: Transaction, kind: ObjectionKind, found: Case, place: Place, { request, rules }: Asked): Promise<{ desk: Desk; last: Day | null }> {
  if (kind === 'correction') return { desk: 'doctor', last: null }
  if (kind === 'control') return { desk: 'commission1', last: null }
  if (kind === 'calculation') return { desk: 'fund', last: await lastDayOfList(tx, request, place, rules) }
  const { desk, last } = await deskAndLastDay(tx, found, place, rules)
  if (desk === null)
    throw new Refusal('conflict', 'the commission of the second degree has decided on this assessment', {
      hint: 'Against its decision there is only the court.',
    })
  return { desk, last }
}
