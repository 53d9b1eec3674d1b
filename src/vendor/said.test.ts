import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { Refusal } from '../platform/refusal.ts'
import { inSerbian, refusalOfSandbox, sayReason, sayVerdict } from './said.ts'

const cyrillic = /[Ѐ-ӿ]/
/** Quoted texts, and templates with a digit in the place of each value. */
const texts = (source: string): string[] =>
  [...source.matchAll(/'((?:[^'\\\n]|\\.)*)'|`([^`]*)`/g)].map(([, quoted, template = '']) => quoted ?? template.replace(/\$\{[^}]*\}/g, '7'))

test('whatever a verdict, a reason or a hint of the sandbox says is said in Serbian as well', () => {
  const judged = texts(readFileSync('src/vendor/scenario/judge.ts', 'utf8')).filter(
    (one) => /[a-z] [a-z]/i.test(one) && !/^(?:7 )+7$|^7: 7$|^7 7 result/.test(one),
  )
  const about = globSync('src/vendor/*.ts')
    .filter((name) => !name.endsWith('.cli.ts') && !name.endsWith('.test.ts'))
    .flatMap((name) => [...readFileSync(name, 'utf8').matchAll(/\babout: ('[^'\n]* [^'\n]*')/g)].flatMap(([, text = '']) => texts(text)))
  const reasons = ['repeat', 'suspend'].flatMap((name) =>
    [...readFileSync(`src/vendor/${name}.ts`, 'utf8').matchAll(/(?:reason = |return |\? null : )([`'][^\n]*)/g)].flatMap(([, text = '']) => texts(text)),
  )
  assert.ok(judged.length > 25 && about.length > 5 && reasons.length >= 4, `the sources were read: ${[judged.length, about.length, reasons.length]}`)
  const said = [...judged, ...about, ...reasons]
  assert.deepEqual(
    said.filter((one) => inSerbian(one) === null),
    [],
    'write a line for it in src/vendor/said.tsv',
  )
})

test('a refusal, a verdict and a reason come in the script of the reader; a program without a language gets English', () => {
  const refusal = new Refusal('incorrect', 'vendor is missing or has another form', {
    expression: 'vendor',
    hint: 'Name of the firm, at most 120 characters, without numbers of people.',
  })
  const told = (language?: string) => {
    const { message, hint, known, expression } = refusalOfSandbox(refusal, language)
    assert.deepEqual([known, expression], [refusal.known, 'vendor'])
    return [message, hint]
  }
  assert.deepEqual(told('sr-Cyrl'), ['„Произвођач“ недостаје или има други облик', 'Назив фирме, највише 120 знакова, без бројева људи.'])
  assert.deepEqual(told('sr-Latn'), ['„Proizvođač“ nedostaje ili ima drugi oblik', 'Naziv firme, najviše 120 znakova, bez brojeva ljudi.'])
  for (const language of [undefined, '*', 'en']) assert.equal(refusalOfSandbox(refusal, language), refusal)

  const checks = [
    { check: 'document 1 is taken', passed: false, found: 'none: nobody answered', hint: null, seenBy: 'edge' as const },
    { check: 'the result 5.3 is in the record once', passed: false, found: '0 results with this value', hint: null, seenBy: 'centre' as const },
  ]
  const verdict = [{ id: 'happy', title: { sr: 'а', en: 'a' }, passed: false, checks }]
  const lines = (language: string) => sayVerdict(language, verdict).flatMap((one) => one.checks.map(({ check, found }) => `${check}: ${found}`))
  assert.deepEqual(lines('sr'), ['документ 1 је примљен: без одговора: nobody answered', 'налаз 5.3 је у картону једном: налаза са овом вредношћу: 0'])
  assert.deepEqual(lines('en'), ['document 1 is taken: none: nobody answered', 'the result 5.3 is in the record once: 0 results with this value'])
  assert.equal(sayReason('sr-Latn', { reason: 'the repetition 7 failed: happy' }).reason, 'ponavljanje 7 nije prošlo: „Nalaz novog pacijenta“')
  assert.equal(sayReason('sr', { reason: 'because I say so' }).reason, 'because I say so')
  for (const one of checks) assert.match(inSerbian(one.check) ?? '', cyrillic)
})
