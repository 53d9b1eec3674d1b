import assert from 'node:assert/strict'
import { test } from 'node:test'
import { numbers } from '../identity/identity.ts'
import { generateCountry } from './country.ts'
import { isoDay } from './calendar.ts'
import { createIssuer, rangeOfSeed } from './numbers.ts'
import { createRandom } from './random.ts'

const { checkAccount, checkJmbg, checkLbo, checkMb, checkPib } = numbers
const today = '2026-11-23'
const clean = (verdict: { ok: boolean; warnings: readonly string[] }) => verdict.ok && verdict.warnings.length === 0

test('every number of people, workers, institutions and employers passes the checks of identity without a warning', () => {
  const { people, institutions, employers } = generateCountry({ seed: 5, count: 5000, today })
  for (const person of people) {
    const verdict = checkJmbg(person.jmbg, { today, strict: true })
    assert.ok(clean(verdict), `${person.index}: ${JSON.stringify(verdict)}`)
    assert.equal(verdict.birthDate, isoDay(person.birth))
    assert.equal(verdict.sex, person.sex)
    assert.equal(Number(verdict.region), person.birthPlace.region)
    assert.ok(clean(checkLbo(person.lbo)))
  }
  for (const worker of institutions.flatMap((one) => one.units.flatMap((unit) => unit.workers))) {
    const verdict = checkJmbg(worker.jmbg, { today, strict: true })
    assert.ok(clean(verdict) && verdict.birthDate === worker.birthDate && verdict.sex === worker.sex, worker.licence)
  }
  for (const { mb, pib, account } of [...institutions, ...employers]) {
    assert.ok(clean(checkMb(mb)) && clean(checkPib(pib)) && clean(checkAccount(account)), `${mb} ${pib} ${account}`)
  }
})

test('no personal number and no number of a legal entity is given twice, also across nine neighbouring seeds', () => {
  const { institutions, employers } = generateCountry({ seed: 1, count: 1, today })
  const workers = institutions.flatMap((one) => one.units.flatMap((unit) => unit.workers))
  const jmbgs = workers.map((one) => one.jmbg)
  const lbos: string[] = []
  for (let seed = 1; seed <= 9; seed += 1) {
    for (const person of generateCountry({ seed, count: 3000, today }).people) {
      jmbgs.push(person.jmbg)
      lbos.push(person.lbo)
    }
  }
  assert.equal(new Set(jmbgs).size, jmbgs.length)
  assert.equal(new Set(lbos).size, lbos.length)
  assert.equal(new Set(workers.map((one) => one.licence)).size, workers.length)
  const entities = [...institutions, ...employers]
  assert.equal(new Set(entities.map((one) => one.mb)).size, entities.length)
  assert.equal(new Set(entities.map((one) => one.pib)).size, entities.length)
})

test('the serials of one day, sex and region run out with an error, never with a number given twice', () => {
  const issuer = createIssuer(rangeOfSeed(1))
  const random = createRandom(1, 'serials')
  const given = new Set<string>()
  assert.throws(() => {
    for (let one = 0; one < 60; one += 1) given.add(issuer.jmbg(random, 10_000, 'female', 71))
  }, /no serial is free/)
  assert.ok(given.size >= 40 && given.size <= 50)
})
