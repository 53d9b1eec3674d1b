import assert from 'node:assert/strict'
import test from 'node:test'
import { testFhir } from '../../testing/fhir.ts'
import { holdsFor } from './fhirpath.ts'
import type { Json } from './items.ts'
import { plainRule } from './plain-rule.ts'

const choices = { forms: { valueQuantity: 'value', valueString: 'value', valueBoolean: 'value' }, ambiguous: new Set<string>() }
const surroundings = { resolve: () => undefined, member: () => 'unknown' as const, conforms: () => true }
/** Rules of the vital signs and of the International Patient Summary, and similar ones. */
const rules = [
  '(component.empty() and hasMember.empty()) implies (dataAbsentReason.exists() or value.exists())',
  'value.exists() or dataAbsentReason.exists()',
  'value.exists() or hasMember.exists() or component.exists() or dataAbsentReason.exists()',
  'component.exists() implies (component.value.exists() or component.dataAbsentReason.exists())',
  'hasMember.empty() or component.empty()',
  'hasMember.exists() xor component.exists()',
  'component.value.exists().not()',
]
const parts: Json[] = [
  { valueQuantity: { value: 1 } },
  { valueString: 'x' },
  { _valueString: { extension: [{ url: 'urn:a', valueCode: 'b' }] } },
  { valueBoolean: false },
  { component: [{ code: { text: 'a' } }] },
  { component: [{ code: { text: 'a' } }, { valueQuantity: { value: 2 } }] },
  { component: [{ dataAbsentReason: { text: 'asked' } }] },
  { hasMember: [{ reference: 'Observation/1' }] },
  { dataAbsentReason: { text: 'unknown' } },
  { hasMember: null },
]

test('a rule that is read directly says what the engine of FHIRPath says of every observation', async () => {
  await testFhir()
  let compared = 0
  for (let chosen = 0; chosen < 1 << parts.length; chosen++) {
    const some = parts.filter((_, at) => (chosen >> at) & 1)
    if (some.length > 4) continue
    const observation: Json = Object.assign({ resourceType: 'Observation', status: 'final', code: { text: 'a' } }, ...some)
    for (const rule of rules) {
      const mine = plainRule(rule)?.(observation, choices)
      assert.equal(mine, holdsFor(rule, observation, 'Observation', observation, observation, surroundings), `${rule} of ${JSON.stringify(observation)}`)
      compared++
    }
  }
  assert.ok(compared > 1000)
})

test('that a time names its day is read directly, too', () => {
  for (const rule of ['($this as dateTime).toString().length() >= 8', '$this.ofType(dateTime).empty() or ($this as dateTime).toString().length() >= 8']) {
    for (const value of ['2026', '2026-03', '2026-03-01', '2026-03-01T08:30:00+01:00']) {
      const observation = { resourceType: 'Observation', effectiveDateTime: value }
      assert.equal(plainRule(rule)?.(value, choices), value.length >= 8, `${rule} of ${value}`)
      assert.equal(holdsFor(rule.replaceAll('$this', 'effective'), observation, 'Observation', observation, observation, surroundings), value.length >= 8)
    }
    assert.equal(plainRule(rule)?.({ start: '2026' }, choices), true)
  }
})

test('a rule that may have no answer, or that asks for more than presence, is left to the engine', () => {
  for (const rule of ['value > 5', "code.text = 'a'", "component.where(code.text = 'a').exists()", 'value', 'hasMember.count() > 1', 'not an expression (']) {
    assert.equal(plainRule(rule), null, rule)
  }
})
