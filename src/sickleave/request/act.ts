import type { AuditedTransaction, Entry } from '../../audit/audit.ts'
import { headers, keySets } from '../../identity/identity.ts'
import { Refusal } from '../../platform/refusal.ts'
import { isUniqueViolation, type Runner } from '../../platform/sql.ts'
import { type Asking, entryOf } from '../asking.ts'
import { loadRules, lockPerson } from '../case-store.ts'
import { tellEmployer } from '../employer-stream.ts'
import { dayAt } from '../rules/days.ts'
import type { Rules } from '../rules/parameters.ts'
import { clockOf } from './clock.ts'
import { type Facts, type Missing, missingOf } from './completeness.ts'
import { monthsUnknown } from './ground.ts'
import { listOf } from './list.ts'
import {
  addStep,
  calculationOf,
  earlierOf,
  type Evidence,
  evidenceOf,
  type Head,
  type Request,
  reportsOf,
  requestOf,
  type Row,
  setStanding,
  standingOf,
} from './request-store.ts'
import { isSettled, stepsShown, type Named, shownOf } from './show.ts'
import { mayFollow, type Standing, type Step } from './state.ts'
import type { RequestShown } from './wire.ts'

export type Ground = { tx: AuditedTransaction; found: Request; rules: Rules; evidence: Evidence[]; missing(content?: Standing['content']): Promise<Missing[]> }
export type RequestAct = {
  basis: string
  /** How many steps the screen showed. */
  seen?: number | undefined
  /** Called under the lock. Answers the steps to add, or null when the act was done already. */
  plan(ground: Ground): Promise<Step[] | Refusal | null>
}

/** One act on one request, in one transaction: lock the person, read, apply the rule, add the steps, show, tell, audit. */
export async function stepRequest(asking: Asking, { patient, id }: Pick<Row, 'patient' | 'id'>, act: RequestAct): Promise<RequestShown> {
  const { world } = asking
  const { root, employee } = await personOfKey(asking, patient)
  try {
    return await world.ledger.transaction(async (tx) => {
      await lockPerson(tx, root)
      const found = await requestOf(tx, id, patient)
      if (!found) throw new Refusal('not-found', 'there is no such request')
      if (act.seen !== undefined && act.seen !== (act.basis === 'fund' ? found.steps : stepsShown(found.steps)).length)
        throw new Refusal('conflict', 'this request has changed since it was shown', { expression: 'seen', hint: 'Look again, then decide.' })
      const rules = await loadRules(tx)
      const evidence = await evidenceOf(tx, found.row)
      const facts = (content = found.standing.content) => factsOf(asking, tx, found.row, content, evidence, rules)
      const steps = await act.plan({ tx, found, rules, evidence, missing: async (content) => missingOf(await facts(content), rules) })
      if (steps === null) return found.row.shown
      if (steps instanceof Refusal) throw steps
      const audit: Entry = entryOf(asking, patient, { action: 'update', basis: act.basis, what: `sick-leave-request ${id}`, count: steps.length })
      tx.audit([audit])
      return addSteps(asking, tx, found, steps, { rules, employee })
    })
  } catch (error) {
    if (isUniqueViolation(error)) throw daysAskedAlready()
    throw error
  }
}

export const daysAskedAlready = () =>
  new Refusal('conflict', 'some of these days are asked for in another request already', {
    expression: 'from',
    hint: 'Open that request, or choose the days after it.',
  })

/** Steps of which the employer is not told: its own drafts, and steps inside the Fund. */
const saysNothing = new Set<Step['kind']>(['written', 'claimed', 'assigned', 'calculated', 'proposed', 'sent-back'])

type Around = { rules: Rules; employee: Named['employee'] }

export async function addSteps(
  asking: Asking,
  tx: AuditedTransaction,
  { row, steps: before }: Omit<Request<Head>, 'standing'>,
  steps: readonly Step[],
  around: Around,
): Promise<RequestShown> {
  const { world, actor } = asking
  const at = world.now()
  const all = [...before]
  for (const step of steps) {
    const refusal = all.length === 0 ? null : mayFollow(standingOf(row.kind, all), step.kind)
    if (refusal) throw refusal
    all.push({ seq: all.length + 1, step, at, actor: actor.id, actorName: actor.name })
    await addStep(tx, row, { seq: all.length, step, at }, actor)
  }
  const standing = standingOf(row.kind, all)
  const shown = await showRequest(asking, tx, { row, standing, steps: all }, around)
  const clock = clockOf(row.kind, standing, around.rules)
  await setStanding(tx, row, standing, { waitsFor: clock.waitsFor, due: clock.due?.effective ?? null, changedAt: at, shown })
  if (row.employer !== null && row.knownAs !== null && steps.some(({ kind }) => !saysNothing.has(kind)))
    await tellEmployer(tx, { employer: row.employer, knownAs: row.knownAs, kind: 'request', at, about: { id: row.id, number: row.number, state: shown.state } })
  return shown
}

/** Missing things are listed only while the requester can still enter them. */
const isOpenToRequester = ({ state }: Standing) => state === 'draft' || state === 'incomplete'

export async function showRequest(asking: Asking, sql: Runner, { row, standing, steps }: Request<Head>, { rules, employee }: Around): Promise<RequestShown> {
  const evidence = await evidenceOf(sql, row)
  const missing = isOpenToRequester(standing) ? missingOf(await factsOf(asking, sql, row, standing.content, evidence, rules), rules) : []
  const kept = isSettled(standing) ? await calculationOf(sql, row, standing.calculation) : null
  const list = kept && listOf(kept.view)
  return shownOf(
    row,
    standing,
    { employee, employer: await employerName(sql, row) },
    { steps, evidence, missing, rules, list, signatureNeeded: asking.world.config.SIGNATURE_LEVEL as RequestShown['signatureNeeded'] },
  )
}

async function factsOf({ world }: Asking, tx: Runner, row: Head, content: Standing['content'], evidence: readonly Evidence[], rules: Rules): Promise<Facts> {
  const { knownAccounts, isFirst } = await earlierOf(tx, row)
  return {
    kind: row.kind,
    content,
    today: dayAt(world.now()),
    reports: await reportsOf(tx, row),
    evidence: evidence.map(({ kind }) => kind),
    knownAccounts,
    isFirst,
    monthsUnknown: isFirst ? await monthsUnknown(tx, row, rules) : [],
    isPerson: row.employer === null,
  }
}

/** The person behind a key. Acts about one person wait for each other by the root. */
export async function personOfKey({ world }: Asking, patient: number): Promise<{ root: number; handle: string; employee: Named['employee'] }> {
  const root = (await keySets(world.sql, [patient])).get(patient)?.[0] ?? patient
  const [header] = await headers(world, [root])
  return { root, handle: header?.id ?? '', employee: { family: header?.family ?? '', given: header?.given ?? '' } }
}

async function employerName(sql: Runner, { patient, employer, leave }: Head): Promise<string | null> {
  if (employer === null) return null
  const [paper] = await sql<{ name: string | null }>`
    select content -> 'employer' ->> 'name' as name
      from sickleave.document
     where patient = ${patient} and leave = ${leave} and employer = ${employer}
     order by issued_at desc
     limit 1`
  return paper?.name ?? null
}
