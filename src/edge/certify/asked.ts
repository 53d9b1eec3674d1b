import type { Receiver } from '../centre/receive.ts'
import type { Edge } from '../process/edge.ts'
import { localSystem, type Protocol, protocolsOf } from './local-system.ts'
import { playRun, type Verdict } from './play.ts'
import { settleTrials, type Trial } from './settle.ts'

/** With more requests than this waiting, further ones are left for another night. */
const waitingMax = 5

/**
 * The sandbox asks for its contract tests every night and when the vendor wants them. This edge then plays them by itself, one run after another
 * beside its work, through the same ports and folders that its local system uses. A real centre has no runs and answers 404 to the first request.
 */
export function playWhenAsked(edge: Edge): Receiver {
  let waiting = 0
  let last: Promise<void> = Promise.resolve()
  return async (_delivery, bytes) => {
    const asked = readAsked(bytes)
    if (asked === null) return { taken: false, reason: 'this asks for no contract tests', isFinal: true }
    const spoken = protocolsOf(edge.config)
    for (const protocol of spoken.filter((one) => asked.protocols.includes(one))) {
      if (waiting >= waitingMax) break
      waiting++
      last = last.then(async () => {
        await play(edge, protocol, asked.isRepeat)
        waiting--
      })
    }
    return { taken: true }
  }
}

type Asked = { protocols: string[]; isRepeat: boolean }

function readAsked(bytes: Buffer): Asked | null {
  try {
    const { protocols, repeat } = JSON.parse(bytes.toString('utf8')) as { protocols?: unknown; repeat?: unknown }
    return Array.isArray(protocols) ? { protocols: protocols.map(String), isRepeat: repeat !== false } : null
  } catch {
    return null
  }
}

async function play(edge: Edge, protocol: Protocol, isRepeat: boolean): Promise<void> {
  const { centre, config, log, store } = edge
  const trials: Trial[] = []
  let verdict: Verdict | null = null
  try {
    const play = localSystem(config, centre, protocol)
    verdict = await playRun({ centre, protocol, play, isRepeat, trials, onScenario: () => {}, onward: () => Promise.resolve() })
    log.info({ protocol, passed: verdict.passed, score: verdict.score }, 'the contract tests were played')
  } catch (error) {
    log.warn({ protocol, reason: error instanceof Error ? error.message : 'unknown' }, 'the contract tests could not be played to their end')
  }
  await settleTrials(store, edge, trials, verdict).catch((error: unknown) => log.warn({ err: error, protocol }, 'the contract tests leave items aside'))
}
