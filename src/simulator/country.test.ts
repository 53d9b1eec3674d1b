import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { ofType, simulatorToday as today, tell } from '../testing/simulator.ts'
import { fold, toLatin } from '../platform/text.ts'
import { ageOn, parseDay, yearDays } from './calendar.ts'
import { createDirectory } from './directory.ts'
import { generateCountry } from './country.ts'
import { historyOf } from './history.ts'
import { nameCounts } from './names.ts'
import type { Person } from './person.ts'
import { municipalities } from './places.ts'
import { protagonists } from './protagonists.ts'

function fingerprint(seed: number, count: number): string {
  const country = generateCountry({ seed, count, today })
  const setting = { seed, today, directory: createDirectory(country.institutions) }
  const hash = createHash('sha256').update(JSON.stringify(country.institutions)).update(JSON.stringify(country.employers))
  for (const person of country.people) hash.update(JSON.stringify(person)).update(JSON.stringify(historyOf(setting, person)))
  return hash.digest('hex')
}

test('the same seed gives the same country byte for byte, another seed another one', () => {
  assert.equal(fingerprint(11, 150), fingerprint(11, 150))
  assert.notEqual(fingerprint(11, 150), fingerprint(12, 150))
})

test('a larger population begins with the people of the smaller one, and institutions do not depend on it', () => {
  const small = generateCountry({ seed: 4, count: 200, today })
  const large = generateCountry({ seed: 4, count: 700, today })
  assert.equal(JSON.stringify(small.institutions), JSON.stringify(large.institutions))
  const people = [...large.people]
  assert.equal(people.length, 700)
  assert.equal(JSON.stringify([...small.people]), JSON.stringify(people.slice(0, 200)))
})

test('households make sense: mothers are 15 to 50 years older, fathers at least 15, nobody outlives a birth', () => {
  const people: Person[] = [...generateCountry({ seed: 2, count: 8000, today }).people]
  let children = 0
  for (const child of people) {
    for (const parent of [child.mother, child.father]) {
      if (parent.index === null || !people[parent.index]) continue
      const one = people[parent.index]!
      const years = (child.birth - one.birth) / yearDays
      assert.equal(one.household, child.household)
      assert.equal(one.given, parent.given)
      assert.ok(years >= 15 && years <= (parent === child.mother ? 50 : 60), `${child.index} is ${years} years younger than a parent`)
      assert.ok(one.death === null || one.death >= child.birth)
      children += 1
    }
    assert.ok(child.birth <= parseDay(today))
    assert.ok(child.death === null || child.death > child.birth)
  }
  assert.ok(children > 2000)
  const mothers = people.filter((one) => one.births.length > 0)
  assert.ok(mothers.length > 500 && mothers.every((one) => one.sex === 'female'))
})

test('a large country has about the age pyramid of Serbia', () => {
  const ages = [...generateCountry({ seed: 1, count: 20_000, today }).people].map((one) => ageOn(one.birth, parseDay(today)))
  const share = (low: number, high: number) => ages.filter((age) => age >= low && age < high).length / ages.length
  assert.ok(share(0, 15) > 0.11 && share(0, 15) < 0.18, `under 15: ${share(0, 15)}`)
  assert.ok(share(15, 65) > 0.55 && share(15, 65) < 0.68, `15 to 64: ${share(15, 65)}`)
  assert.ok(share(65, 120) > 0.18 && share(65, 120) < 0.27, `from 65: ${share(65, 120)}`)
})

test('there is every kind of institution, and each municipality has a health centre with all its services', () => {
  const { institutions } = generateCountry({ seed: 1, count: 1, today })
  const kinds = new Set(institutions.map((one) => one.kind))
  assert.deepEqual([...kinds].sort(), [
    'clinical-center',
    'general-hospital',
    'health-center',
    'institute',
    'pharmacy',
    'private-laboratory',
    'private-practice',
  ])
  assert.ok(municipalities.length >= 60)
  for (const [place, municipality] of municipalities.entries()) {
    const center = institutions[place]!
    assert.equal(center.municipality.name, municipality.name)
    const units = center.units.map((unit) => unit.kind)
    for (const kind of ['general', 'paediatrics', 'gynaecology', 'dentistry', 'laboratory', 'nursing', 'home-care'])
      assert.ok(units.includes(kind as never), `${center.name} lacks ${kind}`)
    assert.ok(center.units.every((unit) => unit.workers.some((worker) => worker.licenceStatus === 'active')))
  }
})

test('names are authored in Cyrillic, read in Latin, and private institutions write Latin', () => {
  assert.ok(nameCounts.male >= 120 && nameCounts.female >= 120 && nameCounts.surnames >= 285, JSON.stringify(nameCounts))
  const told = tell(120)
  for (const { person, resources } of told) {
    assert.match(`${person.family} ${person.given}`, /^[Ѐ-ӿ -]+$/)
    for (const patient of ofType(resources, 'Patient')) {
      const family = patient.name![0]!.family!
      assert.ok(family === person.family || family === toLatin(person.family))
      assert.equal(fold(family), fold(person.family))
    }
  }
  const families = told.flatMap(({ resources }) => ofType(resources, 'Patient').map((one) => one.name![0]!.family!))
  assert.ok(families.some((family) => /^[A-Za-zČĆŽŠĐčćžšđ]+$/.test(family)) && families.some((family) => /^[Ѐ-ӿ]+$/.test(family)))
})

test('every country begins with the people demonstrations look for', () => {
  const told = tell(10, 7)
  const of = (who: keyof typeof protagonists) => told[protagonists[who]]!
  const allergies = (who: keyof typeof protagonists) => ofType(of(who).resources, 'AllergyIntolerance')
  assert.ok(of('largest').resources.length > 1200 && of('largest').resources.length < 1900, `${of('largest').resources.length} resources`)
  assert.ok(allergies('anaphylaxis').some((one) => one.criticality === 'high' && one.reaction![0]!.manifestation[0]!.text === 'анафилактичка реакција'))
  assert.equal(allergies('unrecorded').length, 0)
  assert.ok(ageOn(of('child').person.birth, parseDay(today)) < 10)
  assert.equal(toLatin(`${of('namesake').person.given} ${of('namesake').person.family}`), 'Ljubica Njegovanović')
  assert.ok(of('patient').sent.length >= 3)
  const doctors = new Set(['largest', 'anaphylaxis', 'unrecorded', 'namesake', 'patient'].map((who) => of(who as never).person.chosen[0]!.worker.licence))
  assert.equal(doctors.size, 1)
})
