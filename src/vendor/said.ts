import { readFileSync } from 'node:fs'
import { forReader } from '../platform/errors/for-reader.ts'
import { scriptAsked } from '../platform/readers-script.ts'
import type { Refusal } from '../platform/refusal.ts'
import { filled, formOf } from '../platform/sentence-form.ts'
import { toLatin } from '../platform/text.ts'
import { scenarios } from './scenario/scenarios.ts'
import type { CertificateShown, ScenarioVerdict } from './wire.ts'

// The Serbian sentences of the sandbox. Refusals have their line in the catalogue of errors; verdicts, reasons and hints have one in said.tsv. They
// are stored in English, which a program without a language gets; an operator's own words stay as they were written.

const rows = readFileSync(new URL('said.tsv', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n')
  .slice(1)
  .map((line) => line.split('\t') as [english: string, serbian: string])
const exact = new Map(rows)
const patterns = rows.filter(([english]) => english.includes('{}')).map(([english, serbian]) => ({ form: formOf(english), serbian }))

/** Values within a sentence: the fields as the pages call them, and whether a document was taken. */
const values: Readonly<Record<string, string>> = {
  ...{ vendor: '„Произвођач“', name: '„Назив система“', version: '„Верзија“', contact: '„Е-пошта за оператера“', reason: '„Разлог“', protocol: '„Протокол“' },
  ...{ taken: 'примљен', refused: 'одбијен' },
}

/** The sentence in Cyrillic; null when it has no translation. */
export function inSerbian(said: string): string | null {
  const whole = exact.get(said)
  if (whole !== undefined) return whole
  for (const { form, serbian } of patterns) {
    const found = form.exec(said)?.slice(1)
    if (found) return filled(serbian, found.map(valueOf))
  }
  return null
}

const titles = new Map<string, string>(scenarios.map(({ id, title }) => [id, `„${title.sr}“`]))
const valueOf = (value: string): string =>
  value
    .split(', ')
    .map((one) => values[one] ?? titles.get(one) ?? one)
    .join(', ')

function say(acceptLanguage: string | undefined, text: string): string {
  const script = scriptAsked(acceptLanguage)
  if (script === null) return text
  const serbian = inSerbian(text)
  if (serbian === null) return text
  return script === 'sr-Latn' ? toLatin(serbian) : serbian
}

export function refusalOfSandbox(refusal: Refusal, acceptLanguage: string | undefined): Refusal {
  const { hint } = refusal
  const said = hint === undefined || inSerbian(hint) === null ? null : say(acceptLanguage, hint)
  return forReader(refusal, acceptLanguage, values, said)
}

export const sayReason = <T extends Pick<CertificateShown, 'reason'>>(acceptLanguage: string | undefined, shown: T): T => ({
  ...shown,
  reason: shown.reason === null ? null : say(acceptLanguage, shown.reason),
})

/** What the runner heard: `taken: what the edge said`. The second half is the edge's own. */
const answers = new Map([
  ['taken', 'примљен'],
  ['refused', 'одбијен'],
  ['none', 'без одговора'],
])

function sayFound(acceptLanguage: string | undefined, found: string, seenBy: 'centre' | 'edge'): string {
  const script = scriptAsked(acceptLanguage)
  if (script === null || seenBy === 'centre') return say(acceptLanguage, found)
  const [answer = ''] = found.split(':', 1)
  const serbian = answers.get(answer) ?? answer
  return `${script === 'sr-Latn' ? toLatin(serbian) : serbian}${found.slice(answer.length)}`
}

export const sayVerdict = (acceptLanguage: string | undefined, verdict: readonly ScenarioVerdict[]): ScenarioVerdict[] =>
  verdict.map((scenario) => ({
    ...scenario,
    checks: scenario.checks.map((one) => ({
      ...one,
      check: say(acceptLanguage, one.check),
      found: sayFound(acceptLanguage, one.found, one.seenBy),
      hint: one.hint === null ? null : say(acceptLanguage, one.hint),
    })),
  }))
