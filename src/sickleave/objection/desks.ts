import { access, decide, relate, relationsOf } from '../../access/access.ts'
import { keySets } from '../../identity/identity.ts'
import { Refusal } from '../../platform/refusal.ts'
import { workers } from '../../registry/registry.ts'
import { type Asking, entryOf, refuse } from '../asking.ts'
import { assesses } from '../assessor.ts'
import { casesOf, loadRules } from '../case-store.ts'
import { bodyOf, optional, textOf, wordOf } from '../read-body.ts'
import { endAlone, requireAtDesk } from './end.ts'
import { deskOf } from './lists.ts'
import { dayAt } from '../rules/days.ts'
import { atDoctors, type Objection, type Said } from './objection-store.ts'
import type { CorrectionsDesk } from './wire.ts'

// The desk of doctors: requests to correct a period, a reason or an employer. The doctor's own act corrects the leave itself. So a request waits for
// the doctor who opened the leave and for the doctor who assesses that person today: the chosen doctor or their substitute (ZZO art. 75). A colleague
// of the same unit may take a request over, because deadlines run on while a doctor is away and perhaps nobody was entered as substitute.

type Doctor = { worker: number; institution: number; unit: number | null }

async function requireDoctor(asking: Asking, action: 'read' | 'update'): Promise<Doctor> {
  const { kind, roles, worker, institution, unit } = asking.actor
  if (kind === 'person' && roles.includes('doctor') && worker !== null && institution !== null) return { worker, institution, unit }
  const reason = 'this is for the doctor of the leave'
  return refuse(asking, null, action, new Refusal('forbidden', reason, { details: { reason, opens: [] } }))
}

const colleaguesOf = async ({ world }: Asking, { worker, unit }: Doctor): Promise<Map<number, string>> => {
  const doctors = unit === null ? [] : await workers.doctorsOfUnit(world.sql, unit, dayAt(world.now()))
  return new Map(doctors.filter(({ id }) => id !== worker).map(({ id, name }) => [id, name]))
}

/** Those of these requests that this doctor answers. */
async function own({ world, actor }: Asking, worker: number, rows: readonly Objection[]): Promise<Set<Objection>> {
  const sets = await keySets(
    world.sql,
    rows.map(({ patient }) => patient),
  )
  const decisions = await decide(
    world,
    actor,
    'write',
    rows.map(({ patient }) => sets.get(patient) ?? [patient]),
  )
  return new Set(rows.filter((row, at) => row.worker === worker || assesses(decisions[at])))
}

export async function corrections(asking: Asking): Promise<CorrectionsDesk> {
  return deskOfDoctor(asking, await requireDoctor(asking, 'read'))
}

async function deskOfDoctor(asking: Asking, doctor: Doctor): Promise<CorrectionsDesk> {
  const { world, actor } = asking
  const [colleagues, { keys }] = await Promise.all([colleaguesOf(asking, doctor), relationsOf(world, actor)])
  const assessed = [...keys].flatMap(([key, { kind }]) => (kind === 'chosen-doctor' || kind === 'substitute' ? key : []))
  const rows = await atDoctors(world.sql, [doctor.worker, ...colleagues.keys()], assessed)
  const mine = await own(asking, doctor.worker, rows)
  return {
    ...(await deskOf(asking, 'doctor', [...mine])),
    ofColleagues: rows.flatMap((row) => {
      const name = mine.has(row) ? undefined : colleagues.get(row.worker)
      return name === undefined ? [] : { id: row.id, number: row.number, madeAt: row.madeAt.toISOString(), due: row.due, doctor: name }
    }),
  }
}

const sourceOf = ({ id }: Objection) => `correction/${id}`

/** A colleague who takes a request substitutes for the chosen doctor of that one person until it is answered. The person reads it among the looks. */
export async function takeCorrection(asking: Asking, id: string): Promise<CorrectionsDesk> {
  const doctor = await requireDoctor(asking, 'update')
  const { world } = asking
  const found = await requireAtDesk(asking, id, 'doctor')
  if ((await own(asking, doctor.worker, [found])).has(found)) return deskOfDoctor(asking, doctor)
  if (!(await colleaguesOf(asking, doctor)).has(found.worker)) throw new Refusal('not-found', 'there is no such case at this desk')
  const now = world.now()
  await world.ledger.transaction(async (tx) => {
    // For as long as there is time for the answer: after that the request belongs to the chosen doctor alone again.
    const takenDays = (await loadRules(tx)).on('objection.decision-days', dayAt(now))
    await relate(tx, {
      ...{ patient: found.patient, kind: 'substitute', worker: doctor.worker, institution: doctor.institution },
      ...{ from: now, until: new Date(now.getTime() + takenDays * 86_400_000), source: sourceOf(found) },
    })
    tx.audit([entryOf(asking, found.patient, { action: 'update', basis: 'substitute', what: `sick-leave-objection ${id}` })])
  })
  return deskOfDoctor(asking, doctor)
}

export async function answerCorrection(asking: Asking, id: string, given: unknown): Promise<CorrectionsDesk> {
  const doctor = await requireDoctor(asking, 'update')
  const found = await requireAtDesk(asking, id, 'doctor')
  if (!(await own(asking, doctor.worker, [found])).has(found)) throw new Refusal('not-found', 'there is no such case at this desk')
  const end = endOf(given, false)
  if (end.kind === 'accepted') await requireCorrected(asking, found)
  const at = asking.world.now()
  await endAlone(asking, found, { ...end, basis: 'doctor' }, (tx) => access.endRelationsOf(tx, [found.patient], sourceOf(found), at, asking.actor.id))
  return deskOfDoctor(asking, doctor)
}

/** Accepting a request without changing the leave would help nobody: papers and money follow the leave, not the answer. */
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

/** A commission and the Fund number their decisions; a doctor's answer has no number. */
export function endOf(given: unknown, isNumbered = true): { kind: 'accepted' | 'rejected'; said: Said } {
  const body = bodyOf(given, ['accept', 'why', 'number'])
  const { accept } = body
  if (typeof accept !== 'boolean') throw new Refusal('incorrect', 'accept is true or false', { expression: 'accept' })
  const number = isNumbered ? wordOf(body, 'number', numberMax) : optional(body, 'number', (one, name) => wordOf(one, name, numberMax))
  return { kind: accept ? 'accepted' : 'rejected', said: { text: textOf(body, 'why'), ...(number === undefined ? {} : { number }) } }
}
