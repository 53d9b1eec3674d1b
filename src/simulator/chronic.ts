// Long illnesses: which ones a person gets and when, their therapy, and the visits of many years.

import { type Panel, panels } from './analyses.ts'
import { type Day, yearDays } from './calendar.ts'
import { type Course, courseOf, courses } from './courses.ts'
import { writeLetter } from './letter.ts'
import { ageAt, careFor, freeDay, type Life, primaryCare, rhythmOf } from './life.ts'
import { measureBody, measurePressure, measureVital, sample } from './measure.ts'
import { treat } from './therapy.ts'
import { diagnose, openVisit, type Visit } from './visit.ts'

/**
 * Draws the illnesses. For each one the table gives the share of people who have it by each age; the person's place in the order of all people gives
 * the age of onset.
 */
export function drawIllnesses(life: Life): void {
  const { person, random } = life
  const latent = { metabolic: random.next(), breath: random.next(), mood: random.next(), frailty: random.next(), none: 0 }
  for (const course of courses) {
    const own = random.next()
    const adherence = random.chance(0.75) ? 0.8 + random.next() * 0.2 : 0.2 + random.next() * 0.4
    const told = person.story?.courses[course.code]
    // Illnesses of one kind share half of what decides this order, and so they come together in one person.
    const order = course.latent === 'none' ? own : spread(latent[course.latent], own)
    const age = told ?? (person.story ? null : ageOfOnset(course, person.sex, order))
    if (age === null) continue
    const onset = person.birth + Math.round((age + (told === undefined ? 0 : 0.3)) * yearDays)
    if (onset > life.until - 20) continue
    addIllness(life, course, onset, adherence)
  }
}

/** Turns the mean of two uniform values into its rank, which is uniform again. */
function spread(one: number, other: number): number {
  const sum = one + other
  return sum < 1 ? (sum * sum) / 2 : 1 - ((2 - sum) * (2 - sum)) / 2
}

function ageOfOnset(course: Course, sex: 'male' | 'female', order: number): number | null {
  const curve = course.curve[sex]
  for (let place = 0; place < curve.length; place += 1) {
    const [age, share] = curve[place]!
    if (order < share) {
      const [lastAge, lastShare] = place === 0 ? [age, 0] : curve[place - 1]!
      return place === 0 ? age : lastAge + ((order - lastShare) / (share - lastShare)) * (age - lastAge)
    }
  }
  return null
}

export function addIllness(life: Life, course: Course, onset: Day, adherence = 0.85): void {
  const lasts = course.isLong === false ? life.random.integer(240, 560) : null
  life.illnesses.push({ code: course.code, onset, end: lasts === null ? null : onset + lasts, adherence })
}

/** All visits for long illnesses. One visit covers all of a person's illnesses, as in life. */
export function liveChronic(life: Life): void {
  if (life.illnesses.length === 0) return
  for (const illness of life.illnesses) begin(life, illness.code)
  const controls = life.illnesses.reduce((sum, { code }) => sum + courseOf.get(code)!.visits, 0)
  if (controls > 0) liveControls(life)
  for (const { code } of life.illnesses) liveSpecialist(life, courseOf.get(code)!)
}

/** The visit that finds the illness and starts its therapy. An illness from before the electronic record is entered at the first visit in it. */
function begin(life: Life, code: string): void {
  const illness = life.illnesses.find((one) => one.code === code)!
  const course = courseOf.get(code)!
  if (illness.end !== null && illness.end < life.from) return
  const isNew = illness.onset >= life.from
  const day = freeDay(life, isNew ? illness.onset : life.from + life.random.integer(0, 120)) ?? freeDay(life, Math.max(illness.onset, life.from) + 21)
  const care = day === null ? null : primaryCare(life, day)
  if (day === null || !care || day < illness.onset) return
  const visit = openVisit(life, {
    care,
    day,
    type: isNew ? 'Први преглед ради лечења' : 'Контролни преглед',
    reason: isNew ? 'нове тегобе' : 'преузимање у електронски картон',
  })
  const condition = diagnose(visit, { code, text: course.text, onset: illness.onset, end: illness.end, isLong: true })
  if (course.pressure) measurePressure(visit)
  for (const { key, from, until } of planTherapy(life, course, illness.onset)) {
    const end = until ?? (illness.end !== null && illness.end > from ? illness.end : null)
    const isSeen = end === null || end >= life.from
    if (isSeen && from <= life.until) treat(visit, key, from, end, condition)
  }
  if (isNew && course.panels.length > 0 && life.random.chance(0.6)) takeSample(life, day, course.panels)
}

