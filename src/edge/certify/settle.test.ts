import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loneEdge } from '../../testing/lone-edge.ts'
import { until } from '../../testing/process.ts'
import { asideOf } from '../local/aside.ts'
import { setAside } from '../store/items.ts'
import type { Verdict } from './play.ts'
import { settleTrials, type Trial } from './settle.ts'
import { beginWindow } from './windows.ts'

const verdictOf = (isWrongPassed: boolean): Verdict => ({
  passed: isWrongPassed,
  score: isWrongPassed ? 100 : 90,
  certificate: null,
  scenarios: [{ id: 'wrong', title: { en: 'Wrong data' }, passed: isWrongPassed, checks: [] }],
})

test('a document that a scenario expected to be refused is discarded when the scenario has passed, with a step that says why; nothing else is', async (t) => {
  const { edge } = await loneEdge(t, () => '')
  const { store, intake } = edge
  const reason = { by: 'mapping', sentence: 'line 2, column Rodjen: is no date' } as const
  const accept = async (source: string, name: string, text = name) => {
    const { seq, id } = await intake.accept({ source, protocol: 'fhir', name, original: Buffer.from(JSON.stringify({ resourceType: 'Basic', id: text })) })
    await store.write(() => setAside(store, seq, 'quarantined', reason, 1))
    return id
  }
  const names = () => asideOf(store, 10).map(({ name }) => name)
  await accept('tables', 'letters.csv, line 2')
  await accept('tables', 'certify-a-1.csv, line 2', 'first')
  const posted = await accept('rest', 'a bundle')
  const trials: Trial[] = [
    { scenario: 'wrong', made: { source: 'tables', name: 'certify-a-1.csv' } },
    { scenario: 'wrong', made: { id: posted } },
  ]
  assert.equal(await settleTrials(store, edge, trials, verdictOf(false)), 0)
  assert.equal(names().length, 3, 'of a run that failed they stay for whoever looks why')

  // The next night: the same rows in a file of another name.
  await accept('tables', 'certify-b-1.csv, line 2', 'second')
  assert.equal(await settleTrials(store, edge, [{ scenario: 'wrong', made: { source: 'tables', name: 'certify-b-1.csv' } }], verdictOf(true)), 2)
  assert.deepEqual(names(), ['a bundle', 'letters.csv, line 2'], 'and those over another way in stay until that one passes')
  const steps = store.all<{ what: string }>(
    `select what from step join item using (seq) where item.source = 'tables' and who = 'contract tests' order by step.rowid`,
  )
  assert.deepEqual(
    steps.map(({ what }) => what),
    [
      'of the scenario "wrong", which did not pass',
      'discarded: the scenario "wrong" meant it to be refused, and has passed',
      'discarded: of contract tests that did not pass; these have',
    ],
  )
})

test('data still on their way at the end of the run are waited for', async (t) => {
  const { edge } = await loneEdge(t, () => '')
  const { store, intake } = edge
  const { seq, id } = await intake.accept({ source: 'rest', protocol: 'fhir', name: 'a bundle', original: Buffer.from('{"resourceType":"Basic"}') })
  const settled = settleTrials(store, edge, [{ scenario: 'wrong', made: { id } }], verdictOf(true))
  await until('it is mapped', () => store.one<{ state: string }>('select state from item where seq = ?', seq)?.state === 'ready')
  await store.write(() => setAside(store, seq, 'quarantined', { by: 'record', sentence: 'the status is not one of R4' }, 1))
  assert.equal(await settled, 1)
})

test('for a local system that names things itself, everything that came during a scenario belongs to it', async (t) => {
  const { edge } = await loneEdge(t, () => 'mllp: [{ name: lis, port: 0 }]')
  const { store, intake } = edge
  const aside = async (source: string, name: string) => {
    const { seq } = await intake.accept({ source, protocol: 'fhir', name, original: Buffer.from(`{"resourceType":"Basic","id":"${name}"}`) })
    await store.write(() => setAside(store, seq, 'quarantined', { by: 'mapping', sentence: 'PID-7: is no date' }, 1))
  }
  const trials: Trial[] = []
  await aside('lis', 'before')
  await beginWindow(edge.config, 'hl7v2', 'right', trials)
  await aside('lis', 'of-another')
  await beginWindow(edge.config, 'hl7v2', 'wrong', trials)
  await aside('lis', 'wrong-one')
  await aside('letters', 'another-way')
  assert.equal(await settleTrials(store, edge, trials, { ...verdictOf(true), passed: false }), 1)
  assert.deepEqual(
    asideOf(store, 10).map(({ name }) => name),
    ['another-way', 'of-another', 'before'],
  )
})
