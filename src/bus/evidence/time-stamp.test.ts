import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { contractOf, expectStatus, joinBus, sealAll } from '../../testing/bus-member.ts'
import { startServer } from '../../testing/server.ts'
import { startAuthority } from '../../testing/time-stamp-authority.ts'
import { verifyCommand } from './evidence.cli.ts'
import { evidenceOf } from './evidence.ts'
import { stampSeals } from './stamp-seals.ts'
import { askStamp, certificatesOf, readStamp } from './time-stamp.ts'
import { verifyStamps } from './verify-evidence.ts'

test('a stamp is taken only when it answers what was asked, and verified by the root it must lead to', async (t) => {
  const authority = await startAuthority(t)
  const other = await startAuthority(t)
  const token = await askStamp(authority.address, 'a seal')
  const stamp = await readStamp(token, 'a seal', await certificatesOf(authority.root))
  assert.deepEqual([stamp.authority, stamp.isTrusted], ['Test authority', true])
  assert.ok(Math.abs(stamp.at.getTime() - Date.now()) < 60_000)
  await assert.rejects(readStamp(token, 'another seal', null))
  await assert.rejects(readStamp(token, 'a seal', await certificatesOf(other.root)))
  const changed = Buffer.from(token)
  changed.writeUInt8(changed.readUInt8(changed.length - 4) ^ 1, changed.length - 4)
  await assert.rejects(readStamp(changed, 'a seal', null))
  authority.state.spoil = (digest) => digest.fill(7)
  await assert.rejects(askStamp(authority.address, 'a seal'), /not a valid one of this seal/)
})

test('seals get stamps that evidence carries; while the authority is away traffic goes on, and the gap is closed later', async (t) => {
  const authority = await startAuthority(t)
  const { app, world, owner } = await startServer(t, { TSA_URL: authority.address })
  const a = await joinBus(app, world, 'ts-a')
  const b = await joinBus(app, world, 'ts-b')
  await b.offerInbox('box')
  await contractOf(a, 'ts-b/box')
  const sendAndSeal = async (name: string): Promise<string> => {
    const { body } = await expectStatus(202, a.message('ts-b/box', name, '{}'))
    await sealAll(world)
    return body.message
  }
  authority.state.isAway = true
  const first = await sendAndSeal('one')
  await assert.rejects(stampSeals(world), /answered 503/)
  assert.equal((await evidenceOf(world, first, false)).message.seal?.stamp, null)
  authority.state.isAway = false
  await sendAndSeal('two')
  const seals = await owner<{ count: number }>`select count(*)::int as count from bus.seal`
  assert.equal(await stampSeals(world), seals[0]?.count)
  assert.equal(await stampSeals(world), 0)

  const evidence = await evidenceOf(world, first, false)
  const verdict = await verifyStamps(evidence, authority.root)
  assert.deepEqual(verdict.problems, [])
  assert.match(verdict.found[0] ?? '', /was stamped at .* by Test authority, below a given certificate/)
  assert.equal((await verifyStamps(evidence, (await startAuthority(t)).root)).ok, false)

  const [file, ca] = ['evidence.json', 'ca.pem'].map((name) => join(world.config.DATA_DIR, name)) as [string, string]
  writeFileSync(file, JSON.stringify(evidence))
  writeFileSync(ca, authority.root)
  const lines: string[] = []
  assert.equal(await verifyCommand.run(world, { argument: file, 'tsa-ca': ca }, (line) => lines.push(line)), 0)
  assert.ok(lines.some((line) => line.includes('was stamped at')))
})
