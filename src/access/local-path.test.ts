import assert from 'node:assert/strict'
import { test } from 'node:test'
import { localPath } from './local-path.ts'

for (const path of ['/', '/doctor/', '/patient/?tab=looks#today', '/doctor/people/2c9f?x=https://a.b/']) {
  test(`signing in may go on to ${path}`, () => assert.equal(localPath(path), path))
}

for (const path of [
  'https://evil.example',
  '//evil.example',
  '///evil.example',
  '/\\evil.example',
  '\\\\evil.example',
  '/\t/evil.example',
  '/\n/evil.example',
  'javascript:alert(1)',
  '',
  'doctor/',
  '/.//evil.example',
  '/x/..//evil.example',
  ' /doctor/',
  '/доктор',
  `/${'a'.repeat(600)}`,
  ['/a', '/b'],
  undefined,
  7,
]) {
  test(`signing in never goes on to ${JSON.stringify(path)?.slice(0, 40)}`, () => assert.throws(() => localPath(path), { kind: 'incorrect' }))
}
