import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Refusal } from '../platform/refusal.ts'
import { file, mustFile, newJmbg, patientOf } from '../testing/identity.ts'
import { openLedger } from '../testing/audit.ts'
import { startPlatform } from '../testing/platform.ts'
import { newKey } from './issue.ts'
import { keySets, keysOfNumber, personOf } from './keys.ts'
import { checkLzb } from './numbers.ts'
import { fileChart } from './file-chart.ts'
import { unlink } from './link.ts'

const mustRefuse = (answer: unknown, sentence: RegExp): Refusal => {
  assert.ok(answer instanceof Refusal, 'it must be refused')
  assert.equal(answer.status, 422)
  assert.match(answer.message, sentence)
  return answer
}

test('charts and people', async (t) => {
  const { world, sql, owner } = await startPlatform(t)
  await openLedger(t, world)

  await t.test('the same JMBG twice gives the same person and the same LZB', async () => {
    const jmbg = newJmbg()
    const first = await mustFile(world, patientOf({ jmbg }))
    const second = await mustFile(world, patientOf({ jmbg }))
    assert.equal(first.state, 'identified')
    assert.ok(checkLzb(first.lzb ?? '').ok)
    assert.equal(second.person, first.person)
    assert.equal(second.lzb, first.lzb)
    assert.equal(first.temporaryNumber, null)
  })

  await t.test('two institutions build one person with both charts', async () => {
    const jmbg = newJmbg()
    const here = await mustFile(world, patientOf({ jmbg, mr: 'A-17' }), { institution: 1 })
    const there = await mustFile(world, patientOf({ jmbg, mr: '0099' }), { institution: 2 })
    const sets = await keySets(sql, [here.key, there.key])
    assert.deepEqual(sets.get(here.key), [here.person, ...[here.key, there.key].toSorted((a, b) => a - b)])
    assert.deepEqual(sets.get(there.key), sets.get(here.key))
    const charts = await sql`select institution, chart_number from identity.chart_key where person = ${here.person} and institution is not null order by 1`
    assert.deepEqual(charts, [
      { institution: 1, chartNumber: 'A-17' },
      { institution: 2, chartNumber: '0099' },
    ])
  })

  await t.test('a JMBG with a wrong check digit is refused with its place, and nothing is kept', async () => {
    const [before] = await owner`select count(*) as n from identity.person`
    const refusal = mustRefuse(await file(world, patientOf({ mr: '1', jmbg: '0101985710114' })), /check digit of the JMBG/)
    assert.equal(refusal.expression, 'Patient.identifier[0].value')
    assert.ok(refusal.hint)
    assert.ok(!JSON.stringify(refusal).includes('0101985710114'))
    assert.deepEqual(await owner`select count(*) as n from identity.person`, [before])
  })

  await t.test('a number of the wrong form is refused also for EBS, LBO and LZB', async () => {
    mustRefuse(await file(world, patientOf({ ebs: '123456789' })), /EBS/)
    mustRefuse(await file(world, patientOf({ jmbg: newJmbg(), lbo: '0101985710113' })), /LBO/)
    mustRefuse(await file(world, patientOf({ lzb: '12345678904' })), /LZB/)
    mustRefuse(await file(world, patientOf({ lzb: '12345678903' })), /never issued/)
  })

  await t.test('two transactions with a new JMBG at once make one person with one LZB', async () => {
    for (let round = 0; round < 5; round++) {
      const resource = patientOf({ jmbg: newJmbg(), lbo: String(10_000_000_000 + round) })
      const filed = await Promise.all(Array.from({ length: 6 }, (_, at) => mustFile(world, resource, { institution: at + 1 })))
      assert.equal(new Set(filed.map((one) => one.person)).size, 1)
      assert.equal(new Set(filed.map((one) => one.lzb)).size, 1)
    }
    assert.deepEqual(await owner`select person from identity.number where kind = 'lzb' group by person having count(*) > 1`, [])
  })

  await t.test('a patient without any number is pending, and the second message finds the first', async () => {
    const first = await mustFile(world, patientOf({ mr: 'M-1' }))
    assert.equal(first.state, 'pending')
    assert.match(first.temporaryNumber ?? '', /^P-\d{4}-\d{8}-\d$/)
    assert.equal(first.lzb, null)
    const second = await mustFile(world, patientOf({ mr: 'M-1' }))
    assert.equal(second.person, first.person)
    assert.equal(second.temporaryNumber, first.temporaryNumber)
    const elsewhere = await mustFile(world, patientOf({ mr: 'M-1' }), { institution: 2 })
    assert.notEqual(elsewhere.person, first.person)
  })

  await t.test('two pending messages with one local number at once make one person', async () => {
    const filed = await Promise.all(Array.from({ length: 6 }, () => mustFile(world, patientOf({ mr: 'M-2' }))))
    assert.equal(new Set(filed.map((one) => one.temporaryNumber)).size, 1)
  })

  await t.test('people of the same name and birth date without a number are never matched', async () => {
    const one = await mustFile(world, patientOf({}))
    const other = await mustFile(world, patientOf({}))
    assert.notEqual(one.person, other.person)
  })

  await t.test('a third-party patient is found again by its medical record number, else by its first identifier', async () => {
    const synthea = patientOf(
      {},
      {
        identifier: [
          { system: 'https://github.com/synthetichealth/synthea', value: '4f3a' },
          {
            type: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0203', code: 'MR' }] },
            system: 'http://hospital.smarthealthit.org',
            value: '4f3a-mr',
          },
          { system: 'http://hl7.org/fhir/sid/us-ssn', value: '999-46-9498' },
        ],
      },
    )
    const first = await mustFile(world, synthea)
    const second = await mustFile(world, { ...synthea, identifier: synthea.identifier!.slice(1, 2) })
    assert.equal(second.person, first.person)
    const plain = patientOf(
      {},
      {
        identifier: [
          { system: 'urn:x', value: '7' },
          { system: 'urn:y', value: '8' },
        ],
      },
    )
    assert.equal((await mustFile(world, plain)).person, (await mustFile(world, plain)).person)
  })

  await t.test('a pending patient who gets a JMBG is identified, keeps the person and gets an LZB', async () => {
    const pending = await mustFile(world, patientOf({ mr: 'M-3' }))
    const known = await mustFile(world, patientOf({ mr: 'M-3', jmbg: newJmbg() }), { patient: pending.key })
    assert.equal(known.person, pending.person)
    assert.equal(known.handle, pending.handle)
    assert.equal(known.state, 'identified')
    assert.ok(known.lzb)
    assert.equal((await personOf(sql, pending.handle))?.person, pending.person)
  })

  await t.test('a pending patient whose JMBG has a record already joins it, and undoing it restores both', async () => {
    const jmbg = newJmbg()
    const known = await mustFile(world, patientOf({ jmbg }), { institution: 2 })
    const pending = await mustFile(world, patientOf({ mr: 'M-4' }))
    const joined = await mustFile(world, patientOf({ mr: 'M-4', jmbg }), { patient: pending.key })
    assert.equal(joined.person, known.person)
    assert.equal(joined.lzb, known.lzb)
    const all = (await keySets(sql, [known.key])).get(known.key) ?? []
    for (const key of [known.person, known.key, pending.person, pending.key]) assert.ok(all.includes(key))
    assert.equal((await personOf(sql, pending.handle))?.person, known.person)

    await unlink(world, { key: pending.key, reason: 'a wrong number was typed', actor: 'test' })
    assert.deepEqual((await keySets(sql, [known.key])).get(known.key), [known.person, known.key])
    assert.equal((await personOf(sql, pending.handle))?.person, pending.person)

    mustRefuse(await file(world, patientOf({ mr: 'M-4', jmbg }), { patient: pending.key }), /separated .* by hand/)
    const right = await mustFile(world, patientOf({ mr: 'M-4', jmbg: newJmbg() }), { patient: pending.key })
    assert.equal(right.person, pending.person)
    assert.equal(right.state, 'identified')
  })

  await t.test('a newborn is filed under a local number and back-filled when the JMBG comes', async () => {
    const born = '2026-11-01'
    const newborn = patientOf({ mr: 'BEBA-1' }, { birthDate: born })
    const first = await mustFile(world, newborn)
    assert.equal(first.lzb, null)
    const jmbg = newJmbg(born)
    const filled = await mustFile(
      { ...world, now: () => new Date('2026-11-23T10:00:00Z') },
      { ...newborn, identifier: patientOf({ mr: 'BEBA-1', jmbg }).identifier! },
      { patient: first.key },
    )
    assert.equal(filled.person, first.person)
    assert.ok((await keysOfNumber(sql, world, 'urn:rs:jmbg', jmbg)).includes(first.key))
  })

  await t.test('a foreigner with EBS who later gets a JMBG is one person, and both numbers and the LZB lead there', async () => {
    const ebs = '1506990061232'
    const jmbg = newJmbg()
    const foreigner = await mustFile(world, patientOf({ ebs, mr: 'F-1' }))
    const citizen = await mustFile(world, patientOf({ ebs, jmbg, mr: 'F-1' }), { patient: foreigner.key })
    assert.equal(citizen.lzb, foreigner.lzb)
    for (const [kind, value] of [
      ['ebs', ebs],
      ['jmbg', jmbg],
      ['lzb', foreigner.lzb!],
    ] as const) {
      assert.ok((await keysOfNumber(sql, world, `urn:rs:${kind}`, value)).includes(foreigner.key), kind)
    }
  })

  await t.test('a foreigner whose new JMBG has a record already joins it, and the old LZB leads there too', async () => {
    const jmbg = newJmbg()
    const citizen = await mustFile(world, patientOf({ jmbg }), { institution: 2 })
    const foreigner = await mustFile(world, patientOf({ ebs: '6612345678901' }))
    assert.deepEqual(
      foreigner.warnings.map((one) => one.split(':')[0]),
      ['EBS_UNCHECKED'],
    )
    const joined = await mustFile(world, patientOf({ ebs: '6612345678901', jmbg }), { patient: foreigner.key })
    assert.equal(joined.lzb, citizen.lzb)
    assert.deepEqual(await keysOfNumber(sql, world, 'urn:rs:lzb', foreigner.lzb!), await keysOfNumber(sql, world, 'urn:rs:jmbg', jmbg))
  })

  await t.test('EBS and JMBG of people born on different days are never joined by a message', async () => {
    const jmbg = newJmbg('1970-05-05')
    await mustFile(world, patientOf({ jmbg }, { birthDate: '1970-05-05' }), { institution: 2 })
    await mustFile(world, patientOf({ ebs: '6612345678912' }))
    mustRefuse(await file(world, patientOf({ ebs: '6612345678912', jmbg })), /another person/)
  })

  await t.test('a chart whose JMBG changes to another person’s is refused and names the way out', async () => {
    const [mine, other] = [newJmbg(), newJmbg()]
    const chart = await mustFile(world, patientOf({ jmbg: mine }))
    await mustFile(world, patientOf({ jmbg: other }))
    const refusal = mustRefuse(await file(world, patientOf({ jmbg: other }), { patient: chart.key }), /two different people/)
    assert.match(refusal.hint ?? '', /identity unlink/)
    mustRefuse(await file(world, patientOf({ jmbg: newJmbg() }), { patient: chart.key }), /another JMBG/)
  })

  await t.test('a chart that says again what it said, or leaves the number out, stays where it is', async () => {
    const jmbg = newJmbg()
    const chart = await mustFile(world, patientOf({ jmbg, mr: 'S-1' }))
    assert.equal((await mustFile(world, patientOf({ jmbg, mr: 'S-1' }), { patient: chart.key })).person, chart.person)
    assert.equal((await mustFile(world, patientOf({ mr: 'S-1' }), { patient: chart.key })).lzb, chart.lzb)
    assert.equal((await owner`select 1 from identity.key_event where key = ${chart.key}`).length, 1)
  })

  await t.test('an LZB that the centre returned identifies the patient at another institution', async () => {
    const first = await mustFile(world, patientOf({ jmbg: newJmbg() }))
    const second = await mustFile(world, patientOf({ lzb: first.lzb! }), { institution: 2 })
    assert.equal(second.person, first.person)
    assert.equal(second.state, 'identified')
    mustRefuse(await file(world, patientOf({ lzb: first.lzb!, jmbg: newJmbg() }), { institution: 3 }), /another JMBG/)
  })

  await t.test('a local number used again for somebody else does not join two people', async () => {
    const first = await mustFile(world, patientOf({ jmbg: newJmbg(), mr: 'R-1' }))
    const second = await mustFile(world, patientOf({ jmbg: newJmbg('1990-02-02'), mr: 'R-1' }, { birthDate: '1990-02-02' }))
    assert.notEqual(second.person, first.person)
    assert.deepEqual(
      second.warnings.map((one) => one.split(':')[0]),
      ['LOCAL_NUMBER_OF_ANOTHER'],
    )
  })

  await t.test('what is odd but possible comes back as a warning', async () => {
    const differs = await mustFile(world, patientOf({ jmbg: newJmbg('1985-01-01') }, { birthDate: '1985-02-01' }))
    assert.deepEqual(
      differs.warnings.map((one) => one.split(':')[0]),
      ['BIRTH_DATE_DIFFERS'],
    )
    const ten = await mustFile(world, patientOf({ jmbg: '0101985710130' }))
    assert.deepEqual(
      ten.warnings.map((one) => one.split(':')[0]),
      ['JMBG_CONTROL_TEN'],
    )
    await mustFile(world, patientOf({ jmbg: newJmbg(), lbo: '04512345678' }))
    const lbo = await mustFile(world, patientOf({ jmbg: newJmbg(), lbo: '04512345678' }))
    assert.deepEqual(
      lbo.warnings.map((one) => one.split(':')[0]),
      ['LBO_OF_ANOTHER'],
    )
  })

  await t.test('SQL and HTML in every field are only text', async () => {
    const evil = `'); drop table identity.person; -- <script>alert(1)</script>\0`
    const filed = await mustFile(world, {
      resourceType: 'Patient',
      identifier: [{ system: evil, value: evil, type: { coding: [{ code: 'MR' }], text: evil } }],
      name: [{ family: evil, given: [evil] }],
      birthDate: evil,
      gender: 'other',
      telecom: [{ system: 'phone', value: evil }],
      address: [{ city: evil, line: [evil] }],
      contact: [{ relationship: [{ coding: [{ code: 'FTH' }] }], name: { given: [evil] } }],
      deceasedDateTime: evil,
    })
    const [row] = await sql`select family, birth_date, phone from identity.demographics where key = ${filed.key}`
    assert.equal(row?.['family'], evil.replaceAll('\0', ''))
    assert.equal(row?.['birthDate'], null)
  })

  await t.test('a chart of a known person costs two statements and a new person three', async () => {
    const resource = patientOf({ jmbg: newJmbg(), lbo: '99999999999', mr: 'C-1' })
    const count = async (institution: number) => {
      let statements = 0
      await sql.begin((tx) => {
        const counted = Object.assign((...given: Parameters<typeof tx>) => (statements++, tx(...given)), { run: tx.run }) as typeof tx
        return fileChart(counted, world, { patient: newKey(world), institution, resource, id: 'p' })
      })
      return statements
    }
    assert.equal(await count(1), 3)
    assert.equal(await count(2), 2)
  })
})

test('where the setting is strict, a patient without JMBG or EBS is refused there and nowhere else', async (t) => {
  const { world } = await startPlatform(t, { IDENTITY_STRICT: '7' })
  mustRefuse(await file(world, patientOf({ mr: '1' }), { institution: 7 }), /must send JMBG or EBS/)
  assert.equal((await mustFile(world, patientOf({ mr: '1' }), { institution: 8 })).state, 'pending')
  assert.equal((await mustFile(world, patientOf({ mr: '1', jmbg: newJmbg() }), { institution: 7 })).state, 'identified')
  assert.equal((await mustFile(world, patientOf({ mr: '1' }), { institution: 7 })).state, 'identified')
})

test('the length and check digit of LZB are settings', async (t) => {
  const { world } = await startPlatform(t, { LZB_LENGTH: '14', LZB_CHECK: 'none' })
  const { lzb } = await mustFile(world, patientOf({ jmbg: newJmbg() }))
  assert.match(lzb ?? '', /^[1-9]\d{13}$/)
})
