import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { batchText, isPart, partsOf, rootOver } from '../../platform/signed-batch.ts'
import { type Item, itemColumns, makeReady, markSent, sendAgain, setAside, storeItem } from './items.ts'
import { sealMapped } from './mapped.ts'
import { pruneSome } from './prune.ts'
import { type BatchReceipts, dropReceipts, putReceipts, receiptOf } from './receipts.ts'
import { Store } from './store.ts'
import { openVault } from './vault.ts'

const vault = openVault(Buffer.alloc(32, 1), randomBytes)
const outside = { now: () => new Date(), random: randomBytes }
const textsOf = (count: number) => Array.from({ length: count }, (_, at) => JSON.stringify({ status: 202, messageId: `m-${at}`, to: 'record/documents' }))
const signedOf = (count: number): BatchReceipts => ({
  texts: textsOf(count),
  kid: 'k',
  base: `"bus-batch": ${batchText(rootOver(textsOf(count)), count)}`,
  signature: 's',
})
const countOf = (store: Store) => store.one<{ n: number }>('select count(*) as n from receipts')?.n

/** Ready items, numbered from 1. */
async function storeOf(t: TestContext, count: number): Promise<Store> {
  const folder = mkdtempSync(join(tmpdir(), 'spona-receipts-'))
  const store = new Store(folder)
  t.after(() => {
    store.close()
    rmSync(folder, { recursive: true, force: true })
  })
  const named = Array.from({ length: count }, (_, at) => ({ seq: at + 1, id: `i-${at}` }))
  const mapped = sealMapped(
    store,
    vault,
    outside,
    named.map(({ id }) => ({ id, body: Buffer.from(id) })),
  )
  await store.write(() => {
    for (const [at, { seq, id }] of named.entries()) {
      storeItem(store, vault, { source: 'lis', protocol: 'hl7v2', name: id, original: Buffer.from(id), id, digest: Buffer.from(id), at: 0 })
      makeReady(store, vault, { seq, id }, mapped[at] as (typeof mapped)[number], { key: null, document: null, mapping: 'm/1', losses: [] })
    }
  })
  return store
}

/** Settles a batch of all of them; `taken` says which messages the bus took and signed for. */
const send = (store: Store, count: number, taken: (at: number) => boolean) =>
  store.write(() => {
    const seqs = Array.from({ length: count }, (_, at) => at + 1)
    const batch = putReceipts(store, signedOf(count), seqs)
    for (const [at, seq] of seqs.entries()) if (taken(at)) markSent(store, seq, { message: `b-${at}`, receipt: { batch, at }, at: 0, askAt: 0 })
    dropReceipts(store, batch)
  })

test('receipts of one batch lie together, and each is given out as one that is proof by itself', async (t) => {
  const store = await storeOf(t, 400)
  await send(store, 400, () => true)
  const { bytes } = store.one<{ bytes: number }>('select sum(length(signed)) as bytes from receipts') as { bytes: number }
  assert.ok(bytes < 400 * 50, `${bytes} bytes`)
  for (const at of [0, 7, 399]) {
    const { format, verdicts, base } = JSON.parse(receiptOf(store, at + 1) ?? '')
    assert.equal(format, 'spona-bus-receipts-1')
    assert.ok(isPart(verdicts[0], /^"bus-batch": (.*)$/.exec(base)?.[1]))
    assert.deepEqual(verdicts, [partsOf(textsOf(400)).parts[at]])
  }
})

test('they are removed with the last item that has one of them, and stay as long as one has', async (t) => {
  const store = await storeOf(t, 4)
  await send(store, 4, (at) => at !== 2)
  assert.equal(receiptOf(store, 3), null, 'it was not taken')
  await store.write(() => {
    setAside(store, 1, 'parked', { by: 'bus', sentence: 'not now' }, 0)
    store.run(`update item set state = 'acknowledged', ended_at = 0 where seq in (2, 4)`)
  })
  await pruneSome(store, vault, 86_400_000_000, 30)
  assert.equal(store.one<{ n: number }>('select count(*) as n from item')?.n, 2, 'what has ended is gone')
  assert.equal(countOf(store), 1)
  assert.match(receiptOf(store, 1) ?? '', /m-0/)
  const item = store.one<Item>(`select ${itemColumns} from item where seq = 1`) as Item
  assert.ok(await store.write(() => sendAgain(store, vault, { item, corrected: null, who: 'ana', at: 0 })))
  assert.equal(receiptOf(store, 1), null, 'it goes out under another number and gets another receipt')
  assert.equal(countOf(store), 0)
})

test('a batch of which nothing was taken leaves nothing behind', async (t) => {
  const store = await storeOf(t, 3)
  await send(store, 3, () => false)
  assert.equal(countOf(store), 0)
})
