import assert from 'node:assert/strict'
import { test } from 'node:test'
import { citizen, doctor, startIdentity, system } from '../testing/identity-app.ts'
import { mustFile, newJmbg, patientOf } from '../testing/identity.ts'
import { registerPeople } from './register-people.ts'

const central = (family: string, given: string, birthDate: string, place = 'Београд') => ({
  family,
  given,
  birthDate,
  sex: 'male' as const,
  place,
  parent: 'Петар',
  jmbg: newJmbg(birthDate),
})

test('the finder', async (t) => {
  const { world, sql, ask, open, audited } = await startIdentity(t)
  const people = [
    central('Ђорђевић', 'Милан', '1972-03-15'),
    central('Јовановић', 'Ана Марија', '1980-01-01'),
    central('Ћирић', 'Љубица', '1990-12-31', 'Ниш'),
    ...Array.from({ length: 14 }, (_, at) => central('Петровић', 'Јован', `19${60 + at}-05-05`)),
  ]
  const [milan, ana] = await sql.begin((tx) => registerPeople(tx, world, people))
  const find = async (query: string, actor = doctor) => (await ask(actor, 'POST', '/people/search', { query })).body

  for (const query of [
    'Ђорђевић Милан',
    'Đorđević',
    'djordjevic',
    'Dordevic milan',
    'ĐORĐEVIĆ 1972',
    'milan djordjevic 15.03.1972',
    'Ђорђевић М',
    'djordjevic m.',
    'М Ђорђевић 1972',
    'Ђорђевић 1972-03-15',
  ]) {
    await t.test(`«${query}» finds Милан Ђорђевић`, async () => {
      const { people: found } = await find(query)
      assert.deepEqual(
        found.map((one: { id: string }) => one.id),
        [milan!.handle],
      )
    })
  }

  for (const query of ['Djordjevci Milan', 'Ђорђевиђ', 'Mlian Đorđević', 'Djorđevic Miln']) {
    await t.test(`one slip is forgiven: «${query}»`, async () => {
      const { people: found } = await find(query)
      assert.ok(
        found.some((one: { id: string }) => one.id === milan!.handle),
        JSON.stringify(found),
      )
    })
  }

  for (const query of ['Ђорђевић А', 'М', 'Ђорђевић Ана', 'Ђорђевић 1973', 'Марковић', '1972', "' or 1=1 --", '<script>', '%%%', '_', 'ђ'.repeat(100)]) {
    await t.test(`«${query.slice(0, 20)}» finds nobody`, async () => assert.deepEqual((await find(query)).people, []))
  }

  await t.test('a stranger sees a masked line', async () => {
    const {
      people: [line],
    } = await find('djordjevic')
    assert.deepEqual(line, {
      id: milan!.handle,
      family: 'Ђ.',
      given: 'Милан',
      parent: null,
      birthDate: '1972',
      sex: 'male',
      place: 'Београд',
      lzb: null,
      temporaryNumber: null,
      state: 'identified',
      basis: null,
    })
  })

  await t.test('a number in any of its forms gives one masked line, and a wrong one nobody', async () => {
    const jmbg = people[0]!.jmbg
    for (const query of [jmbg, ` ${jmbg.slice(0, 7)} ${jmbg.slice(7)}`, milan!.lzb, milan!.lzb.replace(/(.{4})/g, '$1 ')]) {
      const { people: found } = await find(query)
      assert.deepEqual(
        found.map((one: { id: string; family: string }) => [one.id, one.family]),
        [[milan!.handle, 'Ђ.']],
      )
    }
    assert.deepEqual((await find('12345678903')).people, [])
  })

  await t.test('a pending patient is found by the temporary number', async () => {
    const pending = await mustFile(world, patientOf({ mr: 'X-1' }, { name: [{ family: 'Unknown', given: ['Unknown'] }] }))
    const {
      people: [line],
    } = await find(pending.temporaryNumber!)
    assert.equal(line.id, pending.handle)
    assert.equal(line.state, 'pending')
    assert.equal(line.temporaryNumber, null, 'masked')
  })

  await t.test('who treats the patient sees the whole line with the number in groups of four', async () => {
    await open(ana!.root, 'visit')
    await new Promise((resolve) => setTimeout(resolve, 600)) // What access knows of an actor is at most half a second old.
    const {
      people: [line],
    } = await find('jovanovic marija')
    assert.equal(line.family, 'Јовановић')
    assert.equal(line.birthDate, '1980-01-01')
    assert.equal(line.parent, 'Петар')
    assert.equal(line.lzb.replaceAll(' ', ''), ana!.lzb)
    assert.match(line.lzb, /^\d{4} \d{4} \d{3}$/)
    assert.equal(line.basis.kind, 'visit')
  })

  await t.test('never more than ten lines, and it says that there were more', async () => {
    const answer = await find('petrovic')
    assert.equal(answer.people.length, 10)
    assert.equal(answer.more, true)
    assert.deepEqual(answer.foldedAs, ['petrovic'])
  })

  await t.test('every disclosed person is one row of the audit, without the query', async () => {
    const before = (await audited()).length
    await find('petrovic jovan')
    const rows = (await audited()).slice(before)
    assert.equal(rows.length, 10)
    assert.ok(rows.every((row) => row['action'] === 'search' && row['decision'] === 'permit' && Number(row['patient']) > 0 && row['basis'] === 'masked line'))
    assert.ok(!JSON.stringify(rows).includes('petrovic'))
    await find('nikogovic')
    assert.deepEqual((await audited()).at(-1)!['patient'], null)
  })

  await t.test('a citizen and a system may not use it, and the denial is a row', async () => {
    for (const actor of [citizen, system]) {
      const { status, body } = await ask(actor, 'POST', '/people/search', { query: 'petrovic' })
      assert.equal(status, 403)
      assert.equal(body.resourceType, 'OperationOutcome')
      assert.equal((await audited()).at(-1)!['decision'], 'deny')
    }
  })

  await t.test('a question of the wrong form is a clear 400', async () => {
    for (const body of [{}, { query: 7 }, { query: '' }, { query: 'a'.repeat(101) }, { query: 'a\0b' }, [], 'x']) {
      const { status } = await ask(doctor, 'POST', '/people/search', body)
      assert.ok(status === 400 || status === 415, `${status} for ${JSON.stringify(body)}`)
    }
  })
})

