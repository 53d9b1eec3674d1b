import assert from 'node:assert/strict'
import { test } from 'node:test'
import { anonymous, type Actor } from '../platform/actor.ts'
import { Refusal } from '../platform/refusal.ts'
import { type Grant, hasScope, narrow, parseScopes, printScopes, requireScope } from './scope.ts'

const parse = (text: string) => {
  const grant = parseScopes(text)
  assert.ok(!(grant instanceof Refusal), String(grant))
  return grant as Grant
}
const system = (scopes: string): Actor => ({ ...anonymous, kind: 'system', id: 'c', scopes: scopes.split(' ') })

for (const [text, printed] of [
  ['system/Observation.rs', 'system/Observation.rs'],
  ['system/*.cruds', 'system/*.cruds'],
  ['system/Patient.read', 'system/Patient.rs'],
  ['system/Patient.write', 'system/Patient.cud'],
  ['system/*.*', 'system/*.cruds'],
  ['system/Patient.read system/Patient.c', 'system/Patient.crs'],
  ['system/lzb.convert', 'system/lzb.convert'],
] as const) {
  test(`${text} is read as ${printed}`, () => assert.deepEqual(printScopes(parse(text)), [printed]))
}

for (const text of [
  'system/Observation.sr',
  'system/Observation.rr',
  'system/Observation.x',
  'system/Observation',
  'patient/*.rs',
  'user/*.read',
  'openid',
  'system/Observation.rs?category=laboratory',
  'system/obs.rs',
  'system/*.',
  `system/${'A'.repeat(200)}.r`,
]) {
  test(`the scope ${text.slice(0, 50)} is refused, because it would not be enforced as written`, () => assert.ok(parseScopes(text) instanceof Refusal))
}

for (const [asked, registered, granted] of [
  ['system/Observation.rs', 'system/*.cruds', ['system/Observation.rs']],
  ['system/*.cruds', 'system/Observation.rs', ['system/Observation.rs']],
  ['system/Observation.cruds', 'system/Observation.rs system/Patient.r', ['system/Observation.rs']],
  ['system/Patient.cud', 'system/Patient.rs', []],
  ['system/*.rs', 'system/*.r system/Observation.cs', ['system/*.r', 'system/Observation.s']],
  ['system/lzb.convert', 'system/*.cruds', []],
  ['system/*.cruds', 'system/*.r system/lzb.convert', ['system/*.r']],
  ['system/lzb.convert system/Patient.r', 'system/*.r system/lzb.convert', ['system/Patient.r', 'system/lzb.convert']],
] as const) {
  test(`asking for ${asked} with ${registered} registered gives ${granted.join(' ') || 'nothing'}`, () => {
    assert.deepEqual(printScopes(narrow(parse(asked), parse(registered))), granted)
  })
}

test('a system may do what its scope says for that type and nothing else', () => {
  const actor = system('system/Observation.rs system/Patient.c')
  requireScope(actor, 'Observation', 'r')
  requireScope(actor, 'Patient', 'c')
  assert.throws(() => requireScope(actor, 'Observation', 'c'), { kind: 'forbidden' })
  assert.throws(() => requireScope(actor, 'Patient', 'r'), { kind: 'forbidden' })
  assert.throws(() => requireScope(actor, 'Condition', 's'), { kind: 'forbidden' })
})

test('nobody without a sign-in has a scope, and people are limited by the decision instead', () => {
  assert.equal(hasScope(anonymous, 'Patient', 'r'), false)
  assert.equal(hasScope({ ...anonymous, kind: 'person' }, 'Patient', 'r'), true)
  assert.equal(hasScope(system('nonsense'), 'Patient', 'r'), false)
})
