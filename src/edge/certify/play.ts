import { setTimeout as sleep } from 'node:timers/promises'
import type { Centre } from '../centre/centre.ts'
import { LineCut } from '../centre/line.ts'
import type { Heard, LocalSystem, Protocol } from './local-system.ts'
import type { Trial } from './settle.ts'

type Told = { sr: string; en: string }
export type Step = { do: 'send'; name: string; content: string; expect: string } | { do: 'outage'; seconds: number }
export type Scenario = { id: string; title: Told; told: Told; steps: Step[] }
type Run = { run: string; until: string; scenarios: Scenario[] }
export type Verdict = {
  passed: boolean
  score: number
  scenarios: {
    id: string
    title: { en: string }
    passed: boolean
    checks: { check: string; passed: boolean; found: string; hint: string | null; seenBy: string }[]
  }[]
  certificate: string | null
}

/** How long to wait until sent data arrive in the record: an edge that was cut off tries again after a while. */
const arrivalMs = 90_000
/** After a wrong answer of the edge the run cannot pass: only data already on the way are waited for, so that they come into the report. */
const lostMs = 15_000
/** The wait after a person said that everything is sent: their system may have a queue of its own. */
const arrivalOfLocalMs = 10 * 60_000
const lookEveryMs = 1500

export type Playing = {
  centre: Centre
  protocol: Protocol
  /** Plays the local system; null when the local system sends by itself. */
  play: LocalSystem | null
  isRepeat: boolean
  /** Each document that `play` sends is added here, so that it is known however the run ends. */
  trials: Trial[]
  /** Called when a scenario begins. */
  onScenario(scenario: Scenario): void | Promise<void>
  /** With `play` null: waits until a person confirms, before the line is cut and when everything is sent. */
  onward(what: 'cut' | 'sent', scenario: Scenario): Promise<void>
}

/** One run of a protocol's scenarios, from its start at the centre to the verdict. */
export async function playRun({ centre, protocol, play, isRepeat, trials, onScenario, onward }: Playing): Promise<Verdict> {
  const post = async <T>(path: string, body: object): Promise<T> =>
    (await centre.ask({ method: 'POST', path: `/vendor${path}`, body: Buffer.from(JSON.stringify(body)), isUnsigned: true })).json as T
  const run = await post<Run>('/runs', { protocol, playedBy: play === null ? 'system' : 'script', ...(isRepeat ? { repeat: 'yes' } : {}) })
  const reported: { id: string; heard: (Heard & { name: string })[] }[] = []
  for (const scenario of run.scenarios) {
    await onScenario(scenario)
    const heard: (Heard & { name: string })[] = []
    for (const step of scenario.steps) {
      if (step.do === 'outage') {
        if (play === null) await onward('cut', scenario)
        await post(`/runs/${run.run}/outage`, {})
      } else if (play !== null) {
        const { made, ...answer } = await play(step.name, Buffer.from(step.content, 'base64'))
        if (made !== undefined) trials.push({ scenario: scenario.id, made })
        heard.push({ name: step.name, ...answer })
      }
    }
    if (play === null) await onward('sent', scenario)
    reported.push({ id: scenario.id, heard })
  }
  const report = (final: boolean) => post<Verdict>(`/runs/${run.run}/report`, { final, scenarios: reported })
  const asked = centre.now().getTime()
  const until = play === null ? Math.min(Date.parse(run.until) - 60_000, asked + arrivalOfLocalMs) : asked + arrivalMs
  for (;;) {
    const verdict = await report(false).catch((error: unknown) => {
      // The outage of the last scenario may last a moment longer; a centre that stays away ends the run.
      if (error instanceof LineCut && centre.now().getTime() <= until) return null
      throw error
    })
    const latest = play !== null && verdict !== null && isLost(verdict) ? asked + lostMs : until
    if (verdict !== null && (verdict.passed || centre.now().getTime() > latest)) return report(true)
    await sleep(lookEveryMs)
  }
}

const isLost = ({ scenarios }: Verdict): boolean => scenarios.some(({ checks }) => checks.some(({ passed, seenBy }) => !passed && seenBy === 'edge'))
