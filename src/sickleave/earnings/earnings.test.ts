import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { registerPeople } from '../../identity/identity.ts'
import type { Refusal } from '../../platform/refusal.ts'
import { bulk } from '../../registry/registry.ts'
import { forFile } from '../../testing/for-file.ts'
import { newJmbg } from '../../testing/identity.ts'
import { type LeaveTown, startLeaveTown } from '../../testing/sickleave.ts'
import type { EarningsOutcome } from '../wire.ts'
import { forReader } from '../said/said.ts'
import { monthsBefore } from '../compensation/months.ts'
import { readAmount, readDay, readHours, readMonth } from './cells.ts'
import { readCsv } from './csv.ts'
import { checkRows } from './rows.ts'
import { earningsOf } from './store.ts'
import { fitsSchema } from '../../testing/xsd.ts'
import { namespace, readXml } from './xml.ts'

const bytes = (text: string) => Buffer.from(text)
const jmbg = newJmbg('1985-01-01', '71')
const today = '2026-05-04'
const head = 'jmbg;month;hours;net;gross;paid'
const errorsOf = (text: string) => checkRows(readCsv(bytes(text)).raw, today).errors.map(({ row, column, wrong, right }) => [row, column, wrong.en, right.en])

describe('cells', () => {
  test('an amount is taken with comma or point, with thousands or without', () => {
    for (const text of ['120000', '120000,00', '120000.0', '120.000,00', '120,000.00', '120 000,00', '120\u00a0000.00', ' 120000 '])
      assert.deepEqual(readAmount(text), { value: 120_000_00n }, text)
    assert.deepEqual(readAmount('1.234.567'), { value: 1_234_567_00n })
    assert.deepEqual(readAmount('0'), { value: 0n })
  })

  test('three decimals are refused with the two that could be meant, and what can be thousands too is not guessed', () => {
    const said = (text: string) => {
      const cell = readAmount(text)
      return 'wrong' in cell ? `${cell.wrong.en}; ${cell.right.en}` : String(cell.value)
    }
    assert.equal(said('98765.432'), 'has more than two decimals; write two, for example 98765.43')
    assert.equal(said('98.765,432'), 'has more than two decimals; write two, for example 98765.43')
    assert.equal(said('1,098,765.4321'), 'has more than two decimals; write two, for example 1098765.43')
    assert.equal(said('120.000'), 'can be read in two ways: as thousands, or as three decimals; write 120000.00 or 120.00')
    for (const [text, wrong] of [
      ['', /empty/],
      ['-5', /below zero/],
      ['1e5', /not a number/],
      ['12,34,56', /not a number/],
      ['1.234,567', /more than two decimals/],
      ['١٢٣', /not a number/],
      ['999999999999', /above 100,000,000/],
    ] as const)
      assert.match(said(text), wrong, text)
    assert.doesNotMatch(said(`${jmbg}.123`), new RegExp(jmbg), 'a personal number in the wrong column is not repeated')
  })

  test('hours, months and days are taken as offices write them', () => {
    assert.deepEqual(
      [readHours('172,5'), readMonth('3/2026'), readMonth('03.2026.'), readMonth('2026-03'), readDay('10.4.2026.'), readDay('2026-04-10')],
      [{ value: 17250 }, { value: '2026-03' }, { value: '2026-03' }, { value: '2026-03' }, { value: '2026-04-10' }, { value: '2026-04-10' }],
    )
    for (const cell of [readHours('745'), readMonth('2026-13'), readMonth('март'), readDay('31.02.2026'), readDay('04/10/2026')]) assert.ok('wrong' in cell)
  })
})

