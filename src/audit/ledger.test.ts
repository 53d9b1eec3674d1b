import assert from 'node:assert/strict'
import { test } from 'node:test'
import { anEntry, openLedger } from '../testing/audit.ts'
import { startPlatform } from '../testing/platform.ts'

test('a recorded look is a row with the exact text that was hashed', async (t) => {
  const { world, sql } = await startPlatform(t)
  const ledger = await openLedger(t, world)

  await ledger.record([anEntry(), anEntry({ patient: null, action: 'sign-in' })])

  const rows = await sql<{ patient: number; seq: number; actor: string; entry: string }>`
    select patient, seq, actor, entry from audit.entry order by seq`
  assert.deepEqual(rows.map((row) => [row.patient, row.seq, row.actor]), [[1001, 1, 'doctor-1'], [0, 2, 'doctor-1']])
  assert.equal(JSON.parse(rows[0]?.entry ?? '').who.name, 'др Милица Јовановић')
})
