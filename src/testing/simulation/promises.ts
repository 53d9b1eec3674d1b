import assert from 'node:assert/strict'
import { evidenceOf } from '../../bus/evidence/evidence.ts'
import { verifyEvidence } from '../../bus/evidence/verify-evidence.ts'
import type { Run } from './run.ts'

/** Checks the promises of the bus when all is over: by what its members saw, and by the rows of the tables. */
export async function checkPromises(run: Run): Promise<void> {
  await everythingArrived(run)
  await everyOrderHolds(run)
  await theRecordFiledOnce(run)
  for (const { number, calls } of run.calls) assert.ok(calls.size <= 1, `the call ${number} took effect ${calls.size} times`)
  for (const system of run.systems) {
    const [last] = await run.centre.platform.owner<{ number: number }>`select number from bus.topic_number where recipient = ${system.id}`
    const refused = await run.centre.platform
      .owner`select 1 as one from bus.delivery where recipient = ${system.id} and number is not null and state = 'parked'`
    const numbers = [...system.numbers].sort((a, b) => a - b)
    assert.equal(numbers.length + refused.length >= (last?.number ?? 0), true, 'the numbers of the record’s changes have a gap')
    assert.ok((numbers.at(-1) ?? 0) <= (last?.number ?? 0))
  }
  await evidenceHolds(run)
}

async function everythingArrived(run: Run): Promise<void> {
  const { owner } = run.centre.platform
  for (const letter of run.letters) {
    if (letter.message === null) continue
    const rows = await owner<{ recipient: string; state: string; reason: string | null }>`
      select recipient, state, reason from bus.delivery where message = ${letter.message}`
    for (const system of letter.recipients) {
      const row = rows.find(({ recipient }) => recipient === system.id)
      const isParked = row?.state === 'parked' && row.reason !== null
      assert.ok(system.done.has(letter.message) || isParked || row?.state === 'waiting', `${letter.id} has a receipt and did not arrive`)
      if (isParked && !system.done.has(letter.message)) assert.match(row.reason ?? '', /^not allowed any more/)
    }
    if (letter.to === 'record/documents') assert.equal(rows[0]?.state, 'acknowledged', `the document ${letter.id} is ${rows[0]?.state}`)
  }
}

/** When the effects of two messages of one key came in reverse order, the later one was marked as out of order when it passed. */
async function everyOrderHolds(run: Run): Promise<void> {
  for (const system of run.systems) {
    const rows = await run.centre.platform.owner<{ message: string; seq: number; key: string }>`
      select message, seq, encode(key, 'hex') as key from bus.delivery where recipient = ${system.id} and key is not null order by seq`
    const place = new Map(system.order.map(({ message, outOfOrder }, at) => [message, { at, outOfOrder }]))
    for (const [at, later] of rows.entries()) {
      const mine = place.get(later.message)
      if (!mine || mine.outOfOrder) continue
      const passed = rows.slice(0, at).filter(({ key, message }) => key === later.key && (place.get(message)?.at ?? -1) > mine.at)
      assert.deepEqual(passed, [], 'an effect came before that of an earlier message of its key, unmarked')
    }
  }
}

/** Each document gives a patient and a finding, each refused one an outcome; all of them once. */
async function theRecordFiledOnce(run: Run): Promise<void> {
  const { owner } = run.centre.platform
  for (const system of run.systems) {
    const documents = run.letters.filter(({ from, to, message }) => from === system && to === 'record/documents' && message !== null)
    const [filed] = await owner<{ count: number }>`select count(*)::int as count from record.resource where institution = ${system.institution}`
    assert.equal(filed?.count, 2 * documents.filter(({ isWrong }) => !isWrong).length, `resources of ${system.code}`)
    const outcomes = await owner<{ entry: string }>`
      select entry from bus.log where id = any(${[...system.done]}::uuid[]) and entry like '%"to":"record/outcomes"%' limit 1000`
    const all = outcomes.map(({ entry }) => JSON.parse(entry).answers as string)
    const answered = all.filter((one, at) => !run.replayed.has(one) || all.indexOf(one) === at).sort()
    const wrong = documents.flatMap(({ isWrong, message }) => (isWrong ? [message] : [])).sort()
    assert.deepEqual(answered, wrong, 'each refused document came back once')
  }
}

async function evidenceHolds(run: Run): Promise<void> {
  const taken = run.letters.flatMap(({ message }) => (message === null ? [] : [message]))
  if (taken.length === 0) return
  const evidence = await evidenceOf(run.centre.world, run.random.pick(taken), true)
  assert.deepEqual(verifyEvidence(JSON.parse(JSON.stringify(evidence)), null).problems, [])
}
