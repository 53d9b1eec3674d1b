import { Refusal } from '../../platform/refusal.ts'
import { isUuid, uuidV4 } from '../../platform/uuid.ts'
import { bulk, jobsOf } from '../../registry/registry.ts'
import { type Act, perform } from '../act.ts'
import { type Asking, entryOf } from '../asking.ts'
import { requireAssessor } from '../assessor.ts'
import { casesOf, historyOf, loadRules, standardsOf } from '../case-store.ts'
import { ownPaper } from '../document/own-paper.ts'
import type { PaperName } from '../document/paper-name.ts'
import type { PaperFile } from '../document/paper.ts'
import type { MedicalPart } from '../medical/medical.ts'
import { useNumber } from '../document/numbers.ts'
import { contentOf } from '../signature/signed-by.ts'
import { bodyOf, type Body, countOf, dayOf, flagOf, instantOf, oneOf, optional, textOf, uuidOf } from '../read-body.ts'
import { careOf, diagnosisOf, reasonOf } from '../read-illness.ts'
import { competenceOf } from '../rules/competence.ts'
import { addDays, dayAt } from '../rules/days.ts'
import { employmentOf } from '../rules/employment.ts'
import { explain } from '../rules/explain.ts'
import {
  checkPeriod,
  planCancellation,
  planClosing,
  planCorrection,
  planExtension,
  planOpening,
  planReferral,
  planReport,
  type Wish,
  whyCommission,
} from '../rules/plan.ts'
import type { Leave } from '../rules/reasons.ts'
import { standardFor } from '../rules/standards.ts'
import { suggestedFor } from '../rules/suggest.ts'
import { doctorsClosings } from '../rules/state.ts'
import { leavesOf } from '../show.ts'
import type { Leaves, LeaveView, Preview } from '../wire.ts'

const exceptions = ['malignant', 'pregnancy', 'disability', 'surgery'] as const

export function wishOf(body: Body): Wish {
  const care = optional(body, 'care', careOf) ?? null
  return {
    from: dayOf(body, 'from'),
    until: dayOf(body, 'until'),
    reason: reasonOf(body),
    // Pregnancy as the reason is itself an exception.
    isException: optional(body, 'exception', (one, name) => oneOf(one, name, exceptions)) !== undefined || body['reason'] === '04',
    care,
    propose: flagOf(body, 'propose'),
  }
}

export const medicalOfBody = (body: Body): MedicalPart => {
  const exception = optional(body, 'exception', (one, name) => oneOf(one, name, exceptions))
  const note = optional(body, 'note', textOf)
  return { diagnosis: diagnosisOf(body, 'diagnosis'), ...(exception ? { exception } : {}), ...(note ? { note } : {}) }
}

export const wishFields = ['from', 'until', 'reason', 'exception', 'care', 'propose']

export async function leavesOfPatient(asking: Asking, handle: string): Promise<Leaves> {
  const person = await requireAssessor(asking, handle, 'read')
  await asking.world.ledger.record([entryOf(asking, person.keys[0] as number, { action: 'read', basis: person.basis, what: 'sick-leave' })])
  return leavesOf(asking.world, person.keys)
}

/** The copy for a person who wants paper, or whose employer has no account yet. */
export async function paperOfPatient(asking: Asking, handle: string, name: PaperName, query: unknown): Promise<PaperFile> {
  const person = await requireAssessor(asking, handle, 'read')
  await asking.world.ledger.record([entryOf(asking, person.keys[0] as number, { action: 'read', basis: person.basis, what: 'sick-leave document' })])
  return ownPaper(asking.world, person.keys, name, query)
}

/** What the screen shows before the one confirmation: the usual duration, how far the doctor may go, who pays. Nothing is stored. */
export async function preview(asking: Asking, handle: string, given: unknown): Promise<Preview> {
  const person = await requireAssessor(asking, handle, 'read')
  const { world } = asking
  const body = bodyOf(given, [...wishFields, 'diagnosis'])
  const diagnosis = diagnosisOf(body, 'diagnosis')
  const suggested = suggestedFor(diagnosis)
  const wish = wishOf({ ...body, reason: body['reason'] ?? suggested.reason, until: body['until'] ?? body['from'] })
  const turned = checkPeriod(wish)
  if (turned) throw turned
  await world.ledger.record([entryOf(asking, person.keys[0] as number, { action: 'read', basis: person.basis, what: 'sick-leave' })])
  const [cases, rules, entered, employments] = await Promise.all([
    casesOf(world.sql, person.keys),
    loadRules(world.sql),
    standardsOf(world.sql, diagnosis),
    bulk.jobsOfMany(world.sql, person.keys),
  ])
  const history = historyOf(cases)
  const standard = standardFor(diagnosis, entered)
  const leave: Leave = { id: 'preview', from: wish.from, until: wish.until, reason: wish.reason, isException: wish.isException, care: wish.care }
  const { doctorUntil, commissionFrom } = competenceOf(history, leave, rules)
  const usual = standard && addDays(wish.from, standard.days - 1)
  const suggestedUntil = usual === null ? null : usual > doctorUntil && doctorUntil >= wish.from ? doctorUntil : usual
  const shown = { ...leave, until: body['until'] === undefined ? (suggestedUntil ?? wish.from) : wish.until }
  const jobs = await jobsOf(world.sql, person.keys, wish.from, shown.until)
  return {
    suggestedReason: suggested.reason,
    suggestedException: suggested.exception,
    suggestedUntil,
    standardDays: standard?.days ?? null,
    isUnverified: standard?.isUnverified ?? false,
    doctorUntil,
    commissionFrom,
    isProposal: whyCommission({ rules, today: dayAt(world.now()) }, wish.from, doctorUntil) !== null,
    employers: new Set(jobs.map(({ employer }) => employer.id)).size,
    explanation: explain(history, shown, wish.from, rules, employmentOf(employments, wish.from)),
  }
}

