import { contentDigest } from '../../platform/http-signature.ts'
import { seeded } from '../seeded.ts'
import { callDirect, callFetched, hearCall } from './calling.ts'
import type { Centre } from './centre.ts'
import { changeKeys, intake, passTime, pruneSome, publish, push, replaySome, sealSome, switchContract, switchMember } from './changing.ts'
import { openEdges, removeEdge } from './edge.ts'
import { checkEdges, healEdges } from './edge-promises.ts'
import { takeEdgeStep } from './edge-steps.ts'
import { heal } from './healing.ts'
import { checkPromises } from './promises.ts'
import type { RecordReader } from './record-reader.ts'
import { chance, fateOf, maySend, nameOf, replace, type Run, say } from './run.ts'
import { arrive, post, postBatch, write } from './sending.ts'
import { clearStage, setStage } from './stage.ts'
import { check, lease, takeEffect, workThrough } from './taking.ts'
import type { Heard, Webhooks } from './webhooks.ts'

const stepsMax = { bus: 80, edges: 120 } as const
const hourMs = 3_600_000
const usual: Faults = { percent: 8, statements: 6 }
const tracedMax = 60

/** Every fifth seed has members with an edge beside their local systems. It follows from the seed alone. */
export const hasEdges = (seed: number): boolean => seed % 5 === 0

/** How often the centre fails in a step, in percent, and among how many of its statements. A step with null has no faults. */
type Faults = { percent: number; statements: number }
type Step = { weight: number; run: (run: Run) => Promise<void> | void; faults?: Faults | null }

const pulling = (run: Run) => run.random.pick(run.systems.filter(({ webhook }) => webhook === null))
const pushed = (run: Run) => run.systems.find(({ webhook }) => webhook !== null) as Run['systems'][number]

const steps: Step[] = [
  { weight: 34, run: (run) => post(run, write(run)) },
  { weight: 8, run: postBatch },
  { weight: 8, run: sendAgain },
  { weight: 7, run: arriveLate },
  { weight: 14, run: (run) => lease(run, pulling(run)) },
  { weight: 16, run: (run) => workThrough(run, pulling(run)) },
  { weight: 6, run: (run) => push(run, pushed(run)), faults: { percent: 25, statements: 10 } },
  { weight: 6, run: intake, faults: { percent: 50, statements: 14 } },
  { weight: 12, run: passTime },
  { weight: 2, run: (run) => switchMember(run, run.random.pick(run.systems)), faults: null },
  { weight: 3, run: switchContract, faults: null },
  { weight: 3, run: (run) => changeKeys(run, run.random.pick(run.systems)) },
  { weight: 2, run: changeClock },
  { weight: 2, run: (run) => void (run.centre.room = run.centre.room === 'roomy' ? 'full for writes' : 'roomy') },
  { weight: 5, run: (run) => callDirect(run, pushed(run)) },
  { weight: 3, run: (run) => callFetched(run, pulling(run)), faults: null },
  { weight: 3, run: sealSome },
  { weight: 2, run: publish, faults: null },
  { weight: 1, run: pruneSome },
  { weight: 2, run: replaySome, faults: null },
]
const edgeStep: Step = { weight: 0, run: takeEdgeStep }
const weights = steps.reduce((sum, { weight }) => sum + weight, 0)

/**
 * Runs one seed: members, a network that loses, doubles, delays and reorders, a centre that dies at any statement, wrong clocks, full disks, keys and
 * rights that end, and edges that suffer all of this too. Then everything heals, and the promises are checked. Everything is awaited step by step, so
 * a seed repeats the same run. Answers what happened, line by line; a failure shows the last lines.
 */
export async function simulate(centre: Centre, hooks: Webhooks, record: RecordReader, seed: number): Promise<string[]> {
  const random = seeded(seed)
  // Each seed begins at a full hour, so that what depends on minutes and days repeats too.
  centre.clock.now = Math.ceil(centre.clock.now / hourMs + 1) * hourMs
  centre.room = 'roomy'
  const stage = await setStage(centre, random, hooks.address)
  const run: Run = {
    ...stage,
    centre,
    random,
    hooks,
    letters: [],
    later: [],
    calls: [],
    edges: [],
    record,
    cuts: 0,
    hasStruck: false,
    isHealed: false,
    trace: [],
    replayed: new Set(),
    wrong: null,
  }
  hooks.onRequest = (heard) => {
    try {
      return hear(run, heard)
    } catch (error) {
      run.wrong ??= error
      return 400
    }
  }
  try {
    if (hasEdges(seed)) run.edges = await openEdges(run, 1 + random.below(2))
    for (let left = run.edges.length > 0 ? stepsMax.edges : stepsMax.bus; left > 0; left--) await takeStep(run)
    await heal(run)
    await healEdges(run)
    if (run.wrong !== null) throw run.wrong
    await checkPromises(run)
    await checkEdges(run)
    await clearStage(centre, [...stage.systems, ...run.edges.map(({ system }) => system)])
  } catch (error) {
    const { message } = error as Error
    throw new Error(`SPONA_SEED=${seed} npm test -- src/bus/simulation\n${run.trace.slice(-tracedMax).join('\n')}\n${message}`, { cause: error })
  } finally {
    for (const one of run.edges) removeEdge(one)
  }
  return run.trace
}

async function takeStep(run: Run): Promise<void> {
  const { centre, random } = run
  let at = random.below(weights)
  const isOfEdge = run.edges.length > 0 && chance(run, 65)
  const step = isOfEdge ? edgeStep : (steps.find(({ weight }) => (at -= weight) < 0) as Step)
  const { faults = usual } = step
  if (faults && chance(run, faults.percent)) {
    const statement = 1 + random.below(faults.statements)
    const fault = { what: random.pick(['cut', 'crash'] as const), when: random.pick(['before', 'after'] as const), statement }
    say(run, `${fault.what} ${fault.when} statement ${fault.statement}`)
    centre.arm(fault)
  }
  await step.run(run)
  centre.disarm()
  if (run.wrong !== null) throw run.wrong
  if (centre.isDead) await replace(run)
}

async function sendAgain(run: Run): Promise<void> {
  // Nobody repeats for ever a letter that is refused every time.
  const open = run.letters.filter(({ hasReceipt, from, to }) => !hasReceipt && (maySend(run, from, to) || chance(run, 10)))
  if (open.length > 0) await post(run, run.random.pick(open))
}

/** A delayed letter arrives; delayed letters come in any order. */
async function arriveLate(run: Run): Promise<void> {
  const [one] = run.later.length > 0 ? run.later.splice(run.random.below(run.later.length), 1) : []
  if (one) await arrive(run, one.letter, one.signed)
}

function changeClock(run: Run): void {
  const system = run.random.pick(run.systems)
  system.skew = chance(run, 50) ? 0 : run.random.below(1200) - 600
  say(run, `the clock of ${nameOf(run, system)} is ${system.skew} seconds ahead`)
}

/** A webhook or an address of a member receives a request of the centre. */
function hear(run: Run, { path, headers, body }: Heard): ReturnType<Webhooks['onRequest']> {
  if (headers['content-digest'] !== contentDigest(body)) throw new Error('the centre sent another digest than that of the body')
  if (path.startsWith('/calls')) return fateOf(run, () => hearCall(run, body, String(headers['bus-call'])))
  const system = run.systems.find(({ webhook }) => webhook?.endsWith(path))
  if (!system) return 404
  const one = JSON.parse(body.toString())
  check(run, system, one)
  return fateOf(run, () => takeEffect(system, { message: one.message, outOfOrder: one.outOfOrder === true }))
}
