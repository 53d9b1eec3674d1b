import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { dropMapped, mappedOf, putMapped, sealMapped } from './mapped.ts'
import { pruneSome } from './prune.ts'
import { Store } from './store.ts'
import { openVault } from './vault.ts'

const outside = { now: () => new Date(), random: (bytes: number) => Buffer.alloc(bytes, counter++) }
let counter = 1
const vault = openVault(Buffer.alloc(32, 1), outside.random)

function opened(t: TestContext): { store: Store; again(): Store } {
  const folder = mkdtempSync(join(tmpdir(), 'spona-mapped-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const stores: Store[] = []
  const again = () => {
    for (const one of stores) one.close()
    const store = new Store(folder)
    stores.push(store)
    return store
  }
  t.after(() => stores.forEach((one) => one.close()))
  return { store: again(), again }
}

const items = (count: number, text: (at: number) => string) =>
  Array.from({ length: count }, (_, at) => ({ seq: at + 1, id: `i-${at}`, body: Buffer.from(text(at)) }))
const put = (store: Store, given: ReturnType<typeof items>) => {
  const mapped = sealMapped(store, vault, outside, given)
  return store.write(() => given.map((item, at) => putMapped(store, vault, item, mapped[at] as (typeof mapped)[number])))
}
const counts = (store: Store) =>
  store.one('select (select count(*) from pack) as packs, (select count(*) from packed) as packed, (select count(*) from mapped) as alone')

test('contents that were mapped together lie together, are read one by one, also after a restart, and are removed with the last of them', async (t) => {
  const { store, again } = opened(t)
  const given = items(50, (at) => `{"resourceType":"Bundle","name":"Ђорђе ${at}","same":"${'x'.repeat(5000)}"}`)
  given[7] = { ...(given[7] as (typeof given)[number]), body: Buffer.alloc(100_000, 'large') }
  assert.ok((await put(store, given)).every((isAnother) => !isAnother))
  assert.deepEqual({ ...(counts(store) as object) }, { packs: 1, packed: 49, alone: 1 })
  assert.ok((store.one<{ bytes: number }>('select length(sealed) as bytes from pack')?.bytes ?? 0) < 5000)
  const restarted = again()
  for (const item of given) assert.deepEqual(mappedOf(restarted, vault, item), item.body)
  await restarted.write(() => given.slice(1).forEach(({ seq }) => dropMapped(restarted, seq)))
  assert.deepEqual({ ...(counts(restarted) as object) }, { packs: 1, packed: 1, alone: 0 })
  await restarted.write(() => dropMapped(restarted, 1))
  assert.deepEqual({ ...(counts(restarted) as object) }, { packs: 0, packed: 0, alone: 0 })
  assert.equal(mappedOf(restarted, vault, given[0] as (typeof given)[number]), null)
})

test('many larger ones lie in several packs, each of which stays open while it is read', async (t) => {
  const { store, again } = opened(t)
  const given = items(140, (at) => `${at} ${'x'.repeat(60_000)}`)
  await put(store, given)
  const restarted = again()
  let openings = 0
  const counting = { ...vault, open: (sealed: Uint8Array, about: string) => (openings++, vault.open(sealed, about)) }
  for (const item of given) assert.deepEqual(mappedOf(restarted, counting, item), item.body)
  assert.deepEqual({ ...(counts(restarted) as object) }, { packs: 5, packed: 140, alone: 0 })
  assert.equal(openings, 5)
})

test('a few get their own rows; storing the same again changes nothing, and other contents replace them', async (t) => {
  const { store } = opened(t)
  await put(
    store,
    items(3, (at) => `first ${at}`),
  )
  assert.deepEqual({ ...(counts(store) as object) }, { packs: 0, packed: 0, alone: 3 })
  assert.deepEqual(
    await put(
      store,
      items(5, (at) => (at === 1 ? 'another' : `first ${at}`)),
    ),
    [false, true, false, false, false],
  )
  assert.deepEqual({ ...(counts(store) as object) }, { packs: 1, packed: 3, alone: 2 })
  for (const item of items(5, (at) => (at === 1 ? 'another' : `first ${at}`))) assert.deepEqual(mappedOf(store, vault, item), item.body)
})

test('an item that ended long ago is in no pack any more, while one of the same time stands aside and is still whole', async (t) => {
  const { store } = opened(t)
  const given = items(6, (at) => `contents ${at}`)
  await put(store, given)
  await store.write(() => {
    for (const { seq, id } of given)
      store.run(
        `insert into item (seq, id, source, protocol, name, meta, digest, bytes, received_at, state, ended_at) values (?, ?, 'lis', 'hl7v2', 'n', '{}', x'00', 1, 1, ?, ?)`,
        seq,
        id,
        seq === 4 ? 'quarantined' : 'acknowledged',
        seq === 4 ? null : Date.now(),
      )
    for (const { seq } of given) if (seq !== 4) dropMapped(store, seq)
  })
  const days = (count: number) => Date.now() + count * 86_400_000
  assert.equal(await pruneSome(store, vault, days(29), 30), false)
  assert.deepEqual({ ...(counts(store) as object) }, { packs: 1, packed: 1, alone: 0 })
  assert.equal(await pruneSome(store, vault, days(31), 30), false)
  assert.deepEqual({ ...(counts(store) as object) }, { packs: 0, packed: 0, alone: 1 })
  assert.deepEqual(mappedOf(store, vault, given[3] as (typeof given)[number]), given[3]?.body)
})

test('a pack that somebody changed on the disk is not read', async (t) => {
  const { store, again } = opened(t)
  const given = items(10, (at) => `contents ${at}`)
  await put(store, given)
  await store.write(() => store.run('update pack set sealed = zeroblob(length(sealed))'))
  const restarted = again()
  assert.throws(() => mappedOf(restarted, vault, given[0] as (typeof given)[number]))
})