type Planned = { key: string; from: Day; until: Day | null }

/** The therapy steps of the table with their dates. A medicine that is already taken for another illness is not given twice. */
function planTherapy(life: Life, course: Course, onset: Day): Planned[] {
  const planned: Planned[] = []
  for (const step of course.therapy) {
    const from = onset + Math.round(step.after * yearDays)
    if (from > life.until || !life.random.chance(step.share ?? 1)) continue
    for (const old of step.replaces ?? []) {
      const replaced = planned.find((one) => one.key === old)
      if (replaced) replaced.until = from
    }
    for (const key of step.medicines) {
      const taken = `therapy/${key}`
      if (life.filed.has(taken)) continue
      life.filed.set(taken, key)
      planned.push({ key, from, until: null })
    }
  }
  return planned
}

const activeOn = (life: Life, day: Day) => life.illnesses.filter(({ onset, end }) => day > onset && (end === null || day < end))

function liveControls(life: Life): void {
  const { random } = life
  let day = life.from + random.integer(10, 150)
  let lastSample = -Infinity
  while (day < life.until) {
    const active = activeOn(life, day)
    // The most demanding illness sets the number of visits; each further one adds a third of its own.
    const rates = active.map(({ code }) => courseOf.get(code)!.visits).sort((a, b) => b - a)
    const perYear = rates.reduce((sum, rate, place) => sum + (place === 0 ? rate : rate / 3), 0) * 1.3 * rhythmOf(life)
    if (perYear === 0) {
      day += 120
      continue
    }
    const free = freeDay(life, day)
    if (free !== null) {
      const isSampled = free - lastSample > 300 / Math.min(0.9, rhythmOf(life))
      controlVisit(
        life,
        free,
        active.map(({ code }) => courseOf.get(code)!),
        isSampled,
      )
      if (isSampled) lastSample = free
    }
    day += Math.max(14, Math.round((yearDays / perYear) * (0.7 + random.next() * 0.6)))
  }
}

function controlVisit(life: Life, day: Day, active: Course[], isSampled: boolean): void {
  const care = primaryCare(life, day)
  if (!care) return
  const visit = openVisit(life, {
    care,
    day,
    type: 'Контролни преглед',
    reason: life.random.pick(['контрола и обнова терапије', 'редовна контрола', 'обнова терапије, увид у налазе']),
  })
  for (const course of active.slice(0, 3)) {
    const { onset, end } = life.illnesses.find((one) => one.code === course.code)!
    diagnose(visit, { code: course.code, text: course.text, onset, end, isLong: true })
  }
  if (ageAt(life, day) >= 30 && life.random.chance(0.5)) measurePressure(visit)
  if (active.some(({ code }) => code === 'E11.9' || code === 'I50.9') && life.random.chance(0.5)) measureVital(visit, 'weight', weightOf(visit))
  else if (isSampled && life.random.chance(0.3)) measureBody(visit)
  const wanted = [...new Set(active.flatMap((course) => course.panels))]
  if (isSampled && wanted.length > 0) takeSample(life, day, wanted)
}