test('a program that goes through the names is stopped, and a colleague goes on', async (t) => {
  const { ask } = await startIdentity(t)
  const find = async (at: number, actor = doctor) => (await ask(actor, 'POST', '/people/search', { query: `petrovic ${1900 + (at % 120)}` })).status
  let asked = 0
  while (asked < 600 && (await find(asked)) === 200) asked++
  assert.ok(asked >= 300 && asked < 600, `${asked} questions`)
  assert.equal(await find(0), 429)
  assert.equal(await find(0, { ...doctor, id: 'a0000000-0000-4000-8000-000000000009' }), 200)
})

test('the doctor’s day lists open visits before chosen patients', async (t) => {
  const { world, sql, ask, open } = await startIdentity(t)
  const [first, second, third] = await sql.begin((tx) =>
    registerPeople(tx, world, [central('Аврамовић', 'Аца', '1970-01-01'), central('Бабић', 'Бора', '1971-01-01'), central('Васић', 'Воја', '1972-01-01')]),
  )
  const chart = await mustFile(world, patientOf({ lzb: second!.lzb }))
  await open(first!.root, 'chosen-doctor')
  await open(third!.root, 'chosen-doctor')
  await open(chart.key, 'visit')
  const { body } = await ask(doctor, 'GET', '/mine')
  assert.deepEqual(
    body.people.map((one: { family: string; basis: { kind: string } }) => [one.family, one.basis.kind]),
    [
      ['Бабић', 'visit'],
      ['Аврамовић', 'chosen-doctor'],
      ['Васић', 'chosen-doctor'],
    ],
  )
  assert.equal((await ask(citizen, 'GET', '/mine')).status, 403)
})
