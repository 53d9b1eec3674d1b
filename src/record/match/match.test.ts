import assert from 'node:assert/strict'
import { test } from 'node:test'
import { relate } from '../../access/access.ts'
import { keySets, numbers } from '../../identity/identity.ts'
import { type Answer, startServer } from '../../testing/server.ts'
import { signedIn } from '../../testing/signed-in.ts'
import { keyOfId } from '../ids.ts'

const jmbgOf = (first12: string) => `${first12}${numbers.jmbgCheckDigit(first12)}`
const grades = ({ body }: Answer): [string, number][] =>
  (body.entry ?? []).filter((one: any) => one.search.mode === 'match').map((one: any) => [one.search.extension[0].valueCode, one.search.score])

test('$match finds by numbers, grades names as possible at most, and shows nobody who is not open', async (t) => {
  const server = await startServer(t)
  const home = await server.institution('Дом здравља Упоређење')
  const urn = server.world.config.SYSTEM_URN
  const [jmbg, otherJmbg] = [jmbgOf('010198071001'), jmbgOf('020299071002')]
  const milan = {
    resourceType: 'Patient',
    identifier: [
      { system: `${urn}:jmbg`, value: jmbg },
      { system: 'urn:h', value: '1' },
    ],
    name: [{ family: 'Ђорђевић', given: ['Милан'] }],
    birthDate: '1980-01-01',
    gender: 'male',
  }
  const file = async (patient: object) => (await home.send('POST', '/fhir/Patient', patient)).body.id as string
  const chart = await file(milan)
  await file({
    resourceType: 'Patient',
    identifier: [{ system: 'urn:h', value: '2' }],
    name: [{ family: 'Ђорђевић', given: ['Милан'] }],
    birthDate: '1980-01-01',
  })
  await file({
    resourceType: 'Patient',
    identifier: [
      { system: `${urn}:jmbg`, value: otherJmbg },
      { system: 'urn:h', value: '3' },
    ],
    name: [{ family: 'Илић' }],
    birthDate: '1999-02-02',
  })
  const ask = (patient: object, more: object[] = [], send = home.send) =>
    send('POST', '/fhir/Patient/$match', {
      resourceType: 'Parameters',
      parameter: [{ name: 'resource', resource: { resourceType: 'Patient', ...patient } }, ...more],
    })
  const byNumber = (value: string, more: object = {}) => ({ identifier: [{ system: `${urn}:jmbg`, value }], ...more })

  const certain = await ask(byNumber(jmbg))
  assert.deepEqual([certain.status, grades(certain)], [200, [['certain', 1]]], certain.text)
  assert.equal(certain.body.entry[0].resource.id, chart)
  assert.deepEqual(
    server.world.fhir.validate(certain.body).filter(({ severity }) => severity === 'error'),
    [],
  )
  assert.deepEqual(grades(await ask(byNumber(jmbg, { birthDate: '1981-01-01' }))), [['probable', 0.8]])
  assert.deepEqual(grades(await ask({ identifier: [{ system: 'urn:h', value: '1' }] })), [['certain', 0.99]])
  const direct = await home.send('POST', '/fhir/Patient/$match?count=1', { resourceType: 'Patient', ...byNumber(jmbg) })
  assert.deepEqual(grades(direct), [['certain', 1]])

  const named = { name: [{ family: 'Djordjević', given: ['Milan'] }], birthDate: '1980-01-01', gender: 'male' }
  assert.deepEqual(grades(await ask(named)), [
    ['possible', 0.6],
    ['possible', 0.5],
  ])
  assert.deepEqual(grades(await ask(named, [{ name: 'onlyCertainMatches', valueBoolean: true }])), [])
  assert.deepEqual(grades(await ask(named, [{ name: 'count', valueInteger: 1 }])), [['possible', 0.6]])
  assert.deepEqual(grades(await ask({ ...named, birthDate: '1980-01-02' })), [])
  assert.deepEqual(grades(await ask({ ...named, ...byNumber(jmbgOf('030385071003')) })), [], 'a number that nobody has is not replaced by a name')

  const two = await ask({
    identifier: [
      { system: `${urn}:jmbg`, value: jmbg },
      { system: 'urn:h', value: '3' },
    ],
  })
  assert.deepEqual(grades(two), [
    ['possible', 0.5],
    ['possible', 0.5],
  ])
  assert.equal(two.body.entry.at(-1).resource.issue[0].code, 'multiple-matches')

  const slip = `${jmbg.slice(0, 12)}${(Number(jmbg[12]) + 1) % 10}`
  const told = await ask(byNumber(slip))
  assert.equal(told.status, 422)
  assert.match(told.text, /check digit/)
  assert.ok(!told.text.includes(slip), 'the number is not repeated')
  for (const patient of [{}, { name: [{ family: 'Илић' }] }, { birthDate: '1980-01-01' }]) assert.equal((await ask(patient)).status, 400)
  assert.equal((await home.send('POST', '/fhir/Patient/$match', { resourceType: 'Parameters' })).status, 400)
  assert.equal((await ask({ ...named, gender: 'x' })).status, 400, 'an invalid Patient describes nobody')

  await t.test('the same number says nothing to those to whom the person is not open, and leaves a row with the person', async () => {
    const stranger = await server.institution('Туђа установа')
    const nothing = await ask(byNumber(jmbg), [], stranger.send)
    assert.deepEqual([nothing.status, nothing.body.total], [200, 0])
    assert.deepEqual((await ask(named, [], stranger.send)).body.total, 0)
    const nobody = await ask(byNumber(jmbgOf('030385071003')), [], stranger.send)
    assert.deepEqual(nothing.body, nobody.body, 'a person who is closed and one who is not there look alike')
    const doctor = await signedIn(server, { roles: ['doctor'], worker: 31, institution: home.id })
    assert.equal((await ask(byNumber(jmbg), [], doctor)).body.total, 0)
    await server.world.sql.begin((tx) =>
      relate(tx, { patient: keyOfId(chart), kind: 'visit', worker: 31, institution: home.id, from: new Date(Date.now() - 1000), source: 'test' }),
    )
    assert.deepEqual(grades(await ask(byNumber(jmbg), [], doctor)), [['certain', 1]])
    assert.deepEqual(grades(await ask(named, [], doctor)), [['possible', 0.6]], 'the namesake is not open to the doctor')
    const scoped = await server.institution('Без права', 'system/Observation.rs')
    assert.equal((await ask(byNumber(jmbg), [], scoped.send)).status, 403)
    const keys = (await keySets(server.world.sql, [keyOfId(chart)])).get(keyOfId(chart)) ?? []
    const rows = await server.world.sql<{ decision: string }>`
      select entry::jsonb ->> 'decision' as decision from audit.entry where patient = any(${keys}::int8[]) and entry::jsonb ->> 'what' = 'Patient/$match'`
    assert.equal(rows.filter(({ decision }) => decision === 'deny').length, 1, 'the closed look of the doctor')
    assert.ok(rows.length > 8)
  })
})
