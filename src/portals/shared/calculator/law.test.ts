import assert from 'node:assert/strict'
import { test } from 'node:test'
import { authored } from '../../../sickleave/rules/parameters.ts'
import { lawOf } from './law.ts'

test('of every number of the law a layman reads its article or decision, and none of our notes on it', () => {
  for (const { name, paragraph } of authored) {
    assert.doesNotMatch(lawOf(paragraph), /прочитан|потврђен|тумачење|R-\d|извор|[(;]\s*[);]|;$/, name)
    for (const [article] of paragraph.matchAll(/чл\. \d+( ст\. \d+)?/g)) assert.ok(lawOf(paragraph).includes(article), `${name} lost ${article}`)
  }
  assert.equal(lawOf('ЗЗО чл. 73 (проценат није прочитан)'), 'ЗЗО чл. 73')
  assert.equal(lawOf('ЗЗО чл. 75 ст. 3 (92/2023)'), 'ЗЗО чл. 75 ст. 3 (92/2023)')
  assert.equal(lawOf('Закон о раду чл. 115; тумачење 1'), 'Закон о раду чл. 115')
  assert.equal(lawOf('тумачење 14'), '')
})
