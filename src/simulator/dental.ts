// Teeth, by the FDI notation (ISO 3950).

import type { CodeableConcept } from '@medplum/fhirtypes'
import { type Day, yearDays } from './calendar.ts'
import { systems } from './chart.ts'
import { ageAt, careFor, freeDay, type Life, rhythmOf } from './life.ts'
import { prescribe } from './therapy.ts'
import { withoutPenicillin } from './acute.ts'
import { diagnose, openVisit, perform } from './visit.ts'

const milk = ['54', '55', '64', '65', '74', '75', '84', '85']
const permanent = ['16', '26', '36', '46', '15', '25', '35', '45', '14', '24', '17', '27', '37', '47', '11', '21']

const tooth = (number: string): CodeableConcept => ({ coding: [{ system: systems.tooth, code: number }], text: `Зуб ${number}` })

export function liveTeeth(life: Life): void {
  const { random } = life
  const care = (0.3 + random.next() * 0.5) * rhythmOf(life)
  const lost = new Set<string>()
  for (let day = life.from + random.integer(0, 2500); day < life.until; day += Math.round((yearDays / care) * (0.5 + random.next()))) {
    if (ageAt(life, day) < 4) continue
    const free = freeDay(life, day)
    if (free !== null) visitDentist(life, free, lost)
  }
}

function visitDentist(life: Life, day: Day, lost: Set<string>): void {
  const { random } = life
  const place = (random.chance(0.35) ? careFor(life, 'private', 'dentistry') : null) ?? careFor(life, 'home', 'dentistry')
  if (!place) return
  const age = ageAt(life, day)
  const numbers = (age < 9 ? milk : permanent).filter((one) => !lost.has(one))
  const number = random.pick(numbers.length > 0 ? numbers : ['31'])
  const visit = openVisit(life, {
    care: place,
    day,
    type: 'Стоматолошки преглед',
    reason: random.pick(['бол зуба', 'контрола зуба', 'испала пломба', 'осетљивост на хладно']),
  })
  const site = tooth(number)
  if (age < 15 && random.chance(0.35)) {
    diagnose(visit, { code: 'Z01.2', text: 'Стоматолошки преглед', end: day })
    perform(visit, { text: 'Заливање фисура', site })
  } else if (random.chance(age > 45 ? 0.3 : 0.1)) {
    lost.add(number)
    const condition = diagnose(visit, { code: 'K04.5', text: 'Хронични апикални периодонтитис', onset: day - 20, end: day, note: `Зуб ${number}` })
    perform(visit, { text: 'Вађење зуба', snomed: ['55162003', 'Tooth extraction'], site, reason: condition })
    prescribe(visit, age < 12 ? 'paracetamol-syrup' : random.chance(0.4) ? withoutPenicillin(life, 'coamoxiclav') : 'ibuprofen', 4, condition)
  } else {
    const isDeep = random.chance(0.2)
    const condition = diagnose(visit, {
      code: isDeep ? 'K04.0' : 'K02.1',
      text: isDeep ? 'Запаљење пулпе' : 'Каријес дентина',
      onset: day - 30,
      end: day,
      note: `Зуб ${number}`,
    })
    perform(visit, { text: isDeep ? 'Ендодонтско лечење и композитни испун' : 'Композитни испун на две површине', site, reason: condition })
  }
}