describe('files', () => {
  test('heads in Serbian and English, any separator, quotes and old encodings say the same', () => {
    const expected = [{ row: 2, kind: 'jmbg', number: jmbg, cells: { month: '2026-03', hours: '176', net: '84000', gross: '120000,00', paid: '2026-04-10' } }]
    const files: Uint8Array[] = [
      bytes(`jmbg;month;hours;net;gross;paid\n${jmbg};2026-03;176;84000;120000,00;2026-04-10\n`),
      bytes(`\ufeffЈМБГ,Име и презиме,Месец,Часови,Нето,Бруто,Датум исплате\r\n${jmbg},"Петровић, Ана",2026-03,176,84000,"120000,00",2026-04-10`),
      bytes(`jmbg\tmesec\tčasovi\tneto\tbruto\tdatum isplate\r${jmbg}\t2026-03\t176\t84000\t120000,00\t2026-04-10\r`),
      Buffer.concat([
        Buffer.from([0xff, 0xfe]),
        Buffer.from(`jmbg\tmesec\tčasovi\tneto\tbruto\tisplaćeno\n${jmbg}\t2026-03\t176\t84000\t120000,00\t2026-04-10`, 'utf16le'),
      ]),
      Buffer.concat([
        bytes('jmbg;mesec;'),
        Buffer.from([0xe8]),
        bytes(`asovi;neto;bruto;datum isplate\n${jmbg};2026-03;176;84000;120000,00;2026-04-10\n\n;;;;;\n`),
      ]),
    ]
    for (const file of files) assert.deepEqual(readCsv(file).raw, expected)
  })

  test('each mistake has its row, its column, what is wrong and what would be right', () => {
    assert.deepEqual(
      errorsOf(`${head}
${jmbg};2026-03;176;84000,123;120000;2026-04-10
${jmbg.slice(1)};2026-02;176;84000;120000;2026-03-10
${jmbg};2026-01;0;84000;120000;2026-02-10
${jmbg};2025-12;176;130000;120000;2026-01-10
${jmbg};2025-11;176;84000;120000;2025-10-31
${jmbg};2025-10;176;84000;120000;2026-06-10
${jmbg};2025-09;176;84000;120000;2025-10-10
${jmbg};09.2025;176;84000;120000;2025-10-10`),
      [
        [2, 'net', 'has more than two decimals', 'write two, for example 84000.12'],
        [3, 'jmbg', 'the JMBG has 12 digits: the first zero was probably lost', 'format the column as text and write all 13 digits'],
        [4, 'hours', 'there is a wage and no hours', 'write the paid hours, for example 176'],
        [5, 'net', 'net is above gross', 'check that the columns are not exchanged'],
        [6, 'paid', 'the payment is before that month', 'write the day of the final payment for that month'],
        [7, 'paid', 'the day of payment is in the future', 'send it after the payment'],
        [9, 'month', 'the same month of the same person is in row 8 already', 'leave one row for each month'],
      ],
    )
    const { errors } = readCsv(bytes(`${head}\n${jmbg};2026-03;176;84.000,00;120000;2026-04-10;x`))
    assert.deepEqual([errors[0]?.row, errors[0]?.wrong.sr], [2, 'ред има 7 поља, а заглавље 6'])
  })

  test('a file that is no sheet of earnings is refused with the head that would be right', () => {
    for (const text of ['', 'a;b;c', head.replace('jmbg;', ''), `${head};lbo`, `${head};net`, `${head}\n"${jmbg};2026`, `${head}\n${'x'.repeat(5000)}`])
      assert.throws(() => {
        const { raw, errors } = readCsv(bytes(text))
        if (raw.length + errors.length === 0) throw new Error('empty')
      }, /head|quote|more than|empty/)
  })

  const xml = (inner: string, employer = '100000001') =>
    `<?xml version="1.0"?><earnings xmlns="urn:spona:sickleave:earnings:1" employer="${employer}">${inner}</earnings>`
  const month = '<month name="2026-03" hours="176.00" net="84000.00" gross="120000.00" paid="2026-04-10"/>'
  test('XML by the schema is read with its lines; entities, other elements and another employer are refused', () => {
    const { raw } = readXml(bytes(xml(`\n<employee jmbg="${jmbg}">\n${month}</employee>`)), '100000001')
    assert.deepEqual(raw, [
      {
        row: 3,
        kind: 'jmbg',
        number: jmbg,
        cells: { name: '2026-03', month: '2026-03', hours: '176.00', net: '84000.00', gross: '120000.00', paid: '2026-04-10' },
      },
    ])
    const missing = readXml(bytes(xml(`<employee lbo="04512345678">${month.replace('net="84000.00" ', '')}</employee>`)), '100000001')
    assert.deepEqual(
      missing.errors.map(({ row, column }) => [row, column]),
      [[1, 'net']],
    )
    const bomb = '<!DOCTYPE e [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;"><!ENTITY x SYSTEM "file:///etc/passwd">]>'
    for (const [text, says] of [
      [bomb + xml(`<employee jmbg="&x;">${month}</employee>`), /document type/],
      [xml(`<employee jmbg="&x;">${month}</employee>`), /well-formed/],
      [xml(`<employee jmbg="1" lbo="2">${month}</employee>`), /either jmbg or lbo/],
      [xml(`<employee jmbg="1" name="x">${month}</employee>`), /not known/],
      [xml(month), /element <employee>/],
      [xml(`<employee jmbg="1">${month.replace('/>', '><x/></month>')}</employee>`), /nothing may stand/],
      [xml(`<employee jmbg="1">text${month}</employee>`), /text stands/],
      [xml(`<employee jmbg="1">${month}</employee>`, '100000002'), /another employer/],
      [xml('<employee jmbg="1">'), /well-formed/],
      ['<other/>', /element <earnings>/],
    ] as const)
      assert.throws(() => readXml(bytes(text), '100000001'), says)
  })

  test('names of the schema stay as they are written, in whichever language the rest is said', () => {
    const said = (text: string) => {
      try {
        readXml(bytes(text), '100000001')
      } catch (error) {
        return forReader(error as Refusal, 'sr').message
      }
      return null
    }
    assert.equal(said('<other/>'), `ред 1: овде се очекује елемент <earnings> из простора имена ${namespace}`)
    assert.equal(
      said(xml(`<employee jmbg="1">${month.replace('net=', 'neto=')}</employee>`)),
      'ред 1: атрибут овде није познат; познати су name= hours= net= gross= paid=',
    )
  })
})

