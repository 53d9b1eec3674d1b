// Turns the plan of a household into registered people: numbers, address, insurance, chosen doctors.

import { toLatin } from '../platform/text.ts'
import { ageOn, type Day, dayOf, isoDay, yearDays, yearOf } from './calendar.ts'
import type { Employer } from './employers.ts'
import { type Member, planHousehold } from './household-plans.ts'
import type { Institution, UnitKind } from './institutions.ts'
import { givenName, surname } from './names.ts'
import { lboOf, type NumberIssuer } from './numbers.ts'
import type { DoctorCategory, Insurance, InsuranceBasis, Person } from './person.ts'
import { homeTown, municipalities, type Municipality, streets } from './places.ts'
import { households as told } from './protagonists.ts'
import { createRandom, type Random, weighted } from './random.ts'
import type { Worker } from './workers.ts'

export type Setting = {
  seed: number
  today: Day
  issuer: NumberIssuer
  institutions: Institution[]
  employers: Employer[]
}

// The first households live in one town, so that even a small country has a health centre with full days.
const gatheredMax = 140
const drawMunicipality = weighted(municipalities, (one) => one.thousands)

export function makeHousehold(setting: Setting, household: number, firstIndex: number): Person[] {
  const random = createRandom(setting.seed, 'household', household)
  const members = planHousehold(random, household, setting.today)
  const isGathered = household < told.length || (household < gatheredMax && random.chance(0.6))
  const municipality = isGathered ? homeTown : drawMunicipality(random)
  const address = `${random.pick(streets)} ${random.integer(1, 180)}${random.chance(0.4) ? `/${random.integer(1, 40)}` : ''}`
  const parents = members.map((member) => parentsOf(random, members, member, firstIndex))
  return members.map((member, place) => {
    const index = firstIndex + place
    const birthPlace = random.chance(0.8) ? municipality : drawMunicipality(random)
    const hasSmallChild = members.some((one) => one.mother === place && setting.today - one.birth < 6 * yearDays)
    const mayHaveDied = !member.story && !hasSmallChild
    const death = mayHaveDied ? drawDeath(random, member.birth, setting.today) : null
    const { mother, father } = parents[place]!
    const years = ageOn(member.birth, setting.today)
    return {
      index,
      household,
      given: member.given,
      family: member.family,
      maidenFamily: member.maidenFamily,
      sex: member.sex,
      birth: member.birth,
      death,
      birthPlace,
      mother,
      father,
      parent: father.given,
      jmbg: setting.issuer.jmbg(random, member.birth, member.sex, birthPlace.region),
      lbo: lboOf(setting.seed, index),
      maritalStatus: member.maritalStatus,
      occupation: years < 18 ? null : random.pick(occupations),
      municipality,
      address,
      ...contact(random, member, index, years),
      isDonor: years >= 18 && random.chance(0.04),
      insurance: insure(random, setting, municipality, { years, death, isTold: member.story !== null }),
      chosen: chooseDoctors(random, setting, municipality, member, years, household),
      births: members.filter((one) => one.mother === place).map((one) => one.birth),
      story: member.story,
    }
  })
}

function parentsOf(random: Random, members: Member[], member: Member, firstIndex: number): Pick<Person, 'mother' | 'father'> {
  const mother = member.mother === null ? null : members[member.mother]!
  const father = member.father === null ? null : members[member.father]!
  const born = yearOf(member.birth)
  return {
    mother: {
      index: member.mother === null ? null : firstIndex + member.mother,
      given: mother?.given ?? givenName(random, 'female', born - 26),
      maidenFamily: mother ? (mother.maidenFamily ?? mother.family) : surname(random),
    },
    father: {
      index: member.father === null ? null : firstIndex + member.father,
      given: father?.given ?? givenName(random, 'male', born - 29),
    },
  }
}

/** Some old people have died in the last five years; their records stay. */
function drawDeath(random: Random, birth: Day, today: Day): Day | null {
  const years = (today - birth) / yearDays
  const share = years < 40 ? 0.0015 : years < 60 ? 0.012 : years < 75 ? 0.05 : years < 85 ? 0.12 : 0.25
  const day = today - random.integer(5, Math.round(5 * yearDays))
  return random.chance(share) && day > birth + 30 ? day : null
}

