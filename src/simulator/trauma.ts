// Broken bones: emergency service, X-ray, cast, control.

import { careFor, freeDay, ageAt, type Life, mayHappen } from './life.ts'
import { image } from './imaging.ts'
import { interpolate } from './random.ts'
import { prescribe } from './therapy.ts'
import { diagnose, openVisit, perform } from './visit.ts'

const fractures = [
  {
    code: 'S52.5',
    text: 'Прелом доњег окрајка жбице',
    cause: 'пад на испружену руку',
    picture: 'Радиографија ручног зглоба у два правца',
    finding: 'Прелом дисталног окрајка радијуса са минималном дислокацијом.',
    cast: 'Имобилизација подлактице гипсаном лонгетом',
    rate: [
      [3, 0.003],
      [10, 0.012],
      [16, 0.004],
      [45, 0.002],
      [65, 0.008],
      [85, 0.01],
    ],
  },
  {
    code: 'S82.6',
    text: 'Прелом спољашњег глежња',
    cause: 'увртање стопала при силаску низ степенице',
    picture: 'Радиографија скочног зглоба у два правца',
    finding: 'Прелом латералног малеолуса без дислокације.',
    cast: 'Имобилизација потколенице гипсаном чизмом',
    rate: [
      [6, 0.001],
      [20, 0.003],
      [60, 0.003],
      [85, 0.003],
    ],
  },
] as const

export function liveTrauma(life: Life): void {
  for (const fracture of fractures) {
    const isCertain = life.person.story?.certain.includes(fracture.code)
    for (let year = life.from; year < life.until; year += 365) {
      const draw = life.random.next()
      const day = year + life.random.integer(0, 364)
      const isDue = isCertain ? year === life.from + 365 * 8 : draw < interpolate(fracture.rate, ageAt(life, year))
      if (isDue && mayHappen(life, day)) breakBone(life, fracture, day)
    }
  }
}

function breakBone(life: Life, fracture: (typeof fractures)[number], day: number): void {
  const care = careFor(life, 'hospital', 'emergency')
  if (!care) return
  const visit = openVisit(life, { care, day, class: 'EMER', type: 'Преглед у ургентној служби', reason: fracture.cause })
  const healed = day + life.random.integer(45, 70)
  const condition = diagnose(visit, { code: fracture.code, text: fracture.text, onset: day, end: healed })
  image(visit, { text: fracture.picture, conclusion: fracture.finding })
  perform(visit, { text: fracture.cast, reason: condition })
  prescribe(visit, ageAt(life, day) < 12 ? 'paracetamol-syrup' : 'ibuprofen', 5, condition)
  const later = freeDay(life, day + 38)
  const clinic = careFor(life, 'hospital', 'orthopaedics')
  if (later === null || !clinic) return
  const control = openVisit(life, { care: clinic, day: later, type: 'Специјалистичко-консултативни преглед', reason: 'контрола после прелома' })
  diagnose(control, { code: fracture.code, text: fracture.text, onset: day, end: healed })
  image(control, { text: fracture.picture, conclusion: 'Прелом у зарастању, добар положај уломака.' })
  perform(control, { text: 'Скидање гипсане имобилизације' })
}
