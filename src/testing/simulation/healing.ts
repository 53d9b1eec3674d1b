import { recordMember } from '../../bus/members/directory.ts'
import { replay } from '../../bus/messages/keep.ts'
import { intake, publish, push, sealSome, switchMember } from './changing.ts'
import { maySend, type Run, say } from './run.ts'
import { arrive, findUnheard, post } from './sending.ts'
import { lease, workThrough } from './taking.ts'

const roundsMax = 60
const hourMs = 3_600_000

/** All faults are over: everybody is there, every sender sends until it has a receipt, and every queue is worked through. */
export async function heal(run: Run): Promise<void> {
  run.isHealed = true
  run.centre.room = 'roomy'
  say(run, 'all faults are over')
  for (const system of run.systems) {
    system.skew = 0
    system.hand = []
    if (!system.isActive) await switchMember(run, system)
  }
  await renewKeys(run)
  for (const { letter, signed } of run.later.splice(0)) await arrive(run, letter, signed)
  for (const letter of run.letters) if (!letter.hasReceipt && maySend(run, letter.from, letter.to)) await post(run, letter)
  await findUnheard(run)
  await publish(run)
  await drain(run)
  // Messages behind a parked one of the same document wait for the operator.
  for (const { code } of run.systems)
    await run.centre.operate((tx) => replay(run.centre.world, tx, { member: code, message: null, from: null, to: null, parkedOnly: true }))
  say(run, 'the operator hands out again what was parked')
  await drain(run)
  await sealSome(run)
}

/** A member whose last key ended would join anew; here its key is made valid again. */
async function renewKeys(run: Run): Promise<void> {
  const until = run.centre.clock.now + 30 * 24 * hourMs
  for (const system of run.systems) {
    if (system.keys.some(system.isUsable)) continue
    const [key] = system.keys
    if (!key) continue
    Object.assign(key, { until, isWithdrawn: false })
    await run.centre.platform.owner`update bus.member_key set valid_until = ${new Date(until)}, withdrawn_at = null where kid = ${key.jwk.kid}`
  }
  await run.centre.operate((tx) => tx`update bus.directory set version = version + 1`)
}

async function drain(run: Run): Promise<void> {
  for (let round = 0; round < roundsMax; round++) {
    const open = (await openOnes(run)).filter(({ isHeld }) => !isHeld)
    // The deliveries that still wait have a reason.
    if (open.length === 0) return
    await run.centre.carry()
    const isConcerned = (id: string) => open.some(({ recipient }) => recipient === id)
    for (const system of run.systems.filter(({ id }) => isConcerned(id))) {
      if (system.webhook !== null) await push(run, system)
      else {
        await lease(run, system, { max: 500 })
        await workThrough(run, system)
      }
    }
    if (isConcerned(recordMember)) {
      await intake(run)
      await publish(run)
    }
    run.centre.clock.now += round < 3 ? 61_000 : hourMs
  }
  throw new Error('something waits for ever')
}

/** Deliveries that are neither taken nor parked, and whether the reason is a parked delivery of the same document or a held key. */
async function openOnes(run: Run): Promise<{ recipient: string; isHeld: boolean }[]> {
  const ids = [recordMember, ...run.systems.map(({ id }) => id)]
  return run.centre.platform.owner<{ recipient: string; isHeld: boolean }>`
    select distinct d.recipient, exists (
             select 1 from bus.delivery p
              where p.recipient = d.recipient and p.key = d.key and p.seq < d.seq and p.state = 'parked' and (d.hold_key or p.document = d.document)) as is_held
      from bus.delivery d
     where d.recipient = any(${ids}::uuid[]) and d.state in ('waiting', 'leased')
     limit 1000`
}
