import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { aService, type BusMember, contractOf, expectStatus } from '../../testing/bus-member.ts'
import { type Outside, startOutside } from '../../testing/outside.ts'
import { linkOf, until } from '../../testing/process.ts'
import { type Flow, flowOf, flowProvider, streamed } from '../../testing/streamed.ts'

// The server as people start it, in a process of its own; the members are here and hold no body whole.
const megabyte = 1_048_576
const largeBytes = 100 * megabyte
const atOnce = 8
const serverMbMax = 400
const url = (service: string) => `/bus/call/pacs/${service}/images`
let outside: Outside
let his: BusMember
let pacs: BusMember

before(async () => {
  outside = await startOutside()
  his = await outside.join('his')
  pacs = await outside.join('pacs')
})
after(() => outside?.end())

async function offer(name: string, addresses: string[]): Promise<void> {
  await expectStatus(200, pacs.send({ method: 'PUT', url: `/bus/services/${name}`, body: aService('call', { addresses, bodyMb: 100 }) }))
  await contractOf(his, `pacs/${name}`, { endpoints: [{ method: '*', path: '/images' }] })
  const asked = `/bus/rights?provider=pacs&service=${name}&kind=call&method=POST&path=/images`
  await until('the server has heard of it', async () => (await streamed(his, outside.base, { method: 'GET', url: asked })).text.includes('"permit":true'))
}

/** Processor seconds of the server so far. */
const processorSeconds = (): number => {
  const [, rest = ''] = readFileSync(`/proc/${outside.server.child.pid}/stat`, 'utf8').split(') ')
  const [user = 0, system = 0] = rest.split(' ').slice(11, 13).map(Number)
  return (user + system) / 100
}
/** From here on the peak counts anew: a first start takes more than what comes after it. */
const forgetPeak = () => writeFileSync(`/proc/${outside.server.child.pid}/clear_refs`, '5')
const statusOf = (name: string): number =>
  Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(readFileSync(`/proc/${outside.server.child.pid}/status`, 'utf8'))?.[1]) / 1024
const spoolOf = () => readdirSync(join(outside.dataDir, 'spool'))

test(`${atOnce} bodies of 100 MB pass at once in both directions, and the server stays below ${serverMbMax} MB`, async (t) => {
  const { address, seen } = await flowProvider(t, () => largeBytes)
  await offer('direct', [address])
  forgetPeak()
  const [idleMb, before] = [statusOf('VmRSS'), processorSeconds()]
  const bodies = Array.from({ length: atOnce }, () => flowOf(largeBytes))
  const began = performance.now()
  const answers = await Promise.all(bodies.map((body) => streamed(his, outside.base, { url: url('direct'), body })))
  const seconds = (performance.now() - began) / 1000
  for (const answer of answers) {
    assert.deepEqual([answer.status, answer.bytes], [200, largeBytes], answer.text.slice(0, 300))
    assert.equal(answer.headers['content-digest'], answer.digest)
  }
  const digests = (flows: readonly { digest: string }[]) => flows.map(({ digest }) => digest).toSorted()
  assert.deepEqual(digests(seen), digests(bodies))
  t.diagnostic(
    `${atOnce} x 100 MB both ways in ${seconds.toFixed(1)} s; server: idle ${idleMb.toFixed(0)} MB, peak ${statusOf('VmHWM').toFixed(0)} MB, ${(processorSeconds() - before).toFixed(1)} s of processor`,
  )
  assert.ok(statusOf('VmHWM') < serverMbMax)
})

test('a provider behind a firewall takes and answers 100 MB, four at once, in the same memory', async (t) => {
  await offer('fetched', [])
  const count = 4
  forgetPeak()
  const [began, before] = [performance.now(), processorSeconds()]
  const bodies = new Map<string, Flow>()
  const calls = Array.from({ length: count }, () => {
    const body = flowOf(largeBytes)
    bodies.set(body.digest, body)
    return streamed(his, outside.base, { url: url('fetched'), body })
  })
  const provide = async (): Promise<void> => {
    for (let done = 0; done < count; ) {
      const answer = await streamed(pacs, outside.base, { url: '/bus/deliveries/lease', headers: { 'content-type': 'application/json' } })
      const { deliveries } = JSON.parse(answer.text) as { deliveries: { message: string; bodyAt: string; digest: string }[] }
      await Promise.all(
        deliveries.map(async (one) => {
          const got = await streamed(pacs, outside.base, { method: 'GET', url: one.bodyAt })
          assert.deepEqual([got.bytes, got.digest], [largeBytes, one.digest])
          const back = flowOf(largeBytes)
          const answered = await streamed(pacs, outside.base, { url: `/bus/calls/${one.message}/answer`, body: back, headers: { 'bus-status': '200' } })
          assert.equal(answered.status, 200, answered.text)
        }),
      )
      done += deliveries.length
    }
  }
  const [answers] = await Promise.all([Promise.all(calls), provide()])
  for (const answer of answers) {
    assert.deepEqual([answer.status, answer.bytes], [200, largeBytes], answer.text.slice(0, 300))
    assert.equal(answer.headers['content-digest'], answer.digest)
  }
  t.diagnostic(
    `${count} x 100 MB in ${((performance.now() - began) / 1000).toFixed(1)} s; server: peak ${statusOf('VmHWM').toFixed(0)} MB, ${(processorSeconds() - before).toFixed(1)} s of processor`,
  )
  assert.ok(statusOf('VmHWM') < serverMbMax)
})

test('a server killed with large bodies under way leaves no file, and takes them after its start', async (t) => {
  const { address } = await flowProvider(t, () => 16)
  await offer('killed', [address])
  const held = { ...flowOf(50 * megabyte) }
  const calls = Array.from({ length: 4 }, () =>
    streamed(his, outside.base, { url: url('killed'), body: { ...held, bytes: largeBytes } }).catch((error: unknown) => error),
  )
  await until('they are on their way', () => statusOf('VmRSS') > 0 && openSpools() === 4)
  outside.server.child.kill('SIGKILL')
  await outside.server.ended
  await Promise.all(calls)
  await outside.startAgain()
  await until('nothing is left', () => spoolOf().length === 0)
  const body = flowOf(largeBytes)
  const answer = await streamed(his, outside.base, { url: url('killed'), body })
  assert.equal(answer.status, 200, answer.text)
})

const openSpools = (): number => {
  const fds = `/proc/${outside.server.child.pid}/fd`
  return readdirSync(fds).filter((fd) => linkOf(join(fds, fd)).includes('/spool/')).length
}
