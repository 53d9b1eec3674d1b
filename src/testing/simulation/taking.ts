import assert from 'node:assert/strict'
import { createPublicKey } from 'node:crypto'
import { centreKey } from '../../bus/members/centre-key.ts'
import { callWaitMs } from '../../bus/messages/deliver.ts'
import { contentDigest, isSigned } from '../../platform/http-signature.ts'
import { isPart } from '../../platform/signed-batch.ts'
import { ask, chance, contractOf, isAsExpected, isTimely, nameOf, type Run, say } from './run.ts'
import type { Handed, Signed, System } from './system.ts'

const callSecondsMax = callWaitMs(8 * 1_048_576) / 1000

/** The system fetches its waiting messages. It must get only those that it may have, in order, and none that it already has in hand. */
export async function lease(run: Run, system: System, { max = 1 + run.random.below(20), wait = 0 } = {}): Promise<void> {
  const { owner } = run.centre.platform
  const inHand = await owner<{ seq: number }>`
    select seq from bus.delivery where recipient = ${system.id} and state = 'leased' and due_at > ${run.centre.world.now()}`
  const body = Buffer.from(JSON.stringify(wait > 0 ? { max, wait } : { max }))
  const reply = await ask(run, system.sign(run.centre.world, { url: '/bus/deliveries/lease', body }), false)
  const deliveries = (reply?.body?.deliveries ?? []) as any[]
  if (!isAsExpected(run, reply, system.isActive ? 200 : 403, `${nameOf(run, system)} leases ${deliveries.map((one) => one.messageId ?? '?').join()}`)) return
  for (const one of deliveries) {
    assert.ok(!inHand.some(({ seq }) => seq === one.delivery), `${one.messageId} is in its hand already`)
    check(run, system, one)
  }
  const handed = await inOrder(run, system, deliveries)
  if (!run.isHealed && wait === 0 && chance(run, 10)) return say(run, 'the answer is lost, the leases stand')
  system.hand.push(...handed)
}

/** Checks what the system can check of one delivery by itself, and what only an observer of both ends knows. */
export function check(run: Run, system: System, one: any): void {
  const body = Buffer.from(one.body, 'base64')
  assert.equal(one.digest, contentDigest(body))
  if (one.part) assert.ok(isPart(one.part, /^"bus-batch": (.*)$/m.exec(one.base)?.[1]), 'not under the root that its sender signed')
  assert.ok((one.part?.text ?? one.base).includes(`"content-digest": ${one.digest}`))
  const from = run.systems.find(({ code }) => code === one.from)
  const jwk = from ? from.keys.find((key) => key.jwk.kid === one.kid)?.jwk : centreKey(run.centre.world.keys).jwk
  assert.ok(jwk && isSigned(one.base, Buffer.from(one.signature, 'base64'), createPublicKey({ key: jwk as never, format: 'jwk' })), 'not signed by its sender')
  if (one.call) {
    const age = (run.centre.clock.now - Date.parse(one.at)) / 1000
    assert.ok(age <= callSecondsMax, `a call of ${age} seconds ago, whose caller waits no more`)
  } else if (from) {
    const letter = run.letters.find(({ id, from: sender }) => id === one.messageId && sender === from)
    assert.ok(letter, 'a message that nobody wrote')
    assert.ok(body.equals(letter.body) && letter.to === one.to)
    letter.message ??= one.message
    assert.equal(one.message, letter.message, `${letter.id} came as two messages`)
    assert.ok(one.to.endsWith('/news') || one.to === `${system.code}/box`, `${one.to} is not for ${system.code}`)
  } else if (one.to === 'record/outcomes') {
    // Nobody may have heard yet under which number the document was taken.
    assert.ok(
      run.letters.some((letter) => letter.from === system && letter.isWrong && (letter.message ?? one.answers) === one.answers),
      'an outcome of nothing',
    )
  }
  if (one.to.endsWith('/news') || one.to === 'record/changes') assert.ok(contractOf(run, system, one.to), `no contract allows ${one.to} now`)
  if (one.number !== undefined) system.numbers.add(one.number)
}

type Row = { seq: number; key: string | null; isPast: boolean }

