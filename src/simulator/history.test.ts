import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import type { Observation, Resource } from '@medplum/fhirtypes'
import { ofType, simulatorToday as today, tell, type Told } from '../testing/simulator.ts'
import { testFhir } from '../testing/fhir.ts'
import { isoDay } from './calendar.ts'
import { doctorsOf } from './households.ts'
import { generateCountry } from './country.ts'

let told: Told[] = []
before(() => {
  told = tell(1200)
})

const codeOf = (one: { code?: { coding?: { code?: string }[] } }) => one.code?.coding?.[0]?.code ?? ''
const number = (value: unknown) => Number(JSON.stringify(value))

test('every resource and every bundle is valid R4', async () => {
  const fhir = await testFhir()
  for (const { person, sent, resources } of told) {
    for (const resource of resources) {
      const issues = fhir.validate(resource)
      assert.deepEqual(issues, [], `${resource.resourceType} of person ${person.index}`)
    }
    for (const { bundle } of sent) assert.deepEqual(fhir.validate(bundle), [])
  }
})

test('references stay inside the bundle of one institution and name the chart’s own patient', () => {
  for (const { sent } of told.slice(0, 300)) {
    for (const { bundle } of sent) {
      const names = new Set(bundle.entry!.map((entry) => entry.fullUrl))
      assert.equal(names.size, bundle.entry!.length)
      for (const [, name] of JSON.stringify(bundle.entry!.map((entry) => entry.resource)).matchAll(/"reference":"([^"]+)"/g)) assert.ok(names.has(name!), name!)
      const sources = new Set(bundle.entry!.map((entry) => entry.resource!.meta!.source))
      assert.equal(sources.size, 1)
      assert.equal(bundle.entry!.filter((entry) => entry.resource!.resourceType === 'Patient').length, 1)
    }
  }
})

test('nothing happens before birth, after death or in the future', () => {
  for (const { person, resources } of told) {
    const first = isoDay(person.birth)
    const last = person.death === null ? today : isoDay(person.death)
    for (const resource of resources) {
      for (const at of datesOf(resource))
        assert.ok(at.slice(0, 10) >= first && at.slice(0, 10) <= last, `${resource.resourceType} at ${at} of person ${person.index}, ${first} to ${last}`)
    }
  }
})

/** All moments at which something was done or found; expiry dates lie in the future by nature. */
function datesOf(resource: Resource): string[] {
  const { expirationDate: _, dispenseRequest: __, birthDate: ___, ...rest } = resource as unknown as Record<string, unknown>
  return [...JSON.stringify(rest).matchAll(/"(\d{4}-\d\d-\d\d(?:T[^"]*)?)"/g)].map(([, date]) => date!)
}

test('visits do not fall into hospital stays and every period runs forward', () => {
  for (const { person, resources } of told) {
    const encounters = ofType(resources, 'Encounter')
    const stays = encounters.filter((one) => one.class.code === 'IMP')
    for (const { period } of encounters) assert.ok(Date.parse(period!.start!) < Date.parse(period!.end!))
    for (const visit of encounters) {
      const day = visit.period!.start!.slice(0, 10)
      const inside = stays.find((stay) => stay !== visit && day > stay.period!.start!.slice(0, 10) && day < stay.period!.end!.slice(0, 10))
      assert.ok(!inside, `person ${person.index}: ${visit.type![0]!.text} on ${day} during a stay`)
    }
  }
})

