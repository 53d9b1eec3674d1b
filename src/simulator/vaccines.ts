// Compulsory immunisation of children as in Serbia's calendar, and the yearly and occasional vaccines of adults.

import type { Immunization } from '@medplum/fhirtypes'
import { instant, isoDay } from './calendar.ts'
import { add, systems, workerReference } from './chart.ts'
import type { Visit } from './visit.ts'

export type Vaccine = { atc: string; text: string; against: readonly string[]; maker: string; series: number; route: string; ml: number }

const into = { muscle: 'интрамускуларно', skin: 'интрадермално', under: 'поткожно' }

export const vaccines = {
  bcg: { atc: 'J07AN01', text: 'Вакцина против туберкулозе (БЦГ)', against: ['туберкулоза'], maker: 'Торлак', series: 1, route: into.skin, ml: 0.05 },
  'hepatitis-b': {
    atc: 'J07BC01',
    text: 'Вакцина против хепатитиса Б',
    against: ['хепатитис Б'],
    maker: 'GlaxoSmithKline',
    series: 3,
    route: into.muscle,
    ml: 0.5,
  },
  pentavalent: {
    atc: 'J07CA06',
    text: 'Петовалентна вакцина (DTaP-IPV-Hib)',
    against: ['дифтерија', 'тетанус', 'велики кашаљ', 'дечја парализа', 'Haemophilus influenzae тип б'],
    maker: 'Sanofi Pasteur',
    series: 4,
    route: into.muscle,
    ml: 0.5,
  },
  pneumococcus: {
    atc: 'J07AL02',
    text: 'Коњугована пнеумококна вакцина',
    against: ['пнеумококна болест'],
    maker: 'Pfizer',
    series: 3,
    route: into.muscle,
    ml: 0.5,
  },
  mmr: {
    atc: 'J07BD52',
    text: 'Вакцина против малих богиња, заушака и рубеле (ММР)',
    against: ['мале богиње', 'заушке', 'рубела'],
    maker: 'Merck Sharp & Dohme',
    series: 2,
    route: into.under,
    ml: 0.5,
  },
  tetravalent: {
    atc: 'J07CA02',
    text: 'Четворовалентна вакцина (DTaP-IPV)',
    against: ['дифтерија', 'тетанус', 'велики кашаљ', 'дечја парализа'],
    maker: 'Sanofi Pasteur',
    series: 1,
    route: into.muscle,
    ml: 0.5,
  },
  dt: {
    atc: 'J07AM51',
    text: 'Вакцина против дифтерије и тетануса за одрасле (dT)',
    against: ['дифтерија', 'тетанус'],
    maker: 'Торлак',
    series: 1,
    route: into.muscle,
    ml: 0.5,
  },
  hpv: {
    atc: 'J07BM03',
    text: 'Деветовалентна вакцина против ХПВ',
    against: ['обољења изазвана хуманим папилома вирусом'],
    maker: 'Merck Sharp & Dohme',
    series: 2,
    route: into.muscle,
    ml: 0.5,
  },
  influenza: { atc: 'J07BB02', text: 'Вакцина против сезонског грипа', against: ['грип'], maker: 'Sanofi Pasteur', series: 1, route: into.muscle, ml: 0.5 },
  covid: { atc: 'J07BN01', text: 'Вакцина против COVID-19 (иРНК)', against: ['COVID-19'], maker: 'Pfizer/BioNTech', series: 2, route: into.muscle, ml: 0.3 },
} satisfies Record<string, Vaccine>

type VaccineKey = keyof typeof vaccines

/** Days of age at which doses are due; the first two are given in the maternity ward. */
export const calendar: readonly { day: number; doses: readonly (readonly [VaccineKey, number])[] }[] = [
  { day: 32, doses: [['hepatitis-b', 2]] },
  {
    day: 63,
    doses: [
      ['pentavalent', 1],
      ['pneumococcus', 1],
    ],
  },
  {
    day: 110,
    doses: [
      ['pentavalent', 2],
      ['pneumococcus', 2],
    ],
  },
  {
    day: 186,
    doses: [
      ['pentavalent', 3],
      ['hepatitis-b', 3],
    ],
  },
  {
    day: 380,
    doses: [
      ['mmr', 1],
      ['pneumococcus', 3],
    ],
  },
  { day: 560, doses: [['pentavalent', 4]] },
  {
    day: 2400,
    doses: [
      ['tetravalent', 1],
      ['mmr', 2],
    ],
  },
  { day: 5150, doses: [['dt', 1]] },
]

export function vaccinate(visit: Visit, key: VaccineKey, dose: number): void {
  const { chart, care, day, life } = visit
  const vaccine = vaccines[key]
  const letters = 'ABCDEFGHJKLMNPRSTUVXYZ'
  const lot = `${letters[life.random.integer(0, 21)]}${letters[life.random.integer(0, 21)]}${life.random.integer(1000, 9999)}`
  add(chart, {
    resourceType: 'Immunization',
    status: 'completed',
    vaccineCode: { coding: [{ system: systems.atc, code: vaccine.atc }], text: vaccine.text },
    patient: chart.patient,
    encounter: visit.reference,
    occurrenceDateTime: instant(day, visit.minute),
    primarySource: true,
    manufacturer: { display: vaccine.maker },
    lotNumber: lot,
    expirationDate: isoDay(day + life.random.integer(90, 600)),
    site: { text: key === 'bcg' ? 'лева надлактица' : day - life.person.birth < 500 ? 'бутина' : 'надлактица' },
    route: { text: vaccine.route },
    doseQuantity: { value: vaccine.ml, unit: 'ml', system: systems.ucum, code: 'mL' },
    performer: [{ actor: workerReference(care.worker) }],
    protocolApplied: [
      {
        targetDisease: vaccine.against.map((text) => ({ text })),
        doseNumberPositiveInt: dose,
        ...(vaccine.series >= dose ? { seriesDosesPositiveInt: vaccine.series } : {}),
      },
    ],
  } satisfies Immunization)
}
