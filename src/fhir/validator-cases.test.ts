import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { Refusal } from '../platform/refusal.ts'
import { corpus, testFhir } from '../testing/fhir.ts'
import { parseJson } from './json.ts'

const fhir = await testFhir()
const cases = corpus('fhir-validator-cases')

// What the reference validator finds beyond these needs terminology servers, foreign profiles or unknown extensions refused.
const caughtShareMin = 0.6
const acceptedShareMin = 0.97
// Comments in JSON are an option of the reference validator; the id with an underscore is a case about ignoring ids.
const acceptedOnlyByOption = new Set(['json-comments-1-yes', 'contained-resource-bad-id-ignore'])

type Case = { name: string; file: string; expected: string }

function selfContained(): Case[] {
  const [head = '', ...lines] = readFileSync(join(cases.folder, 'INDEX.csv'), 'utf8').trim().split(/\r?\n/)
  const names = head.split(',')
  return lines
    .map((line) => [...line.matchAll(/("([^"]*)"|[^,]*)(,|$)/g)].map(([, plain, quoted]) => quoted ?? plain))
    .map((cells) => Object.fromEntries(names.map((name, index) => [name, cells[index] ?? ''])) as Record<string, string>)
    .filter((row) => row.check === 'base' && row.file?.endsWith('.json'))
    .filter((row) => !row.errorsAreTerminologyOnly && !row.needsExternalPackage && !row.needsSupporting)
    .map(({ name = '', file = '', expected = '' }) => ({ name, file, expected }))
}

function isRefused({ file }: Case): boolean {
  try {
    const text = readFileSync(join(cases.folder, file), 'utf8')
    return fhir.validate(parseJson(text)).some(({ severity }) => severity === 'error')
  } catch (error) {
    if (error instanceof Refusal) return true
    throw error
  }
}

test('the reference validator is agreed with on cases that need nothing from outside', { skip: cases.skip }, (t) => {
  const all = selfContained()
  const invalid = all.filter(({ expected }) => expected === 'invalid')
  const valid = all.filter(({ expected, name }) => expected === 'valid' && !acceptedOnlyByOption.has(name))
  const caught = invalid.filter(isRefused).length / invalid.length
  const accepted = valid.filter((one) => !isRefused(one)).length / valid.length
  const percent = (share: number) => `${(share * 100).toFixed(1)} %`
  t.diagnostic(`caught ${percent(caught)} of ${invalid.length} invalid cases, accepted ${percent(accepted)} of ${valid.length} valid ones`)
  assert.ok(caught >= caughtShareMin, percent(caught))
  assert.ok(accepted >= acceptedShareMin, percent(accepted))
})