let town: LeaveTown
let person: Awaited<ReturnType<LeaveTown['worker']>>
let other: typeof person
let clerk: string
const url = '/sickleave/employer/100000001/earnings'
const file = forFile()
before(async () => {
  town = await startLeaveTown(file)
  person = await town.worker([{ employer: town.employers[0]?.id as number, fromDate: '2025-06-01' }])
  other = await town.worker([{ employer: town.employers[1]?.id as number }])
  clerk = await town.clerk(0, 'operator')
  town.at('2026-05-04T08:00:00Z')
})
const send = (text: string, query = '', type = 'text/csv') => town.as(clerk)('POST', url + query, text, { 'content-type': type })
const line = (number: string, name: string, gross = '120000,00') => `${number};${name};176;84000;${gross};2026-04-10`
const detailsOf = (answer: { body: { extension: { valueString: string }[] } }) => JSON.parse(answer.body.extension[0]?.valueString as string) as EarningsOutcome
const stored = () => earningsOf(town.world.sql, [person.root])

test('one bad row of ten thousand: nothing is stored, and by choice the others are', async () => {
  const numbers = Array.from({ length: 100 }, (_, at) => newJmbg('1970-01-01', String(71 + (at % 9))))
  const months = monthsBefore('2026-04-01', 100)
  await town.world.sql.begin(async (tx) => {
    const people = await registerPeople(
      tx,
      town.world,
      numbers.map((number) => ({ jmbg: number, family: 'Илић', given: 'Мира', birthDate: '1970-01-01', sex: 'female' as const })),
    )
    await bulk.registerJobs(
      tx,
      people.map(({ root }) => ({ patient: root, employer: town.employers[0]?.id as number, fromDate: '2017-01-01' })),
    )
  })
  const rows = numbers.flatMap((number) => months.map((name) => line(number, name)))
  rows[7654] = line(numbers[76] as string, '2026-03', '12.3456')
  const bad = [head, ...rows].join('\n')
  const count = async () => (await town.world.sql<{ n: number }>`select count(*)::int as n from sickleave.earning`)[0]?.n
  const refused = await send(bad)
  assert.equal(refused.status, 422, refused.text.slice(0, 500))
  assert.deepEqual([detailsOf(refused).isStored, detailsOf(refused).errors.map(({ row, column }) => [row, column])], [false, [[7656, 'gross']]])
  assert.match(refused.body.issue[0].diagnostics, /^row 7656, gross: has more than two decimals$/)
  const checked = await send(bad, '?check=true')
  assert.deepEqual([checked.status, checked.body.errorCount, checked.body.people], [200, 1, 100])
  assert.equal(await count(), 0, 'nothing half done')
  const good = await send(bad, '?mode=good')
  assert.deepEqual([good.status, good.body.stored, good.body.errorCount], [200, 9999, 1], good.text.slice(0, 500))
  assert.equal(await count(), 9999)
})

test('the same again is no new version, a correction is one, and the newest counts', async () => {
  const months = ['2025-06', '2025-07', '2025-08', '2025-09', '2025-10', '2025-11', '2025-12', '2026-01', '2026-02', '2026-03']
  assert.equal((await send([head, ...months.map((name) => line(person.jmbg, name))].join('\n'))).body.stored, 10)
  const again = await send([head, line(person.jmbg, '2026-03')].join('\n'))
  assert.deepEqual([again.body.stored, again.body.unchanged], [0, 1], again.text)
  const corrected = await send([head, line(person.jmbg, '2026-03', '130.000,00')].join('\n'))
  assert.deepEqual([corrected.body.stored, corrected.body.unchanged], [1, 0])
  assert.equal((await stored()).find(({ month }) => month === '2026-03')?.gross, 130_000_00n)
})

