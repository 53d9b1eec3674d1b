// Short illnesses, one contact and sometimes a control.

import { type Acute, acutes } from './acute-table.ts'
import { panels } from './analyses.ts'
import { type Day, dayOf, yearOf } from './calendar.ts'
import { image } from './imaging.ts'
import { ageAt, careFor, freeDay, type Life, primaryCare, rhythmOf } from './life.ts'
import { measureVital, sample } from './measure.ts'
import { interpolate } from './random.ts'
import { prescribe } from './therapy.ts'
import { diagnose, openVisit } from './visit.ts'

export function liveAcutes(life: Life): void {
  const { random, person } = life
  const happened = new Set<string>()
  for (let year = life.from; year < life.until; year += 365) {
    for (const acute of acutes) {
      const rate = interpolate(acute.rate, ageAt(life, year)) * rhythmOf(life)
      const isPossible = (!acute.sex || acute.sex === person.sex) && !(acute.once && happened.has(acute.code))
      // One draw for each illness and year, even when it is not used: the random stream stays easy to follow, and a year has a bounded number of
      // draws.
      const draw = random.next()
      if (!isPossible || draw >= Math.min(0.85, rate)) continue
      const day = freeDay(life, year + random.integer(0, 364))
      if (day === null || !isInYears(acute, day)) continue
      happened.add(acute.code)
      fallIll(life, acute, day)
    }
  }
  for (const code of person.story?.certain ?? []) {
    const acute = acutes.find((one) => one.code === code)
    const day = acute ? freeDay(life, life.until - random.integer(60, 900)) : null
    if (acute && day !== null) fallIll(life, acute, day)
  }
}

function isInYears(acute: Acute, day: Day): boolean {
  return !acute.years || (yearOf(day) >= acute.years[0] && yearOf(day) <= acute.years[1] && day >= dayOf(2020, 3, 10))
}

function fallIll(life: Life, acute: Acute, day: Day): void {
  const { random } = life
  const isUrgent = random.chance(acute.emergency ?? 0)
  const care = isUrgent ? careFor(life, 'home', 'emergency') : primaryCare(life, day)
  if (!care) return
  const visit = openVisit(life, {
    care,
    day,
    class: isUrgent ? 'EMER' : 'AMB',
    type: isUrgent ? 'Хитан медицински преглед' : 'Први преглед ради лечења',
    reason: random.pick(acute.complaints),
  })
  const condition = diagnose(visit, {
    code: acute.code,
    text: acute.text,
    onset: Math.max(life.person.birth, day - random.integer(0, 3)),
    end: day + random.integer(5, 12),
  })
  if (acute.fever && random.chance(0.35)) measureVital(visit, 'temperature', Number(random.normal(acute.fever, 0.3).toFixed(1)))
  const isChild = ageAt(life, day) < 12
  // A patient with a penicillin allergy gets the macrolide.
  for (const [key, days] of isChild ? acute.child : acute.adult) prescribe(visit, withoutPenicillin(life, key), days, condition)
  const { laboratory, imaging } = acute
  if (laboratory && random.chance(laboratory.share * 0.6)) {
    const place = careFor(life, 'home', 'laboratory')
    if (place)
      sample(life, place, day, { keys: panels[laboratory.panel], shifts: laboratory.shifts, visit, ...(laboratory.urine ? { urine: laboratory.urine } : {}) })
  }
  if (imaging && random.chance(imaging.share)) image(visit, { text: imaging.text, conclusion: imaging.finding })
  if (acute.control && random.chance(acute.control)) control(life, acute, day + random.integer(5, 10))
}

export function withoutPenicillin(life: Life, key: string): string {
  if (!life.allergies.includes('penicillin')) return key
  if (key === 'amoxicillin-syrup') return 'azithromycin-syrup'
  return key === 'amoxicillin' || key === 'coamoxiclav' ? 'azithromycin' : key
}

function control(life: Life, acute: Acute, wished: Day): void {
  const day = freeDay(life, wished)
  const care = day === null ? null : primaryCare(life, day)
  if (!care || day === null) return
  const visit = openVisit(life, { care, day, type: 'Контролни преглед', reason: 'контрола после лечења, без тегоба' })
  diagnose(visit, { code: acute.code, text: acute.text, onset: day - 8, end: day })
}
