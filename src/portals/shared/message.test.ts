import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toLatin } from '../../platform/text.ts'
import * as finder from '../doctor/words.ts'
import * as record from '../doctor/record/words.ts'
import { explanations } from '../patient/analyses.ts'
import * as operator from '../operator/words.ts'
import * as patient from '../patient/words.ts'
import { fill, type Form, formatCount, type Message } from './message.ts'
import * as bus from './bus-words.ts'
import * as shared from './words.ts'

const prefixed = (prefix: string, of: object) => Object.fromEntries(Object.entries(of).map(([name, catalogue]) => [`${prefix}.${name}`, catalogue]))
const catalogues = { ...shared, ...bus, ...finder, ...record, ...patient, ...prefixed('operator', operator), explanations } as Record<string, unknown>

function* everyMessage(): Generator<[string, Message]> {
  for (const [name, catalogue] of Object.entries(catalogues)) {
    if (Array.isArray(catalogue)) continue
    for (const [key, message] of Object.entries(catalogue as Record<string, Message>)) yield [`${name}.${key}`, message]
  }
}
const textsOf = (form: Form) => (typeof form === 'string' ? [form] : Object.values(form))
const slotsOf = (text: string) =>
  [...text.matchAll(/\{(\w+)\}/g)]
    .map(([, slot]) => slot)
    .sort()
    .join()

test('a plural follows the Serbian rule for 1, 2, 5, 11, 21, 101 and 111', () => {
  const form = { one: '{count} дан', few: '{count} дана (неколико)', other: '{count} дана' }
  const said = [1, 2, 5, 11, 21, 101, 111].map((count) => fill('sr', form, { count }))
  assert.deepEqual(said, ['1 дан', '2 дана (неколико)', '5 дана', '11 дана', '21 дан', '101 дан', '111 дана'])
})

test('counts have a dot for thousands in Serbian and a comma in English', () => {
  assert.equal(formatCount('sr', 1504), '1.504')
  assert.equal(formatCount('en', 1504), '1,504')
  assert.equal(fill('sr', '{name}: {count}', { name: 'Ток', count: 12 }), 'Ток: 12')
})

test('every message has the same slots in both languages and every form of a plural', () => {
  for (const [name, { sr, en }] of everyMessage()) {
    for (const text of [...textsOf(sr), ...textsOf(en)]) assert.equal(slotsOf(text), slotsOf(textsOf(en)[0] ?? ''), name)
    if (typeof sr !== 'string') assert.ok(sr.one && sr.few && sr.other, `${name} needs one, few and other`)
  }
})

test('Serbian is authored in Cyrillic, so Latin can be derived and no word mixes the scripts', () => {
  for (const [name, { sr, en }] of everyMessage()) {
    for (const text of textsOf(en)) assert.doesNotMatch(text, /[Ѐ-ӿ]/, name)
    for (const text of textsOf(sr)) {
      const words = text.replace(/\{\w+\}/g, '').replace(/\b(CSV|PDF|RSD|JavaScript)\b/g, '')
      assert.doesNotMatch(words, /[a-z]{2}/i, `${name} has Latin letters: ${text}`)
      assert.doesNotMatch(toLatin(words), /[Ѐ-ӿ]/, name)
    }
  }
})

test('no message apologises, exclaims or tells to click', () => {
  for (const [name, { sr, en }] of everyMessage()) {
    for (const text of [...textsOf(sr), ...textsOf(en)]) assert.doesNotMatch(text, /!|нажалост|упс|кликни|\bclick\b|sorry|oops/i, name)
  }
})