export async function openLeave(asking: Asking, handle: string, given: unknown): Promise<LeaveView> {
  const person = await requireAssessor(asking, handle, 'create')
  const { content, signed } = await contentOf(asking, given, { act: 'opening', person: handle, leave: null })
  const body = bodyOf(content, [...wishFields, 'id', 'diagnosis', 'note', 'offline'])
  const id = optional(body, 'id', uuidOf) ?? uuidV4(asking.world)
  const wish = wishOf(body)
  const offline = optional(body, 'offline', (one, name) => offlineOf(one[name], asking.world.now()))
  await perform(asking, person, {
    leave: id,
    opening: (ground) => planOpening(ground, wish),
    medical: medicalOfBody(body),
    signed,
    basis: person.basis,
    institution: person.institution,
    worker: person.worker,
    ...(offline ? { happenedAt: offline.at, useNumber: (tx) => useNumber(tx, asking.world.keys, person.institution, { ...offline, client: null }) } : {}),
  })
  return one(await leavesOf(asking.world, person.keys), id)
}

/** For a leave that was opened without a connection: the true time, and a number from a block that was set aside. */
function offlineOf(given: unknown, now: Date): { at: Date; number: string } {
  const offline = bodyOf(given, ['at', 'number'])
  return { at: instantOf(offline, 'at', now), number: String(offline['number']).slice(0, 40) }
}

type ChangeOf = { fields: readonly string[]; act(body: Body, asking: Asking): Pick<Act, 'existing' | 'repeats' | 'medical'> }

/** What a later step may add to the medical part. Without it the diagnosis of the leave stays. */
function addedMedical(body: Body): Act['medical'] {
  const diagnosis = optional(body, 'diagnosis', diagnosisOf)
  const note = optional(body, 'note', textOf)
  return { ...(diagnosis ? { diagnosis } : {}), ...(note ? { note } : {}) }
}

/** What a doctor may do to an existing leave, by the last word of the URL. */
export const changes: Record<string, ChangeOf> = {
  extension: {
    fields: ['until', 'diagnosis', 'note'],
    act(body) {
      const until = dayOf(body, 'until')
      const medical = addedMedical(body)
      return {
        existing: ({ state }, ground) => planExtension(ground, state, until),
        repeats: (last) => last.kind === 'extended' && last.until === until,
        medical,
      }
    },
  },
  report: {
    fields: ['until'],
    act(body) {
      const until = dayOf(body, 'until')
      return { existing: ({ state }, ground) => planReport(ground, state, until), repeats: (last) => last.kind === 'reported' && last.until === until }
    },
  },
  referral: {
    fields: ['until', 'diagnosis', 'note'],
    act(body) {
      const until = dayOf(body, 'until')
      const medical = addedMedical(body)
      return {
        existing: ({ state }, ground) => planReferral(ground, state, until),
        repeats: (last) => last.kind === 'referred' && last.proposedUntil === until,
        medical,
      }
    },
  },
  closing: {
    fields: ['until', 'why'],
    act(body) {
      const wish = { until: dayOf(body, 'until'), why: oneOf(body, 'why', doctorsClosings) }
      return { existing: ({ state }, ground) => planClosing(ground, state, wish), repeats: (last) => last.kind === 'closed' && last.until === wish.until }
    },
  },
  cancellation: {
    fields: ['why'],
    act(body) {
      const why = textOf(body, 'why', 200)
      return { existing: ({ state }, ground) => planCancellation(ground, state, why), repeats: (last) => last.kind === 'cancelled' }
    },
  },
  correction: {
    fields: [...wishFields, 'diagnosis', 'note', 'why'],
    act(body) {
      const wish = { ...wishOf(body), why: textOf(body, 'why', 200) }
      return {
        existing: ({ state, steps }, ground) => planCorrection(ground, state, wish, dayAt((steps[0] as { happenedAt: Date }).happenedAt)),
        medical: medicalOfBody(body),
      }
    },
  },
}

export async function changeLeave(asking: Asking, handle: string, leave: string, word: string, given: unknown): Promise<LeaveView> {
  const person = await requireAssessor(asking, handle, 'update')
  const change = Object.hasOwn(changes, word) ? changes[word] : undefined
  if (!change || !isUuid(leave)) throw new Refusal('not-found', 'there is no such leave or act')
  const { content, signed } = await contentOf(asking, given, { act: word, person: handle, leave })
  const body = bodyOf(content, [...change.fields, 'seen'])
  const seen = optional(body, 'seen', countOf)
  const { worker, institution, basis } = person
  await perform(asking, person, { leave, seen, signed, worker, institution, basis, ...change.act(body, asking) })
  return one(await leavesOf(asking.world, person.keys), leave)
}

function one({ leaves }: Leaves, id: string): LeaveView {
  const found = leaves.find((leave) => leave.id === id)
  if (!found) throw new Error('a leave that was just written is not there')
  return found
}
