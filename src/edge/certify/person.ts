import { createInterface, type Interface } from 'node:readline'
import type { Readable } from 'node:stream'
import type { Print } from '../../platform/cli.ts'
import type { Playing, Scenario } from './play.ts'

/**
 * The person at a local system that sends by itself: reads what to send, and says when it is sent. A program reads the same as a line of JSON and
 * answers with a line. When the input has ended nobody can answer, so nothing is waited for.
 */
export function personAt(input: Readable, isJson: boolean, print: Print): Pick<Playing, 'onward'> & { onScenario(scenario: Scenario): void; end(): void } {
  const lines: Interface = createInterface({ input })
  const waiting: (() => void)[] = []
  let heard = 0
  let hasEnded = false
  lines.on('line', () => {
    const next = waiting.shift()
    if (next) next()
    else heard++
  })
  lines.on('close', () => {
    hasEnded = true
    for (const next of waiting.splice(0)) next()
  })
  const nextLine = (): Promise<void> => {
    if (heard > 0) heard--
    else if (!hasEnded) return new Promise((resolve) => waiting.push(resolve))
    return Promise.resolve()
  }
  const secondsOf = ({ steps }: Scenario) => steps.find((step) => step.do === 'outage')?.seconds ?? 0
  return {
    onScenario(scenario) {
      const { id, title, told } = scenario
      print(isJson ? JSON.stringify({ scenario: id, title, told, cutSeconds: secondsOf(scenario) }) : `${title.en}\n  ${told.sr}\n  ${told.en}`)
    },
    async onward(what, scenario) {
      if (isJson) print(JSON.stringify({ scenario: scenario.id, waits: what }))
      else if (what === 'cut') print(`  Enter cuts the line for ${secondsOf(scenario)} seconds: be ready to send. `)
      else print('  Enter when your system has sent it. ')
      await nextLine()
    },
    end: () => lines.close(),
  }
}
