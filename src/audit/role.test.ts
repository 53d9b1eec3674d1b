import assert from 'node:assert/strict'
import { test } from 'node:test'
import { anEntry, openLedger } from '../testing/audit.ts'
import { startPlatform } from '../testing/platform.ts'
import { seal } from './audit.ts'

test('the role of the server may add to the audit and read it, and nothing else', async (t) => {
  const { world, sql } = await startPlatform(t)
  const ledger = await openLedger(t, world)
  await ledger.record([anEntry()])
  await seal(world)

  const [role] = await sql<{ name: string; isSuper: boolean }>`
    select current_user as name, rolsuper as is_super from pg_roles where rolname = current_user`
  assert.deepEqual(role, { name: 'spona_app', isSuper: false })
  const attempts = {
    'update entry': () => sql`update audit.entry set actor = 'nobody'`,
    'delete entry': () => sql`delete from audit.entry`,
    'truncate entry': () => sql`truncate audit.entry`,
    'update stream': () => sql`update audit.stream set process = ''`,
    'delete stream': () => sql`delete from audit.stream`,
    'truncate stream': () => sql`truncate audit.stream`,
    'update seal': () => sql`update audit.seal set heads = '[]'`,
    'delete seal': () => sql`delete from audit.seal`,
    'truncate seal': () => sql`truncate audit.seal`,
    'drop entry': () => sql`drop table audit.entry`,
    'alter entry': () => sql`alter table audit.entry disable trigger all`,
    'new table': () => sql`create table audit.mine (n int4)`,
  }
  for (const [attempt, run] of Object.entries(attempts)) {
    await assert.rejects(run, { code: '42501' }, `${attempt} must be refused as insufficient privilege`)
  }
})
