// The whole recorded life of one person, as one transaction for each institution.

import type { Bundle } from '@medplum/fhirtypes'
import { drawAllergies, recordAllergies } from './allergies.ts'
import { liveAcutes } from './acute.ts'
import { beBorn, liveBirths, livePregnancies } from './birth.ts'
import { parseDay, yearDays } from './calendar.ts'
import { drawIllnesses, liveChronic, liveRecently } from './chronic.ts'
import type { Chart } from './chart.ts'
import { liveTeeth } from './dental.ts'
import type { Directory } from './directory.ts'
import { comeBack, liveStays } from './hospital.ts'
import { beginLife, careFor, chartAt, mayHappen } from './life.ts'
import type { Person } from './person.ts'
import { liveAdultPrevention, liveChildhood } from './prevention.ts'
import { liveBreastCancer, liveDialysis } from './programmes.ts'
import { createRandom } from './random.ts'
import { liveTrauma } from './trauma.ts'
import { diagnose, openVisit } from './visit.ts'

/** The transaction that one institution sends about one person. */
export type Sent = { institution: number; bundle: Bundle }

export type Setting = { seed: number; today: string; directory: Directory }

export function historyOf({ seed, today, directory }: Setting, person: Person): Sent[] {
  const random = createRandom(seed, 'history', person.index)
  const life = beginLife(person, random, directory, parseDay(today))
  drawAllergies(life)
  drawIllnesses(life)
  // Stays come first, so that everything else knows the days in hospital.
  liveBirths(life)
  const admissions = liveStays(life)
  liveBreastCancer(life)
  livePregnancies(life)
  comeBack(life, admissions)
  if (life.from === person.birth) beBorn(life)
  if (life.until - person.birth < 19 * yearDays) liveChildhood(life)
  recordAllergies(life)
  liveChronic(life)
  liveDialysis(life)
  liveAcutes(life)
  liveTrauma(life)
  liveTeeth(life)
  if (life.until - person.birth > 18 * yearDays) liveAdultPrevention(life)
  certifyDeath(life)
  // Every insured person has a chart at the health centre, even without a visit.
  const home = careFor(life, 'home', 'general')
  if (home) chartAt(life, home)
  // This comes last, so that it changes no random draw of anything else.
  liveRecently(life)
  return [...life.charts.values()].sort((one, other) => one.institution.index - other.institution.index).map((chart) => sentBy(seed, person, chart))
}

function certifyDeath(life: ReturnType<typeof beginLife>): void {
  const { person } = life
  const care = person.death === null ? null : careFor(life, 'home', 'general')
  if (!care || person.death === null || !mayHappen(life, person.death)) return
  const visit = openVisit(life, { care, day: person.death, class: 'HH', type: 'Утврђивање смрти', reason: 'позив породице' })
  diagnose(visit, { code: 'R99', text: 'Други нетачно означени и неозначени узроци смрти', onset: person.death })
}

function sentBy(seed: number, person: Person, chart: Chart): Sent {
  return {
    institution: chart.institution.index,
    bundle: {
      resourceType: 'Bundle',
      // The sender's own name of this message, by which a receiver recognises a second copy.
      identifier: { system: 'urn:spona:simulator', value: `${seed}/${person.index}/${chart.institution.mb}` },
      type: 'transaction',
      entry: chart.entries,
    },
  }
}
