// Every institution of the invented country, the same for every seed and every size of the population.

import { municipalities, type Municipality } from './places.ts'
import { accountOf, mbOf, type NumberIssuer, pibOf } from './numbers.ts'
import { createRandom } from './random.ts'
import { staffUnit, type Worker } from './workers.ts'

type InstitutionKind = 'health-center' | 'general-hospital' | 'clinical-center' | 'institute' | 'private-practice' | 'private-laboratory' | 'pharmacy'

/** The kind of a unit; histories ask for a unit by this word. */
export type UnitKind =
  | 'general'
  | 'paediatrics'
  | 'gynaecology'
  | 'dentistry'
  | 'laboratory'
  | 'home-care'
  | 'nursing'
  | 'emergency'
  | 'radiology'
  | 'internal'
  | 'cardiology'
  | 'surgery'
  | 'neurology'
  | 'orthopaedics'
  | 'urology'
  | 'ear-nose-throat'
  | 'ophthalmology'
  | 'psychiatry'
  | 'dermatology'
  | 'pulmonology'
  | 'endocrinology'
  | 'nephrology'
  | 'oncology'
  | 'public-health'
  | 'pharmacy'

export type Unit = { code: string; kind: UnitKind; name: string; workers: Worker[] }

export type Institution = {
  index: number
  kind: InstitutionKind
  name: string
  mb: string
  pib: string
  account: string
  municipality: Municipality
  address: string
  phone: string
  email: string
  /** The script in which its software writes names; many private institutions write Latin. */
  script: 'Cyrl' | 'Latn'
  isPublic: boolean
  units: Unit[]
}

type Plan = { kind: UnitKind; name: string; doctors: number; nurses: number }

const plan = (kind: UnitKind, name: string, doctors: number, nurses: number): Plan => ({ kind, name, doctors, nurses })

function healthCenter(thousands: number): Plan[] {
  const size = Math.max(1, thousands / 40)
  const many = (perSize: number) => Math.max(1, Math.round(perSize * size))
  return [
    plan('general', 'Служба опште медицине', Math.max(3, many(4)), Math.max(3, many(4))),
    plan('paediatrics', 'Служба за здравствену заштиту деце и школске деце', many(1.5), many(1.5)),
    plan('gynaecology', 'Служба за здравствену заштиту жена', many(0.8), many(0.8)),
    plan('dentistry', 'Служба стоматологије', many(1.2), many(1)),
    plan('laboratory', 'Служба лабораторијске дијагностике', 1, many(1)),
    plan('radiology', 'Кабинет за рендген и ултразвучну дијагностику', 1, 1),
    plan('emergency', 'Служба хитне медицинске помоћи', many(1), many(1)),
    plan('home-care', 'Служба кућног лечења и неге', 1, many(0.8)),
    plan('nursing', 'Поливалентна патронажа', 0, many(1)),
  ]
}

const hospital: Plan[] = [
  plan('emergency', 'Одељење за пријем и збрињавање ургентних стања', 3, 4),
  plan('internal', 'Одељење интерне медицине', 4, 5),
  plan('cardiology', 'Одељење кардиологије са коронарном јединицом', 3, 4),
  plan('surgery', 'Одељење опште хирургије', 4, 4),
  plan('orthopaedics', 'Одељење ортопедије и трауматологије', 3, 3),
  plan('gynaecology', 'Одељење гинекологије и акушерства', 3, 4),
  plan('paediatrics', 'Одељење педијатрије', 3, 3),
  plan('neurology', 'Одељење неурологије', 3, 3),
  plan('pulmonology', 'Одељење пнеумофтизиологије', 2, 2),
  plan('urology', 'Одељење урологије', 2, 2),
  plan('ear-nose-throat', 'Одељење оториноларингологије', 2, 2),
  plan('ophthalmology', 'Одељење офталмологије', 2, 2),
  plan('psychiatry', 'Одељење психијатрије', 2, 2),
  plan('dermatology', 'Одсек дерматовенерологије', 1, 1),
  plan('nephrology', 'Одељење нефрологије са хемодијализом', 2, 4),
  plan('laboratory', 'Служба за лабораторијску дијагностику', 2, 4),
  plan('radiology', 'Служба за радиолошку дијагностику', 3, 2),
]

const center: Plan[] = [
  plan('emergency', 'Ургентни центар', 5, 6),
  plan('cardiology', 'Клиника за кардиологију', 6, 5),
  plan('endocrinology', 'Клиника за ендокринологију, дијабетес и болести метаболизма', 4, 3),
  plan('nephrology', 'Клиника за нефрологију и дијализу', 4, 5),
  plan('oncology', 'Центар за онкологију и радиологију', 5, 5),
  plan('surgery', 'Клиника за општу хирургију', 6, 6),
  plan('orthopaedics', 'Клиника за ортопедију и трауматологију', 5, 4),
  plan('neurology', 'Клиника за неурологију', 5, 4),
  plan('pulmonology', 'Клиника за пулмологију', 4, 3),
  plan('gynaecology', 'Клиника за гинекологију и акушерство', 5, 6),
  plan('paediatrics', 'Клиника за педијатрију', 5, 5),
  plan('psychiatry', 'Клиника за психијатрију', 4, 3),
  plan('laboratory', 'Служба за лабораторијску дијагностику', 3, 6),
  plan('radiology', 'Служба за радиолошку дијагностику', 5, 4),
]