function contact(random: Random, member: Member, index: number, years: number): Pick<Person, 'phone' | 'email'> {
  const plain = (text: string) =>
    toLatin(text)
      .toLowerCase()
      .replace(/đ/g, 'dj')
      .normalize('NFD')
      .replace(/[^a-z]/g, '')
  const hasEmail = years >= 15 && random.chance(years < 60 ? 0.75 : 0.25)
  return {
    phone: years >= 12 ? `+381 6${random.integer(0, 6)} 000 ${random.integer(1000, 9999)}` : null,
    email: hasEmail ? `${plain(member.given)}.${plain(member.family)}${index}@posta.example` : null,
  }
}

const basisTexts: Record<InsuranceBasis, string> = {
  employed: 'запослени',
  'self-employed': 'предузетник',
  farmer: 'пољопривредник',
  pensioner: 'корисник пензије',
  unemployed: 'незапослено лице',
  'family-member': 'члан породице осигураника',
  student: 'лице на школовању до 26 година',
}
const drawBasis = weighted<[InsuranceBasis, number]>(
  [
    ['employed', 68],
    ['self-employed', 8],
    ['farmer', 6],
    ['unemployed', 10],
    ['family-member', 8],
  ],
  ([, weight]) => weight,
)

type Insured = { years: number; death: Day | null; isTold: boolean }

function insure(random: Random, setting: Setting, municipality: Municipality, { years, death, isTold }: Insured): Insurance {
  const basis = years < 19 ? 'family-member' : years < 24 ? (random.chance(0.6) ? 'student' : 'employed') : years >= 64 ? 'pensioner' : drawBasis(random)[0]
  const local = setting.employers.filter((one) => one.municipality === municipality)
  const employer = basis === 'employed' ? weighted(local, (one) => one.weight)(random) : null
  const hasLapsed = random.chance(basis === 'unemployed' ? 0.15 : 0.02) && !isTold
  const isActive = death === null && !hasLapsed
  const from = setting.today - random.integer(90, Math.max(100, Math.min(9000, years * 200)))
  const until = death ?? (isActive ? dayOf(yearOf(setting.today) + 1, random.integer(1, 12), 1) : setting.today - random.integer(1, 80))
  return { basis, text: basisTexts[basis], employer, from: isoDay(Math.min(from, until)), until: isoDay(until), isActive, branch: municipality.hospital }
}

function chooseDoctors(random: Random, setting: Setting, municipality: Municipality, member: Member, years: number, household: number) {
  const center = setting.institutions[municipalities.indexOf(municipality)]!
  const chosen: { category: DoctorCategory; worker: Worker }[] = []
  const choose = (category: DoctorCategory, kind: UnitKind) => {
    const doctors = doctorsOf(center, kind)
    if (doctors.length > 0) chosen.push({ category, worker: random.pick(doctors) })
  }
  if (years < 18) choose('paediatrics', 'paediatrics')
  else if (household < told.length || (municipality === homeTown && household < gatheredMax && random.chance(0.15))) {
    chosen.push({ category: 'medicine', worker: doctorsOf(center, 'general')[0]! })
  } else if (random.chance(0.96)) choose('medicine', 'general')
  if (member.sex === 'female' && years >= 15 && random.chance(0.8)) choose('gynaecology', 'gynaecology')
  if (random.chance(years < 18 ? 0.9 : 0.5)) choose('dentistry', 'dentistry')
  return chosen
}

/** The workers of a unit who may sign: those with a degree and an active licence. */
export function doctorsOf(institution: Institution, kind: UnitKind): Worker[] {
  const unit = institution.units.find((one) => one.kind === kind)
  return unit ? unit.workers.filter((one) => one.specialty !== null && one.licenceStatus === 'active') : []
}

const occupations = `
  радник у производњи|продавац|возач|наставник|медицински техничар|књиговођа|електричар|грађевински радник|кувар|конобар|пољопривредник
  програмер|административни радник|чистач|аутомеханичар|бравар|економиста|правник|инжењер|шивач|магационер|васпитач|фризер|столар
  полицијски службеник|водоинсталатер|пекар|месар|рачуноводствени радник|службеник обезбеђења`
  .trim()
  .split(/[|\n]/)
  .map((word) => word.trim())