test('therapy begins after the diagnosis it is for, and nobody allergic to penicillin is given one', () => {
  let therapies = 0
  for (const { person, sent, resources } of told) {
    for (const { bundle } of sent) {
      const onset = new Map(bundle.entry!.map(({ fullUrl, resource }) => [fullUrl!, (resource as { onsetDateTime?: string }).onsetDateTime ?? '']))
      const all = bundle.entry!.map((entry) => entry.resource!)
      for (const one of [...ofType(all, 'MedicationStatement'), ...ofType(all, 'MedicationRequest')]) {
        const reason = one.reasonReference?.[0]?.reference
        if (!reason) continue
        const from = one.resourceType === 'MedicationStatement' ? one.effectivePeriod!.start! : one.authoredOn!
        assert.ok(from.slice(0, 10) >= onset.get(reason)!, `person ${person.index}: ${from} before ${onset.get(reason)}`)
        therapies += 1
      }
    }
    const isAllergic = ofType(resources, 'AllergyIntolerance').some((one) => codeOf(one) === 'J01CA')
    const penicillins = JSON.stringify(resources.filter((one) => one.resourceType === 'MedicationRequest')).match(/"code":"J01C/g) ?? []
    assert.ok(!isAllergic || penicillins.length === 0, `person ${person.index}`)
  }
  assert.ok(therapies > 2000)
})

test('men are not pregnant, women have no prostate, and children have no illnesses of age', () => {
  for (const { person, resources } of told) {
    const codes = ofType(resources, 'Condition').map(codeOf)
    const analyses = ofType(resources, 'Observation').map(codeOf)
    if (person.sex === 'male') assert.ok(!codes.some((code) => /^(O|Z34|Z39|C50|N30|Z12)/.test(code)), `${person.index}: ${codes}`)
    else assert.ok(!codes.includes('N40') && !analyses.includes('2857-1'), `${person.index}`)
    if (person.birth > Date.parse(today) / 86_400_000 - 15 * 365)
      assert.ok(!codes.some((code) => /^(I|E11|E78|J44|N18|M17)/.test(code)), `${person.index}: ${codes}`)
  }
})

test('laboratory flags agree with the reference ranges, and both with a low or high result occur', () => {
  const seen: Record<string, number> = {}
  for (const { resources } of told) {
    for (const observation of ofType(resources, 'Observation')) {
      if (!observation.referenceRange || observation.valueString) continue
      const flag = observation.interpretation![0]!.coding![0]!.code!
      assert.equal(flag[0], expectedFlag(observation), `${observation.code.text} ${JSON.stringify(observation.valueQuantity)}`)
      seen[flag] = (seen[flag] ?? 0) + 1
    }
  }
  for (const flag of ['N', 'H', 'L', 'HH']) assert.ok(seen[flag]! > 0, flag)
  assert.ok(seen['N']! / (seen['N']! + seen['H']! + seen['L']!) > 0.6)
})

function expectedFlag({ valueQuantity, referenceRange }: Observation): string {
  const value = number(valueQuantity!.value)
  const { low, high } = referenceRange![0]!
  return low && value < low.value! ? 'L' : high && value > high.value! ? 'H' : 'N'
}

test('laboratory values follow illness and therapy', () => {
  const values = (people: Told[], loinc: string) =>
    people.flatMap(({ resources }) =>
      ofType(resources, 'Observation')
        .filter((one) => codeOf(one) === loinc)
        .map((one) => number(one.valueQuantity!.value)),
    )
  const mean = (list: number[]) => list.reduce((sum, one) => sum + one, 0) / list.length
  const has = (code: string) => told.filter(({ resources }) => ofType(resources, 'Condition').some((one) => codeOf(one) === code))
  const without = (code: string) => told.filter(({ resources }) => !ofType(resources, 'Condition').some((one) => codeOf(one) === code))
  assert.ok(mean(values(has('E11.9'), '14749-6')) > mean(values(without('E11.9'), '14749-6')) + 1.2, 'glucose in diabetes')
  assert.ok(mean(values(has('E11.9'), '4548-4')) > 6.2, 'HbA1c in diabetes')
  assert.ok(mean(values(has('N18.3'), '14682-9')) > 120, 'creatinine in kidney disease')
  assert.ok(mean(values(has('J03.9'), '1988-5')) > 20, 'CRP in tonsillitis')
  const pressure = (people: Told[]) =>
    mean(
      people.flatMap(({ resources }) =>
        ofType(resources, 'Observation')
          .filter((one) => codeOf(one) === '85354-9')
          .map((one) => one.component![0]!.valueQuantity!.value!),
      ),
    )
  assert.ok(pressure(has('I10')) > pressure(without('I10')) + 8)
  for (const { resources } of told) {
    for (const one of ofType(resources, 'Observation').filter((each) => each.component))
      assert.ok(one.component![0]!.valueQuantity!.value! > one.component![1]!.valueQuantity!.value!)
  }
})

test('vaccines follow in order, with lots, and no dose comes sooner than three weeks after the last', () => {
  let given = 0
  for (const { person, resources } of told) {
    const series = new Map<string, { at: number; dose: number }[]>()
    for (const one of ofType(resources, 'Immunization')) {
      const key = one.vaccineCode.coding![0]!.code!
      assert.ok(one.lotNumber && one.expirationDate! > one.occurrenceDateTime!.slice(0, 10))
      series.set(key, [...(series.get(key) ?? []), { at: Date.parse(one.occurrenceDateTime!), dose: one.protocolApplied![0]!.doseNumberPositiveInt! }])
      given += 1
    }
    for (const [key, doses] of series) {
      const byTime = doses.toSorted((one, other) => one.at - other.at)
      byTime.slice(1).forEach((next, place) => {
        assert.ok(key === 'J07BB02' || next.dose > byTime[place]!.dose, `${key} of person ${person.index}`)
        assert.ok(next.at - byTime[place]!.at >= 20 * 86_400_000, `${key} of person ${person.index}`)
      })
    }
  }
  assert.ok(given > 2000)
})

test('a birth stands in both records: the mother’s and the newborn’s, on one day in one ward', () => {
  let births = 0
  for (const { person, resources } of told) {
    const mother = person.mother.index === null ? undefined : told[person.mother.index]
    const born = ofType(resources, 'Encounter').find((one) => one.type![0]!.text === 'Рођење')
    if (!mother || !born) continue
    const delivery = ofType(mother.resources, 'Encounter').find(
      (one) => one.type![0]!.text === 'Пријем ради порођаја' && one.period!.start!.slice(0, 10) === isoDay(person.birth),
    )
    if (!delivery) continue
    assert.equal(delivery.serviceProvider!.display, born.serviceProvider!.display)
    births += 1
  }
  assert.ok(births > 40, `${births} births`)
})

test('whoever signs is licensed, and works in the institution that sends', () => {
  const { institutions } = generateCountry({ seed: 1, count: 1, today })
  const workers = new Map(institutions.flatMap((one) => one.units.flatMap((unit) => unit.workers.map((worker) => [worker.licence, worker]))))
  for (const { sent } of told.slice(0, 400)) {
    for (const { institution, bundle } of sent) {
      for (const { resource } of bundle.entry!) {
        if (resource!.resourceType === 'Patient') continue
        const text = JSON.stringify(resource)
        for (const [, licence] of text.matchAll(/"urn:rs:licence","value":"([^"]+)"/g)) {
          const worker = workers.get(licence!)!
          assert.equal(worker.institution, institution)
          assert.equal(worker.licenceStatus, 'active')
          assert.ok(
            datesOf(resource!)
              .filter((date) => date.length > 10)
              .every((date) => date.slice(0, 10) >= worker.licensedFrom),
          )
        }
      }
    }
  }
  assert.ok(institutions.every((one) => one.units.every((unit) => ['pharmacy', 'nursing'].includes(unit.kind) || doctorsOf(one, unit.kind).length > 0)))
})

test('records are as long as lives: some 60 resources a person, more for the old, a stay has a letter with its sections', () => {
  const mean = (people: Told[]) => people.reduce((sum, { resources }) => sum + resources.length, 0) / people.length
  const age = ({ person }: Told) => (Date.parse(today) / 86_400_000 - person.birth) / 365.25
  const drawn = told.slice(10)
  assert.ok(mean(drawn) > 40 && mean(drawn) < 75, `${mean(drawn)}`)
  assert.ok(mean(drawn.filter((one) => age(one) > 65)) > 1.4 * mean(drawn.filter((one) => age(one) > 18 && age(one) < 45)))
  const letters = told.flatMap(({ resources }) => ofType(resources, 'Composition')).filter((one) => one.type.coding![0]!.code === '18842-5')
  assert.ok(letters.length > 50)
  for (const letter of letters) {
    const titles = letter.section!.map((one) => one.title)
    assert.ok(titles.includes('Дијагнозе') && titles.includes('Препорука'), titles.join())
    assert.ok(letter.section!.every((one) => one.text!.div.startsWith('<div xmlns="http://www.w3.org/1999/xhtml"')))
  }
})