/** At the moment of handing out, every earlier message of the key is done, or comes in the same answer, or is parked and the mark says so. */
async function inOrder(run: Run, system: System, deliveries: any[]): Promise<Handed[]> {
  if (deliveries.length === 0) return []
  const seqs = deliveries.map((one) => one.delivery as number)
  const rows = await run.centre.platform.owner<Row>`
    select d.seq, encode(d.key, 'hex') as key, exists (
             select 1 from bus.delivery e
              where e.recipient = d.recipient and e.key = d.key and e.seq < d.seq
                and ((e.state in ('waiting', 'leased') and not e.seq = any(${seqs}::int8[])
                      and not (d.out_of_order and exists (
                        select 1 from bus.delivery p
                         where p.recipient = e.recipient and p.key = e.key and p.seq < e.seq and p.state = 'parked' and (e.hold_key or p.document = e.document))))
                  or (e.state = 'parked' and (not d.out_of_order or d.hold_key or coalesce(e.document = d.document, false))))) as is_past
      from bus.delivery d
     where d.recipient = ${system.id} and d.seq = any(${seqs}::int8[])`
  return deliveries.map((one) => {
    const row = rows.find(({ seq }) => seq === one.delivery) as Row
    assert.ok(!row.isPast, `${one.messageId} was handed out past what stands before it`)
    return { seq: one.delivery, message: one.message, key: row.key, call: one.call !== undefined, outOfOrder: one.outOfOrder === true }
  })
}

export function takeEffect(system: System, { message, outOfOrder }: Pick<Handed, 'message' | 'outOfOrder'>): void {
  if (system.done.has(message)) return
  system.done.add(message)
  system.order.push({ message, outOfOrder })
}

/** The system works through some of its messages in order and acknowledges them; it may crash before that. */
export async function workThrough(run: Run, system: System): Promise<void> {
  const some = system.hand.splice(0, run.isHealed ? system.hand.length : 1 + run.random.below(12)).filter(({ call }) => !call)
  const refuse: { delivery: number; reason: string; final: boolean }[] = []
  const left = new Set<string>()
  for (const one of some) {
    if (one.key !== null && left.has(one.key)) continue
    const dice = run.isHealed ? 0 : run.random.below(100)
    if (dice < 85) {
      takeEffect(system, one)
      system.owed.push(one.seq)
    } else if (dice < 97) {
      refuse.push({ delivery: one.seq, reason: 'not now', final: dice >= 93 })
      if (one.key !== null) left.add(one.key)
    } else {
      say(run, `${nameOf(run, system)} falls over`)
      system.hand = []
      return
    }
  }
  // After it refused a message of a key, it takes no later ones of that key from its hand.
  system.hand = system.hand.filter(({ key }) => key === null || !left.has(key))
  if (system.owed.length + refuse.length > 0) await acknowledge(run, system, refuse)
}

async function acknowledge(run: Run, system: System, refuse: object[]): Promise<void> {
  const seqs = system.owed.slice(0, 500)
  const body = Buffer.from(JSON.stringify({ acknowledge: seqs, ...(refuse.length > 0 ? { refuse } : {}) }))
  const signed = system.sign(run.centre.world, { url: '/bus/deliveries/ack', body })
  if (!run.isHealed && chance(run, 8)) return say(run, 'the acknowledgement is lost')
  const times = !run.isHealed && chance(run, 8) ? 2 : 1
  for (let time = 0; time < times; time++) {
    const reply = await ask(run, signed)
    const what = `${nameOf(run, system)} acknowledges ${seqs.length}, refuses ${refuse.length}`
    // The refused messages may already be handed out again: then a repetition of the refusal must not put them back.
    if (time > 0 && refuse.length > 0 && reply?.status === 409) {
      say(run, `${what}, again: it was received before`)
      continue
    }
    const expected = expectedOf(run, system, signed)
    // An earlier request whose answer nobody heard has ended these deliveries already. Nothing is written again, so no room is needed.
    const isOver = expected === 507 && reply?.status === 200 && Object.values(reply.body).every((list) => Array.isArray(list) && list.length === 0)
    if (isAsExpected(run, reply, isOver ? 200 : expected, what) && reply.status === 200) system.owed.splice(0, time === 0 ? seqs.length : 0)
  }
}

function expectedOf(run: Run, system: System, signed: Signed): number {
  if (!isTimely(run, signed)) return 401
  if (!system.isActive) return 403
  return run.centre.room === 'roomy' ? 200 : 507
}