test('somebody else’s employee, an unknown number and a month before the job are answered in the same words', async () => {
  const answer = await send([head, line(other.jmbg, '2026-03'), line(newJmbg('1961-02-03', '72'), '2026-03'), line(person.jmbg, '2025-05')].join('\n'))
  assert.equal(answer.status, 422)
  assert.deepEqual(
    detailsOf(answer).errors.map(({ row, column, wrong }) => [row, column, wrong.en.replace(/20\d\d-\d\d/, 'M')]),
    [2, 3, 4].map((row) => [row, 'jmbg', 'this person was not insured through you in M']),
  )
  for (const number of [other.jmbg, person.jmbg]) assert.ok(!answer.text.includes(number), 'no personal number in an answer')
})

test('a form for the person of a leave needs no number; who only reads may not give, and another firm finds nothing', async () => {
  const opened = await town.as(town.doctor)('POST', `/sickleave/people/${person.handle}/leaves`, {
    from: '2026-05-04',
    until: '2026-05-10',
    reason: '01',
    diagnosis: 'M54.5',
  })
  assert.equal(opened.status, 201, opened.text)
  const events = await town.as(clerk)('GET', '/sickleave/employer/100000001/leaves')
  const form = `/sickleave/employer/100000001/leaves/${events.body.events[0].leave}/earnings`
  const before = await town.as(clerk)('GET', form)
  assert.deepEqual([before.body.months.length, before.body.missing, before.body.rows.length], [12, ['2025-05', '2026-04'], 11], before.text)
  const row = { month: '2026-04', hours: '168', net: '84000', gross: '120000', paid: '2026-05-04' }
  const given = await town.as(clerk)('PUT', form, { rows: [row] })
  assert.deepEqual([given.status, given.body.stored], [200, 1], given.text)
  const wrong = await town.as(clerk)('PUT', form, {
    rows: [
      { ...row, month: '2025-05' },
      { ...row, gross: '1.000' },
    ],
  })
  assert.deepEqual(
    [wrong.status, detailsOf(wrong).errors.map(({ row: at, column }) => [at, column])],
    [
      422,
      [
        [2, 'gross'],
        [1, 'month'],
      ],
    ],
  )
  const viewer = await town.clerk(0)
  assert.equal((await town.as(viewer)('PUT', form, { rows: [row] })).status, 403)
  assert.equal((await town.as(viewer)('GET', form)).status, 200)
  const rival = await town.clerk(1, 'administrator')
  assert.equal((await town.as(rival)('GET', form)).status, 403)
  assert.equal((await town.as(rival)('GET', form.replace('100000001', '100000002'))).status, 404)
  assert.equal((await town.as(person.account)('POST', url, 'x', { 'content-type': 'text/csv' })).status, 403)
})

test('XML is taken by its own address, other kinds and too much are refused, and the schema is served to everybody', async () => {
  const document = `<earnings xmlns="urn:spona:sickleave:earnings:1" employer="100000001"><employee jmbg="${person.jmbg}"><month name="2026-02" hours="160" net="84000" gross="125000.50" paid="2026-03-10"/></employee></earnings>`
  const taken = await send(document, '', 'application/xml')
  assert.deepEqual([taken.status, taken.body.stored], [200, 1], taken.text)
  assert.equal((await send('{}', '', 'application/json')).status, 415)
  assert.equal((await send(`${head}\n${'x'.repeat(4_200_000)}`)).status, 413)
  assert.equal((await send(head, '?mode=some')).status, 400)
  assert.equal((await town.as(clerk)('POST', url)).status, 400)
  const schema = await town.app.inject('/sickleave/schemas/earnings.xsd')
  await fitsSchema(document, schema.body)
  await assert.rejects(() => fitsSchema(document.replace('net="84000" ', ''), schema.body), 'what the reader would refuse, the schema refuses, too')
  const log = await town.owner<{ entry: string }>`select entry::text as entry from audit.entry where patient = ${person.root}`
  const about = log.filter(({ entry }) => entry.includes('"earnings"'))
  assert.ok(about.length >= 5, 'each giving and each look is in the log of the person')
})
