import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import type { World } from '../../platform/world.ts'
import { oru } from '../../testing/edge.ts'
import { kept, loneEdge, loneSettings } from '../../testing/lone-edge.ts'
import { until } from '../../testing/process.ts'
import { discardItem, fixItem, listAside, resendItems, showItem } from './quarantine.ts'

const world = { now: () => new Date(), random: randomBytes } as unknown as World

/** An edge with one message that cannot be mapped, and the settings for commands beside it. */
async function withOneAside(t: TestContext) {
  const edge = await loneEdge(t, () => '')
  const config = join(edge.folder, 'edge.yaml')
  writeFileSync(config, loneSettings)
  const original = Buffer.from(oru('q-1', 'p-1').replace('ORU^R01^ORU_R01', 'QRY^A19'))
  const { id } = await edge.edge.intake.accept({ source: 'lis', protocol: 'hl7v2', name: 'QRY A19 q-1', original })
  await until('it stands aside', () => kept(edge)[0]?.state === 'quarantined')
  const said: string[] = []
  const run = async (command: typeof fixItem, options: Record<string, string | boolean> = {}) => {
    said.length = 0
    return command(world, { argument: id, config, ...options }, (line) => void said.push(line))
  }
  const file = (text: string): string => {
    const at = join(edge.folder, 'corrected')
    writeFileSync(at, text)
    return at
  }
  return { edge, run, file, text: () => said.join('\n') }
}

test('an item that waits for a person is listed with place, reason and hint, and shown with its history', async (t) => {
  const { run, text } = await withOneAside(t)
  assert.equal(await run(listAside), 1)
  assert.match(text(), /quarantined {2}lis: QRY A19 q-1\n {2}MSH\[1\]-9: [\s\S]*ORU/)
  assert.equal(await run(showItem), 0)
  assert.equal((JSON.parse(text()) as { reason: { place: string } }).reason.place, 'MSH[1]-9')
})

test('a correction that cannot be mapped either is refused with its reason, and the item stays as it was', async (t) => {
  const { edge, run, file, text } = await withOneAside(t)
  for (const wrong of ['<ClinicalDocument/>', '', oru('q-1', 'p-1').replace('ORU^R01^ORU_R01', 'QRY^A19')])
    await assert.rejects(run(fixItem, { file: file(wrong) }), /cannot be mapped either \(hl7v2\), and nothing was sent/)
  assert.equal(kept(edge)[0]?.state, 'quarantined')
  assert.equal(await run(fixItem, { file: file(oru('q-1', 'p-1')) }), 0)
  assert.match(text(), /is sent; what came is kept beside it/)
  await until('it is mapped', () => kept(edge)[0]?.state === 'ready')
  assert.equal(await run(fixItem, { file: file(oru('q-1', 'p-1')) }), 1, 'what goes its way is not corrected')
  assert.match(text(), /It is ready/)
  assert.equal(await run(listAside), 0)
  assert.equal(text(), 'Nothing waits for a person.')
})

test('an unchanged item comes back with the same reason, and a discarded one stays as it is', async (t) => {
  const { edge, run, text } = await withOneAside(t)
  assert.equal(await run(resendItems), 0)
  await until('it stands aside again', () => kept(edge)[0]?.state === 'quarantined')
  assert.equal(await run(discardItem, { reason: 'sent by mistake' }), 0)
  assert.equal(kept(edge)[0]?.state, 'discarded')
  assert.equal(await run(showItem), 0)
  assert.match(text(), /discarded: sent by mistake/)
  const { endedAt, sentAt } = JSON.parse(text()) as { endedAt: string; sentAt: string | null }
  assert.deepEqual([/^\d{4}-\d{2}-\d{2}T.*Z$/.test(endedAt), sentAt], [true, null], 'times are written as people read them')
  await assert.rejects(run(showItem, { argument: 'nothing' }), /there is no item of this number/)
})
