import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { Refusal } from '../../platform/refusal.ts'
import { forReader, inSerbian } from './said.ts'

// The places in the code where a sentence to a reader may stand: a refusal's sentence, what is wrong with a field, a reason, a way out, a hint.
const text = /(?:'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`)/.source
const places = [
  new RegExp(`new Refusal\\(\\s*[^,()]+,\\s*(?:[\\w.?]+ \\?\\? )?(${text})(?:\\s*:\\s*(${text}))?`, 'g'),
  new RegExp(`new Refusal\\(\\s*[^,()]+,\\s*[\\w.! =]+\\?\\s*(${text})\\s*:\\s*(${text})`, 'g'),
  new RegExp(`\\b(?:no|forbidden)\\(\\s*(${text})`, 'g'),
  new RegExp(`\\bwrong\\(\\s*(${text})\\s*,\\s*'[\\w.]+'(?:\\s*,\\s*(${text}))?\\s*\\)`, 'g'),
  new RegExp(`\\bconst reason = (${text})`, 'g'),
  new RegExp(`\\b(?:const )?hint(?:: | = )(?:[\\w.]+ \\? (${text}) : )?(${text})`, 'g'),
  new RegExp(`\\bopens(?:: | = )\\[(${text})`, 'g'),
  new RegExp(`\\brefuse\\(line, (${text}), (${text})`, 'g'),
  new RegExp(`\\bno\\([^\\n]*(?:undefined|'until'), (${text})\\)`, 'g'),
]
const ofField = new RegExp(`\\bwrong\\(\\s*(?:'[\\w.]+'|\`[^\`]+\`|\\w+)\\s*,\\s*(${text})`, 'g')
/** Sentences about signatures, and about numbers for places without a connection, go to doctors and edges: they have a catalogue or a desk of their own. */
const elsewhere = /\.test\.ts$|\/(apart|leak|offline|signature|mandate-file)\b/

const filled = (literal: string): string => {
  const inner = literal.slice(1, -1).replaceAll("\\'", "'")
  let said = ''
  for (let at = 0; at < inner.length; at++) {
    if (!literal.startsWith('`') || !inner.startsWith('${', at)) said += inner[at]
    else {
      let depth = 0
      do {
        if (inner[at] === '{') depth++
        if (inner[at] === '}') depth--
        at++
      } while (depth > 0 || inner[at - 1] === '$')
      at--
      said += '7'
    }
  }
  return said
}

function sentencesOf(source: string, file: string): string[] {
  const isFields = /const wrong = \(name|import .*\bwrong\b.*read-body|read-body\.ts$/m.test(`${source}\n${file}`)
  const whole = places.flatMap((place) => [...source.matchAll(place)].flatMap(([, one, other]) => [one, other]))
  const fields = isFields ? [...source.matchAll(ofField)].map(([, is = '``']) => `'payoutDay ${filled(is).replaceAll("'", "\\'")}'`) : []
  return [...(isFields ? whole.filter((one) => !fields.some((field) => one && field.includes(filled(one)))) : whole), ...fields]
    .flatMap((one) => (one === undefined ? [] : filled(one)))
    .filter((one) => / /.test(one) && !/^7 7$|^7\.$|[\u0400-\u04ff]{4}/.test(one))
}

test('whatever a reader may be refused with is said in Serbian as well', () => {
  const files = globSync('src/sickleave/**/*.ts').filter((name) => !elsewhere.test(name))
  const said = files.flatMap((name) => sentencesOf(readFileSync(name, 'utf8'), name).map((one) => ({ one, name })))
  assert.ok(said.length > 250, `the sources were read: ${said.length}`)
  const missing = said.filter(({ one }) => inSerbian(one) === null).map(({ one, name }) => `${name}: ${one}`)
  assert.deepEqual(missing, [], 'write a line for it in src/sickleave/said/sentences.tsv')
})

test('no sentence has a diagnosis for an example: the employers’ process holds them all in its memory, where the trial of leaks looks for diagnoses', () => {
  const sentences = readFileSync(new URL('sentences.tsv', import.meta.url), 'utf8')
  assert.deepEqual(sentences.match(/\b[A-Z]\d\d\b/g), null)
})

test('what is filled in is said in Serbian, in the script of the reader; a program without a language gets English', () => {
  const refusal = new Refusal('incorrect', 'payoutDay is a day, written 2026-03-31', { expression: 'payoutDay', hint: 'Look again.' })
  const said = forReader(refusal, 'sr-Latn')
  assert.equal(said.message, 'dan isplate zarade: upišite dan, na primer 2026-03-31')
  assert.deepEqual([said.hint, said.expression, said.status], ['Pogledajte ponovo.', 'payoutDay', 400])
  for (const language of [undefined, '*', 'en', 'en-GB, sr;q=0.5', 'de']) assert.equal(forReader(refusal, language), refusal)
  assert.equal(inSerbian('this request is paid; that step cannot follow'), 'овај захтев је исплаћен; тај корак не може да следи')
  assert.equal(inSerbian('the role viewer may not do this'), 'улога преглед ово не може')
  assert.equal(
    inSerbian('the leave would end (2026-11-20) before it begins (2026-11-29)'),
    'боловање би се завршило (20.11.2026.) пре него што почиње (29.11.2026.)',
  )
  assert.equal(
    inSerbian('this leave has changed since it was shown: extended by др Ана Илић'),
    'боловање је промењено откако је приказано: продужено, др Ана Илић',
  )
  const denied = new Refusal('forbidden', 'you do not act for this employer', { details: { reason: 'you do not act for this employer', opens: [] } })
  assert.deepEqual(forReader(denied, 'sr').details, { reason: 'не радите у име овог послодавца', opens: [] })
})
