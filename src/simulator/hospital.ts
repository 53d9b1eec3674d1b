// Hospital stays from admission to the discharge letter.

import type { Condition, Reference, Resource } from '@medplum/fhirtypes'
import { analyses, panels, type Panel } from './analyses.ts'
import { type Day, serbianDay } from './calendar.ts'
import { addIllness } from './chronic.ts'
import { courseOf } from './courses.ts'
import { image } from './imaging.ts'
import { writeLetter } from './letter.ts'
import { ageAt, careFor, freeDay, type Life, mayHappen, mayStay, primaryCare } from './life.ts'
import { medicine } from './medicines.ts'
import { measurePressure, measureVital, sample } from './measure.ts'
import { interpolate } from './random.ts'
import { type Stay, stays } from './stays-table.ts'
import { prescribe } from './therapy.ts'
import { diagnose, openVisit, perform, type Visit } from './visit.ts'

type Admission = { stay: Stay; until: Day }

/** Stays are made before the visits to doctors, which then avoid these days. */
export function liveStays(life: Life): Admission[] {
  const { random, person } = life
  const admissions: Admission[] = []
  for (const stay of stays) {
    const wanted = person.story?.certain.includes(stay.code)
    let times = 0
    for (let year = life.from; year < life.until; year += 365) {
      const draw = random.next()
      if (times > 0 && stay.once) continue
      const isDue = draw < rateOf(life, stay, year) && (!person.story || stay.needs)
      const admission = isDue ? admit(life, stay, year + random.integer(0, 364)) : null
      if (admission) {
        times += 1
        admissions.push(admission)
      }
    }
    const told = wanted && times === 0 ? admit(life, stay, life.until - random.integer(500, 1500)) : null
    if (told) admissions.push(told)
  }
  return admissions
}

function rateOf(life: Life, stay: Stay, year: Day): number {
  const { person, illnesses } = life
  if (stay.sex && stay.sex !== person.sex) return 0
  const has = (code: string) => illnesses.some((one) => one.code === code && one.onset < year)
  if (stay.needs && !has(stay.needs)) return 0
  return interpolate(stay.rate, ageAt(life, year)) * (stay.raisedBy?.some(has) ? 2 : 1)
}

function admit(life: Life, stay: Stay, wished: Day): Admission | null {
  const length = life.random.integer(...stay.days)
  const day = stay.isPlanned ? freeDay(life, wished) : mayHappen(life, wished) ? wished : null
  const care = day === null ? null : careFor(life, stay.level, placeOf(life, stay, day))
  if (day === null || !care || !mayStay(life, day, day + length) || day < life.person.birth + 60) return null
  const until = day + length
  life.stays.push({ from: day - 1, until })
  const visit = openVisit(life, {
    care,
    day,
    until,
    class: 'IMP',
    type: stay.isPlanned ? 'Планирани пријем на болничко лечење' : 'Хитан пријем на болничко лечење',
    reason: stay.complaint,
  })
  writeStay(visit, stay, until)
  return { stay, until }
}

/** Children are admitted to paediatrics in place of the adults' ward, unless they are operated on. */
function placeOf(life: Life, stay: Stay, day: Day) {
  return ageAt(life, day) < 16 && !stay.procedure ? 'paediatrics' : stay.unit
}

function writeStay(visit: Visit, stay: Stay, until: Day): void {
  const { life, day } = visit
  const condition = diagnose(visit, { code: stay.code, text: stay.text, onset: day, end: until })
  const others = life.illnesses
    .filter((one) => one.onset < day && (one.end === null || one.end > day))
    .slice(0, 4)
    .map(({ code, onset, end }) => {
      const course = courseOf.get(code)!
      return { code, text: course.text, reference: diagnose(visit, { code, text: course.text, onset, end, isLong: true }) }
    })
  measurePressure(visit)
  if ((stay.shifts['crp'] ?? 0) > 30) measureVital(visit, 'temperature', Number(life.random.normal(38.6, 0.4).toFixed(1)))
  if (stay.unit === 'pulmonology') measureVital(visit, 'saturation', Math.round(life.random.normal(91, 1.5)))
  const reports: Reference<Resource>[] = [...analyse(visit, stay, until), ...stay.imaging.map((one) => image(visit, one))]
  const procedure = stay.procedure
    ? perform(visit, { ...stay.procedure, day: Math.min(until, day + (stay.code === 'S72.0' ? 1 : 0)), reason: condition })
    : null
  for (const [key, days] of stay.inpatient) prescribe(visit, key, Math.min(days, until - day + 1), condition)
  for (const [key, days] of stay.discharge) prescribe({ ...visit, day: until, minute: 700 }, key, days, condition)
  const after = stay.aftermath ? courseOf.get(stay.aftermath) : undefined
  if (after && !life.illnesses.some((one) => one.code === after.code)) addIllness(life, after, until + 1)
  writeLetter(visit, {
    kind: 'discharge',
    title: 'Отпусна листа са епикризом',
    day: until,
    sections: sectionsOf({ visit, stay, until, condition, others, reports, procedure }),
  })
}

