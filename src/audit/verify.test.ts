import assert from 'node:assert/strict'
import { appendFileSync, cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { identifier, type Sql } from '../platform/sql.ts'
import { anEntry, lookTwice } from '../testing/audit.ts'
import { startPlatform, type TestPlatform } from '../testing/platform.ts'
import { createLedger, seal, verify } from './audit.ts'
import { entryHash } from './chain.ts'
import { copyFolder, monthFiles } from './seal-copy.ts'
import type { Broken } from './verify.ts'

/** Two streams with 20 entries each in two seals of 10, their connections gone; then two more streams, and 3 entries that no seal covers. */
async function startSealed(t: TestContext): Promise<TestPlatform> {
  const platform = await startPlatform(t)
  const { world } = platform
  const ledger = await createLedger(world, { lanes: 2 })
  for (let part = 0; part < 2; part++) {
    for (let n = 0; n < 10; n++) {
      await lookTwice(ledger, { correlation: `side-${part}-${n}`, patient: 50 + n }, { correlation: `main-${part}-${n}` })
    }
    await seal(world)
  }
  await ledger.close()
  // The streams of the next ledger get a seal of their own, which also sees that the first two have ended.
  const later = await createLedger(world, { lanes: 2 })
  await lookTwice(later)
  await seal(world)
  await later.record([anEntry(), anEntry(), anEntry()])
  await later.close()
  assert.deepEqual((await verify(world)).broken, [])
  return platform
}

/** What somebody with all rights on the tables but without the key would do after a change: compute the hashes again. */
async function rehash(owner: Sql, stream: number, from: number): Promise<void> {
  const rows = await owner<{ seq: number; entry: string }>`
    select seq, entry from audit.entry where stream = ${stream} and seq >= ${from} order by seq`
  const [before] = await owner<{ hash: Buffer }>`
    select hash from audit.entry where stream = ${stream} and seq = ${from - 1}
     union all select hash from audit.stream where id = ${stream} and ${from} = 1`
  let hash = before?.hash as Buffer
  for (const row of rows) {
    hash = entryHash(hash, stream, row.seq, row.entry)
    await owner`update audit.entry set hash = ${hash} where stream = ${stream} and seq = ${row.seq}`
  }
}

type Tampering = { act: (owner: Sql, platform: TestPlatform) => Promise<unknown>; found: Broken }
const row = (stream: number, seq: number, problem: string): Broken => ({ where: 'entry', stream, seq, problem })
const chainBroken = 'does not continue the chain: it or its place was changed'

const tamperings: Record<string, Tampering> = {
  'a changed text': {
    act: (owner) => owner`update audit.entry set entry = replace(entry, 'treatment', 'curiosity') where stream = 1 and seq = 4`,
    found: row(1, 4, chainBroken),
  },
  'a changed text with the hashes of the whole rest computed again': {
    async act(owner) {
      await owner`update audit.entry set entry = replace(entry, 'treatment', 'curiosity') where stream = 1 and seq = 14`
      await rehash(owner, 1, 14)
    },
    found: row(1, 11, 'or one after it up to 20 was rewritten after seal 2'),
  },
  'a changed patient column': {
    act: (owner) => owner`update audit.entry set patient = 999 where stream = 2 and seq = 3`,
    found: row(2, 3, 'column patient is not what the hashed text says'),
  },
  'a changed actor column': {
    act: (owner) => owner`update audit.entry set actor = 'doctor-2' where stream = 2 and seq = 3`,
    found: row(2, 3, 'column actor is not what the hashed text says'),
  },
  'a changed institution column': {
    act: (owner) => owner`update audit.entry set institution = null where stream = 2 and seq = 3`,
    found: row(2, 3, 'column institution is not what the hashed text says'),
  },
  'a changed action column': {
    act: (owner) => owner`update audit.entry set action = 'visit' where stream = 2 and seq = 3`,
    found: row(2, 3, 'column action is not what the hashed text says'),
  },
  'a changed decision column': {
    act: (owner) => owner`update audit.entry set decision = 'deny' where stream = 2 and seq = 3`,
    found: row(2, 3, 'column decision is not what the hashed text says'),
  },
  'a changed time column': {
    act: (owner) => owner`update audit.entry set at = at + interval '1 millisecond' where stream = 2 and seq = 3`,
    found: row(2, 3, 'column at is not what the hashed text says'),
  },
  'a changed hash': {
    act: (owner) => owner`update audit.entry set hash = sha256('x') where stream = 1 and seq = 20`,
    found: row(1, 20, chainBroken),
  },
  'a deleted row': {
    act: (owner) => owner`delete from audit.entry where stream = 1 and seq = 7`,
    found: row(1, 7, 'is missing'),
  },
  'a deleted first row': {
    act: (owner) => owner`delete from audit.entry where stream = 1 and seq = 1`,
    found: row(1, 1, 'is missing'),
  },
  'a deleted row with the rest moved up and hashed again': {
    async act(owner) {
      await owner`delete from audit.entry where stream = 1 and seq = 7`
      await owner`update audit.entry set seq = seq - 1 where stream = 1 and seq > 7`
      await rehash(owner, 1, 7)
    },
    found: row(1, 1, 'or one after it up to 10 was rewritten after seal 1'),
  },
  'a cut tail': {
    act: (owner) => owner`delete from audit.entry where stream = 2 and seq > 17`,
    found: row(2, 18, 'is missing: the stream was cut; seal 2 had seen it up to 20'),
  },
  'all entries of a stream removed': {
    act: (owner) => owner`delete from audit.entry where stream = 1`,
    found: row(1, 1, 'is missing: the stream was cut; seal 1 had seen it up to 10'),
  },
  'a dropped stream': {
    async act(owner) {
      await owner`delete from audit.entry where stream = 2`
      await owner`delete from audit.stream where id = 2`
    },
    found: { where: 'stream', stream: 2, problem: 'the stream is missing' },
  },
  'the last stream dropped': {
    async act(owner) {
      await owner`delete from audit.entry where stream = 4`
      await owner`delete from audit.stream where id = 4`
    },
    found: { where: 'stream', stream: 4, problem: 'the stream is missing; seal 3 counted 4' },
  },
  'the row of a stream removed, its entries left': {
    act: (owner) => owner`delete from audit.stream where id = 4`,
    found: { where: 'stream', stream: 4, problem: 'the stream is missing; seal 3 counted 4' },
  },
  'a changed row of a stream': {
    act: (owner) => owner`update audit.stream set process = 'elsewhere' where id = 2`,
    found: { where: 'stream', stream: 2, problem: 'the row of the stream was changed' },
  },
  'a row inserted as a double of a number': {
    act: (owner) => owner`
      insert into audit.entry
      select 7777, stream, seq, at, actor, institution, action, decision, entry, hash from audit.entry where stream = 1 and seq = 5`,
    found: row(1, 5, 'stands twice in its stream'),
  },
  'a row inserted with the rest moved down and hashed again': {
    async act(owner) {
      await owner`update audit.entry set seq = -seq - 1 where stream = 1 and seq > 5`
      await owner`update audit.entry set seq = -seq where stream = 1 and seq < 0`
      await owner`
        insert into audit.entry
        select patient, stream, 6, at, actor, institution, action, decision, entry, hash from audit.entry where stream = 1 and seq = 5`
      await rehash(owner, 1, 6)
    },
    found: row(1, 1, 'or one after it up to 10 was rewritten after seal 1'),
  },
  'a row added with a right hash to a stream that has ended': {
    async act(owner) {
      await owner`
        insert into audit.entry
        select patient, stream, 21, at, actor, institution, action, decision, entry, hash from audit.entry where stream = 1 and seq = 20`
      await rehash(owner, 1, 21)
    },
    found: row(1, 21, 'was added after its stream had ended'),
  },
  'a row in a stream that was never opened': {
    act: (owner) => owner`
      insert into audit.entry
      select patient, 77, 1, at, actor, institution, action, decision, entry, hash from audit.entry where stream = 1 and seq = 20`,
    found: row(77, 1, 'belongs to a stream that is not listed'),
  },
  'two rows that changed places': {
    async act(owner) {
      await owner`update audit.entry set seq = -seq where stream = 1 and seq in (8, 9)`
      await owner`update audit.entry set seq = 17 + seq where stream = 1 and seq < 0`
    },
    found: row(1, 8, chainBroken),
  },
  'a seal dropped between others': {
    act: (owner) => owner`delete from audit.seal where number = 2`,
    found: { where: 'seal', seal: 2, problem: 'is missing from the table, the copy outside has it' },
  },
  'the last seals dropped together with what they had seen': {
    async act(owner) {
      await owner`delete from audit.seal where number >= 2`
      await owner`delete from audit.entry where stream = 1 and seq > 10`
    },
    found: row(1, 11, 'is missing: the stream was cut; seal 2 had seen it up to 20'),
  },
  'a changed seal': {
    act: (owner) => owner`update audit.seal set at = at - interval '1 hour' where number = 2`,
    found: { where: 'seal', seal: 2, problem: 'has a wrong signature' },
  },
  'a seal with other heads': {
    act: (owner) => owner`update audit.seal set heads = jsonb_set(heads, '{0,seq}', '19') where number = 2`,
    found: { where: 'seal', seal: 2, problem: 'has a root that is not the root of its heads' },
  },
  'a changed line of the copy': {
    act: async (_, { world }) => changeCopy(world.config.DATA_DIR, (text) => text.replace('"number":2,"at":"20', '"number":2,"at":"19')),
    found: { where: 'copy', seal: 2, problem: 'the copy outside says something else than the table' },
  },
  'a line taken out of the copy': {
    act: async (_, { world }) =>
      changeCopy(world.config.DATA_DIR, (text) =>
        text
          .split('\n')
          .filter((_line, at) => at !== 1)
          .join('\n'),
      ),
    found: { where: 'copy', seal: 2, problem: 'is missing from the copy outside' },
  },
}

function changeCopy(dataDir: string, change: (text: string) => string): void {
  const [file] = monthFiles(copyFolder(dataDir)) as [string]
  writeFileSync(file, change(readFileSync(file, 'utf8')))
}

test('verification names the place of every tampering', async (t) => {
  const platform = await startSealed(t)
  const { world, owner } = platform
  const folder = copyFolder(world.config.DATA_DIR)
  const untouched = `${folder}-untouched`
  cpSync(folder, untouched, { recursive: true })
  const tables = ['entry', 'stream', 'seal'].map((name) => ({ table: identifier(`audit.${name}`), kept: identifier(`public.kept_${name}`) }))
  for (const { table, kept } of tables) await owner`create table ${kept} as table ${table}`

  for (const [name, { act, found }] of Object.entries(tamperings)) {
    await t.test(name, async () => {
      await act(owner, platform)
      const report = await verify(world)
      assert.equal(report.ok, false)
      assert.deepEqual(report.first, found)
    })
    for (const { table, kept } of tables) {
      await owner`truncate ${table}`
      await owner`insert into ${table} table ${kept}`
    }
    cpSync(untouched, folder, { recursive: true })
  }
  assert.deepEqual((await verify(world)).broken, [], 'each tampering began with a whole audit')
})

test('what is not sealed yet is stated: since when and how many rows', async (t) => {
  const { world, sql } = await startSealed(t)
  const [last] = await sql<{ at: Date }>`select at from audit.seal order by number desc limit 1`
  const report = await verify(world)
  assert.deepEqual(report.unsealed, { since: last?.at.toISOString(), rows: 3 })
  await seal(world)
  assert.equal((await verify(world)).unsealed.rows, 0)
})

test('a copy kept elsewhere with its keys proves the table without the server’s folder', async (t) => {
  const { world, owner } = await startSealed(t)
  const elsewhere = join(world.config.DATA_DIR, 'witness')
  cpSync(copyFolder(world.config.DATA_DIR), elsewhere, { recursive: true })
  rmSync(copyFolder(world.config.DATA_DIR), { recursive: true })

  assert.equal((await verify(world, { copy: elsewhere })).ok, true)
  const without = await verify(world)
  assert.deepEqual(
    without.broken.map((one) => one.where),
    ['seal', 'seal', 'seal', 'copy'],
  )
  await owner`delete from audit.seal`
  assert.equal((await verify(world, { copy: elsewhere })).first?.seal, 1)
})

test('a line that a crash left unfinished is cut off, and the copy is completed from the table', async (t) => {
  const { world } = await startSealed(t)
  const [file] = monthFiles(copyFolder(world.config.DATA_DIR)) as [string]
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
  writeFileSync(file, `${lines.slice(0, 2).join('\n')}\n`)
  appendFileSync(file, '{"number":3,"at":"20')
  await seal(world)
  assert.deepEqual((await verify(world)).broken, [])
  assert.equal(readFileSync(file, 'utf8').split('\n')[2], lines[2])
})
