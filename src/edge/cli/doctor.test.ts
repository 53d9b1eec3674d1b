import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { loneEdge } from '../../testing/lone-edge.ts'
import { findingsOf } from './doctor.ts'

test('an unreadable store is one finding, and the doctor checks the rest', async (t) => {
  const edge = await loneEdge(t, () => '')
  await edge.close()
  const { config } = edge.edge
  for (const ending of ['', '-wal', '-shm']) writeFileSync(join(config.data, 'store', `edge.db${ending}`), 'not what SQLite writes')
  const findings = await findingsOf(edge.edge, join(edge.folder, 'edge.yaml'))
  assert.deepEqual(
    findings.filter(({ check }) => check === 'store' || check.startsWith('undelivered')).map(({ check, ok }) => [check, ok]),
    [['store', false]],
  )
})
