import { looksAt } from '../audit/audit.ts'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { access } from '../access/access.ts'
import { citizen, doctor, startIdentity, system } from '../testing/identity-app.ts'
import { mustFile, newJmbg, patientOf } from '../testing/identity.ts'
import type { Actor } from '../platform/actor.ts'
import { conversionScope } from './convert-number.ts'
import { headers } from './headers.ts'
import { keySets, keysOfNumber, personOf } from './keys.ts'
import { link, unlink } from './link.ts'
import { registerPeople } from './register-people.ts'
import { resolvePerson } from './resolve-looks.ts'

const converter = { ...system, scopes: [conversionScope] }
const sentenceOf = (answer: { body: { issue: { diagnostics: string }[] } }) => answer.body.issue[0]!.diagnostics

test('opening a visit', async (t) => {
  const { world, ask, audited } = await startIdentity(t)
  const jmbg = newJmbg('1972-03-15')
  const patient = await mustFile(world, patientOf({ jmbg, lbo: '04512345678' }, { birthDate: '1972-03-15' }))
  const visit = (body: object) => ask(doctor, 'POST', '/visits', { reason: 'контрола', ...body })

  for (const number of [jmbg, '04512345678', patient.lzb!, patient.lzb!.replace(/(.{4})/g, '$1 ')]) {
    await t.test(`a number of ${number.length} characters with the birth date opens it`, async () => {
      const { status, body } = await visit({ number, birthDate: '1972-03-15' })
      assert.equal(status, 201)
      assert.equal(body.person, patient.handle)
      assert.ok(new Date(body.until) > new Date())
    })
  }

  await t.test('a pending patient is opened by the temporary number', async () => {
    const pending = await mustFile(world, patientOf({ mr: 'V-1' }, { birthDate: '1999-09-09' }))
    assert.equal((await visit({ number: pending.temporaryNumber!, birthDate: '1999-09-09' })).body.person, pending.handle)
  })

  await t.test('the patient reads the reason in the doctor’s own words', async () => {
    const { looks } = await looksAt(world, [patient.key, patient.person], {})
    assert.ok(looks.some((look) => look.kind === 'visit' && look.allowed && look.reason === 'контрола'))
  })

  await t.test('the card opens it once', async () => {
    const { code } = await world.sql.begin((tx) => access.issueCardProof(tx, world, [patient.key]))
    assert.equal((await visit({ card: code })).body.person, patient.handle)
    const again = await visit({ card: code })
    assert.equal(again.status, 403)
    assert.match(sentenceOf(again), /not valid, was used/)
  })

  await t.test('an unknown number and a wrong birth date get the same answer, and the person sees the denied try', async () => {
    const wrongDate = await visit({ number: jmbg, birthDate: '1972-03-16' })
    const [denied] = (await audited()).slice(-1)
    const unknown = await visit({ number: newJmbg(), birthDate: '1972-03-15' })
    assert.deepEqual([wrongDate.status, wrongDate.body], [unknown.status, unknown.body])
    assert.equal(wrongDate.status, 404)
    assert.equal(denied!['decision'], 'deny')
    assert.ok((await keySets(world.sql, [patient.key])).get(patient.key)!.includes(Number(denied!['patient'])))
  })

  await t.test('after ten failures the doctor has to wait, also with the right number', async () => {
    for (let n = 0; n < 8; n++) assert.equal((await visit({ number: newJmbg(), birthDate: '1972-03-15' })).status, 404)
    const answer = await visit({ number: jmbg, birthDate: '1972-03-15' })
    assert.equal(answer.status, 429)
  })

  await t.test('only a doctor may, and a wrong body is a clear 400', async () => {
    assert.equal((await ask(citizen, 'POST', '/visits', { number: jmbg, birthDate: '1972-03-15', reason: 'x' })).status, 403)
    assert.equal((await ask({ ...doctor, roles: ['nurse'] }, 'POST', '/visits', { card: 'XXXX', reason: 'x' })).status, 403)
    for (const body of [
      { reason: 'x' },
      { number: jmbg, reason: 'x' },
      { number: jmbg, birthDate: '15.03.1972', reason: 'x' },
      { card: 7, reason: 'x' },
      { card: 'A' },
    ]) {
      assert.equal((await ask(doctor, 'POST', '/visits', body)).status, 400, JSON.stringify(body))
    }
  })

  await t.test('no number came into the audit', async () => {
    assert.ok(!JSON.stringify(await audited()).includes(jmbg))
  })
})

