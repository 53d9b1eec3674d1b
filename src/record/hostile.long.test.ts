import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import { broken } from '../testing/broken-operations.ts'
import { assertAnswered } from '../testing/broken-requests.ts'
import { startFiredAt } from '../testing/fired-at.ts'
import type { Send } from '../testing/server.ts'

const requests = 10_000
const memoryMaxMb = 512

/** Sends over a real connection; requests that fetch refuses to send have a test of their own. */
const over =
  (base: string, always: Record<string, string>): Send =>
  async (method, url, body, headers = {}) => {
    const { 'transfer-encoding': _, expect: __, ...sent } = headers
    const answer = await fetch(base.replace(/\/fhir$/, url), {
      method,
      headers: { ...always, ...sent },
      ...(body === undefined ? {} : { body: body as string }),
    })
    const text = await answer.text()
    return { status: answer.status, headers: Object.fromEntries(answer.headers), body: text.startsWith('{') ? JSON.parse(text) : null, text }
  }

test(`${requests} generated broken requests over the network, eight at a time, leave a server that answers within its memory`, {
  timeout: 3_600_000,
}, async (t) => {
  const fired = await startFiredAt('hostile')
  t.after(() => fired.end())
  const send = over(fired.base, fired.headers)
  const residentMb = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${fired.pid()}/status`, 'utf8'))?.[1]) / 1024
  let peak = 0
  let count = 0
  const property = fc.asyncProperty(fc.array(broken, { minLength: 8, maxLength: 8 }), async (several) => {
    await Promise.all(several.map((request) => assertAnswered(send, request)))
    count += several.length
    peak = Math.max(peak, residentMb())
  })
  await fc.assert(property, { numRuns: requests / 8, endOnFailure: true, ...(process.env['SPONA_SEED'] ? { seed: Number(process.env['SPONA_SEED']) } : {}) })
  t.diagnostic(`${count} requests, resident ${peak.toFixed(0)} MB at most`)
  assert.ok(peak < memoryMaxMb, `${peak} MB`)
  assert.doesNotMatch(fired.errors(), /"msg":"unexpected"/)
})
