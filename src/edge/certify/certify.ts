import { writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Options, type Print, WrongUse } from '../../platform/cli.ts'
import { Refusal } from '../../platform/refusal.ts'
import { Centre, CentreSaysNo } from '../centre/centre.ts'
import { readKeyFile } from '../centre/key-file.ts'
import { LineCut, openLine } from '../centre/line.ts'
import { readConfig } from '../process/config.ts'
import type { Outside } from '../process/edge.ts'
import { type Heard, type LocalSystem, localSystem, type Protocol, protocolsOf } from './local-system.ts'

type Step = { do: 'send'; name: string; content: string; expect: string } | { do: 'outage'; seconds: number }
type Run = { run: string; until: string; scenarios: { id: string; title: { en: string }; told: { sr: string; en: string }; steps: Step[] }[] }
type Verdict = {
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
type Reported = { id: string; heard: (Heard & { name: string })[] }

/** Until what was sent has come to the record: an edge that was cut off tries again after a while. */
const arrivalMs = 90_000
/** When an answer of the edge was wrong the run cannot pass: what is on its way still comes into the report, more is not waited for. */
const lostMs = 15_000
const lookEveryMs = 1500

/**
 * Plays the scenarios of the centre's sandbox against the edge of these settings, as its local system would, and brings the certificate home. With
 * `local` the local system itself sends what it is told.
 */
export async function certify(outside: Outside, options: Options, print: Print): Promise<number> {
  const file = resolve(String(options['config']))
  const config = readConfig(file)
  const { url, ca, certificate, certificateKey, signs } = config.centre
  const line = openLine({ url, ca, certificate, certificateKey })
  const centre = new Centre(outside, line, { url: url.replace(/\/+$/, ''), signs, key: readKeyFile(config.centre.key) })
  const asked = options['protocol'] === undefined ? protocolsOf(config) : [String(options['protocol']) as Protocol]
  const isLocal = options['local'] === true
  const done: { protocol: Protocol; passed: boolean; score: number; scenarios: Verdict['scenarios']; certificate: string | null }[] = []
  try {
    for (const protocol of asked) {
      if (!protocolsOf(config).includes(protocol))
        throw new WrongUse(`--protocol: the settings do not speak ${protocol}; they speak ${protocolsOf(config).join(', ')}`)
      const play = isLocal ? null : localSystem(config, centre, protocol)
      const verdict = await runOnce({ centre, protocol, play, isRepeat: options['repeat'] === true, isQuiet: options['json'] === true, print })
      const kept = verdict.certificate === null ? null : join(dirname(file), `certificate-${protocol}.jws`)
      if (kept !== null) writeFileSync(kept, `${verdict.certificate}\n`)
      done.push({ protocol, passed: verdict.passed, score: verdict.score, scenarios: verdict.scenarios, certificate: kept })
      if (options['json'] !== true) tell(protocol, verdict, kept, print)
    }
  } catch (error) {
    if (error instanceof LineCut) throw new Refusal('busy', error.message)
    if (error instanceof CentreSaysNo) throw new Refusal('unprocessable', error.message)
    throw error
  } finally {
    line.end()
  }
  const passed = done.every((one) => one.passed)
  if (options['json'] === true) print(JSON.stringify({ member: config.member, passed, runs: done }))
  return passed ? 0 : 1
}

type Playing = { centre: Centre; protocol: Protocol; play: LocalSystem | null; isRepeat: boolean; isQuiet: boolean; print: Print }

async function runOnce({ centre, protocol, play, isRepeat, isQuiet, print }: Playing): Promise<Verdict> {
  const post = async <T>(path: string, body: object): Promise<T> =>
    (await centre.ask({ method: 'POST', path: `/vendor${path}`, body: Buffer.from(JSON.stringify(body)), isUnsigned: true })).json as T
  const run = await post<Run>('/runs', { protocol, playedBy: play === null ? 'system' : 'script', ...(isRepeat ? { repeat: 'yes' } : {}) })
  const reported: Reported[] = []
  for (const { id, title, told, steps } of run.scenarios) {
    if (play === null) print(`${title.en}\n  ${told.sr}\n  ${told.en}`)
    else if (!isQuiet) print(`${protocol}: ${title.en} …`)
    const heard: Reported['heard'] = []
    for (const step of steps) {
      if (step.do === 'outage') await post(`/runs/${run.run}/outage`, {})
      else if (play !== null) heard.push({ name: step.name, ...(await play(step.name, Buffer.from(step.content, 'base64'))) })
    }
    reported.push({ id, heard })
  }
  const report = (final: boolean) => post<Verdict>(`/runs/${run.run}/report`, { final, scenarios: reported })
  const asked = centre.now().getTime()
  const until = play === null ? Date.parse(run.until) - 60_000 : asked + arrivalMs
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

function tell(protocol: Protocol, { passed, score, scenarios }: Verdict, kept: string | null, print: Print): void {
  print(`${protocol}: ${passed ? 'passed' : 'not passed'}, ${score} of 100`)
  for (const { id, title, passed: isRight, checks } of scenarios) {
    print(`  ${isRight ? 'ok ' : 'NO '} ${id}: ${title.en}`)
    for (const one of checks) if (!one.passed) print(`       ${one.check}: ${one.found}${one.hint === null ? '' : `. ${one.hint}`}`)
  }
  if (kept !== null) print(`  certificate in ${kept}`)
}
