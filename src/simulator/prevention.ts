// Care of the healthy: children's check-ups and vaccines, adults' vaccines and screening.

import { type Day, dayOf, yearDays, yearOf } from './calendar.ts'
import { image } from './imaging.ts'
import { ageAt, careFor, freeDay, type Life, primaryCare } from './life.ts'
import { measureBody, measurePressure, sample } from './measure.ts'
import { panels } from './analyses.ts'
import { prescribe } from './therapy.ts'
import { calendar, vaccinate } from './vaccines.ts'
import { diagnose, openVisit, perform } from './visit.ts'

export function liveChildhood(life: Life): void {
  const { person, random } = life
  // One in twelve families puts off the vaccine against measles; the record then does not have it.
  const hesitates = random.chance(0.08)
  let last = 0
  for (const { day: age, doses } of calendar) {
    const wished = Math.max(person.birth + age + random.integer(0, 25), last + 28)
    const day = freeDay(life, wished) ?? freeDay(life, wished + 14)
    const care = day === null ? null : primaryCare(life, day)
    if (day === null || !care) continue
    last = day
    const visit = openVisit(life, { care, day, type: 'Систематски преглед и вакцинација', reason: 'вакцинација по календару' })
    if (age === 380 || age === 2400) measureBody(visit)
    for (const [key, dose] of doses) if (!(hesitates && key === 'mmr')) vaccinate(visit, key, dose)
    if (age === 32) prescribe(visit, 'cholecalciferol', 365, null)
  }
  for (const years of [4, 10]) {
    const day = freeDay(life, person.birth + Math.round(years * yearDays) + random.integer(0, 120))
    const care = day === null ? null : primaryCare(life, day)
    if (day === null || !care) continue
    const visit = openVisit(life, { care, day, type: 'Систематски преглед', reason: 'систематски преглед по узрасту' })
    measureBody(visit)
    if (years >= 8) measurePressure(visit)
    if (years === 10 && random.chance(0.25)) protectFromPapilloma(life, day)
  }
}

function protectFromPapilloma(life: Life, first: Day): void {
  ;[first + 30, first + 215].forEach((wished, index) => {
    const day = freeDay(life, wished)
    const care = day === null ? null : primaryCare(life, day)
    if (day !== null && care) vaccinate(openVisit(life, { care, day, type: 'Вакцинација', reason: 'препоручена имунизација' }), 'hpv', index + 1)
  })
}

export function liveAdultPrevention(life: Life): void {
  vaccinateAdult(life)
  screen(life)
  checkUp(life)
}

function vaccinateAdult(life: Life): void {
  const { random } = life
  const willing = random.next()
  for (let year = yearOf(life.from); year <= yearOf(life.until); year += 1) {
    const day = freeDay(life, dayOf(year, 10, 15) + random.integer(0, 60))
    if (day === null) continue
    const share = ageAt(life, day) >= 65 ? 0.2 : life.illnesses.length > 1 ? 0.08 : 0.02
    const care = willing < share && ageAt(life, day) >= 18 ? primaryCare(life, day) : null
    if (care) vaccinate(openVisit(life, { care, day, type: 'Вакцинација', reason: 'сезонска вакцинација против грипа' }), 'influenza', 1)
  }
  if (random.chance(ageAt(life, dayOf(2021, 3, 1)) > 60 ? 0.5 : 0.25)) vaccinateAgainstCovid(life)
}

function vaccinateAgainstCovid(life: Life): void {
  const { random } = life
  const first = dayOf(2021, 2, 1) + random.integer(0, 150)
  const wished = [first, first + 22, first + 210]
  for (let dose = 1; dose <= (random.chance(0.25) ? 3 : 2); dose += 1) {
    const day = freeDay(life, wished[dose - 1]!)
    const care =
      day === null || ageAt(life, day) < 18 ? null : (careFor(life, random.chance(0.3) ? 'institute' : 'home', 'public-health') ?? primaryCare(life, day))
    // A missed dose ends the series: otherwise the next dose would be numbered as if the missed one had been given.
    if (day === null || !care) return
    vaccinate(openVisit(life, { care, day, type: 'Вакцинација', reason: 'имунизација против COVID-19' }), 'covid', dose)
  }
}

function screen(life: Life): void {
  const { person, random } = life
  if (person.sex !== 'female' || random.chance(0.6)) return
  for (let day = life.from + random.integer(0, 2000); day < life.until; day += random.integer(1500, 3000)) {
    const age = ageAt(life, day)
    const free = freeDay(life, day)
    if (free === null || age < 25 || age > 69) continue
    const place = (random.chance(0.2) ? careFor(life, 'private', 'gynaecology') : null) ?? careFor(life, 'home', 'gynaecology')
    if (place && age < 65) {
      const visit = openVisit(life, { care: place, day: free, type: 'Превентивни гинеколошки преглед', reason: 'скрининг карцинома грлића материце' })
      diagnose(visit, { code: 'Z12.4', text: 'Циљано испитивање ради откривања тумора грлића материце', end: free })
      perform(visit, {
        text: 'Узимање бриса по Папаниколау',
        outcome: random.chance(0.94) ? 'Налаз PAPA II, без атипије' : 'Налаз PAPA IIIa, поновити за шест месеци',
      })
    }
    const radiology = age >= 50 ? careFor(life, 'hospital', 'radiology') : null
    if (radiology && !life.illnesses.some(({ code, onset }) => code === 'C50.9' && onset < free)) {
      const visit = openVisit(life, { care: radiology, day: free, type: 'Скрининг мамографија', reason: 'организовани скрининг рака дојке' })
      image(visit, {
        text: 'Мамографија',
        conclusion: random.chance(0.9) ? 'Уредан налаз, BI-RADS 1. Наредни преглед за две године.' : 'Бенигне промене, BI-RADS 2.',
      })
    }
  }
}

/** People without long illnesses come now and then, mostly for a certificate, and are found healthy. */
function checkUp(life: Life): void {
  const { random } = life
  for (let day = life.from + random.integer(0, 4000); day < life.until; day += random.integer(4000, 8000)) {
    const free = freeDay(life, day)
    const care = free === null || ageAt(life, day) < 18 ? null : primaryCare(life, free)
    if (free === null || !care) continue
    const visit = openVisit(life, { care, day: free, type: 'Превентивни преглед одраслих', reason: 'систематски преглед' })
    diagnose(visit, { code: 'Z00.0', text: 'Општи лекарски преглед', end: free })
    measurePressure(visit)
    if (random.chance(0.4)) measureBody(visit)
    const laboratory = random.chance(0.3) ? careFor(life, 'home', 'laboratory') : null
    if (laboratory) sample(life, laboratory, free, { keys: panels.check, visit })
  }
}
