import type { Patient } from '@medplum/fhirtypes'
import { Refusal } from '../platform/refusal.ts'
import type { Transaction, World } from '../platform/world.ts'
import { type ChartRules, type Claim, type FilingWarning, readChart } from './chart.ts'
import { decideFiling, type Plan } from './filing.ts'
import { newKey, newLzb, newTemporaryNumber } from './issue.ts'
import { uuidV4 } from '../platform/uuid.ts'
import { lzbPolicyOf } from './numbers.ts'
import { hashOf, type NumberKind, seal, unseal } from './secrets.ts'
import {
  type Act,
  type ChartKey,
  linkChart,
  locate,
  type Located,
  type LocatedFacts,
  merge,
  type NewNumber,
  type NewPerson,
  pendingPerson,
  personOfNumber,
} from './store.ts'

/** One chart to file: a Patient resource of one institution, under its own patient key. */
export type Filing = {
  patient: number
  institution: number
  resource: Patient | { resourceType: string }
  id: string
  /** The actor for the history of links; by default the institution's own id. */
  actor?: string
}

export type Filed = {
  /** Root key and handle of the person to whom the chart belongs. */
  person: number
  handle: string
  state: 'identified' | 'pending'
  temporaryNumber: string | null
  lzb: string | null
  warnings: FilingWarning[]
}

/** An attempt fails when a random value was already taken or somebody claimed the same number meanwhile. The next one looks and decides again. */
const attemptsMax = 5

/**
 * Finds or makes the person of a chart, inside the transaction that stores the chart. It is called for each Patient that is created or updated. A
 * known chart costs two statements, a new person three.
 */
export async function fileChart(tx: Transaction, world: World, filing: Filing): Promise<Filed | Refusal> {
  const claim = readChart(filing.resource as Patient, rulesOf(world))
  if (claim instanceof Refusal) return claim
  const act = actOf(world, filing, world.now())
  const chart = chartKeyOf(world, filing, claim)
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    const facts = await locate(tx, chart.key, hashesOf(world, claim), chart.local)
    const plan = planOf(world, filing.institution, claim, facts)
    if (plan instanceof Refusal) return plan
    const filed = await carryOut(tx, world, { facts, plan, claim, chart, act })
    if (filed !== null) return filed
  }
  throw new Refusal('busy', 'the identity of this patient is being changed by others; nothing was stored', { retryAfterSeconds: 1 })
}

export function rulesOf(world: World): ChartRules {
  const { SYSTEM_URN, IDENTITY_JMBG_PIVOT } = world.config
  return { urn: SYSTEM_URN, lzb: lzbPolicyOf(world.config), jmbg: { today: world.now(), yearPivot: IDENTITY_JMBG_PIVOT } }
}

const national = ['jmbg', 'ebs', 'lbo', 'lzb'] as const

/** The national numbers that a Patient carries, checked as at filing: a number that cannot be right is refused with its place. */
export function numbersOf(world: World, patient: Patient): { system: string; value: string }[] {
  const claim = readChart(patient, rulesOf(world))
  if (claim instanceof Refusal) throw claim
  return national.flatMap((kind) => {
    const value = claim[kind]
    return value === null ? [] : [{ system: `${world.config.SYSTEM_URN}:${kind}`, value }]
  })
}

export type Task = { facts: LocatedFacts; plan: Plan; claim: Claim; chart: ChartKey; act: Act }

/** Null when a random value or a number was taken meanwhile: the caller looks again. */
async function carryOut(tx: Transaction, world: World, { facts, plan, claim, chart, act }: Task): Promise<Filed | null> {
  const known = factOf(facts, plan.person)
  const numbers = plan.add.map((kind) => newNumber(world, kind, claim[kind] as string))
  const fresh = newPerson(world)
  const [first] = numbers
  const temporaryNumber = newTemporaryNumber(world)

  let toAdd = numbers
  if (plan.person === null) {
    const made = first ? await personOfNumber(tx, fresh, first, act.at) : await pendingPerson(tx, { ...fresh, temporaryNumber }, chart.key, chart.local, act.at)
    if (made !== fresh.id) return null // Somebody claimed the number a moment ago; their facts count now.
    toAdd = numbers.slice(1)
  }
  const person = plan.person ?? fresh.id
  for (const other of plan.merge) await merge(tx, other, person, 'the chart brought a number of this person', act)
  if (!(await linkChart(tx, person, { chart, claim, act, numbers: toAdd, lzb: fresh.lzb }))) return null

  return filedAs(world, known, plan, { ...fresh, temporaryNumber })
}

/** The answer about a chart that has been filed under the known person, or under the new one. */
export function filedAs(world: World, known: Located | undefined, plan: Plan, fresh: NewPerson & { temporaryNumber: string }): Filed {
  const isIdentified = known?.isIdentified === true || plan.add.length > 0
  const lzb = known?.lzb ? unseal(world, 'lzb', known.lzb) : fresh.lzbText
  return {
    person: plan.person ?? fresh.id,
    handle: known?.handle ?? fresh.handle,
    state: isIdentified ? 'identified' : 'pending',
    temporaryNumber: isIdentified ? null : (known?.temporaryNumber ?? fresh.temporaryNumber),
    lzb: isIdentified ? lzb : null,
    warnings: plan.warnings,
  }
}

/** The plan that the rules and the settings make from a claim and the known facts. */
export function planOf(world: World, institution: number, claim: Claim, facts: LocatedFacts): Plan | Refusal {
  const plan = decideFiling(claim, facts)
  return !(plan instanceof Refusal) && isTooStrict(world, institution, facts, plan) ? strictRefusal() : plan
}

export const chartKeyOf = (world: World, { patient, institution }: Filing, { local }: Claim): ChartKey => ({
  key: patient,
  institution,
  local: local === null ? null : hashOf(world, 'local', `${institution}|${local}`),
})

export const actOf = (world: World, { actor, institution }: Filing, at: Date): Act => ({
  batch: uuidV4(world),
  actor: actor ?? `institution:${institution}`,
  at,
})

export function hashesOf(world: World, claim: Claim): Buffer[] {
  const kinds: NumberKind[] = ['jmbg', 'ebs', 'lbo', 'lzb']
  return kinds.flatMap((kind) => (claim[kind] === null ? [] : [hashOf(world, kind, claim[kind])]))
}

export const newNumber = (world: World, kind: NumberKind, value: string): NewNumber => ({
  kind,
  hash: hashOf(world, kind, value),
  cipher: seal(world, kind, value),
})

/** All random values that a new person needs. */
export function newPerson(world: World): NewPerson {
  const lzbText = newLzb(world)
  return { id: newKey(world), handle: uuidV4(world), lzbText, lzb: newNumber(world, 'lzb', lzbText) }
}

function isTooStrict(world: World, institution: number, facts: LocatedFacts, plan: Plan): boolean {
  const strict = world.config.IDENTITY_STRICT
  if (!strict.includes('all') && !strict.includes(String(institution))) return false
  return plan.add.length === 0 && factOf(facts, plan.person)?.isIdentified !== true
}

export function factOf(facts: LocatedFacts, person: number | null): Located | undefined {
  const { chart, jmbg, ebs, lbo, lzb, local } = facts
  return [chart, jmbg, ebs, lbo, lzb, local].find((fact) => fact !== null && fact.person === person) ?? undefined
}

const strictRefusal = () =>
  new Refusal('unprocessable', 'this institution must send JMBG or EBS with every patient', {
    expression: 'Patient.identifier',
    hint: 'Add the number, or ask the operator to lift IDENTITY_STRICT for patients without one.',
  })
