import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ana, headOf, type Loose, mappedHl7, segment } from '../../../testing/hl7.ts'

const about = async (pid: Record<number, string>) => (await mappedHl7([headOf('ADT^A08'), segment('PID', { 1: '1', 3: '100', ...pid })])).first('Patient')

describe('a patient as local systems write one', () => {
  test('has a birth date with points, and a sex in words', async () => {
    for (const [date, sex, born, gender] of [
      ['01.03.1985', 'Ž', '1985-03-01', 'female'],
      ['1.3.1985.', 'Ženski', '1985-03-01', 'female'],
      ['01. 03. 1985. 07:20', 'мушки', '1985-03-01', 'male'],
      ['1985-03-01 07:20', 'M', '1985-03-01', 'male'],
    ] as const) {
      const patient = await about({ 7: date, 8: sex })
      assert.deepEqual([patient['birthDate'], patient['gender']], [born, gender], date)
      const time = patient['_birthDate']?.extension[0].valueDateTime
      assert.equal(time, date.includes(':') ? '1985-03-01T07:20:00+01:00' : undefined, date)
    }
    for (const none of ['31.02.1985', '1.13.1985', '1/3/1985']) assert.equal((await about({ 7: none }))['birthDate'], undefined, none)
  })

  test('has a JMBG in PID-19, unless it belongs to somebody born on another day or to nobody', async () => {
    const system = async (number: string, born: string) => (await about({ 7: born, 19: number }))['identifier'].at(-1).system
    assert.equal(await system('0101985710113', '19850101'), 'urn:rs:jmbg')
    assert.equal(await system('0101985710113', ''), 'urn:rs:jmbg')
    assert.equal(await system('0101985710113', '20260301'), 'urn:rs:kcs')
    assert.equal(await system('0101985710114', '19850101'), 'urn:rs:kcs')
    assert.equal(await system('04512345678', '19850101'), 'urn:rs:kcs')
  })

  test('has a JMBG among the numbers: as the national one, or without a type when the birth date agrees', async () => {
    const system = async (number: string, born: string) => (await about({ 3: `100^^^KCS^MR~${number}`, 7: born }))['identifier'].at(-1).system
    assert.equal(await system('0101985710113^^^^NI', '19850101'), 'urn:rs:jmbg')
    assert.equal(await system('0101985710113', '19850101'), 'urn:rs:jmbg')
    assert.equal(await system('0101985710113', ''), 'urn:rs:kcs')
    assert.equal(await system('0101985710113', '19850102'), 'urn:rs:kcs')
    // A named space of the sender is kept.
    assert.equal(await system('0101985710113^^^DZ^NI', '19850101'), 'urn:id:DZ')
  })
})

const result = async (obx: Record<number, string>) =>
  await mappedHl7([headOf('ORU^R01'), ana, 'OBR|1||F1|X^х^L', segment('OBX', { 1: '1', 2: 'NM', 3: 'A^а^L', 5: '5', 6: 'mmol/L', 11: 'F', ...obx })])

