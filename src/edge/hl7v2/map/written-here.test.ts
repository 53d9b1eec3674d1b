import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ana, headOf, type Loose, mappedHl7, segment } from '../../../testing/hl7.ts'

const about = async (pid: Record<number, string>) => (await mappedHl7([headOf('ADT^A08'), segment('PID', { 1: '1', 3: '100', ...pid })])).first('Patient')

describe('a patient as systems here write one', () => {
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

  test('has a JMBG in PID-19, unless it is that of somebody born on another day or of nobody', async () => {
    const system = async (number: string, born: string) => (await about({ 7: born, 19: number }))['identifier'].at(-1).system
    assert.equal(await system('0101985710113', '19850101'), 'urn:rs:jmbg')
    assert.equal(await system('0101985710113', ''), 'urn:rs:jmbg')
    assert.equal(await system('0101985710113', '20260301'), 'urn:rs:kcs')
    assert.equal(await system('0101985710114', '19850101'), 'urn:rs:kcs')
    assert.equal(await system('04512345678', '19850101'), 'urn:rs:kcs')
  })
})

const result = async (obx: Record<number, string>) =>
  await mappedHl7([headOf('ORU^R01'), ana, 'OBR|1||F1|X^х^L', segment('OBX', { 1: '1', 2: 'NM', 3: 'A^а^L', 5: '5', 6: 'mmol/L', 11: 'F', ...obx })])

describe('a result as laboratories here write one', () => {
  test('has its range with dashes, brackets, commas, words and the unit again', async () => {
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
      // What is no range stays words.
      ['2.5--7.5', undefined, undefined],
      ['M: 130-170 Ž: 120-160', undefined, undefined],
    ] as const) {
      const [range] = (await result({ 7: text })).first('Observation')['referenceRange']
      assert.deepEqual([range.low?.value, range.high?.value, range.text], [low, high, text], text)
    }
  })

  test('is marked with arrows and stars; a word of the laboratory is no code of HL7', async () => {
    const marked = (await result({ 8: '↑~*~povišen' })).first('Observation')['interpretation']
    assert.deepEqual(
      marked.map((one: Loose) => one['coding']?.[0].code ?? one['text']),
      ['H', 'A', 'povišen'],
    )
    assert.equal(marked[2].coding, undefined)
  })

  test('of 24:00 is one of the beginning of the next day', async () => {
    for (const [written, read] of [
      ['202602282400', '2026-03-01T00:00:00+01:00'],
      ['20251231240000+0100', '2026-01-01T00:00:00+01:00'],
    ] as const)
      assert.equal((await result({ 14: written })).first('Observation')['effectiveDateTime'], read)
    const { first, losses } = await result({ 14: '202602282430' })
    assert.deepEqual([first('Observation')['effectiveDateTime'], losses.includes('OBX[1]-14')], [undefined, true])
  })
})
