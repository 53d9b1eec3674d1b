import assert from 'node:assert/strict'
import { replay } from '../../bus/messages/keep.ts'
import { confirmSome } from '../../edge/centre/confirm.ts'
import { sendSome } from '../../edge/centre/send.ts'
import { mapSome } from '../../edge/process/map-items.ts'
import { type Item, itemColumns, numberOf, type Reason } from '../../edge/store/items.ts'
import { intake } from './changing.ts'
import { type EdgeUnderFire, type Said, valueOf } from './edge.ts'
import { atWork, receive, sendOnceMore, switchKey, switchRight, tell } from './edge-steps.ts'
import { reach } from './edge-line.ts'
import type { Version } from './record-reader.ts'
import { chance, type Run, say } from './run.ts'

const roundsMax = 60
const hourMs = 3_600_000

/** All faults are over: local systems repeat until they hear an ACK, and everything goes its way to the end. */
export async function healEdges(run: Run): Promise<void> {
  for (const one of run.edges) {
    Object.assign(one, { isCut: false, skewMs: 0, room: 'roomy' })
    const [key] = one.system.keys
    if (key && !one.system.isUsable(key)) await switchKey(run, one)
    if (!one.contract.isActive) await switchRight(run, one)
    for (const request of one.late.splice(0)) await reach(run, request)
    for (const said of one.said) if (!said.isAcked) await tell(run, one, said)
    // The rule that refused these is gone.
    await sendOnce(run, one, 'bus', () => false)
  }
  await settle(run)
  // The record mostly reports late that it refuses a message, so a person corrects those now.
  for (const one of run.edges) await sendOnce(run, one, 'record', () => chance(run, 60))
  await settle(run)
}

async function settle(run: Run): Promise<void> {
  for (let round = 0; round < roundsMax; round++) {
    const open = run.edges.filter((one) => openIn(one) > 0)
    if (open.length === 0) return
    await run.centre.operate((tx) => replay(run.centre.world, tx, { member: 'record', message: null, from: null, to: null, parkedOnly: true }))
    for (const one of open) {
      await atWork(run, one, 'maps', mapSome)
      await atWork(run, one, 'sends', sendSome)
    }
    await intake(run)
    for (const one of open) {
      await atWork(run, one, 'receives', receive)
      await atWork(run, one, 'asks what became of it', confirmSome)
    }
    run.centre.clock.now += round < 10 ? 61_000 : hourMs
  }
  throw new Error(
    `an edge has something that waits for ever: ${run.edges.map((one) => JSON.stringify(one.store.all('select name, state, reason from item where state not in (?, ?)', 'acknowledged', 'quarantined'))).join()}`,
  )
}

/** A person sends refused messages again. */
async function sendOnce(run: Run, one: EdgeUnderFire, by: 'bus' | 'record', isToCorrect: () => boolean): Promise<void> {
  const items = one.store.all<Item>(`select ${itemColumns} from item where state = 'quarantined' order by seq limit 1000`)
  for (const item of items.filter(({ reason }) => (JSON.parse(reason ?? '{}') as Reason).by === by)) {
    const said = one.said.find(({ number }) => number === item.name)
    if (said) await sendOnceMore(run, one, { item, said, isCorrected: isToCorrect() })
  }
}

const openIn = ({ store }: EdgeUnderFire): number =>
  store.one<{ count: number }>(`select count(*) as count from item where state in ('waiting', 'ready', 'sent', 'parked')`)?.count ?? 0

/**
 * Checks the whole way: every message for which a local system got an ACK is in the record or in quarantine, once, and a patient's results came in
 * their order.
 */
export async function checkEdges(run: Run): Promise<void> {
  for (const one of run.edges) {
    for (const said of one.said) isKeptOnce(one, said)
    await isSentUnderItsNumber(run, one)
    await areFiledInOrder(run, one)
  }
}

type Row = { state: string; reason: string | null }

const isForRecord = ({ kind, isCorrected }: Said) => kind === 'result' || isCorrected

function isKeptOnce({ store }: EdgeUnderFire, said: Said): void {
  const { number, kind, isAcked } = said
  const rows = store.all<Row>('select state, reason from item where name = ? limit 10', number)
  assert.ok(isAcked && rows.length === 1, `${number} was acknowledged and is kept ${rows.length} times`)
  assert.equal(rows[0]?.state, isForRecord(said) ? 'acknowledged' : 'quarantined', `${number}: ${rows[0]?.reason}`)
  if (!isForRecord(said)) assert.match(rows[0]?.reason ?? '', kind === 'refused' ? /"by":"record"/ : /"by":"mapping"/, number)
}

/** However often a message went out, the bus knows it under the number that the edge gave it, and under a new one for each time a person sent it again. */
async function isSentUnderItsNumber(run: Run, { store, system }: EdgeUnderFire): Promise<void> {
  const items = store.all<{ id: string; sendings: number }>('select id, sendings from item limit 1000')
  const numbers = new Set(items.flatMap(({ id, sendings }) => Array.from({ length: sendings + 1 }, (_, times) => numberOf({ id, sendings: times }))))
  const seen = await run.centre.platform.owner<{ name: string }>`select name from bus.seen where sender = ${system.id} limit 1000`
  assert.deepEqual(
    // The bus knows an acknowledgement by its signature, after a mark of its own.
    seen.filter(({ name }) => !name.startsWith('\x01') && !numbers.has(name)),
    [],
    `${system.code} sent one message under two numbers`,
  )
}

async function areFiledInOrder(run: Run, one: EdgeUnderFire): Promise<void> {
  const results = one.said.filter(isForRecord)
  const versions = await run.record.versionsOf(one.system)
  // A corrected message may also be there in its first form: the centre took that one, and the edge never heard of it.
  const before = new Set(results.flatMap(({ kind, value, isCorrected }) => (kind === 'result' && isCorrected ? [valueOf({ value, isCorrected: false })] : [])))
  const filed = versions.map(({ value }) => value)
  assert.deepEqual(
    filed.filter((value) => !before.has(value)).toSorted((a, b) => a - b),
    results.map(valueOf).toSorted((a, b) => a - b),
    `what ${one.system.code} acknowledged is in the record once`,
  )
  assert.equal(new Set(filed).size, filed.length, `the record has something of ${one.system.code} twice`)
  const late = new Set(results.flatMap((said) => (said.isMended ? [valueOf(said)] : [])))
  for (const ofPatient of Map.groupBy(versions, ({ subject }: Version) => subject).values()) {
    const inOrder = ofPatient.map(({ value }) => value).filter((value) => !late.has(value) && !before.has(value))
    assert.deepEqual(
      inOrder,
      inOrder.toSorted((a, b) => a - b),
      `results of one patient of ${one.system.code} came in another order`,
    )
  }
  say(run, `${versions.length} results of ${one.system.code} are in the record, in order`)
}
