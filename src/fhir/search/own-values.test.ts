import assert from 'node:assert/strict'
import { test } from 'node:test'
import { satisfies } from '../../testing/conditions.ts'
import { corpus, resourcesIn, preparedFhir } from '../../testing/fhir.ts'
import type { Extracted, Resource, SearchParameter } from '../types.ts'
import { matches } from './matches.ts'
import { narrowing } from './narrowing.ts'
import { parseSearch } from './parse.ts'
import { targetsOf } from './values.ts'

const fhir = preparedFhir()
const examples = corpus('fhir-r4-examples')

const escaped = (text: string) => text.replace(/[\\,|$]/g, '\\$&')
const iso = (ms: number) => new Date(ms).toISOString()
const isFinal = (value: number) => Math.abs(value) < 1e300

/** The query for a value; null when no query can express it. */
function asked(one: Extracted): string | null {
  switch (one.kind) {
    case 'token':
      if (one.value === null || one.value === '' || one.value.trim() !== one.value) return null
      return `${one.system === null ? '' : `${escaped(one.system)}|`}${escaped(one.value)}`
    case 'string':
      return one.exact === undefined && one.value.trim() === '' ? null : escaped(one.exact ?? one.value)
    case 'date':
      if (one.low < Date.UTC(1000) || one.low > Date.UTC(9000)) return null
      return `ge${iso(one.low)}`
    case 'reference':
      return one.reference === null || !/^([A-Z][A-Za-z]+\/[A-Za-z0-9\-.]{1,64}|https?:\S+)$/.test(one.reference) ? null : escaped(one.reference)
    case 'uri':
      return escaped(one.value)
    case 'number':
    case 'quantity': {
      if (!isFinal(one.low)) return null
      const number = one.low === one.high ? String(one.low) : `ge${one.low}`
      return one.kind === 'number' || one.unit === null || one.system === null ? number : `${number}|${escaped(one.system)}|${escaped(one.unit)}`
    }
    default:
      return null
  }
}

function questionsOf(parameter: SearchParameter, values: readonly Extracted[]): string[] {
  // The first entry of a collection may be no Composition; a query cannot name such a target.
  const isTarget = (one: Extracted) =>
    one.kind !== 'reference' || one.reference?.includes(':') || targetsOf(parameter).includes(one.reference?.split('/')[0] ?? '')
  const own = values.filter((one) => one.code === parameter.code && isTarget(one))
  if (parameter.components === undefined) return own.map(asked).filter((one) => one !== null)
  return own.flatMap((one) => {
    const parts = one.kind === 'composite' ? one.parts : []
    const each = (parameter.components ?? []).map((_, at) => parts.filter(({ code }) => code === String(at)).map(asked)[0] ?? null)
    return each.includes(null) ? [] : [each.join('$')]
  })
}

function finds(resource: Resource, code: string, value: string, values: readonly Extracted[], file: string): void {
  const search = parseSearch(fhir, resource.resourceType, [[code, value]], { lenient: false })
  assert.ok(matches(search, [...values], fhir), `${file} is found by ${code}=${value}`)
  for (const { code: narrowed, any } of narrowing(search)) {
    const isKept = values.some((one) => one.code === narrowed && any.some((condition) => satisfies(condition, one)))
    assert.ok(isKept, `${file}: ${code}=${value} is not lost by narrowing to ${narrowed}`)
  }
}

test('every value of a resource finds it, by every parameter that R4 has, and no narrowing loses it', { skip: examples.skip }, () => {
  const seen = new Set<string>()
  let asking = 0
  for (const { file, resource } of resourcesIn(examples.folder)) {
    if (fhir.validate(resource).some(({ severity }) => severity === 'error')) continue
    const parameters = fhir.parameters(resource.resourceType)
    const codes = parameters.filter((one) => one.components !== undefined).map((one) => one.code)
    const values = [...fhir.extract(resource), ...fhir.details(resource, codes)]
    for (const parameter of parameters) {
      if (parameter.code === 'phonetic') continue // This parameter compares sounds and not the text itself.
      for (const value of questionsOf(parameter, values).slice(0, 5)) {
        if (value.length > 300) continue
        finds(resource, parameter.code, value, values, file)
        seen.add(`${resource.resourceType} ${parameter.code}`)
        asking++
      }
    }
  }
  assert.ok(asking > 4000 && seen.size > 1100, `${asking} questions by ${seen.size} parameters`)
})

test('extracting some parameters alone gives the same values as extracting all', { skip: examples.skip }, () => {
  let asking = 0
  for (const { file, resource } of resourcesIn(examples.folder)) {
    if (fhir.validate(resource).some(({ severity }) => severity === 'error')) continue
    const all = fhir.extract(resource)
    const codes = [...new Set(all.map(({ code }) => code))]
    const some = codes.filter((_, at) => at % 3 === asking % 3)
    for (const only of [new Set<string>(), new Set(some), ...codes.map((code) => new Set([code]))]) {
      assert.deepEqual(
        fhir.extract(resource, only),
        all.filter(({ code }) => only.has(code)),
        `${file}: ${[...only].join()}`,
      )
      asking++
    }
  }
  assert.ok(asking > 4000, `${asking} questions`)
})
