import type { AllergyIntolerance } from '@medplum/fhirtypes'
import { isoDay, yearDays } from './calendar.ts'
import { add, systems, workerReference } from './chart.ts'
import { ageAt, freeDay, type Life, primaryCare } from './life.ts'
import { treat } from './therapy.ts'
import { momentOf, openVisit, type Visit } from './visit.ts'

type Allergen = {
  key: string
  text: string
  atc?: readonly [code: string, inn: string]
  category: 'medication' | 'food' | 'environment'
  reaction: string
  severe: string
  share: number
}

const allergens: readonly Allergen[] = [
  {
    key: 'penicillin',
    text: 'Пеницилини',
    atc: ['J01CA', 'penicillins with extended spectrum'],
    category: 'medication',
    reaction: 'уртикарија',
    severe: 'анафилактичка реакција',
    share: 0.05,
  },
  {
    key: 'aspirin',
    text: 'Ацетилсалицилна киселина',
    atc: ['B01AC06', 'acetylsalicylic acid'],
    category: 'medication',
    reaction: 'бронхоспазам',
    severe: 'бронхоспазам',
    share: 0.008,
  },
  {
    key: 'sulfa',
    text: 'Сулфонамиди',
    atc: ['J01EE01', 'sulfamethoxazole and trimethoprim'],
    category: 'medication',
    reaction: 'макулопапулозни осип',
    severe: 'Стивенс–Џонсонов синдром',
    share: 0.012,
  },
  {
    key: 'contrast',
    text: 'Јодно контрастно средство',
    atc: ['V08AB02', 'iohexol'],
    category: 'medication',
    reaction: 'копривњача',
    severe: 'ларингеални едем',
    share: 0.006,
  },
  {
    key: 'iodine',
    text: 'Повидон јод',
    atc: ['D08AG02', 'povidone-iodine'],
    category: 'medication',
    reaction: 'контактни осип',
    severe: 'контактни осип',
    share: 0.004,
  },
  { key: 'pollen', text: 'Полен трава и амброзије', category: 'environment', reaction: 'кијавица и сузење очију', severe: 'астматични напад', share: 0.07 },
  { key: 'mites', text: 'Кућна прашина (гриње)', category: 'environment', reaction: 'кијање и запушен нос', severe: 'астматични напад', share: 0.03 },
  { key: 'latex', text: 'Латекс', category: 'environment', reaction: 'контактна уртикарија', severe: 'анафилактичка реакција', share: 0.006 },
  { key: 'bee', text: 'Отров пчеле и осе', category: 'environment', reaction: 'локални оток', severe: 'анафилактичка реакција', share: 0.01 },
  { key: 'nuts', text: 'Кикирики и језграсто воће', category: 'food', reaction: 'оток усана', severe: 'анафилактичка реакција', share: 0.012 },
  { key: 'milk', text: 'Кравље млеко', category: 'food', reaction: 'осип и пролив', severe: 'анафилактичка реакција', share: 0.01 },
  { key: 'eggs', text: 'Јаја', category: 'food', reaction: 'копривњача', severe: 'копривњача', share: 0.008 },
]

/** Drawn before anything is prescribed, so that nobody gets a medicine that harms them. */
export function drawAllergies(life: Life): void {
  const told = life.person.story?.allergies ?? 'drawn'
  if (told === 'not-recorded') return
  life.allergies = told === 'drawn' ? allergens.filter(({ share }) => life.random.chance(share)).map(({ key }) => key) : [...told]
}

/** Recorded at an early visit to the chosen doctor. For a third of the healthy people nobody ever wrote the answer down. */
export function recordAllergies(life: Life): void {
  const told = life.person.story?.allergies
  const isAsked = life.allergies.length > 0 || Array.isArray(told) || (told !== 'not-recorded' && life.random.chance(0.65))
  const wished = life.from + Math.min(Math.round(2 * yearDays), Math.round((life.until - life.from) * life.random.next() * 0.6)) + 20
  const day = freeDay(life, wished) ?? freeDay(life, wished + 20)
  const care = day === null || !isAsked ? null : primaryCare(life, day)
  if (day === null || !care) return
  const visit = openVisit(life, { care, day, type: 'Преглед и допуна електронског картона', reason: 'допуна основних података у картону' })
  if (life.allergies.length === 0) recordNone(visit)
  for (const key of life.allergies) record(visit, allergens.find((one) => one.key === key)!)
}

const allergyStatus = (code: string, system: string) => ({ coding: [{ system: `http://terminology.hl7.org/CodeSystem/allergyintolerance-${system}`, code }] })

function recordNone(visit: Visit): void {
  add(visit.chart, {
    resourceType: 'AllergyIntolerance',
    clinicalStatus: allergyStatus('active', 'clinical'),
    verificationStatus: allergyStatus('confirmed', 'verification'),
    code: { coding: [{ system: systems.snomed, code: '716186003', display: 'No known allergy' }], text: 'Без познатих алергија' },
    patient: visit.chart.patient,
    encounter: visit.reference,
    recordedDate: momentOf(visit),
    recorder: workerReference(visit.care.worker),
  } satisfies AllergyIntolerance)
}

function record(visit: Visit, { key, text, atc, category, reaction, severe }: Allergen): void {
  const { life, day } = visit
  // In a person whose story is a severe allergy it is always severe: demonstrations look for it.
  const isSevere = life.person.story ? key === 'penicillin' || key === 'nuts' : life.random.chance(0.15)
  const years = Math.min(ageAt(life, day) * 0.8, life.random.next() * 15)
  const onset = Math.max(life.person.birth + 30, day - Math.round(years * yearDays))
  add(visit.chart, {
    resourceType: 'AllergyIntolerance',
    clinicalStatus: allergyStatus('active', 'clinical'),
    verificationStatus: allergyStatus('confirmed', 'verification'),
    type: 'allergy',
    category: [category],
    criticality: isSevere ? 'high' : 'low',
    code: { ...(atc ? { coding: [{ system: systems.atc, code: atc[0], display: atc[1] }] } : {}), text },
    patient: visit.chart.patient,
    encounter: visit.reference,
    onsetDateTime: isoDay(Math.min(onset, day)),
    recordedDate: momentOf(visit),
    recorder: workerReference(visit.care.worker),
    reaction: [{ manifestation: [{ text: isSevere ? severe : reaction }], severity: isSevere ? 'severe' : 'mild' }],
  } satisfies AllergyIntolerance)
  if (isSevere && severe.startsWith('анафилактичка') && key !== 'penicillin') treat(visit, 'epinephrine', day, null, null)
}