type Draft = { kind: InstitutionKind; name: string; municipality: Municipality; plans: Plan[]; script?: 'Latn'; isPublic?: boolean }

function drafts(): Draft[] {
  const by = (name: string) => municipalities.find((one) => one.name === name)!
  const list: Draft[] = []
  for (const municipality of municipalities) {
    list.push({ kind: 'health-center', name: `Дом здравља ${municipality.name}`, municipality, plans: healthCenter(municipality.thousands), isPublic: true })
  }
  for (const name of new Set(municipalities.map((one) => one.hospital))) {
    const isCapital = name === 'Београд'
    const municipality = isCapital ? by('Звездара') : by(name)
    list.push({ kind: 'general-hospital', name: `Општа болница ${name}`, municipality, plans: hospital, isPublic: true })
  }
  const centers = { Београд: 'Савски венац', 'Нови Сад': 'Нови Сад', Ниш: 'Ниш', Крагујевац: 'Крагујевац' }
  for (const [name, seat] of Object.entries(centers)) {
    list.push({ kind: 'clinical-center', name: `Универзитетски клинички центар ${name}`, municipality: by(seat), plans: center, isPublic: true })
    list.push({
      kind: 'institute',
      name: `Институт за јавно здравље ${name}`,
      municipality: by(seat),
      isPublic: true,
      plans: [plan('public-health', 'Центар за контролу и превенцију болести', 2, 2), plan('laboratory', 'Центар за микробиологију', 2, 3)],
    })
  }
  return [...list, ...privateOnes()]
}

const practices: [UnitKind, string, string][] = [
  ['gynaecology', 'Специјалистичка гинеколошка ординација', 'Фемина плус'],
  ['dentistry', 'Стоматолошка ординација', 'Бели зуб'],
  ['dermatology', 'Специјалистичка дерматолошка ординација', 'Кожа и нега'],
  ['ophthalmology', 'Специјалистичка офталмолошка ординација', 'Око соколово'],
  ['orthopaedics', 'Специјалистичка ортопедска ординација', 'Корак'],
  ['internal', 'Специјалистичка интернистичка ординација', 'Пулс'],
]

function privateOnes(): Draft[] {
  const list: Draft[] = []
  municipalities.forEach((municipality, index) => {
    const { name } = municipality
    if (municipality.thousands > 60 || index === 0) {
      const mine = index === 0 ? practices : [practices[index % 6]!, practices[(index + 1) % 6]!]
      for (const [kind, title, brand] of mine) {
        list.push({ kind: 'private-practice', name: `${title} „${brand}“ ${name}`, municipality, script: 'Latn', plans: [plan(kind, title, 2, 1)] })
      }
      list.push({
        kind: 'private-laboratory',
        name: `Лабораторија „Кап“ ${name}`,
        municipality,
        script: 'Latn',
        plans: [plan('laboratory', 'Биохемијска лабораторија', 1, 2)],
      })
    }
    list.push({ kind: 'pharmacy', name: `Апотека „Здравац“ ${name}`, municipality, plans: [plan('pharmacy', 'Апотека', 2, 0)] })
  })
  return list
}

/** Makes all institutions. Index 0 is the health centre of the home town. */
export function makeInstitutions(issuer: NumberIssuer, today: number): Institution[] {
  return drafts().map((draft, index) => {
    const random = createRandom(0, 'institution', index)
    const institution: Institution = {
      index,
      kind: draft.kind,
      name: draft.name,
      mb: mbOf(index + 1),
      pib: pibOf(index + 1),
      account: accountOf(index + 1),
      municipality: draft.municipality,
      address: `${random.pick(['Краља Петра Првог', 'Светог Саве', 'Немањина', 'Карађорђева', 'Војводе Мишића'])} ${random.integer(1, 120)}`,
      phone: `+381 10 000 ${String(1000 + index)}`,
      email: `kontakt@ustanova-${index + 1}.example`,
      script: draft.script ?? 'Cyrl',
      isPublic: draft.isPublic ?? false,
      units: [],
    }
    let staffBefore = 0
    for (const [place, one] of draft.plans.entries()) {
      const code = String(place + 1).padStart(2, '0')
      const workers = staffUnit({ random, issuer, today, institution, unit: code, kind: one.kind, count: one, staffBefore })
      institution.units.push({ code, kind: one.kind, name: one.name, workers })
      staffBefore += workers.length
    }
    return institution
  })
}
