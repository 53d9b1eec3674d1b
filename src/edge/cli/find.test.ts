import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { oru } from '../../testing/edge.ts'
import { kept, loneEdge, loneSettings } from '../../testing/lone-edge.ts'
import { until } from '../../testing/process.ts'
import { acknowledge, markSent } from '../store/items.ts'
import { findItems } from './find.ts'

test('an item is found by the number of the local system, of the edge and of the bus, with its history and without its contents', async (t) => {
  const edge = await loneEdge(t, () => '')
  const config = join(edge.folder, 'edge.yaml')
  writeFileSync(config, loneSettings)
  const { store, intake } = edge.edge
  const { seq, id } = await intake.accept({ source: 'lis', protocol: 'hl7v2', name: 'ORU R01 M-77', original: Buffer.from(oru('M-77', 'p-secret')) })
  await intake.accept({ source: 'lis', protocol: 'hl7v2', name: 'ORU R01 XM-77', original: Buffer.from(oru('XM-77', 'p-2')) })
  await intake.accept({ source: 'tables', protocol: 'fhir', name: 'lab.csv, line 2', original: randomBytes(20) })
  await until('they are mapped', () => kept(edge).every(({ state }) => state !== 'waiting'))
  await store.write(() => {
    markSent(store, seq, { message: 'bus-1', receipt: { text: '{"signed":"yes"}' }, at: 1_790_000_000_000, askAt: 0 })
    acknowledge(store, seq, 1_790_000_060_000)
  })
  const said: string[] = []
  const find = async (argument: string, json = false) => {
    said.length = 0
    const code = await findItems({ argument, config, json }, (line) => void said.push(line))
    return { code, text: said.join('\n') }
  }
  for (const number of ['M-77', 'ORU R01 M-77', id, 'bus-1']) {
    const { code, text } = await find(number)
    assert.equal(code, 0, number)
    assert.match(
      text,
      /^\S+ {2}lis: ORU R01 M-77\n {2}acknowledged: the record has it\n {2}came .*\n {2}to the bus 2026-09-\S+ as \S+, message bus-1, with a signed receipt\n {2}ended 2026-09-/,
    )
    assert.ok(!text.includes('XM-77') && !text.includes('p-secret'))
  }
  const [found] = JSON.parse((await find('M-77', true)).text) as { id: string; state: string; sent: { message: string; receipt: { signed: string } } }[]
  assert.deepEqual([found?.id, found?.state, found?.sent.message, found?.sent.receipt.signed], [id, 'acknowledged', 'bus-1', 'yes'])
  assert.match((await find('lab.csv')).text, /lab\.csv, line 2\n {2}quarantined: stands aside/)
  const none = await find('M-7')
  assert.deepEqual([none.code, none.text], [1, 'Nothing of this number is kept here. What has ended is kept for 30 days (keep.days).'])
  await assert.rejects(find('  '), /wants a number/)
})
