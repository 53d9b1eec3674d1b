import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { createUnits } from '../units.ts'
import { createTerminology } from './terminology.ts'

const folder = mkdtempSync(join(tmpdir(), 'spona-terminology-'))
after(() => rmSync(folder, { recursive: true, force: true }))
const own = createTerminology(folder, createUnits())

test('a code system of 400,000 concepts takes little memory and answers at once', () => {
  const concept = Array.from({ length: 400_000 }, (_one, at) => ({
    code: String(1_000_000 + at),
    display: `Finding number ${at} of a large terminology`,
    ...(at === 0 ? {} : { property: [{ code: 'parent', valueCode: String(1_000_000 + Math.floor((at - 1) / 10)) }] }),
  }))
  own.load('large#1', () => [
    { resourceType: 'CodeSystem', url: 'http://example.org/large', status: 'active', content: 'complete', concept },
    {
      resourceType: 'ValueSet',
      url: 'http://example.org/below',
      status: 'active',
      compose: { include: [{ system: 'http://example.org/large', filter: [{ property: 'concept', op: 'is-a', value: '1000001' }] }] },
    },
  ])
  concept.length = 0
  global.gc?.()
  const before = process.memoryUsage().rss
  assert.equal(own.member('http://example.org/below', { code: '1000011' }), 'in')
  assert.equal(own.member('http://example.org/below', { code: '1000002' }), 'out')
  assert.equal(own.describe({ system: 'http://example.org/large', code: '1399999' }).display, 'Finding number 399999 of a large terminology')
  assert.ok(process.memoryUsage().rss - before < 160e6, `${Math.round((process.memoryUsage().rss - before) / 1e6)} MB`)
  const began = performance.now()
  for (let at = 0; at < 10_000; at++) own.member('http://example.org/below', { code: String(1_000_000 + at * 37) })
  assert.ok(performance.now() - began < 3000, 'ten thousand verdicts take less than three seconds')
})