describe('a result as local laboratories write one', () => {
  test('has its range with dashes, brackets, commas, words and a repeated unit', async () => {
    for (const [text, low, high] of [
      ['0 – 20', 0, 20],
      ['[9.5-29.9]', 9.5, 29.9],
      ['(3,5 - 5,1)', 3.5, 5.1],
      ['3.5 do 5.1', 3.5, 5.1],
      ['од 3,5 до 5,1', 3.5, 5.1],
      ['do 5,2', undefined, 5.2],
      ['≤5.2', undefined, 5.2],
      ['od 40', 40, undefined],
      ['3.9-6.1 mmol/L', 3.9, 6.1],
      // A text that is not a range stays words.
      ['2.5--7.5', undefined, undefined],
      ['M: 130-170 Ž: 120-160', undefined, undefined],
    ] as const) {
      const [range] = (await result({ 7: text })).first('Observation')['referenceRange']
      assert.deepEqual([range.low?.value, range.high?.value, range.text], [low, high, text], text)
    }
  })

  test('is marked with arrows and stars; a word of the laboratory is not a code of HL7', async () => {
    const marked = (await result({ 8: '↑~*~povišen' })).first('Observation')['interpretation']
    assert.deepEqual(
      marked.map((one: Loose) => one['coding']?.[0].code ?? one['text']),
      ['H', 'A', 'povišen'],
    )
    assert.equal(marked[2].coding, undefined)
  })

  test('at 24:00 is at the beginning of the next day', async () => {
    for (const [written, read] of [
      ['202602282400', '2026-03-01T00:00:00+01:00'],
      ['20251231240000+0100', '2026-01-01T00:00:00+01:00'],
    ] as const)
      assert.equal((await result({ 14: written })).first('Observation')['effectiveDateTime'], read)
    const { first, losses } = await result({ 14: '202602282430' })
    assert.deepEqual([first('Observation')['effectiveDateTime'], losses.includes('OBX[1]-14')], [undefined, true])
  })

  test('in a text with a unit is an amount; any other text keeps the unit beside it', async () => {
    for (const type of ['ST', '']) {
      assert.deepEqual((await result({ 2: type, 5: '5,6' })).first('Observation')['valueQuantity'].value, 5.6)
      const low = (await result({ 2: type, 5: '<5', 6: 'mg/dl' })).first('Observation')['valueQuantity']
      assert.deepEqual([low.value, low.comparator, low.code], [5, '<', 'mg/dL'])
      assert.equal((await result({ 2: type, 5: '5-10', 6: '/HPF' })).first('Observation')['valueString'], '5-10 /HPF')
      assert.equal((await result({ 2: type, 5: 'негативан' })).first('Observation')['valueString'], 'негативан')
      assert.equal((await result({ 2: type, 5: '20260301', 6: 'датум' })).first('Observation')['valueString'], '20260301 датум')
      assert.equal((await result({ 2: type, 5: '5', 6: '' })).first('Observation')['valueString'], '5')
    }
  })

  test('with the flag of an analyser beside it gives the number and the flag, and an SN may be written like an NM', async () => {
    for (const [type, written, value, comparator, mark] of [
      ['NM', '12,5 H', 12.5, undefined, 'H'],
      ['ST', '150*', 150, undefined, 'A'],
      ['NM', '<0.5 L', 0.5, '<', 'L'],
      ['SN', '>500', 500, '>', undefined],
      ['SN', '500', 500, undefined, undefined],
    ] as const) {
      const { first, losses } = await result({ 2: type, 5: written })
      const { valueQuantity, interpretation } = first('Observation')
      assert.deepEqual([valueQuantity.value, valueQuantity.comparator, interpretation?.[0].coding[0].code], [value, comparator, mark], written)
      assert.equal(losses.includes('OBX[1]-5'), mark !== undefined)
    }
    // OBX-8 takes precedence over the flag.
    assert.equal((await result({ 5: '12.5 H', 8: 'HH' })).first('Observation')['interpretation'][0].coding[0].code, 'HH')
    assert.equal((await result({ 5: '12.5 X' })).first('Observation')['valueString'], '12.5 X')
  })

  test('has a UCUM unit where the text can mean only one', async () => {
    for (const [written, code] of [
      ['mg/dl', 'mg/dL'],
      ['10^3/ul', '10*3/uL'],
      ['10e9/L', '10*9/L'],
      ['mEq/l', 'meq/L'],
      ['IU/ml', '[IU]/mL'],
      ['мг/л', 'mg/L'],
      ['kg/m²', 'kg/m2'],
      ['mmol/24h', 'mmol/(24.h)'],
      ['C', undefined],
      ['jedinica', undefined],
    ] as const)
      assert.equal((await result({ 6: written })).first('Observation')['valueQuantity'].code, code, written)
  })

  test('that is a PDF in a text field is a file, and a file that is declared as text is not encoded twice', async () => {
    const pdf = Buffer.from('%PDF-1.4 налаз').toString('base64')
    for (const [type, value] of [
      ['ST', pdf],
      ['ED', `^AP^PDF^A^${pdf}`],
      ['ED', `^TEXT^^BASE64^${Buffer.from('налаз').toString('base64')}`],
    ] as const) {
      const [form] = (await result({ 2: type, 5: value, 6: '' })).first('DiagnosticReport')['presentedForm']
      assert.deepEqual(
        [form.contentType, Buffer.from(form.data, 'base64').toString().slice(-5)],
        [value.includes('TEXT') ? 'text/plain' : 'application/pdf', 'налаз'],
      )
    }
  })
})

test('an unescaped ampersand in a text is kept', async () => {
  const { first, losses } = await mappedHl7([
    headOf('ADT^A08'),
    ana,
    segment('PV1', { 2: 'O', 19: 'V1' }),
    segment('PV2', { 3: 'R^Бол & мучнина' }),
    'ROL|1|AD|AT^Одељенски^HL70443|D1^Јовић^Марко',
  ])
  const visit = first('Encounter')
  assert.deepEqual([visit['reasonCode'][0].coding[0].display, losses], ['Бол & мучнина', []])
  assert.equal(visit['participant'][0].type[0].coding[0].code, 'AT')
})

test('a finding beside a document is filed once, however often the document is sent', async () => {
  const of = async (event: string) =>
    (await mappedHl7([headOf(`MDM^${event}`), ana, segment('TXA', { 2: 'CN', 12: 'X1' }), 'OBX|1|NM|TA^Притисак^L||150|mmHg|||||F'])).requests('Observation')
  assert.match((await of('T02'))[0] ?? '', /^PUT identifier=/)
  assert.deepEqual(await of('T08'), await of('T02'))
})
