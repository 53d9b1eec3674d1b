import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nearForms, soundsAlike, soundsOf } from './sounds.ts'

/** The optimal string alignment distance by its textbook table, to compare with. */
function distance(a: string, b: string): number {
  const table = Array.from({ length: a.length + 1 }, (_, i) => Array.from({ length: b.length + 1 }, (_, j) => (i === 0 ? j : j === 0 ? i : 0)))
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      const row = table[i] as number[]
      const above = table[i - 1] as number[]
      row[j] = Math.min((above[j] as number) + 1, (row[j - 1] as number) + 1, (above[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1))
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) row[j] = Math.min(row[j] as number, (table[i - 2]?.[j - 2] as number) + 1)
    }
  }
  return table[a.length]?.[b.length] as number
}

test('two words sound alike exactly when one slip makes one of the other, and then they share a form', () => {
  let seed = 5
  const random = (n: number) => {
    seed = (seed * 1_664_525 + 1_013_904_223) >>> 0
    return Math.floor((seed / 2 ** 32) * n)
  }
  const word = () => Array.from({ length: 3 + random(5) }, () => 'abc'[random(3)]).join('')
  let alike = 0
  for (let round = 0; round < 20_000; round++) {
    const [a, b] = [word(), word()]
    const wanted = a === b || (Math.min(a.length, b.length) >= 4 && distance(a, b) <= 1)
    assert.equal(soundsAlike(a, b), wanted, `${a} ${b}`)
    if (!wanted) continue
    alike++
    const forms = new Set(nearForms(a))
    assert.ok(
      nearForms(b).some((form) => forms.has(form)),
      `${a} ${b} share a form`,
    )
  }
  assert.ok(alike > 300)
})

test('scripts, marks, doubled letters and foreign spellings are one', () => {
  assert.deepEqual(soundsOf('Ђорђевић'), soundsOf('Djordjević'))
  assert.deepEqual(soundsOf('Philipp WALTHER'), soundsOf('Filip Valter'))
  assert.deepEqual(soundsOf('Хаџи-Поповић'), ['hađi', 'popovic'])
  const isHeard = (typed: string, name: string) => soundsAlike(soundsOf(typed)[0] as string, soundsOf(name)[0] as string)
  for (const typed of ['Ђођревић', 'Đođrević', 'Ђоревић', 'Ђорђевћ', 'Dordjevic', 'Дорђевић', 'Џорђевић']) assert.ok(isHeard(typed, 'Ђорђевић'), typed)
  assert.ok(isHeard('Lubica', 'Љубица'))
  assert.ok(!isHeard('Ана', 'Ања'), 'another name, and too short for a slip')
})
