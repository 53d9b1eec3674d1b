import { Centre, CentreSaysNo } from '../centre/centre.ts'
import { confirmSome } from '../centre/confirm.ts'
import { readKeyFile } from '../centre/key-file.ts'
import { type Line, LineCut, openLine } from '../centre/line.ts'
import { type Receiver, receiveSome, takeOutcomes } from '../centre/receive.ts'
import { sendLimits, sendSome } from '../centre/send.ts'
import { openInbound } from '../inbound/deliver.ts'
import { workSteadily } from '../../platform/steady-work.ts'
import { Store } from '../store/store.ts'
import { openVault } from '../store/vault.ts'
import type { EdgeConfig } from './config.ts'
import type { Edge, Outside } from './edge.ts'
import { createIntake } from './intake.ts'
import { mapSome } from './map-items.ts'
import { openWaysIn, type WaysIn } from './ways-in.ts'

export type Opened = { edge: Edge; ports: WaysIn['ports']; close(): Promise<void> }

/** Everything that an edge is, open and at work; closing it stops the ways in first and leaves the store whole. */
export async function openEdge(outside: Outside, config: EdgeConfig, line: Line = lineOf(config)): Promise<Opened> {
  const { edge, wake } = assemble(outside, config, line)
  const inbound = openInbound(edge, config.inbound)
  const stops = startWork(edge, wake, inbound.receivers)
  const ways = await openWaysIn(edge)
  return {
    edge,
    ports: ways.ports,
    async close() {
      await ways.close()
      inbound.close()
      edge.centre.end()
      await Promise.all(stops.map((stop) => stop()))
      edge.store.close()
    },
  }
}

const lineOf = ({ centre }: EdgeConfig): Line => openLine(centre)

/** The parts without their work: what a trial drives step by step. */
export function assemble({ now, random, log }: Outside, config: EdgeConfig, line: Line): { edge: Edge; wake: Wake } {
  const key = readKeyFile(config.centre.key)
  const store = new Store(config.data)
  const vault = openVault(key.secret, random)
  const wake = createWake()
  const intake = createIntake({ now, random, log }, store, vault, { most: config.queue.most, isFull: () => false, onAccepted: wake.up })
  const centre = new Centre({ now, random, log }, line, { url: config.centre.url, signs: config.centre.signs, key })
  return { edge: { now, random, log, config, store, vault, centre, intake }, wake }
}

type Wake = { up(): void; wait(mostMs: number): Promise<void> }

/** Sleeps until something was accepted, or for so long. */
function createWake(): Wake {
  let isUp = false
  let ring: (() => void) | null = null
  return {
    up() {
      isUp = true
      ring?.()
    },
    wait: (mostMs) =>
      new Promise((resolve) => {
        const timer = setTimeout(() => ring?.(), mostMs)
        timer.unref()
        ring = () => {
          clearTimeout(timer)
          ring = null
          isUp = false
          resolve()
        }
        if (isUp) ring()
      }),
  }
}

const idleMs = 1000
const confirmIdleMs = 200

function startWork(edge: Edge, wake: Wake, inbound: [string, Receiver][]): (() => Promise<void>)[] {
  const receivers = new Map<string, Receiver>([['record/outcomes', takeOutcomes(edge)], ...inbound])
  const trouble = 'work of the edge failed; tried again in a moment'
  let backoffSeconds = 1
  const send = async () => {
    const mapped = await mapSome(edge)
    const { count, waitSeconds } = await sendSome(edge)
    if (waitSeconds !== 0) {
      const seconds = waitSeconds > 0 ? waitSeconds : backoffSeconds
      backoffSeconds = Math.min(sendLimits.backoffSecondsMax, backoffSeconds * 2)
      return seconds * 1000
    }
    backoffSeconds = 1
    if (count + mapped === 0) await wake.wait(idleMs)
    return 0
  }
  const quietly = (act: () => Promise<number>) => async () => {
    try {
      return await act()
    } catch (error) {
      // Without the centre nobody is told what it says; that the line is cut stands on the status page.
      if (error instanceof LineCut || error instanceof CentreSaysNo) return backoffSeconds * 1000
      throw error
    }
  }
  const confirm = quietly(async () => ((await confirmSome(edge)) > 0 ? 0 : confirmIdleMs))
  const receive = quietly(async () => {
    await receiveSome(edge, receivers, () => {})
    return 0
  })
  return [send, confirm, receive].map((step) => workSteadily(edge, { step, troubledMs: 1000, trouble }))
}
