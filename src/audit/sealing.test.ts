import assert from 'node:assert/strict'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { WrongUse } from '../platform/cli.ts'
import { anEntry, openLedger } from '../testing/audit.ts'
import { startPlatform } from '../testing/platform.ts'
import { seal, startSealing, verify } from './audit.ts'
import { commands } from './commands.ts'
import { copyFolder, publicKeys } from './seal-copy.ts'
import { isSigned } from './seal.ts'

const run = async (name: string, world: Parameters<(typeof commands)[0]['run']>[0], options = {}) => {
  const lines: string[] = []
  const code = await commands.find((command) => command.name === name)?.run(world, options, (line) => lines.push(line))
  return { code: code ?? 0, lines }
}

test('a seal is made when something came, is signed, and stands outside the database too', async (t) => {
  const { world } = await startPlatform(t)
  assert.equal(await seal(world), null)
  const ledger = await openLedger(t, world, 2)
  await ledger.record([anEntry()])
  const made = await seal(world)
  assert.ok(made)
  const folder = copyFolder(world.config.DATA_DIR)
  const key = publicKeys(folder).get(made.keyId)
  assert.ok(key && isSigned(made, key))
  assert.ok(!isSigned({ ...made, streams: made.streams + 1 }, key))
  assert.ok(statSync(join(folder, `${made.at.slice(0, 7)}.jsonl`)).size > 0)
  assert.equal(await seal(world), null)
})

test('two processes that seal at the same time make one chain', async (t) => {
  const { world } = await startPlatform(t)
  const ledger = await openLedger(t, world, 2)
  for (let round = 0; round < 3; round++) {
    await ledger.record([anEntry()])
    const made = await Promise.all([seal(world), seal(world), seal(world)])
    assert.equal(made.filter(Boolean).length, 1)
  }
  assert.deepEqual((await verify(world)).broken, [])
})

test('the server seals by itself and once more when it stops', async (t) => {
  const { world, sql } = await startPlatform(t, { SEAL_SECONDS: '1' })
  const ledger = await openLedger(t, world, 2)
  const stop = startSealing(world)
  await ledger.record([anEntry()])
  await new Promise((resolve) => setTimeout(resolve, 1_400))
  assert.equal((await sql`select 1 from audit.seal`).length, 1)
  await ledger.record([anEntry()])
  await stop()
  assert.deepEqual((await verify(world)).unsealed.rows, 0)
  assert.equal((await sql`select 1 from audit.seal`).length, 2)
})

test('the commands seal and verify, name what is broken, and answer by their exit code', async (t) => {
  const { world, owner } = await startPlatform(t)
  const ledger = await openLedger(t, world, 2)
  await ledger.record([anEntry(), anEntry()])
  assert.match((await run('audit seal', world)).lines[0] ?? '', /^seal 1 at /)
  await ledger.record([anEntry()])

  const whole = await run('audit verify', world)
  assert.equal(whole.code, 0)
  assert.match(whole.lines.join('\n'), /^whole: 3 rows in 1 streams, 1 seals[^]*not sealed yet: 1 rows since 20/)

  await owner`delete from audit.entry where seq = 2`
  const broken = await run('audit verify', world)
  assert.equal(broken.code, 1)
  assert.match(broken.lines.join('\n'), /BROKEN[^]*row \(stream \d, seq 2\) is missing/)
  const { first } = JSON.parse((await run('audit verify', world, { json: true })).lines[0] ?? '')
  assert.deepEqual([first.where, first.seq], ['entry', 2])
  await assert.rejects(run('audit verify', world, { 'from-copy': '/no/such/folder' }), WrongUse)
})

test('sealing says at once when sealed rows are gone', async (t) => {
  const { world, owner } = await startPlatform(t)
  const ledger = await openLedger(t, world, 2)
  await ledger.record([anEntry(), anEntry()])
  await seal(world)
  await owner`delete from audit.entry where seq = 2`
  const said: unknown[] = []
  world.log.error = ((facts: object) => said.push(facts)) as typeof world.log.error
  await seal(world)
  assert.deepEqual(said, [{ stream: 1, sealed: 2, found: 1 }])
})
