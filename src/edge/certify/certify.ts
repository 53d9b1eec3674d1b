import { writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { type Options, type Print, sentenceOf, WrongUse } from '../../platform/cli.ts'
import { Refusal } from '../../platform/refusal.ts'
import { Centre, CentreSaysNo } from '../centre/centre.ts'
import { readKeyFile } from '../centre/key-file.ts'
import { LineCut, openLine } from '../centre/line.ts'
import { type EdgeConfig, readConfig } from '../process/config.ts'
import type { Outside } from '../process/edge.ts'
import { withStore } from '../store/with-store.ts'
import { localSystem, type Protocol, protocolsOf } from './local-system.ts'
import { personAt } from './person.ts'
import { playRun, type Verdict } from './play.ts'
import { settleTrials, type Trial } from './settle.ts'
import { beginWindow } from './windows.ts'

type Done = { protocol: Protocol; passed: boolean; score: number; scenarios: Verdict['scenarios']; certificate: string | null }

/**
 * Plays the scenarios of the centre's sandbox against the edge of these settings, as its local system would, and fetches the certificate. With
 * `local` the local system itself sends what it is told to.
 */
export async function certify(outside: Outside, options: Options, print: Print, input = process.stdin): Promise<number> {
  const file = resolve(String(options['config']))
  const config = readConfig(file)
  const { url, ca, certificate, certificateKey, signs } = config.centre
  const line = openLine({ url, ca, certificate, certificateKey })
  const centre = new Centre(outside, line, { url: url.replace(/\/+$/, ''), signs, key: readKeyFile(config.centre.key) })
  const spoken = protocolsOf(config)
  const asked = options['protocol'] === undefined ? spoken : [String(options['protocol']) as Protocol]
  const other = asked.find((protocol) => !spoken.includes(protocol))
  if (other !== undefined) throw new WrongUse(`--protocol: the settings do not speak ${other}; they speak ${spoken.join(', ')}`)
  const isJson = options['json'] === true
  const person = options['local'] === true ? personAt(input, isJson, print) : null
  const done: Done[] = []
  const trials: Trial[] = []
  try {
    for (const protocol of asked) {
      if (person && !isJson) print(`== ${protocol}`)
      const verdict = await playRun({
        trials,
        centre,
        protocol,
        play: person ? null : localSystem(config, centre, protocol),
        isRepeat: options['repeat'] === true,
        async onScenario(scenario) {
          if (person !== null) await beginWindow(config, protocol, scenario.id, trials)
          if (person !== null) person.onScenario(scenario)
          else if (!isJson) print(`${protocol}: ${scenario.title.en} …`)
        },
        onward: person?.onward ?? (() => Promise.resolve()),
      })
      const kept = verdict.certificate === null ? null : join(dirname(file), `certificate-${protocol}.jws`)
      if (kept !== null) writeFileSync(kept, `${verdict.certificate}\n`)
      done.push({ protocol, passed: verdict.passed, score: verdict.score, scenarios: verdict.scenarios, certificate: kept })
      if (!isJson) tell(protocol, verdict, kept, print)
      await settle(config, outside, trials.splice(0), verdict)
    }
  } catch (error) {
    if (error instanceof LineCut) throw new Refusal('busy', error.message)
    if (error instanceof CentreSaysNo) throw new Refusal('unprocessable', error.message)
    throw error
  } finally {
    person?.end()
    line.end()
    // Settles the trials of a run that did not come to its end.
    await settle(config, outside, trials, null)
  }
  const passed = done.every((one) => one.passed)
  if (isJson) print(JSON.stringify({ member: config.member, passed, runs: done }))
  return passed ? 0 : 1
}

/** Settles the trials. A failure is ignored: the certificate is earned even when this account may not write to the edge's store. */
async function settle({ data }: EdgeConfig, outside: Outside, trials: readonly Trial[], verdict: Verdict | null): Promise<void> {
  if (trials.length === 0) return
  try {
    await withStore(data, (store) => settleTrials(store, outside, trials, verdict))
  } catch (error) {
    outside.log.warn({ reason: sentenceOf(error) }, 'what the scenarios meant to be refused stays in the quarantine of the edge')
  }
}

function tell(protocol: Protocol, { passed, score, scenarios }: Verdict, kept: string | null, print: Print): void {
  print(`${protocol}: ${passed ? 'passed' : 'not passed'}, ${score} of 100`)
  for (const { id, title, passed: isRight, checks } of scenarios) {
    print(`  ${isRight ? 'ok ' : 'NO '} ${id}: ${title.en}`)
    for (const one of checks) if (!one.passed) print(`       ${one.check}: ${one.found}${one.hint === null ? '' : `. ${one.hint}`}`)
  }
  if (kept !== null) print(`  certificate in ${kept}`)
}
