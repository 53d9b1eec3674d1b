import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { type FiredAt, startFiredAt } from '../testing/fired-at.ts'
import { runCommand } from '../testing/process.ts'
import { seeded } from '../testing/seeded.ts'

// The real server on a durable database is killed while others write and read (design decision 4). Fifty rounds are in the long test.

let fired: FiredAt
const random = seeded()

before(async () => {
  fired = await startFiredAt('faults')
})
after(() => fired.end())

for (let round = 1; round <= 5; round++) {
  test(`kill -9 in the middle of work, round ${round}: all that was acknowledged is there, nothing is there in part`, { timeout: 120_000 }, async (t) => {
    t.diagnostic(`SPONA_SEED=${random.seed}: ${await fired.round(random)}`)
  })
}

test('after all kills the audit is whole', { timeout: 120_000 }, async () => {
  const { code, output, errors } = await runCommand(['audit', 'verify', '--json'], fired.env)
  assert.equal(code, 0, output + errors)
  assert.doesNotMatch(fired.errors(), /"msg":"unexpected"/)
})

const residentMb = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${fired.pid()}/status`, 'utf8'))?.[1]) / 1024

test('many large bodies at once, plain or packed, are bounded in memory: some are refused, none breaks the server', { timeout: 120_000 }, async (t) => {
  const text = `{"resourceType":"Bundle","type":"document"${' '.repeat(30 * 1_048_576)}}`
  const packed = gzipSync(text)
  const began = residentMb()
  let peak = began
  const watch = setInterval(() => {
    peak = Math.max(peak, residentMb())
  }, 50)
  for (const [body, more] of [
    [text, {}],
    [packed, { 'content-encoding': 'gzip' }],
  ] as const) {
    const answers = await Promise.all(
      Array.from({ length: 24 }, async () => {
        const answer = await fetch(fired.base, { method: 'POST', headers: { ...fired.headers, ...more }, body })
        await answer.text()
        return answer.status
      }),
    )
    assert.deepEqual([...new Set(answers)].sort(), [400, 503], answers.join(' '))
  }
  clearInterval(watch)
  t.diagnostic(`resident ${began.toFixed(0)} MB before, ${peak.toFixed(0)} MB at most`)
  assert.ok(peak < 512, `${began} → ${peak} MB`)
})
