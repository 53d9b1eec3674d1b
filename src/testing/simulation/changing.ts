import { setContract } from '../../bus/members/catalogue.ts'
import { directoryOf } from '../../bus/members/directory.ts'
import { prune, replay } from '../../bus/messages/keep.ts'
import { setMember } from '../../bus/members/member.ts'
import { pushTo } from '../../bus/messages/push.ts'
import { sealLog } from '../../bus/evidence/seal-log.ts'
import { takeIn } from '../../record/exchange/intake.ts'
import { newKey } from '../bus-member.ts'
import { ask, chance, isAsExpected, isTimely, nameOf, type Run, say, work } from './run.ts'
import type { System } from './system.ts'

const dayMs = 86_400_000

export async function push(run: Run, system: System): Promise<void> {
  const taken = await work(run, async (world) => {
    const directory = await directoryOf(world)
    const member = directory.members.get(system.id)
    return member && member.state === 'active' ? (await pushTo(world, directory, member)).taken : 0
  })
  say(run, `${taken ?? 'broken off after some'} posted to ${nameOf(run, system)}`)
}

export async function intake(run: Run): Promise<void> {
  say(run, `the record takes ${(await work(run, takeIn)) ?? 'some'} documents`)
}

export async function sealSome(run: Run): Promise<void> {
  await work(run, sealLog)
  say(run, 'the log is sealed')
}

export async function pruneSome(run: Run): Promise<void> {
  await work(run, (world) => prune(world, 30))
  say(run, 'what nobody needs is removed')
}

export async function publish(run: Run): Promise<void> {
  await run.centre.publishAll()
  say(run, 'the record’s changes are published')
}

/** An act of the operator, at a moment when the database has room. */
export async function switchMember(run: Run, system: System): Promise<void> {
  const to = system.isActive ? 'suspended' : 'active'
  const wish = { code: system.code, to, decision: '1/2026', reason: null, scopes: '' }
  await run.centre.operate((tx) => setMember(run.centre.world, tx, wish))
  system.isActive = !system.isActive
  say(run, `${nameOf(run, system)} is ${to}`)
}

export async function switchContract(run: Run): Promise<void> {
  const contract = run.random.pick(run.contracts)
  const to = contract.isActive ? 'suspended' : 'active'
  const wish = { id: contract.id, to, decision: '2/2026', reason: null, until: null }
  await run.centre.operate((tx) => setContract(run.centre.world, tx, wish))
  contract.isActive = !contract.isActive
  say(run, `the contract of ${nameOf(run, contract.consumer)} about ${contract.to.replace(/^.*\//, '')} is ${to}`)
}

/** Hands out again messages that were taken or parked. The record gets them again too, and must not file them twice. */
export async function replaySome(run: Run): Promise<void> {
  const { owner } = run.centre.platform
  const codes = ['record', ...run.systems.map(({ code }) => code)]
  const code = run.random.pick(codes)
  const messages = run.letters.flatMap(({ message }) => (message === null ? [] : [message]))
  if (messages.length === 0) return
  const message = run.random.pick(messages)
  if (code === 'record') run.replayed.add(message)
  const before = await owner`select 1 as one from bus.delivery where message = ${message}`
  await run.centre.operate((tx) => replay(run.centre.world, tx, { member: code, message, from: null, to: null, parkedOnly: false }))
  say(run, `one of ${before.length} deliveries may be replayed to ${codes.indexOf(code)}`)
}

/** Adds a new key or withdraws an old one. When the answer is lost, the system finds out what happened. */
export async function changeKeys(run: Run, system: System): Promise<void> {
  const usable = system.keys.filter(system.isUsable)
  const old = usable.length > 1 && chance(run, 50) ? usable[0] : undefined
  const next = old ? undefined : newKey()
  const days = run.random.pick([1, 3, 30])
  const body = Buffer.from(JSON.stringify(old ? { withdraws: old.jwk.kid } : { key: next?.jwk, keyDays: days }))
  const signed = system.sign(run.centre.world, { url: `/bus/members/${system.code}/keys`, body })
  const expected = isTimely(run, signed) ? (run.centre.room === 'roomy' ? (!old && usable.length >= 5 ? 409 : 200) : 507) : 401
  const reply = await ask(run, signed)
  isAsExpected(run, reply, expected, `${nameOf(run, system)} ${old ? 'withdraws a key' : 'has a new key'}`)
  const rows = await run.centre.platform.owner<{ kid: string; validUntil: Date; withdrawnAt: Date | null }>`
    select kid, valid_until, withdrawn_at from bus.member_key where member = ${system.id}`
  if (next && rows.some(({ kid }) => kid === next.jwk.kid)) system.keys.push({ ...next, until: 0, isWithdrawn: false })
  for (const key of system.keys) {
    const row = rows.find(({ kid }) => kid === key.jwk.kid)
    key.until = row?.validUntil.getTime() ?? 0
    key.isWithdrawn = (row?.withdrawnAt ?? null) !== null
  }
}

export function passTime(run: Run): void {
  const dice = run.random.below(100)
  const seconds = dice < 80 ? 1 + run.random.below(120) : dice < 95 ? 600 + run.random.below(4 * 3600) : 1 + run.random.below((2 * dayMs) / 1000)
  run.centre.clock.now += seconds * 1000
  say(run, `${seconds} seconds pass`)
}