/** Takes blood on admission and again before discharge, when most of the shift is gone. */
function analyse({ life, care, day, ...rest }: Visit, stay: Stay, until: Day) {
  const visit = { life, care, day, ...rest }
  const keys = stay.panels.flatMap((panel) => panels[panel as Panel])
  const place = careFor(life, stay.level, 'laboratory') ?? care
  const first = sample(life, place, day, { keys, shifts: stay.shifts, visit })
  const shifted = Object.keys(stay.shifts).filter((key) => keys.includes(key))
  if (until - day < 3 || shifted.length === 0) return [first]
  const left = Object.fromEntries(shifted.map((key) => [key, stay.shifts[key]! * 0.1]))
  return [first, sample(life, place, until - 1, { keys: shifted, shifts: left, visit })]
}

type Parts = {
  visit: Visit
  stay: Stay
  until: Day
  condition: Reference<Condition>
  others: { code: string; text: string; reference: Reference<Condition> }[]
  reports: Reference<Resource>[]
  procedure: Reference<Resource> | null
}

function sectionsOf({ visit, stay, until, condition, others, reports, procedure }: Parts) {
  const remedies = stay.discharge.map(([key, days]) => {
    const { name, form, use } = medicine(key)
    return [name, form, use, `${days} дана`]
  })
  const usual = stay.aftermath ? (courseOf.get(stay.aftermath)?.therapy.flatMap((step) => step.medicines) ?? []) : []
  const lasting = usual.map(medicine).map(({ name, form, use }) => [name, form, use, 'трајно'])
  const shifted = Object.keys(stay.shifts).map((key) => analyses.get(key)!.name)
  return [
    {
      title: 'Дијагнозе',
      loinc: '29308-4',
      table: { head: ['Шифра', 'Дијагноза', 'Врста'], rows: [[stay.code, stay.text, 'основна'], ...others.map(({ code, text }) => [code, text, 'пратећа'])] },
      entries: [condition, ...others.map(({ reference }) => reference)],
    },
    { title: 'Анамнеза', loinc: '10164-2', paragraphs: [`Разлог пријема: ${stay.complaint}.`, stay.history] },
    {
      title: 'Ток лечења',
      loinc: '8648-8',
      paragraphs: [
        `Лечење од ${serbianDay(visit.day)} до ${serbianDay(until)}.`,
        stay.course,
        ...(shifted.length > 0 ? [`У лабораторијским налазима при пријему одступа: ${shifted.join(', ')}; при отпусту у нормализацији.`] : []),
      ],
      entries: reports,
    },
    ...(stay.procedure && procedure ? [{ title: 'Интервенције', loinc: '47519-4', paragraphs: [stay.procedure.text], entries: [procedure] }] : []),
    { title: 'Епикриза', paragraphs: [stay.epicrisis] },
    {
      title: 'Терапија на отпусту',
      loinc: '10183-2',
      table: { head: ['Лек', 'Облик', 'Примена', 'Трајање'], rows: [...lasting, ...remedies] },
      paragraphs: lasting.length + remedies.length === 0 ? ['Наставити дотадашњу терапију.'] : [],
    },
    { title: 'Препорука', loinc: '18776-5', paragraphs: [stay.advice] },
  ]
}

/** The chosen doctor removes the stitches. The visits are made once all stays are known. */
export function comeBack(life: Life, admissions: readonly Admission[]): void {
  for (const { stay, until } of admissions) if (stay.procedure && stay.unit !== 'ophthalmology') removeStitches(life, until)
}

function removeStitches(life: Life, until: Day): void {
  const day = freeDay(life, until + 8)
  const care = day === null ? null : primaryCare(life, day)
  if (day === null || !care) return
  const visit = openVisit(life, { care, day, type: 'Контролни преглед', reason: 'контрола после болничког лечења, превијање' })
  diagnose(visit, { code: 'Z48.0', text: 'Нега хируршких завоја и конаца', end: day })
}