test('a number in clear is shown to whoever may see the record, with a row in the audit', async (t) => {
  const { world, ask, open, audited } = await startIdentity(t)
  const jmbg = newJmbg()
  const patient = await mustFile(world, patientOf({ jmbg }))
  const reveal = (actor: typeof doctor, kind: string, handle = patient.handle) => ask(actor, 'POST', `/people/${handle}/number`, { kind })

  const denied = await reveal(doctor, 'jmbg')
  assert.equal(denied.status, 403)
  assert.equal((await audited()).at(-1)!['decision'], 'deny')
  assert.deepEqual(await reveal(doctor, 'jmbg', '00000000-0000-4000-8000-000000000000'), denied, 'a stranger and nobody look the same')

  await open(patient.key, 'visit')
  assert.deepEqual((await reveal(doctor, 'jmbg')).body, { kind: 'jmbg', number: jmbg })
  const row = (await audited()).at(-1)!
  assert.deepEqual([row['action'], row['decision'], row['basis'], row['what']], ['identify', 'permit', 'visit', 'number jmbg'])
  assert.equal((await reveal(doctor, 'lbo')).status, 404)
  assert.equal((await reveal(doctor, 'passport')).status, 400)
  assert.equal((await reveal(system, 'jmbg')).status, 403)
})

test('conversion of JMBG and EBS to LZB', async (t) => {
  const { world, sql, ask, audited } = await startIdentity(t)
  const convert = async (body: object, actor: Actor = converter) => ask(actor, 'POST', '/lzb', body)

  await t.test('1: the same JMBG twice, also at once, gives the same LZB', async () => {
    const jmbg = newJmbg()
    const answers = await Promise.all(Array.from({ length: 5 }, () => convert({ jmbg })))
    assert.ok(answers.every((one) => one.status === 200))
    assert.equal(new Set([...answers, await convert({ jmbg })].map((one) => one.body.lzb)).size, 1)
    assert.equal((await mustFile(world, patientOf({ jmbg }))).lzb, answers[0]!.body.lzb)
  })

  await t.test('2: a JMBG with a wrong check digit is 422 and no LZB is issued', async () => {
    const [before] = await sql`select count(*) as n from identity.person`
    const answer = await convert({ jmbg: '0101985710114' })
    assert.equal(answer.status, 422)
    assert.ok(!JSON.stringify(answer.body).includes('0101985710114'))
    assert.deepEqual(await sql`select count(*) as n from identity.person`, [before])
  })

  await t.test('3: a foreigner who later gets a JMBG has one LZB for both', async () => {
    const [ebs, jmbg] = ['1506990061232', newJmbg()]
    const {
      body: { lzb },
    } = await convert({ ebs })
    await mustFile(world, patientOf({ ebs, jmbg }))
    assert.equal((await convert({ jmbg })).body.lzb, lzb)
    assert.equal((await convert({ ebs })).body.lzb, lzb)
  })

  await t.test('4: of two merged LZBs the old one leads to the survivor, the history lists the merge, and it can be undone', async () => {
    const [one, other] = [newJmbg(), newJmbg()]
    const first = await mustFile(world, patientOf({ jmbg: one }))
    const second = await mustFile(world, patientOf({ jmbg: other }))
    await link(world, { from: first.handle, into: second.handle, reason: 'два броја једне особе', actor: 'operator' })
    assert.deepEqual(await keysOfNumber(sql, world, 'urn:rs:lzb', first.lzb!), await keysOfNumber(sql, world, 'urn:rs:lzb', second.lzb!))
    assert.equal((await convert({ jmbg: one })).body.lzb, second.lzb)
    assert.equal((await personOf(sql, first.handle))!.person, second.person)
    const history = await sql`select kind, reason from identity.key_event where key = ${first.key} order by id`
    assert.deepEqual(
      history.map((row) => row['kind']),
      ['filed', 'link'],
    )
    const [row] = await sql`select state from identity.person where id = ${first.person}`
    assert.equal(row?.['state'], 'merged')

    await unlink(world, { key: first.key, reason: 'ипак две особе', actor: 'operator' })
    assert.equal((await convert({ jmbg: one })).body.lzb, first.lzb)
    assert.deepEqual((await personOf(sql, first.handle))!.keys, [first.person, first.key])
  })

  await t.test('5: who has not the right gets 403 and leaves a row; a wildcard scope is not the right', async () => {
    for (const actor of [system, doctor, citizen]) {
      assert.equal((await convert({ jmbg: newJmbg() }, actor)).status, 403)
      const row = (await audited()).at(-1)!
      assert.deepEqual([row['action'], row['decision']], ['identify', 'deny'])
    }
  })

  await t.test('a body that names both numbers or none is a clear 400', async () => {
    for (const body of [{}, { jmbg: newJmbg(), ebs: '1506990061232' }, { jmbg: 5 }, []]) assert.equal((await convert(body)).status, 400)
  })
})

