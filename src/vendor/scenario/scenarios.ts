import { csvOf, csvRow, documentOf, fhir, type Protocol } from './documents.ts'
import type { Facts } from './facts.ts'

/** What the edge (or the vendor's own program) does. A step that sends also states what the local system must hear. */
export type Step =
  | { do: 'send'; name: string; bytes: Buffer; expect: 'taken' | 'refused' }
  /** The centre is away for so many seconds. */
  | { do: 'outage'; seconds: number }
export type ScenarioId = 'happy' | 'charset' | 'duplicates' | 'order' | 'wrong' | 'offline'
type Scenario = {
  id: ScenarioId
  title: { sr: string; en: string }
  /** Instructions for a person at the local system's own screen, when that system sends by itself. */
  told: (facts: Facts, seconds: number) => { sr: string; en: string }
  steps: (protocol: Protocol, facts: Facts, seconds: number) => Step[]
}

/** Changes whenever a scenario or a check changes; a certificate names it. */
export const rulesVersion = '2026.1'
/** How long the centre is away, in seconds: a program sends at once, a person needs a minute. */
export const outageSeconds = { script: 6, system: 60 } as const
export type PlayedBy = keyof typeof outageSeconds

const send = (name: string, bytes: Buffer, expect: 'taken' | 'refused' = 'taken'): Step => ({ do: 'send', name, bytes, expect })
const nth = (facts: Facts, at: number) => ({ result: facts.results[at] as string, value: facts.values[at] as string })
const person = (facts: Facts) =>
  `${facts.family} ${facts.given}, ${facts.sex === 'female' ? 'Ж/F' : 'М/M'}, ${facts.birth}, JMBG ${facts.jmbg}, № ${facts.local}`

/** A code page of the Balkans for protocols that have code pages; JSON is UTF-8. */
const pages: Partial<Record<Protocol, string>> = { hl7v2: 'windows-1251', cda: 'windows-1251' }

export const scenarios: readonly Scenario[] = [
  {
    id: 'happy',
    title: { sr: 'Налаз новог пацијента', en: 'A finding of a new patient' },
    told: (facts) => ({
      sr: `Упишите пацијента (${person(facts)}) и пошаљите глукозу ${facts.values[0]} mmol/L, налаз број ${facts.results[0]}.`,
      en: `Register the patient (${person(facts)}) and send glucose ${facts.values[0]} mmol/L, result number ${facts.results[0]}.`,
    }),
    steps: (protocol, facts) => [send('1', documentOf(protocol, facts, nth(facts, 0)))],
  },
  {
    id: 'charset',
    title: { sr: 'Слова ЉЊЂЋЏЖШЧ у кодној страни установе', en: 'ЉЊЂЋЏЖШЧ in the code page of the house' },
    told: (facts) => ({
      sr: `Пошаљите налаз ${facts.results[0]} (глукоза ${facts.values[0]}) пацијента ${person(facts)} у кодној страни вашег система.`,
      en: `Send result ${facts.results[0]} (glucose ${facts.values[0]}) of ${person(facts)} in the code page of your system.`,
    }),
    steps: (protocol, facts) => [send('1', documentOf(protocol, facts, { ...nth(facts, 0), ...(pages[protocol] ? { charset: pages[protocol] } : {}) }))],
  },
  {
    id: 'duplicates',
    title: { sr: 'Иста порука више пута', en: 'The same message several times' },
    told: (facts) => ({
      sr: `Пошаљите налаз ${facts.results[0]} (глукоза ${facts.values[0]}) пацијента ${person(facts)} три пута, као после прекида везе.`,
      en: `Send result ${facts.results[0]} (glucose ${facts.values[0]}) of ${person(facts)} three times, as after a lost acknowledgement.`,
    }),
    steps: (protocol, facts) => ['1', '2', '3'].map((name) => send(name, documentOf(protocol, facts, nth(facts, 0)))),
  },
  {
    id: 'order',
    title: { sr: 'Исправке истог налаза, једна за другом', en: 'Corrections of one finding, one after another' },
    told: (facts) => ({
      sr: `Пошаљите налаз ${facts.results[0]} пацијента ${person(facts)} и исправите га четири пута: ${facts.values.join(', ')}.`,
      en: `Send result ${facts.results[0]} of ${person(facts)} and correct it four times: ${facts.values.join(', ')}.`,
    }),
    steps: (protocol, facts) =>
      facts.values.map((value, at) =>
        send(String(at + 1), documentOf(protocol, facts, { result: facts.results[0] as string, value, status: at === 0 ? 'final' : 'corrected' })),
      ),
  },
  {
    id: 'wrong',
    title: { sr: 'Неисправан податак међу исправнима', en: 'Wrong data among right data' },
    told: (facts) => ({
      sr: `Пошаљите неисправан налаз ${facts.results[0]} (глукоза ${facts.values[0]}), па исправан ${facts.results[1]} (глукоза ${facts.values[1]}) пацијента ${person(facts)}.`,
      en: `Send a broken result ${facts.results[0]} (glucose ${facts.values[0]}), then a right one ${facts.results[1]} (glucose ${facts.values[1]}) of ${person(facts)}.`,
    }),
    steps: (protocol, facts) => wrongSteps(protocol, facts),
  },
  {
    id: 'offline',
    title: { sr: 'Централа није доступна', en: 'The centre is away' },
    told: (facts, seconds) => ({
      sr: `Док је веза прекинута (${seconds} s) пошаљите три налаза пацијента ${person(facts)}: ${listed(facts)}.`,
      en: `While the line is cut (${seconds} s) send three results of ${person(facts)}: ${listed(facts)}.`,
    }),
    steps: (protocol, facts, seconds) => [
      { do: 'outage', seconds },
      ...[0, 1, 2].map((at) => send(String(at + 1), documentOf(protocol, facts, nth(facts, at)))),
    ],
  },
]

const listed = (facts: Facts): string => [0, 1, 2].map((at) => `${facts.results[at]} (${facts.values[at]})`).join(', ')

/**
 * A mistake that shows at once is refused at once. A mistake that only the record can find comes back later, and the document ends in the edge's
 * quarantine.
 */
function wrongSteps(protocol: Protocol, facts: Facts): Step[] {
  const good = send('2', documentOf(protocol, facts, nth(facts, 1)))
  const bad = documentOf(protocol, facts, nth(facts, 0))
  if (protocol === 'hl7v2') {
    const unknown = Buffer.from(bad.toString('utf8').replace('UNICODE UTF-8', 'KOI9'))
    return [send('1', unknown, 'refused'), good]
  }
  if (protocol === 'cda') return [send('1', Buffer.from(bad.toString('utf8').replace('</organizer>', '')), 'refused'), good]
  if (protocol === 'csv') {
    const broken = csvRow({ ...facts, birth: '1990-13-45' }, nth(facts, 0))
    return [send('1', csvOf([broken, csvRow(facts, nth(facts, 1))]))]
  }
  const wrong = fhir(facts, nth(facts, 0))
  Object.assign((wrong.entry[1] as { resource: object }).resource, { status: 'finished' })
  return [send('1', Buffer.from(JSON.stringify(wrong))), good]
}
