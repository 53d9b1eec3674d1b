import { join } from 'node:path'
import { Refusal } from '../../platform/refusal.ts'
import { roomLimits, type Room } from '../../platform/room.ts'
import { workSteadily } from '../../platform/steady-work.ts'
import { watchRoom } from '../../platform/watch-room.ts'
import { answerCalls } from '../centre/answer-calls.ts'
import { Centre, CentreSaysNo } from '../centre/centre.ts'
import { confirmSome } from '../centre/confirm.ts'
import { takeNotices } from '../centre/notices.ts'
import { readKeyFile } from '../centre/key-file.ts'
import { type Line, LineCut, openLine } from '../centre/line.ts'
import { lookAtRight } from '../centre/right.ts'
import { type Receiver, receiveSome, takeOutcomes } from '../centre/receive.ts'
import { sendLimits, sendSome } from '../centre/send.ts'
import { playWhenAsked } from '../certify/asked.ts'
import { keepNumbers, takeNumbers } from '../certificates/numbers.ts'
import { openInbound } from '../inbound/deliver.ts'
import { listenLocal } from '../local/listen.ts'
import { holdAlone } from '../store/alone.ts'
import { pruneSome } from '../store/prune.ts'
import { Store } from '../store/store.ts'
import { openVault } from '../store/vault.ts'
import type { EdgeConfig } from './config.ts'
import type { Edge, Outside } from './edge.ts'
import { createIntake } from './intake.ts'
import { mapSome, mustFit } from './map-items.ts'
import { countOf } from '../store/tally.ts'
import { createWake, type Wake } from './wake.ts'
import { openWaysIn, type WaysIn } from './ways-in.ts'

export type Opened = { edge: Edge; ports: WaysIn['ports']; statusPort: number; close(): Promise<void> }

/**
 * Opens all parts of an edge and starts its work. Closing stops the ways in first and leaves the store whole. When one part cannot be opened, the
 * others are closed again.
 */
export async function openEdge(outside: Outside, config: EdgeConfig, line: Line = openLine(config.centre)): Promise<Opened> {
  const closings: (() => unknown)[] = []
  const close = async () => {
    for (const end of closings.splice(0).reverse()) await end()
  }
  try {
    return { ...(await openParts(outside, config, line, closings)), close }
  } catch (error) {
    await close()
    throw error
  }
}

/** `closings` are called in reverse order. */
async function openParts(outside: Outside, config: EdgeConfig, line: Line, closings: (() => unknown)[]): Promise<Omit<Opened, 'close'>> {
  const { now, random, log } = outside
  closings.push(holdAlone(config.data))
  const store = new Store(config.data)
  closings.push(() => store.close())
  const limits = roomLimits({ DISK_WARN_MB: config.disk.warnMb, DISK_RESERVE_MB: config.disk.reserveMb })
  const room = await watchRoom({ folder: join(config.data, 'store'), limits, log, isKeeper: true })
  closings.push(() => room.end())
  const { edge, arrived } = assemble({ now, random, log }, config, { line, store, room })
  let stops: (() => Promise<void>)[] = []
  // The line is ended before the work is awaited: some of the work waits for an answer.
  closings.push(
    () => Promise.all(stops.map((stop) => stop())),
    () => edge.centre.end(),
  )
  const inbound = openInbound(edge, config.inbound)
  closings.push(() => inbound.close())
  const ways = await openWaysIn(edge)
  closings.push(() => ways.close())
  const local = await listenLocal(edge, config.status.port)
  closings.push(() => local.close())
  stops = startWork(edge, arrived, inbound.receivers)
  return { edge, ports: ways.ports, statusPort: local.port }
}

/** The parts of an edge without their work, which tests drive step by step. */
export function assemble(outside: Outside, config: EdgeConfig, parts: { line: Line; store: Store; room: Room }): { edge: Edge; arrived: Wake } {
  const { line, store, room } = parts
  const key = readKeyFile(config.centre.key)
  const vault = openVault(key.secret, outside.random)
  const arrived = createWake()
  const isFull = () => room.state === 'full' || room.state === 'full for writes'
  const intake = createIntake(outside, store, vault, {
    most: config.queue.most,
    isFull,
    mustFit: (arrival) => mustFit(config, arrival),
    onAccepted: arrived.up,
  })
  const centre = new Centre(outside, line, { url: config.centre.url, signs: config.centre.signs, key })
  return { edge: { ...outside, config, store, vault, centre, intake, room }, arrived }
}

const idleMs = 1000
const pruneMs = 60_000
/**
 * When the record has not yet taken this many items, the next batch waits until some have ended, at most a second. After an outage of the centre all
 * edges come back at once, and waiting items are better kept here than in a queue for everybody at the centre.
 */
export const manyOnTheirWay = 2000
const paceMs = 1000
const lookMs = { well: 600_000, refused: 30_000 } as const

function startWork(edge: Edge, arrived: Wake, inbound: [string, Receiver][]): (() => Promise<void>)[] {
  const receivers = new Map<string, Receiver>([
    ['record/outcomes', takeOutcomes(edge)],
    ['centre/contract-tests', playWhenAsked(edge)],
    ['centre', takeNotices(edge)],
    ['sickleave/outcomes', takeOutcomes(edge)],
    ['sickleave/numbers', takeNumbers(edge)],
    ...inbound,
  ])
  const trouble = 'work of the edge failed; tried again in a moment'
  const [mapped, ended] = [createWake(), createWake()]
  const areManyOnTheirWay = () => countOf(edge.store, 'sent') >= manyOnTheirWay
  let backoffSeconds = 1
  const map = async () => {
    if ((await mapSome(edge)) === 0) await arrived.wait(idleMs)
    else mapped.up()
    return 0
  }
  const send = async () => {
    if (areManyOnTheirWay()) await ended.wait(paceMs)
    const { count, stop } = await sendSome(edge)
    if (stop) {
      const seconds = stop.waitSeconds ?? backoffSeconds
      backoffSeconds = Math.min(sendLimits.backoffSecondsMax, backoffSeconds * 2)
      return seconds * 1000
    }
    backoffSeconds = 1
    if (count === 0) await mapped.wait(idleMs)
    else arrived.up()
    return 0
  }
  const quietly = (act: () => Promise<number>) => async () => {
    try {
      return await act()
    } catch (error) {
      // The status page shows a cut line and a refusal of the centre.
      if (error instanceof LineCut || error instanceof CentreSaysNo || error instanceof Refusal) return backoffSeconds * 1000
      throw error
    }
  }
  const confirm = quietly(async () => {
    const restMs = await confirmSome(edge)
    if (!areManyOnTheirWay()) ended.up()
    return restMs
  })
  const answer = answerCalls(edge)
  const receive = quietly(async () => {
    await receiveSome(edge, receivers, answer)
    return 0
  })
  const look = quietly(async () => {
    await lookAtRight(edge)
    return edge.centre.contact.refuses === null ? lookMs.well : lookMs.refused
  })
  const prune = async () => ((await pruneSome(edge.store, edge.vault, edge.now().getTime(), edge.config.keep.days)) ? 100 : pruneMs)
  const { certificates } = edge.config
  const numbers = certificates === undefined ? [] : [quietly(() => keepNumbers(edge, certificates.numbers))]
  return [map, send, confirm, receive, look, prune, ...numbers].map((step) => workSteadily(edge, { step, troubledMs: 1000, trouble }))
}
