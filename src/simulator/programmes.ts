// Long programmes of treatment in hospitals: haemodialysis and breast cancer.

import { panels } from './analyses.ts'
import type { Day } from './calendar.ts'
import { courseOf } from './courses.ts'
import { writeLetter } from './letter.ts'
import { careFor, freeDay, type Life, mayHappen, mayStay } from './life.ts'
import { measurePressure, sample } from './measure.ts'
import { image } from './imaging.ts'
import { diagnose, openVisit, perform } from './visit.ts'

const sessionsMax = 230

/** Three sessions a week and blood once a month: these are the largest records of any country. */
export function liveDialysis(life: Life): void {
  const illness = life.illnesses.find(({ code }) => code === 'N18.5')
  if (!illness) return
  const start = Math.max(illness.onset + 200, life.from)
  const laboratory = careFor(life, 'hospital', 'laboratory')
  let session = 0
  for (let day = life.until - Math.round((sessionsMax * 7) / 3); day < life.until; session += 1, day += session % 3 === 0 ? 3 : 2) {
    const care = day >= start && mayHappen(life, day) ? careFor(life, 'hospital', 'nephrology') : null
    if (!care) continue
    const visit = openVisit(life, { care, day, type: 'Дневна болница – хемодијализа', reason: 'хронични програм хемодијализе' })
    const condition = diagnose(visit, { code: 'N18.5', text: courseOf.get('N18.5')!.text, onset: illness.onset, end: null, isLong: true })
    perform(visit, { text: 'Хемодијализа, 4 сата', snomed: ['302497006', 'Hemodialysis'], reason: condition })
    if (session % 6 === 0) measurePressure(visit, 8)
    if (session % 13 === 0 && laboratory) sample(life, laboratory, day, { keys: panels.dialysis, visit })
  }
}

export function liveBreastCancer(life: Life): void {
  const illness = life.illnesses.find(({ code }) => code === 'C50.9')
  if (!illness || illness.onset < life.from) return
  const biopsy = freeDay(life, illness.onset + 6)
  const care = careFor(life, 'center', 'oncology')
  if (biopsy !== null && care) {
    const visit = openVisit(life, { care, day: biopsy, type: 'Специјалистичко-консултативни преглед', reason: 'напипан чвор у левој дојци' })
    const condition = diagnose(visit, { ...diagnosisOf(illness.onset), isLong: true })
    image(visit, { text: 'Мамографија', finding: 'У горњем спољном квадранту леве дојке сенка 18 mm неправилних ивица.', conclusion: 'BI-RADS 5.' })
    perform(visit, { text: 'Биопсија дојке широком иглом, лево', reason: condition, outcome: 'Инвазивни дуктални карцином, градус 2, ER+, PR+, HER2−' })
  }
  operate(life, illness.onset + 24)
  for (let cycle = 0; cycle < 4; cycle += 1) giveChemotherapy(life, illness.onset, illness.onset + 60 + cycle * 21)
}

const diagnosisOf = (onset: Day) => ({ code: 'C50.9', text: courseOf.get('C50.9')!.text, onset, end: null })

function operate(life: Life, wished: Day): void {
  const day = freeDay(life, wished)
  const care = careFor(life, 'center', 'surgery')
  if (day === null || !care || !mayStay(life, day, day + 4)) return
  const until = day + 4
  life.stays.push({ from: day - 1, until })
  const visit = openVisit(life, { care, day, until, class: 'IMP', type: 'Планирани пријем на болничко лечење', reason: 'операција дојке' })
  const condition = diagnose(visit, { ...diagnosisOf(day - 24), isLong: true })
  const procedure = perform(visit, { text: 'Квадрантектомија леве дојке са биопсијом жлезде чувара', day, reason: condition })
  const laboratory = careFor(life, 'center', 'laboratory')
  if (laboratory) sample(life, laboratory, day, { keys: [...panels.breast, ...panels.coagulation], visit })
  writeLetter(visit, {
    kind: 'discharge',
    title: 'Отпусна листа са епикризом',
    day: until,
    sections: [
      { title: 'Дијагнозе', loinc: '29308-4', table: { head: ['Шифра', 'Дијагноза'], rows: [['C50.9', courseOf.get('C50.9')!.text]] }, entries: [condition] },
      { title: 'Анамнеза', loinc: '10164-2', paragraphs: ['Болесница је сама напипала чвор у левој дојци. Биопсијом доказан карцином.'] },
      { title: 'Ток лечења', loinc: '8648-8', paragraphs: ['Учињена поштедна операција дојке. Жлезда чувар без метастаза. Ток уредан.'], entries: [procedure] },
      { title: 'Епикриза', paragraphs: ['Стадијум pT1c N0 M0. Приказана конзилијуму за дојку.'] },
      { title: 'Терапија на отпусту', loinc: '10183-2', table: { head: ['Лек', 'Примена'], rows: [['парацетамол, таблета 500 mg', 'по потреби']] } },
      { title: 'Препорука', loinc: '18776-5', paragraphs: ['Хемиотерапија у четири циклуса, потом хормонска терапија.'] },
    ],
  })
}

function giveChemotherapy(life: Life, onset: Day, wished: Day): void {
  const day = freeDay(life, wished)
  const care = careFor(life, 'center', 'oncology')
  const laboratory = careFor(life, 'center', 'laboratory')
  if (day === null || !care) return
  const visit = openVisit(life, { care, day, type: 'Дневна болница – хемиотерапија', reason: 'циклус хемиотерапије' })
  const condition = diagnose(visit, { ...diagnosisOf(onset), isLong: true })
  if (laboratory) sample(life, laboratory, day, { keys: panels.breast, shifts: { leukocytes: -2.2, hemoglobin: -14, platelets: -50 }, visit })
  perform(visit, { text: 'Апликација хемиотерапије (доксорубицин, циклофосфамид)', reason: condition })
}
