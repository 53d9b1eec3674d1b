// The pregnancies of the mothers in a household, and the first days of the newborn in the same maternity ward.

import { panels } from './analyses.ts'
import { type Day, isoDay } from './calendar.ts'
import { writeLetter } from './letter.ts'
import { careFor, freeDay, type Life, mayHappen } from './life.ts'
import { bodyAt, measure, measurePressure, measureVital, sample } from './measure.ts'
import { image } from './imaging.ts'
import { treat } from './therapy.ts'
import { diagnose, openVisit, perform } from './visit.ts'
import { vaccinate } from './vaccines.ts'

const pregnancyDays = 276

/** Births come before everything else: a birth is the only date of a history that another person's record holds too. */
export function liveBirths(life: Life): void {
  for (const birth of birthsOf(life)) {
    life.stays.push({ from: birth - 1, until: birth + 3 })
    giveBirth(life, birth)
  }
}

/** The visits of a pregnancy come after all stays are known, like every visit. */
export function livePregnancies(life: Life): void {
  for (const birth of birthsOf(life)) carry(life, birth)
}

const birthsOf = (life: Life): Day[] => life.person.births.filter((birth) => birth - pregnancyDays > life.from && birth + 3 <= life.until)

function giveBirth(life: Life, birth: Day): void {
  const care = careFor(life, 'hospital', 'gynaecology')
  if (!care) return
  const isSection = life.random.chance(0.32)
  const until = birth + 3
  const visit = openVisit(life, { care, day: birth, until, class: 'IMP', type: 'Пријем ради порођаја', reason: 'термин порођаја, контракције' })
  const [code, text] = isSection ? ['O82.9', 'Порођај царским резом, неозначен'] : ['O80.9', 'Спонтани порођај, неозначен']
  const condition = diagnose(visit, { code: code!, text: text!, onset: birth, end: birth })
  const procedure = perform(
    visit,
    isSection ? { text: 'Царски рез', snomed: ['11466000', 'Cesarean section'], reason: condition } : { text: 'Вођење вагиналног порођаја', reason: condition },
  )
  const laboratory = careFor(life, 'hospital', 'laboratory')
  if (laboratory) sample(life, laboratory, birth + 1, { keys: [...panels.blood, 'crp'], shifts: { hemoglobin: -18, leukocytes: 4, crp: 22 }, visit })
  writeLetter(visit, {
    kind: 'discharge',
    title: 'Отпусна листа са епикризом',
    day: until,
    sections: [
      { title: 'Дијагнозе', loinc: '29308-4', table: { head: ['Шифра', 'Дијагноза'], rows: [[code!, text!]] }, entries: [condition] },
      {
        title: 'Ток лечења',
        loinc: '8648-8',
        paragraphs: [
          isSection ? 'Порођај завршен царским резом, без компликација.' : 'Порођај протекао спонтано, у термину. Постељица изашла цела.',
          'Новорођенче живо, виталних параметара уредних.',
        ],
        entries: [procedure],
      },
      { title: 'Препорука', loinc: '18776-5', paragraphs: ['Дојење на захтев. Контрола гинеколога за шест недеља. Посета поливалентне патронаже.'] },
    ],
  })
}

function carry(life: Life, birth: Day): void {
  const conception = birth - pregnancyDays
  const diagnosis = { code: 'Z34.9', text: 'Надзор над нормалном трудноћом, неозначен', onset: conception + 40, end: birth, isLong: true }
  const perPregnancy = `Z34.9/${birth}`
  for (const [week, isLast] of [
    [8, false],
    [16, false],
    [36, true],
  ] as const) {
    const day = freeDay(life, conception + week * 7)
    const care = day === null ? null : ((life.random.chance(0.15) ? careFor(life, 'private', 'gynaecology') : null) ?? careFor(life, 'home', 'gynaecology'))
    if (day === null || !care) continue
    const visit = openVisit(life, { care, day, type: 'Преглед труднице', reason: `трудноћа, ${week}. недеља` })
    // Each pregnancy has one Condition in a chart, so its key contains the day of birth.
    const condition = life.filed.get(`${care.institution.index}/${perPregnancy}`)
    if (condition) visit.encounter.diagnosis = [{ condition: { reference: condition }, rank: 1 }]
    else life.filed.set(`${care.institution.index}/${perPregnancy}`, diagnose(visit, { ...diagnosis, isLong: false }).reference!)
    measurePressure(visit, -4)
    if (week % 16 === 0 || isLast) {
      const laboratory = careFor(life, 'home', 'laboratory')
      if (laboratory)
        sample(life, laboratory, day, {
          keys: ['hemoglobin', 'leukocytes', 'platelets', 'glucose'],
          shifts: { hemoglobin: -6 - week / 3, leukocytes: 1.8, glucose: -0.3 },
          ...(isLast ? { urine: 'clear' as const } : {}),
          visit,
        })
    }
    if (week === 8) treat(visit, 'folic', day, conception + 98, null)
    if (week === 16)
      image(visit, {
        text: 'Ултразвучни преглед плода',
        conclusion: `Једноплодна трудноћа, величина плода одговара ${week}. недељи. Срчана акција уредна, количина плодове воде нормална.`,
      })
  }
  const after = freeDay(life, birth + 42)
  const care = careFor(life, 'home', 'gynaecology')
  if (after === null || !care) return
  const visit = openVisit(life, { care, day: after, type: 'Контролни преглед', reason: `контрола после порођаја ${isoDay(birth).slice(0, 4)}.` })
  diagnose(visit, { code: 'Z39.2', text: 'Редовно постпорођајно праћење', end: after })
}

/** Writes the beginning of the newborn's own chart, in the maternity ward. */
export function beBorn(life: Life): void {
  const { person } = life
  const care = careFor(life, 'hospital', 'gynaecology')
  if (!care || life.from !== person.birth || person.birth + 3 > life.until) return
  life.stays.push({ from: person.birth, until: person.birth + 3 })
  const visit = openVisit(life, { care, day: person.birth, until: person.birth + 3, class: 'IMP', type: 'Рођење', reason: 'новорођенче' })
  diagnose(visit, { code: 'Z38.0', text: 'Једноплодно живорођено дете, рођено у болници', onset: person.birth, end: person.birth + 3 })
  const { height, weight } = bodyAt(life, person.birth)
  measureVital(visit, 'height', Math.min(56, Math.max(46, height)))
  measureVital(visit, 'weight', Math.min(4.4, Math.max(2.5, Number((weight * 0.9).toFixed(2)))))
  measure(visit, '9843-4', 'Обим главе', Math.round(life.random.normal(34.5, 0.8)), 'cm')
  const second = { ...visit, day: person.birth + 1 }
  vaccinate(second, 'bcg', 1)
  vaccinate(second, 'hepatitis-b', 1)
  const home = careFor(life, 'home', 'nursing')
  if (home && mayHappen(life, person.birth + 6)) {
    const call = openVisit(life, {
      care: home,
      day: person.birth + 6,
      class: 'HH',
      type: 'Посета поливалентне патронаже новорођенчету',
      reason: 'прва посета породици',
    })
    diagnose(call, { code: 'Z00.1', text: 'Редован здравствени преглед детета', end: person.birth + 6 })
    measureVital(call, 'weight', Math.min(4.4, Math.max(2.5, Number((weight * 0.92).toFixed(2)))))
  }
}
