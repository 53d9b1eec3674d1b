import assert from 'node:assert/strict'
import { test } from 'node:test'
import { noteOutside, outsideMax } from './outside-references.ts'
import type { Slice } from './rows-at.ts'

const body = (...references: string[]) => `{"a":"Ђ","references":[${references.map((one) => `{"reference":"${one}"}`).join(',')}]}`

/** Versions as they lie in one chunk, which has memory of its own when it is large. */
function chunkOf(bodies: readonly string[], isLarge: boolean): { slices: Slice[]; bodies: Buffer[] } {
  const filled = bodies.map((text) => Buffer.from(isLarge ? text + ' '.repeat(Buffer.poolSize) : text))
  const whole = Buffer.concat(filled)
  let end = 0
  const parts = filled.map(({ length }) => whole.subarray(end, (end += length)))
  return { slices: parts.map(() => ({ chunk: 1 }) as Slice), bodies: parts }
}

for (const isLarge of [true, false]) {
  test(`of a ${isLarge ? 'large' : 'small'} chunk only the versions that are given say whom they refer to`, () => {
    const { slices, bodies } = chunkOf(
      [body('Practitioner/first', 'Patient/1'), body('Practitioner/hidden'), body('Organization/last', 'Practitioner/first'), body('Encounter/2')],
      isLarge,
    )
    const given = [3, 2, 0]
    const outside = new Set<string>()
    noteOutside(
      outside,
      given.map((at) => slices[at] as Slice),
      given.map((at) => bodies[at] as Buffer),
    )
    assert.deepEqual([...outside].toSorted(), ['Organization/last', 'Practitioner/first'])
  })
}

test('an answer notes no more references than it may include', () => {
  const many = Array.from({ length: outsideMax + 10 }, (_, n) => `Location/${n}`)
  const { slices, bodies } = chunkOf([body(...many)], true)
  const outside = new Set<string>()
  noteOutside(outside, slices, bodies)
  assert.equal(outside.size, outsideMax)
})