test('the central register is shown before what charts say, and a person sent again keeps the number', async (t) => {
  const { world, sql } = await startIdentity(t)
  const jmbg = newJmbg('1972-03-15')
  const chart = await mustFile(world, patientOf({ jmbg, mr: 'A-1' }, { name: [{ family: 'Petrovic', given: ['Ana'] }] }), { institution: 4 })
  const person = {
    jmbg,
    family: 'Петровић',
    given: 'Ана',
    parent: 'Мира',
    birthDate: '1972-03-15',
    sex: 'female' as const,
    place: 'Ниш',
    phone: '+381 60 000 1111',
  }
  const [registered, again, foreigner] = await sql.begin((tx) =>
    registerPeople(tx, world, [person, person, { ebs: '6612345678901', family: 'Doe', given: 'John', birthDate: null, sex: 'male' }]),
  )
  assert.deepEqual(registered, { root: chart.person, handle: chart.handle, lzb: chart.lzb })
  assert.deepEqual(again, registered)
  assert.notEqual(foreigner!.root, chart.person)

  const [header] = await headers(world, [chart.person])
  assert.deepEqual(header, {
    id: chart.handle,
    lzb: chart.lzb!.replace(/(.{4})(?=.)/g, '$1 '),
    temporaryNumber: null,
    state: 'identified',
    family: 'Петровић',
    given: 'Ана',
    parent: 'Мира',
    birthDate: '1972-03-15',
    sex: 'female',
    deceasedAt: null,
    place: 'Ниш',
    phone: '+381 60 000 1111',
    charts: [{ institution: 4, number: 'A-1' }],
  })
  assert.deepEqual(await headers(world, [12_345]), [])
  await assert.rejects(
    sql.begin((tx) => registerPeople(tx, world, [{ ...person, jmbg: '0101985710114' }])),
    /check digit/,
  )
  await assert.rejects(
    sql.begin((tx) => registerPeople(tx, world, [{ ...person, jmbg: null }])),
    /JMBG or EBS/,
  )
})

test('separating a chart that was never linked makes it a pending identity, and its sender cannot bring it back', async (t) => {
  const { world, sql } = await startIdentity(t)
  const jmbg = newJmbg()
  const right = await mustFile(world, patientOf({ jmbg }), { institution: 1 })
  const wrong = await mustFile(world, patientOf({ jmbg, mr: 'W-1' }), { institution: 2 })
  const alone = await unlink(world, { key: wrong.key, reason: 'туђ број', actor: 'operator' })
  assert.ok(alone.keys.includes(wrong.key))
  assert.ok(!(await keysOfNumber(sql, world, 'urn:rs:jmbg', jmbg)).includes(wrong.key))
  const again = await mustFile(world, patientOf({ mr: 'W-1' }), { institution: 2 })
  assert.equal(again.person, alone.person, 'the local number goes with the chart')
  await assert.rejects(mustFile(world, patientOf({ jmbg, mr: 'W-1' }), { patient: wrong.key, institution: 2 }), /by hand/)
  await assert.rejects(unlink(world, { key: right.person, reason: 'root', actor: 'operator' }), /nothing to separate/)
  await assert.rejects(unlink(world, { key: 99_999, reason: 'unknown', actor: 'operator' }), /nothing to separate/)
  await link(world, { from: alone.handle, into: right.handle, reason: 'ипак иста особа', actor: 'operator' })
  assert.equal((await mustFile(world, patientOf({ jmbg, mr: 'W-1' }), { patient: wrong.key, institution: 2 })).person, right.person)
})

test('the looks at a record are for the person, who represents them, and the data officer', async (t) => {
  const { world, open, audited } = await startIdentity(t)
  const patient = await mustFile(world, patientOf({ jmbg: newJmbg() }))
  const ask = (actor: typeof doctor, person = patient.handle) => resolvePerson({ params: { person }, world, actor, correlation: 'c' })
  await open(patient.key, 'visit')
  assert.ok((await ask(doctor)) instanceof Error, 'treating somebody is not enough')
  assert.ok((await ask(citizen)) instanceof Error)
  assert.equal((await audited()).at(-1)!['decision'], 'deny')
  await open(patient.key, 'self', { account: citizen.id })
  const own = await ask(citizen)
  assert.ok('keys' in own && own.keys.includes(patient.key))
  assert.equal((await audited()).at(-1)!['basis'], 'self')
  assert.ok('keys' in (await ask({ ...doctor, roles: ['data-officer'] })))
  assert.ok((await ask(citizen, 'nobody')) instanceof Error)
})

test('a visit and the looks of a person stay with the person when a wrong chart is separated', async (t) => {
  const { world, ask } = await startIdentity(t)
  const jmbg = newJmbg('1972-03-15')
  const person = await mustFile(world, patientOf({ jmbg }, { birthDate: '1972-03-15' }))
  // Eight charts, so that some key is smaller than the person's own.
  const wrong = []
  for (let at = 0; at < 8; at++) wrong.push(await mustFile(world, patientOf({ jmbg }, { birthDate: '1972-03-15' })))
  assert.equal((await ask(doctor, 'POST', '/visits', { number: jmbg, birthDate: '1972-03-15', reason: 'контрола' })).status, 201)
  for (const { key } of [person, ...wrong]) await unlink(world, { key, reason: 'погрешан картон', actor: 'test' })
  const rows = await world.sql<{ patient: number }>`select patient from access.relation where kind = 'visit'`
  assert.deepEqual(
    rows.map((row) => row.patient),
    [person.person],
  )
  const looks = await world.sql<{ patient: number }>`select distinct patient from audit.entry where action = 'visit'`
  assert.deepEqual(
    looks.map((row) => row.patient),
    [person.person],
  )
})
