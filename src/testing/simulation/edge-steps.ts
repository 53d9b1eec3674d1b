import assert from 'node:assert/strict'
import { setContract } from '../../bus/members/catalogue.ts'
import { CentreSaysNo } from '../../edge/centre/centre.ts'
import { confirmSome } from '../../edge/centre/confirm.ts'
import { LineCut } from '../../edge/centre/line.ts'
import { receiveSome, takeOutcomes } from '../../edge/centre/receive.ts'
import { lookAtRight } from '../../edge/centre/right.ts'
import { sendSome } from '../../edge/centre/send.ts'
import type { Edge } from '../../edge/process/edge.ts'
import { mapSome } from '../../edge/process/map-items.ts'
import { type Item, itemColumns, sendAgain } from '../../edge/store/items.ts'
import { Refusal } from '../../platform/refusal.ts'
import { oru } from '../edge.ts'
import { bury, type EdgeUnderFire, type Said, startProcess, valueOf } from './edge.ts'
import { reach } from './edge-line.ts'
import type { EdgeFault } from './mortal-store.ts'
import { chance, type Run, say } from './run.ts'

const patients = 3
const faults: EdgeFault['what'][] = ['killed before the commit', 'killed after the commit', 'no room']

type EdgeStep = { weight: number; run: (run: Run, one: EdgeUnderFire) => Promise<unknown> | void }

export const edgeSteps: EdgeStep[] = [
  { weight: 40, run: speak },
  { weight: 16, run: (run, one) => atWork(run, one, 'maps', mapSome) },
  { weight: 20, run: (run, one) => atWork(run, one, 'sends', sendSome) },
  { weight: 8, run: (run, one) => atWork(run, one, 'asks what became of it', confirmSome) },
  { weight: 8, run: (run, one) => atWork(run, one, 'receives', receive) },
  { weight: 3, run: (run, one) => atWork(run, one, 'looks at its right', lookAtRight) },
  { weight: 8, run: arriveLate },
  { weight: 14, run: mend },
  { weight: 4, run: toggle('the line', (one) => (one.isCut = !one.isCut)) },
  { weight: 3, run: toggle('the disk', (one) => (one.room = one.room === 'roomy' ? 'full for writes' : 'roomy')) },
  { weight: 3, run: changeClock },
  { weight: 3, run: byOperator(switchRight) },
  { weight: 2, run: byOperator(switchKey) },
  { weight: 3, run: restart },
]
const weights = edgeSteps.reduce((sum, { weight }) => sum + weight, 0)

export async function takeEdgeStep(run: Run): Promise<void> {
  const { random } = run
  const one = random.pick(run.edges)
  let at = random.below(weights)
  const step = edgeSteps.find(({ weight }) => (at -= weight) < 0) as EdgeStep
  if (chance(run, 20)) {
    const fault = { what: random.pick(faults), statement: 1 + random.below(chance(run, 50) ? 4 : 20) }
    say(run, `${one.system.code} is to be ${fault.what} at statement ${fault.statement}`)
    one.store.arm(fault)
  }
  await step.run(run, one)
  one.store.disarm()
}

/** One act of the edge's process. The process may die in it, and another takes its place; an act that failed for an outside reason is tried again later. */
export async function atWork<T>(run: Run, one: EdgeUnderFire, what: string, act: (edge: Edge) => Promise<T>): Promise<T | null> {
  let done: T | null = null
  try {
    done = await Promise.race([act(one.edge), one.store.dead])
    say(run, `${one.system.code} ${what}: ${one.store.isDead ? 'killed' : JSON.stringify(done)}`)
  } catch (error) {
    if (!(error instanceof LineCut || error instanceof CentreSaysNo || error instanceof Refusal)) throw error
    say(run, `${one.system.code} ${what}: ${error.message}`)
  }
  if (one.store.isDead) {
    restart(run, one)
    return null
  }
  return done
}

function restart(run: Run, one: EdgeUnderFire): void {
  bury(one)
  startProcess(run, one)
  say(run, `${one.system.code} starts anew`)
}

export const receive = (edge: Edge) => receiveSome(edge, new Map([['record/outcomes', takeOutcomes(edge)]]), () => {}, 0)

/** A local system sends the next message about a patient when it has heard that the one before is kept. A message without an answer it sends again. */
async function speak(run: Run, one: EdgeUnderFire): Promise<void> {
  const { random } = run
  const patient = random.below(patients)
  const open = one.said.find((said) => said.patient === patient && !said.isAcked)
  const old = one.said.filter(({ isAcked }) => isAcked)
  // The edge had sent the ACK, but it was lost: the local system sends the same bytes once more.
  if (!open && old.length > 0 && chance(run, 10)) return tell(run, one, random.pick(old))
  const said = open ?? next(run, one, patient)
  if (!open) one.said.push(said)
  await tell(run, one, said)
}

function next({ random }: Run, { said, system }: EdgeUnderFire, patient: number): Said {
  const dice = random.below(100)
  const kind = dice < 8 ? 'unmappable' : dice < 20 ? 'refused' : 'result'
  const number = `${system.code}-${said.length}`
  const about = { number, patient, value: said.length + 1, kind, isAcked: false, isMended: false, isCorrected: false } as const
  const protocol = kind === 'refused' ? 'fhir' : 'hl7v2'
  return { ...about, protocol, original: bytesOf(about, system.code) }
}