function weightOf({ life, day }: Visit): number {
  const age = ageAt(life, day)
  const bmi = life.bmiAdult - 2 + Math.min(3, (age - 18) * 0.08)
  return Number(((bmi * life.heightAdult ** 2) / 10_000).toFixed(1))
}

/** Samples go to the health centre's laboratory; in one case of ten people pay a private one. */
function takeSample(life: Life, day: Day, wanted: readonly Panel[]): void {
  const { random } = life
  const place = (random.chance(0.1) ? careFor(life, 'private', 'laboratory') : null) ?? careFor(life, 'home', 'laboratory')
  const base = random.chance(0.3) ? panels.blood : ['hemoglobin']
  const keys = [...base, ...wanted.slice(0, rhythmOf(life) > 0.7 ? 4 : 1 + Number(random.chance(0.5))).flatMap((panel) => panels[panel])]
  if (place) sample(life, place, day, { keys, ...(random.chance(0.12) ? { urine: 'clear' as const } : {}) })
}

function liveSpecialist(life: Life, course: Course): void {
  const plan = course.specialist
  const illness = life.illnesses.find((one) => one.code === course.code)!
  if (!plan) return
  const step = yearDays / (plan.perYear * Math.min(1.2, rhythmOf(life)))
  let day = Math.max(illness.onset + 30, life.from) + life.random.next() * step
  for (; day < Math.min(life.until, illness.end ?? life.until); day += step * (0.6 + life.random.next() * 0.8)) {
    const free = freeDay(life, Math.round(day))
    const care = free === null ? null : careFor(life, plan.level, plan.unit)
    if (free !== null && care)
      consult(openVisit(life, { care, day: free, type: 'Специјалистичко-консултативни преглед', reason: 'по упуту изабраног лекара' }), course)
  }
}

/** Gives the people of demonstrations recent visits: without them the page that tells whether the report of a visit has come would be empty. */
export function liveRecently(life: Life): void {
  for (const { daysAgo, code, hasReport } of life.person.story?.recent ?? []) {
    const course = courseOf.get(code)
    const illness = life.illnesses.find((one) => one.code === code)
    const day = freeDay(life, life.until + 1 - daysAgo)
    if (!course?.specialist || !illness || day === null) continue
    const care = hasReport ? careFor(life, course.specialist.level, course.specialist.unit) : primaryCare(life, day)
    if (!care) continue
    if (hasReport) consult(openVisit(life, { care, day, type: 'Специјалистичко-консултативни преглед', reason: 'по упуту изабраног лекара' }), course)
    else diagnose(openVisit(life, { care, day, type: 'Контролни преглед', reason: 'редовна контрола' }), { ...illness, text: course.text, isLong: true })
  }
}

function consult(visit: Visit, course: Course): void {
  const { life, day } = visit
  const { onset, end, adherence } = life.illnesses.find((one) => one.code === course.code)!
  const condition = diagnose(visit, { code: course.code, text: course.text, onset, end, isLong: true })
  if (visit.care.unit.kind === 'cardiology') measurePressure(visit)
  const years = Math.max(1, Math.round((day - onset) / yearDays))
  const state = adherence > 0.7 ? 'Болест је под добром контролом уз редовну терапију.' : 'Терапија се не узима редовно, болест је недовољно контролисана.'
  writeLetter(visit, {
    kind: 'specialist',
    title: 'Извештај лекара специјалисте',
    day,
    sections: [
      { title: 'Дијагноза', loinc: '29308-4', table: { head: ['Шифра', 'Дијагноза'], rows: [[course.code, course.text]] }, entries: [condition] },
      { title: 'Анамнеза', loinc: '10164-2', paragraphs: [`Лечи се ${years} год. ${state}`] },
      {
        title: 'Мишљење и предлог',
        loinc: '18776-5',
        paragraphs: [adherence > 0.7 ? 'Наставити досадашњу терапију.' : 'Саветовано је редовно узимање терапије.', 'Контрола по потреби, са новим налазима.'],
      },
    ],
  })
}
