// One person's life as the simulator tells it: charts, random draws, and the limits within which anything may happen.

import { ageOn, type Day, workday, yearDays } from './calendar.ts'
import { type Care, type Chart, openChart, type Stretch } from './chart.ts'
import type { Directory, Level } from './directory.ts'
import type { UnitKind } from './institutions.ts'
import type { Person } from './person.ts'
import type { Random } from './random.ts'

/** A long illness that this person has. */
type Illness = { code: string; onset: Day; end: Day | null; adherence: number }

export type Life = {
  person: Person
  random: Random
  directory: Directory
  charts: Map<number, Chart>
  /** The first and last day of anything recorded. Electronic records begin some eleven years ago and end with death. */
  from: Day
  until: Day
  stays: Stretch[]
  illnesses: Illness[]
  allergies: string[]
  /** The person's own usual value of each analysis. */
  setpoints: Map<string, number>
  /** How readily this person goes to a doctor; near 1. */
  seeking: number
  heightAdult: number
  bmiAdult: number
  /** Conditions that a chart already has, by `institution/code`. */
  filed: Map<string, string>
}

const recordYears = 11

/**
 * The share of all contacts that the simulator tells. A real person in Serbia sees a doctor some nine times a year, and a country of 100,000 people
 * with all contacts would be 20 million resources. So most visits that would repeat the last one are left out.
 */
const toldShare = 0.12

export function beginLife(person: Person, random: Random, directory: Directory, today: Day): Life {
  const yesterday = today - 1
  const isGrown = today - person.birth > 18 * yearDays
  return {
    person,
    random,
    directory,
    charts: new Map(),
    from: Math.max(person.birth, isGrown ? today - Math.round(recordYears * yearDays) : person.birth),
    until: person.death === null ? yesterday : Math.min(person.death, yesterday),
    stays: [],
    illnesses: [],
    allergies: [],
    setpoints: new Map(),
    seeking: Math.max(0.3, random.normal(1, 0.3)),
    heightAdult: random.normal(person.sex === 'male' ? 180 : 166, 6),
    bmiAdult: Math.max(18.5, random.normal(26.5, 3.4)),
    filed: new Map(),
  }
}

export function chartAt(life: Life, care: Care): Chart {
  let chart = life.charts.get(care.institution.index)
  if (!chart) {
    chart = openChart(life.person, care.institution)
    life.charts.set(care.institution.index, chart)
  }
  return chart
}

/** The place and the worker for a need; null when no such place serves the person. */
export function careFor(life: Life, level: Level, kind: UnitKind): Care | null {
  const { person, directory, random } = life
  const institution = directory.find(person.municipality, level, kind)
  const unit = institution?.units.find((one) => one.kind === kind)
  if (!institution || !unit) return null
  const chosen = level === 'home' ? chosenFor(person, kind) : undefined
  // Every eighth visit is with a colleague, because the chosen doctor is away.
  if (chosen && !random.chance(0.125)) return { institution, unit, worker: chosen }
  const workers = directory.workers(institution, kind)
  return workers.length > 0 ? { institution, unit, worker: random.pick(workers) } : null
}

function chosenFor(person: Person, kind: UnitKind) {
  const category = kind === 'general' ? 'medicine' : kind
  return person.chosen.find((one) => one.category === category)?.worker
}

/** The place and worker of primary care, by the person's age on that day. */
export function primaryCare(life: Life, day: Day): Care | null {
  return careFor(life, 'home', ageOn(life.person.birth, day) < 18 ? 'paediatrics' : 'general')
}

/** The next working day from a wished one; null when that day is outside the recorded life or within a stay. */
export function freeDay(life: Life, wished: Day): Day | null {
  const day = workday(wished)
  return mayHappen(life, day) ? day : null
}

export function mayHappen(life: Life, day: Day): boolean {
  return day >= life.from && day <= life.until && !life.stays.some((stay) => day >= stay.from && day <= stay.until)
}

/** Whether these days in hospital lie within the recorded life and touch no other stay. */
export function mayStay(life: Life, from: Day, until: Day): boolean {
  return from >= life.from && until <= life.until && !life.stays.some((stay) => from <= stay.until && until >= stay.from)
}

export const ageAt = (life: Life, day: Day): number => (day - life.person.birth) / yearDays
/** How often this person comes; 1 would tell every contact of an average life. */
export const rhythmOf = (life: Life): number => life.seeking * (life.person.story?.intensity ?? toldShare)
