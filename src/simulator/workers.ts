// Health workers with licences of their chambers.

import { toLatin } from '../platform/text.ts'
import { type Day, dayOf, isoDay, yearOf } from './calendar.ts'
import type { Institution, UnitKind } from './institutions.ts'
import { givenName, surname } from './names.ts'
import type { NumberIssuer } from './numbers.ts'
import type { Random } from './random.ts'

type Profession = 'doctor' | 'dentist' | 'nurse' | 'technician' | 'biochemist' | 'pharmacist'

export type Worker = {
  /** The number given by the chamber, unique in the country. */
  licence: string
  chamber: string
  licensedFrom: string
  licensedUntil: string
  licenceStatus: 'active' | 'suspended'
  profession: Profession
  /** Before the name: др, спец. др, мр пх. */
  title: string
  given: string
  family: string
  sex: 'male' | 'female'
  birthDate: string
  jmbg: string
  specialty: string | null
  unit: string
  institution: number
  phone: string
  email: string
}

const specialties: Partial<Record<UnitKind, string>> = {
  general: 'општа медицина',
  paediatrics: 'педијатрија',
  gynaecology: 'гинекологија и акушерство',
  laboratory: 'медицинска биохемија',
  'home-care': 'општа медицина',
  emergency: 'ургентна медицина',
  radiology: 'радиологија',
  internal: 'интерна медицина',
  cardiology: 'кардиологија',
  surgery: 'општа хирургија',
  neurology: 'неурологија',
  orthopaedics: 'ортопедија и трауматологија',
  urology: 'урологија',
  'ear-nose-throat': 'оториноларингологија',
  ophthalmology: 'офталмологија',
  psychiatry: 'психијатрија',
  dermatology: 'дерматовенерологија',
  pulmonology: 'пнеумофтизиологија',
  endocrinology: 'ендокринологија',
  nephrology: 'нефрологија',
  oncology: 'медикална онкологија',
  'public-health': 'епидемиологија',
  dentistry: 'дечја и превентивна стоматологија',
  pharmacy: 'фармација',
}

const chambers: Record<Profession, { prefix: string; name: string }> = {
  doctor: { prefix: 'LKS', name: 'Лекарска комора Србије' },
  dentist: { prefix: 'SKS', name: 'Стоматолошка комора Србије' },
  nurse: { prefix: 'KMSZTS', name: 'Комора медицинских сестара и здравствених техничара Србије' },
  technician: { prefix: 'KMSZTS', name: 'Комора медицинских сестара и здравствених техничара Србије' },
  biochemist: { prefix: 'KBS', name: 'Комора биохемичара Србије' },
  pharmacist: { prefix: 'FKS', name: 'Фармацеутска комора Србије' },
}

type Place = {
  random: Random
  issuer: NumberIssuer
  today: Day
  institution: Institution
  unit: string
  kind: UnitKind
  /** How many workers the institution has before this unit; licence numbers continue from there. */
  staffBefore: number
  count: { doctors: number; nurses: number }
}

export function staffUnit(place: Place): Worker[] {
  const { kind, count } = place
  const leading: Profession = kind === 'dentistry' ? 'dentist' : kind === 'laboratory' ? 'biochemist' : kind === 'pharmacy' ? 'pharmacist' : 'doctor'
  const helping: Profession = kind === 'laboratory' || kind === 'radiology' ? 'technician' : 'nurse'
  const professions = [...Array<Profession>(count.doctors).fill(leading), ...Array<Profession>(count.nurses).fill(helping)]
  return professions.map((profession, index) => makeWorker(place, profession, index))
}

function makeWorker(place: Place, profession: Profession, index: number): Worker {
  const { random, institution, today, unit } = place
  const sex = random.chance(profession === 'nurse' ? 0.1 : 0.4) ? 'male' : 'female'
  const born = dayOf(2026 - random.integer(46, 63), 1, 1) + random.integer(0, 364)
  const given = givenName(random, sex, yearOf(born))
  const family = surname(random)
  const { prefix } = chambers[profession]
  const isStudied = profession !== 'nurse' && profession !== 'technician'
  // Everybody here has worked during the whole of the histories, so each entry has an author who was licensed on its day.
  const first = born + Math.round((isStudied ? 26 : 20) * 365.25)
  const mail = (text: string) =>
    toLatin(text)
      .toLowerCase()
      .normalize('NFD')
      .replace(/\p{M}/gu, '')
      .replace(/đ/g, 'dj')
      .replace(/[^a-z]/g, '')
  return {
    licence: `${prefix}-${String((institution.index + 1) * 1000 + place.staffBefore + index).padStart(6, '0')}`,
    chamber: chambers[profession].name,
    licensedFrom: isoDay(first),
    licensedUntil: isoDay(dayOf(yearOf(today) + random.integer(1, 7), random.integer(1, 12), 1)),
    // A suspended worker stays in the register; histories never use one (rule E-2).
    licenceStatus: index > 3 && random.chance(0.02) ? 'suspended' : 'active',
    profession,
    title: { doctor: 'др', dentist: 'др стом.', nurse: 'мед. сестра', technician: 'техн.', biochemist: 'спец. биохем.', pharmacist: 'маг. фарм.' }[profession],
    given,
    family,
    sex,
    birthDate: isoDay(born),
    jmbg: place.issuer.jmbg(random, born, sex, institution.municipality.region),
    specialty: isStudied ? (specialties[place.kind] ?? null) : null,
    unit,
    institution: institution.index,
    phone: `+381 60 000 ${random.integer(1000, 9999)}`,
    email: `${mail(given)}.${mail(family)}@ustanova-${institution.index + 1}.example`,
  }
}

export const nameOf = (worker: Worker): string => `${worker.title} ${worker.given} ${worker.family}`
