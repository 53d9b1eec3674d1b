import assert from 'node:assert/strict'
import { test } from 'node:test'
import { authored, parameterNames } from '../../sickleave/rules/parameters.ts'
import { parameterWord, typedValue, writtenValue } from './parameter-words.ts'

test('each number of the law has words of its own in both languages, and no name of a program is shown', () => {
  const seen = new Set<string>()
  for (const name of Object.keys(parameterNames)) {
    const { sr, en } = parameterWord(name)
    assert.match(sr as string, /\p{Script=Cyrillic}/u, name)
    assert.doesNotMatch(`${sr as string} ${en as string}`, /[a-z]\.[a-z]/, name)
    assert.ok(!seen.has(sr as string) && !seen.has(en as string), `${name} is said like another one`)
    seen.add(sr as string).add(en as string)
  }
})

test('a number as it is shown can be typed again, in either language', () => {
  for (const { name, value } of authored)
    for (const language of ['sr-Cyrl', 'sr-Latn', 'en'] as const) {
      const shown = writtenValue(language, name, value)
      assert.equal(typedValue(name, shown), value, `${name}: ${shown}`)
    }
})

test('amounts are shown in dinars and rates in percent, although the server sends hundredths', () => {
  assert.equal(writtenValue('sr-Cyrl', 'tax.free', 34_221_00), '34.221,00 RSD')
  assert.equal(writtenValue('sr-Cyrl', 'interest.hundredths', 1375), '13,75%')
  assert.equal(writtenValue('en', 'contribution.unemployment-from', 75), '0.75%')
  assert.equal(writtenValue('sr-Cyrl', 'percent.ordinary', 65), '65%')
  assert.equal(writtenValue('sr-Cyrl', 'doctor.days', 30), '30')
  assert.equal(typedValue('tax.free', '34221'), 34_221_00)
  assert.ok(Number.isNaN(typedValue('doctor.days', 'тридесет')))
})
