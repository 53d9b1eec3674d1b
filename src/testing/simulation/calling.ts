import assert from 'node:assert/strict'
import { ask, chance, contractOf, isAsExpected, isTimely, nameOf, replace, type Run, say } from './run.ts'
import { lease } from './taking.ts'
import type { Signed, System } from './system.ts'

/** A call to the member whose address is in the catalogue. By its own number the call takes effect once, whatever happens on the way. */
export async function callDirect(run: Run, to: System): Promise<void> {
  const { random } = run
  const from = random.pick(run.systems.filter((one) => one !== to))
  const old = run.calls.filter((one) => one.from === from && one.to === to)
  const isAgain = old.length > 0 && chance(run, 50)
  const call = isAgain ? random.pick(old) : { number: `c-${run.calls.length}`, from, to, calls: new Set<string>(), answer: null }
  if (!isAgain) run.calls.push(call)
  const body = Buffer.from(JSON.stringify({ order: call.number }))
  const headers = { 'bus-message-id': call.number }
  const signed = from.sign(run.centre.world, { url: `/bus/call/${to.code}/ask/orders`, body, headers })
  const refused = refusalOf(run, signed, from, to)
  const reply = await ask(run, signed, false)
  say(run, `${nameOf(run, from)} calls ${call.number}: ${reply?.status ?? 'no answer'}`)
  if (!reply || (run.hasStruck && reply.status === 503)) return
  if (refused !== null) return assert.equal(reply.status, refused, reply.text)
  if (call.answer !== null) assert.equal(reply.status, 200, 'an answer that was given is given again')
  else assert.ok([200, 503, 409].includes(reply.status), reply.text)
  if (reply.status !== 200) return
  assert.ok(call.answer === null || call.answer === reply.text)
  assert.ok(call.calls.size > 0, 'an answer without an effect')
  call.answer = reply.text
}

function refusalOf(run: Run, signed: Signed, from: System, to: System): number | null {
  if (!isTimely(run, signed)) return 401
  if (!from.isActive || !to.isActive || !contractOf(run, from, `${to.code}/ask`)) return 403
  return run.centre.room === 'roomy' ? null : 507
}

/** The provider's program hears a direct call. The centre's number of a call tells whether it is the same call and so the same effect. */
export function hearCall(run: Run, body: Buffer, busCall: string): void {
  const { order } = JSON.parse(body.toString()) as { order: string }
  run.calls.find(({ number }) => number === order)?.calls.add(busCall)
}

/** A call to a provider that fetches. It is answered, or the centre dies while the caller waits and the answer goes to the next process. */
export async function callFetched(run: Run, to: System): Promise<void> {
  const from = run.random.pick(run.systems.filter((one) => one !== to))
  const number = `f-${run.trace.length}`
  const wish = { url: `/bus/call/${to.code}/ask/orders`, body: Buffer.from('{"beds":1}'), headers: { 'bus-message-id': number } }
  const signed = from.sign(run.centre.world, wish)
  const refused = refusalOf(run, signed, from, to)
  if (refused !== null) return void isAsExpected(run, await ask(run, signed, false), refused, `${nameOf(run, from)} calls ${nameOf(run, to)}`)
  const asked = run.centre.ask(signed)
  const id = await untilItWaits(run, to)
  if (chance(run, 25)) {
    say(run, 'the centre dies before the provider fetched the call')
    run.centre.die()
    await replace(run)
    run.centre.clock.now += 60_000
    return
  }
  to.hand = [] // Its program starts anew, so that the call does not queue behind the messages that it has in hand.
  await lease(run, to, { max: 500, wait: 1 })
  if (!to.hand.some(({ message }) => message === id)) return release(run, 'the call waits behind others')
  const dies = chance(run, 30)
  if (dies) {
    say(run, 'the centre dies while the caller waits')
    run.centre.die()
    await replace(run)
  }
  const headers = { 'bus-status': '200' }
  const answer = to.sign(run.centre.world, { url: `/bus/calls/${id}/answer`, body: Buffer.from('{"free":2}'), headers })
  if (!isTimely(run, answer)) return release(run, 'the provider cannot sign its answer')
  if (!isAsExpected(run, await ask(run, answer), 200, `${nameOf(run, to)} answers`)) return release(run, 'the answer did not arrive')
  const again = from.sign(run.centre.world, wish)
  const reply = dies ? await ask(run, again, false) : await asked
  if (isTimely(run, again) && isAsExpected(run, reply, 200, 'the caller hears')) assert.deepEqual(reply.body, { free: 2 })
}

/** A simulation does not wait 25 seconds of real time: the process dies, and the caller's connection ends with it. */
async function release(run: Run, why: string): Promise<void> {
  say(run, why)
  run.centre.die()
  await replace(run)
  run.centre.clock.now += 60_000
}

async function untilItWaits(run: Run, to: System): Promise<string> {
  for (const until = performance.now() + 10_000; performance.now() < until; await new Promise((resolve) => setTimeout(resolve, 2))) {
    const [found] = await run.centre.platform.owner<{ message: string }>`
      select message from bus.delivery where recipient = ${to.id} and state = 'waiting' and service = ${`${to.code}/ask`} and stored_at = ${run.centre.world.now()}
       limit 1`
    if (found) return found.message
  }
  throw new Error('the call did not come to wait')
}
