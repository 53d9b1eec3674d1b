import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type TestContext, test } from 'node:test'
import { acknowledge, discard, type Item, itemColumns, makeReady, markSent, sendAgain, setAside, storeItem } from './items.ts'
import { pruneSome } from './prune.ts'
import { migrations } from './schema.ts'
import { Store } from './store.ts'
import { countOf, oldestOf } from './tally.ts'
import { openVault } from './vault.ts'

const vault = openVault(Buffer.alloc(32, 1), (bytes) => Buffer.alloc(bytes, 7))
const dayMs = 86_400_000

function folderOf(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'spona-tally-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

const walked = (store: Store) =>
  Object.fromEntries(
    store.all<{ state: string; count: number }>('select state, count(*) as count from item group by state').map((one) => [one.state, one.count]),
  )
const counted = (store: Store) =>
  Object.fromEntries(store.all<{ state: string; count: number }>('select state, count from tally where count > 0').map((one) => [one.state, one.count]))

test('the tally equals a count of all items, after any acts in any order', async (t) => {
  const store = new Store(folderOf(t))
  t.after(() => store.close())
  const acts: ((item: Item, at: number) => unknown)[] = [
    (item) => {
      const body = Buffer.from('{}')
      const mapped = { body, sealed: vault.sealForNow(body, `mapped ${item.id}`) }
      makeReady(store, vault, item, mapped, { key: null, document: null, mapping: 'x/1', losses: [] })
    },
    (item, at) => markSent(store, item.seq, { message: `m-${item.seq}`, receipt: { text: 'r' }, at, askAt: at }),
    (item, at) => acknowledge(store, item.seq, at),
    (item, at) => setAside(store, item.seq, at % 2 === 0 ? 'quarantined' : 'parked', { by: 'edge', sentence: 'no' }, at),
    (item, at) => sendAgain(store, vault, { item, corrected: null, who: 'me', at }),
    (item, at) => discard(store, item.seq, at, 'me', 'no'),
  ]
  let seed = 7
  const any = (count: number) => (seed = (seed * 48_271) % 2_147_483_647) % count
  for (let at = 1; at <= 400; at++) {
    await store.write(() => {
      const digest = Buffer.alloc(32, at % 60)
      if (at % 3 === 0) storeItem(store, vault, { source: 'lis', protocol: 'hl7v2', name: 'n', original: Buffer.from('x'), id: `i-${at}`, digest, at })
      const item = store.one<Item>(`select ${itemColumns} from item order by seq limit 1 offset ?`, any(30))
      if (item) acts[any(acts.length)]?.(item, at)
    })
  }
  assert.ok(Object.keys(walked(store)).length >= 5, 'most states were met')
  assert.deepEqual(counted(store), walked(store))
  assert.equal(countOf(store, 'waiting', 'ready'), (walked(store)['waiting'] ?? 0) + (walked(store)['ready'] ?? 0))
  assert.equal(oldestOf(store), store.one<{ at: number }>(`select min(received_at) as at from item where state in ('waiting', 'ready')`)?.at)
  await pruneSome(store, vault, 40 * dayMs, 30)
  assert.equal(walked(store)['acknowledged'], undefined, 'what has ended was removed')
  assert.deepEqual(counted(store), walked(store))
})

test('a store of an earlier version is counted once when it is opened', (t) => {
  const folder = folderOf(t)
  mkdirSync(join(folder, 'store'))
  const before = new DatabaseSync(join(folder, 'store', 'edge.db'))
  before.exec(`${migrations.slice(0, 3).join(';')}; pragma user_version = 3`)
  const insert = before.prepare(
    `insert into item (id, source, protocol, name, meta, digest, bytes, received_at, state) values (?, 'lis', 'hl7v2', 'n', '{}', x'00', 1, ?, ?)`,
  )
  for (const [at, state] of ['acknowledged', 'waiting', 'waiting', 'quarantined'].entries()) insert.run(`i-${at}`, at, state)
  before.close()
  const store = new Store(folder)
  t.after(() => store.close())
  assert.deepEqual(counted(store), { acknowledged: 1, quarantined: 1, waiting: 2 })
  assert.deepEqual([countOf(store, 'waiting', 'ready'), oldestOf(store)], [2, 1])
})