/**
 * The message of a local system. It is the same result of the same order, corrected again and again: its versions tell in which order the record took
 * them. Until a person corrects it, a message of the unmappable kind is a query, and one of the refused kind has a status that FHIR does not know.
 */
function bytesOf(said: Pick<Said, 'number' | 'patient' | 'value' | 'kind' | 'isCorrected'>, code: string): Buffer {
  const { number, patient, kind, isCorrected } = said
  const value = valueOf(said)
  if (kind !== 'refused') {
    const text = oru(number, `${code}-p${patient}`, `${value}`).replaceAll(`F-${number}`, `F-${code}-${patient}`)
    return Buffer.from(kind === 'unmappable' && !isCorrected ? text.replace('ORU^R01^ORU_R01', 'QRY^A19') : text)
  }
  const fullUrl = 'urn:uuid:10000000-0000-4000-8000-000000000001'
  const person = { resourceType: 'Patient', identifier: [{ system: 'urn:test:ward', value: `${code}-p${patient}` }] }
  const status = isCorrected ? 'final' : 'finished'
  const finding = { resourceType: 'Observation', status, code: { text: number }, subject: { reference: fullUrl }, valueQuantity: { value } }
  const ifNoneExist = `identifier=urn:test:ward|${code}-p${patient}`
  const entry = [
    { fullUrl, resource: person, request: { method: 'POST', url: 'Patient', ifNoneExist } },
    { resource: finding, request: { method: 'POST', url: 'Observation' } },
  ]
  return Buffer.from(JSON.stringify({ resourceType: 'Bundle', type: 'transaction', entry }))
}

export async function tell(run: Run, one: EdgeUnderFire, said: Said): Promise<void> {
  const { number, protocol, original } = said
  const accepted = await atWork(run, one, `is told ${number}`, ({ intake }) => intake.accept({ source: 'local', protocol, name: number, original }))
  if (accepted === null) return
  assert.ok(!said.isAcked || accepted.isRepeated, `${number} was kept and is taken as something new`)
  // The ACK may be lost on its way to the local system.
  if (run.isHealed || !chance(run, 8)) said.isAcked = true
}

async function arriveLate(run: Run, one: EdgeUnderFire): Promise<void> {
  const [request] = one.late.length > 0 ? one.late.splice(run.random.below(one.late.length), 1) : []
  if (request) await reach(run, request)
}

/** A person corrects a message in quarantine, or sends it once more as it is. */
async function mend(run: Run, one: EdgeUnderFire): Promise<void> {
  const item = one.store.one<Item>(`select ${itemColumns} from item where state = 'quarantined' order by seq limit 1`)
  const said = one.said.find(({ number }) => number === item?.name)
  if (item && said) await sendOnceMore(run, one, { item, said, isCorrected: said.kind === 'unmappable' || chance(run, 50) })
}

export async function sendOnceMore(run: Run, one: EdgeUnderFire, { item, said, isCorrected }: { item: Item; said: Said; isCorrected: boolean }): Promise<void> {
  const corrected = isCorrected ? bytesOf({ ...said, isCorrected }, one.system.code) : null
  const { store, vault } = one.edge
  const what = `${said.number} is ${isCorrected ? 'corrected' : 'sent again as it is'}`
  await atWork(run, one, what, () => store.write(() => sendAgain(store, vault, { item, corrected, who: 'a person', at: 0 })))
  // When the process died in it, the disk tells whether the correction was stored.
  const has = one.store.one<{ count: number }>('select count(*) as count from original where seq = ?', item.seq)?.count ?? 0
  said.isCorrected = has > 1
  said.isMended = true
}

function toggle(what: string, change: (one: EdgeUnderFire) => unknown): EdgeStep['run'] {
  return (run, one) => say(run, `${what} of ${one.system.code}: ${String(change(one))}`)
}

/** The operator acts at a moment without faults of the centre. */
function byOperator(act: EdgeStep['run']): EdgeStep['run'] {
  return (run, one) => {
    run.centre.disarm()
    return act(run, one)
  }
}

function changeClock(run: Run, one: EdgeUnderFire): void {
  one.skewMs = chance(run, 40) ? 0 : (run.random.below(4 * 86_400) - 2 * 86_400) * 1000
  say(run, `the clock of ${one.system.code} is ${one.skewMs / 1000} seconds ahead`)
}

export async function switchRight(run: Run, one: EdgeUnderFire): Promise<void> {
  const to = one.contract.isActive ? 'suspended' : 'active'
  const wish = { id: one.contract.id, to, decision: '2/2026', reason: null, until: null }
  await run.centre.operate((tx) => setContract(run.centre.world, tx, wish))
  one.contract.isActive = !one.contract.isActive
  say(run, `the contract of ${one.system.code} is ${to}`)
}

/** Ends the edge's key, or makes it valid again, as when the institution was given a new code. */
export async function switchKey(run: Run, one: EdgeUnderFire): Promise<void> {
  const [key] = one.system.keys
  assert.ok(key)
  const days = one.system.isUsable(key) ? -1 : 365
  key.until = run.centre.clock.now + days * 86_400_000
  await run.centre.platform.owner`update bus.member_key set valid_until = ${new Date(key.until)} where kid = ${key.jwk.kid}`
  await run.centre.operate((tx) => tx`update bus.directory set version = version + 1`)
  say(run, `the key of ${one.system.code} is valid for ${days} days`)
}
