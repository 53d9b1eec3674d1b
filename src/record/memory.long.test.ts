import assert from 'node:assert/strict'
import { randomBytes, randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { startFiredAt } from '../testing/fired-at.ts'

// `SPONA_LONG=1 npm test -- src/record/memory`: starts the server process as `npm start` does and sends it the largest requests.

const memoryMaxMb = 512
const megabyte = 1_048_576

function transactionOf(bytes: number): string {
  const patient = 'urn:uuid:3d3a2f4c-0000-4000-8000-000000000001'
  const entry: object[] = [
    {
      fullUrl: patient,
      resource: { resourceType: 'Patient', identifier: [{ system: 'urn:big', value: randomUUID() }] },
      request: { method: 'POST', url: 'Patient' },
    },
  ]
  for (let size = 0; size < bytes; size += 4300) {
    const code = { coding: [{ system: 'urn:x', code: `c${entry.length % 50}` }], text: 'x'.repeat(4000) }
    entry.push({
      resource: { resourceType: 'Observation', status: 'final', code, subject: { reference: patient } },
      request: { method: 'POST', url: 'Observation' },
    })
  }
  return JSON.stringify({ resourceType: 'Bundle', type: 'transaction', entry })
}

test(`the process stays below ${memoryMaxMb} MB with bodies of 50 MB, large answers, 24 large bodies at once and many searches`, {
  timeout: 3_600_000,
}, async (t) => {
  const fired = await startFiredAt('memory')
  t.after(() => fired.end())
  await fired.restart() // The first run invents a country, which should not be measured.
  const residentMb = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${fired.pid()}/status`, 'utf8'))?.[1]) / 1024
  let peak = 0
  const watch = setInterval(() => {
    peak = Math.max(peak, residentMb())
  }, 25)
  t.after(() => clearInterval(watch))
  const worst: string[] = []
  const step = async (what: string, act: () => Promise<string>) => {
    peak = residentMb()
    const said = await act()
    t.diagnostic(`${what}: ${peak.toFixed(0)} MB at most (${said})`)
    if (peak >= memoryMaxMb) worst.push(`${what}: ${peak.toFixed(0)} MB`)
  }
  const post = async (body: string | Uint8Array<ArrayBuffer>, more: Record<string, string> = {}) => {
    const answer = await fetch(fired.base, { method: 'POST', headers: { ...fired.headers, ...more }, body })
    return { status: answer.status, text: await answer.text() }
  }
  const read = async (path: string) => {
    const answer = await fetch(`${fired.base}${path}`, { headers: fired.headers })
    let bytes = 0
    for await (const piece of answer.body as unknown as AsyncIterable<Uint8Array>) bytes += piece.length
    assert.equal(answer.status, 200)
    return bytes
  }
  let patient = ''
  await step('a transaction of 50 MB', async () => {
    const { status, text } = await post(transactionOf(48 * megabyte))
    assert.equal(status, 200, text.slice(0, 300))
    patient = /Patient\/[0-9a-f-]+/.exec(text)?.[0] ?? ''
    return `${status}`
  })
  await step('everything of this patient, four at once', async () => {
    const bytes = await Promise.all([1, 2, 3, 4].map(() => read(`/${patient}/$everything`)))
    return `${bytes.map((one) => Math.round(one / megabyte))} MB`
  })
  const several = async (body: string | Uint8Array<ArrayBuffer>, more: Record<string, string> = {}) => {
    const statuses = (await Promise.all(Array.from({ length: 24 }, () => post(body, more)))).map((one) => one.status)
    assert.ok(
      statuses.every((status) => status === 200 || status === 503),
      statuses.join(' '),
    )
    return `${statuses.filter((status) => status === 200).length} taken`
  }
  await step('24 bodies of 20 MB at once', () => several(transactionOf(19 * megabyte)))
  await step('24 packed bodies of 50 MB at once', () => several(gzipSync(transactionOf(48 * megabyte)), { 'content-encoding': 'gzip' }))
  await step(
    '200 searches at once',
    async () => `${(await Promise.all(Array.from({ length: 200 }, () => read('/Observation?code=c1&_count=20')))).length} answers`,
  )
  await step('40 documents of 8 MB, stored one by one', async () => {
    const data = randomBytes(6 * megabyte).toString('base64')
    for (let at = 0; at < 40; at++) {
      const content = [{ attachment: { contentType: 'application/pdf', data } }]
      const resource = { resourceType: 'DocumentReference', status: 'current', description: `d${at}`, content }
      const entry = [{ resource, request: { method: 'POST', url: 'DocumentReference' } }]
      const { status, text } = await post(JSON.stringify({ resourceType: 'Bundle', type: 'transaction', entry }))
      assert.equal(status, 200, text.slice(0, 300))
    }
    return 'stored'
  })
  for (const path of ['/DocumentReference?_count=50', '/DocumentReference?_sort=-_lastUpdated', '/DocumentReference/_history']) {
    await step(`40 at once of ${path}`, async () => {
      const answers = await Promise.all(
        Array.from({ length: 40 }, async () => {
          const answer = await fetch(`${fired.base}${path}`, { headers: fired.headers })
          for await (const piece of answer.body as unknown as AsyncIterable<Uint8Array>) assert.ok(piece.length > 0)
          return answer.status
        }),
      )
      assert.ok(
        answers.every((status) => status === 200 || status === 503),
        answers.join(' '),
      )
      assert.ok(answers.includes(200))
      return `${answers.filter((status) => status === 200).length} answered, the others heard 503`
    })
  }
  assert.deepEqual(worst, [])
})
