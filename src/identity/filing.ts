import { Refusal } from '../platform/refusal.ts'
import type { Claim, FilingWarning } from './chart.ts'

/** What the database knows about a person to whom a chart leads. */
export type Fact = {
  person: number
  state: 'active' | 'deceased' | 'void'
  isIdentified: boolean
  hasJmbg: boolean
  hasEbs: boolean
  birthDate: string | null
}

/** The people to whom the chart itself, its numbers and its local number lead at this moment. */
export type Facts = {
  chart: Fact | null
  /** People from whom somebody separated this chart by hand. */
  unlinkedFrom: readonly number[]
  jmbg: Fact | null
  ebs: Fact | null
  lbo: Fact | null
  lzb: Fact | null
  local: Fact | null
}

/**
 * What to do: the chart goes to `person`, or to a new one when that is null; the people of `merge` become that person first; `add` lists numbers that
 * the person does not have yet.
 */
export type Plan = {
  person: number | null
  merge: number[]
  add: ('jmbg' | 'ebs' | 'lbo')[]
  warnings: FilingWarning[]
}

const place = 'Patient.identifier'

/**
 * Decides to which person a chart belongs, always by a number and never by a name. A person without a JMBG may be merged into the person of a JMBG. A
 * chart whose person has a JMBG is moved only by hand and never by a message, because a slip would join two people's records.
 */
export function decideFiling(claim: Claim, facts: Facts): Plan | Refusal {
  if (claim.lzb !== null && facts.lzb === null) {
    return new Refusal('unprocessable', 'this LZB was never issued', {
      expression: place,
      hint: 'Leave it out and send JMBG or EBS; the answer brings the LZB.',
    })
  }
  const named = facts.jmbg ?? facts.lzb ?? facts.ebs
  const plan: Plan = { person: null, merge: [], add: [], warnings: [...claim.warnings] }
  const base = named ?? facts.chart ?? (isSameByLocalNumber(claim, facts) ? facts.local : null)
  if (base === null) {
    if (facts.local !== null) plan.warnings.push(localTaken)
    return withNumbers(claim, facts, plan, null)
  }
  if (base.state === 'void')
    return new Refusal('unprocessable', 'this person’s number was issued by mistake and is void', { expression: place, hint: 'Ask the data officer.' })
  plan.person = base.person

  for (const other of [facts.chart, facts.lzb, facts.ebs, named ? facts.local : null]) {
    if (other === null || other.person === base.person || plan.merge.includes(other.person)) continue
    const verdict = mayBecome(other, base, claim, facts)
    if (verdict === 'leave') plan.warnings.push(localTaken)
    else if (verdict instanceof Refusal) return verdict
    else plan.merge.push(other.person)
  }
  return withNumbers(claim, facts, plan, base)
}

const localTaken: FilingWarning = 'LOCAL_NUMBER_OF_ANOTHER: The local number belongs to another patient of this institution and was not followed.'

/** The second message finds the first by its local number, unless it brings a number or a birth date that cannot belong to the same person. */
function isSameByLocalNumber(claim: Claim, { local }: Facts): boolean {
  if (local === null || (claim.jmbg !== null && local.hasJmbg) || (claim.ebs !== null && local.hasEbs)) return false
  const hasNumber = claim.jmbg !== null || claim.ebs !== null
  const { birthDate } = claim.demographics
  return !hasNumber || local.birthDate === null || birthDate === null || local.birthDate === birthDate
}

function mayBecome(other: Fact, base: Fact, claim: Claim, facts: Facts): true | 'leave' | Refusal {
  const isChart = facts.chart?.person === other.person
  // A local number alone never moves a person with a national number, nor a person with another birth date.
  if (!isChart && facts.local?.person === other.person && facts.ebs?.person !== other.person && facts.lzb?.person !== other.person) {
    const birthDate = base.birthDate ?? claim.demographics.birthDate
    return !other.isIdentified && other.birthDate !== null && other.birthDate === birthDate ? true : 'leave'
  }
  if (isChart && facts.unlinkedFrom.includes(base.person)) {
    return new Refusal('unprocessable', 'this chart was separated from the person of this number by hand', {
      expression: place,
      hint: 'If they are one person after all, the data officer links them with `identity link`.',
    })
  }
  if (other.hasJmbg) {
    return new Refusal('unprocessable', 'the numbers of this patient belong to two different people', {
      expression: place,
      hint: 'If the chart was under a wrong person, the data officer separates it with `identity unlink` first.',
    })
  }
  if (other.isIdentified && !(facts.jmbg?.person === base.person && sameBirthDate(other, base, claim))) {
    return new Refusal('unprocessable', 'another number of this patient belongs to another person', {
      expression: place,
      hint: 'If they are one person, the data officer joins them with `identity link`; otherwise correct the number.',
    })
  }
  return true
}

function sameBirthDate(other: Fact, base: Fact, claim: Claim): boolean {
  const known = [other.birthDate, base.birthDate, claim.demographics.birthDate].filter((date) => date !== null)
  return new Set(known).size <= 1
}

/** Adds the numbers that the person does not have yet. A second JMBG or EBS belongs to another person, or is a correction that only people can judge. */
function withNumbers(claim: Claim, facts: Facts, plan: Plan, base: Fact | null): Plan | Refusal {
  for (const kind of ['jmbg', 'ebs'] as const) {
    if (claim[kind] === null || facts[kind] !== null) continue
    if (base !== null && (kind === 'jmbg' ? base.hasJmbg : base.hasEbs)) {
      return new Refusal('unprocessable', `this patient is known under another ${kind.toUpperCase()}`, {
        expression: place,
        hint: 'If the chart was under a wrong person, the data officer separates it with `identity unlink` first.',
      })
    }
    plan.add.push(kind)
  }
  const isIdentified = base?.isIdentified === true || plan.add.length > 0
  if (claim.lbo !== null && isIdentified) {
    if (facts.lbo === null) plan.add.push('lbo')
    else if (facts.lbo.person !== base?.person && !plan.merge.includes(facts.lbo.person)) {
      plan.warnings.push('LBO_OF_ANOTHER: The LBO is registered for another person and was not added.')
    }
  }
  return plan
}
