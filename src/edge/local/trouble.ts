import { toLatin } from '../../platform/text.ts'
import { nobodyTakes } from '../centre/receive.ts'
import type { InboundSettings } from '../inbound/shape.ts'
import type { Edge } from '../process/edge.ts'
import { type Undelivered, undeliveredOf } from '../store/undelivered.ts'
import { reasonIn, type Said } from './reason.ts'
import type { Language } from './words.ts'

/** The deliveries of one service that do not reach its local system: how many, since when, why, and what to do, in English as programs read it. */
export type Trouble = {
  /** The name of the inbound setting; null when no setting takes the service. */
  name: string | null
  service: string
  /** The address, port or folder that they are handed to. */
  to: string | null
  /** Those that are tried again by themselves, and those refused for good, which wait at the centre until its operator hands them out again. */
  waiting: number
  refused: number
  since: string
  lastTry: string | null
  reason: string
  hint: string
}

/** For this long it may be only a restart of the local system, which is no trouble. */
const patienceMs = 60_000

type Advice = { en: string; sr: string }

/** `{}` stands for the address, port or folder, or for the service. */
const advices = {
  start: {
    en: 'Start the local system that takes it at {}, or mend the address in the settings.',
    sr: 'Покрените локални систем који то прима на {}, или исправите адресу у подешавањима.',
  },
  token: {
    en: 'The system at {} wants its token: token of this inbound names the file with it.',
    sr: 'Систем на {} тражи свој токен: token овог inbound наводи датотеку са њим.',
  },
  look: { en: 'The log of the system at {} says why. It is tried again by itself.', sr: 'Зашто, каже дневник система на {}. Покушава се поново само.' },
  folder: {
    en: 'Whoever runs the edge must be able to write in {}, and there must be room.',
    sr: 'Онај ко покреће повезник мора смети да пише у {}, и мора бити места.',
  },
  edge: { en: 'The log of the edge says why. It is tried again by itself.', sr: 'Зашто, каже дневник повезника. Покушава се поново само.' },
  contents: {
    en: 'The system at {} refused the contents: mend what it complains of, and ask the operator of the centre to hand them out again. edge undelivered list says which, edge undelivered forget settles it here.',
    sr: 'Систем на {} одбио је садржај: исправите оно на шта се жали и замолите оператера центра да га преда поново. edge undelivered list каже које поруке, edge undelivered forget то овде решава.',
  },
  name: {
    en: 'Name {} under inbound in the settings, start the edge anew, and ask the operator of the centre to hand it out again; edge undelivered forget settles it here.',
    sr: 'Наведите {} под inbound у подешавањима, покрените повезник поново и замолите оператера центра да преда поново; edge undelivered forget то овде решава.',
  },
  centre: {
    en: 'Ask the operator of the centre about {}, with the numbers of edge undelivered list; edge undelivered forget settles it here.',
    sr: 'Питајте оператера центра за {}, са бројевима из edge undelivered list; edge undelivered forget то овде решава.',
  },
} as const satisfies Record<string, Advice>

/** Reasons that the ways to local systems give, besides refusals, which the catalogue has. */
const reasons: readonly (readonly [RegExp, string])[] = [
  [/^the local system answered (\d+)$/, 'локални систем је одговорио: {}'],
  [/^the local system cannot be reached \((.+)\)$/, 'локални систем није доступан ({})'],
  [/^the local system answered something else$/, 'локални систем је потврдио другу поруку'],
  [/^the local system refused it \((.+)\)$/, 'локални систем је одбио поруку ({})'],
  [/^the local system could not take it \((.*)\)$/, 'локални систем сада не може да прими поруку ({})'],
  [/^the folder cannot be written \((.+)\)$/, 'у фасциклу се не може писати ({})'],
  [/^the edge could not hand it on$/, 'повезник није могао да преда поруку'],
  [/^this edge takes no messages of this service$/, 'овај повезник не прима поруке те услуге'],
  [/^the message is not what its sender signed$/, 'порука није оно што је пошиљалац потписао'],
  [/^the contents are not kept any more$/, 'садржај се више не чува'],
  [/^the one before it was not taken yet$/, 'претходна још није преузета'],
]

export const troublesOf = ({ store, config }: Pick<Edge, 'store' | 'config'>): Trouble[] => undeliveredOf(store).map((one) => troubleOf(one, config.inbound))

function troubleOf({ target, service, waiting, refused, since, lastTry, reason, isFinal }: Undelivered, inbound: readonly InboundSettings[]): Trouble {
  const settings = inbound.find(({ name }) => name === target)
  const trouble = {
    name: target === '' ? null : target,
    service,
    to: settings === undefined ? null : whereOf(settings),
    waiting,
    refused,
    since: new Date(since).toISOString(),
    lastTry: lastTry === 0 ? null : new Date(lastTry).toISOString(),
    reason: reason === '' ? 'the one before it was not taken yet' : reason,
  }
  return { ...trouble, hint: advised(adviceOn(trouble, isFinal).en, trouble) }
}

export const whereOf = ({ url, host, port, folder }: InboundSettings): string => url ?? folder ?? `${host}:${port}`

function adviceOn({ name, reason }: Pick<Trouble, 'name' | 'reason'>, isFinal: boolean): Advice {
  if (name === null) return reason === nobodyTakes ? advices.name : advices.centre
  if (isFinal) return advices.contents
  if (reason.includes('cannot be reached')) return advices.start
  if (/answered 40[13]$/.test(reason)) return advices.token
  if (reason.startsWith('the folder')) return advices.folder
  return reason === 'the edge could not hand it on' ? advices.edge : advices.look
}

const advised = (text: string, { to, service }: Pick<Trouble, 'to' | 'service'>) => text.replace('{}', to ?? service)

/** Whether somebody must act: a delivery was refused, or nothing was taken for a while. */
export const isTrouble = ({ refused, since }: Trouble, now: Date): boolean => refused > 0 || now.getTime() - Date.parse(since) > patienceMs

/** The trouble as doctor and status print it. */
export function sentenceOn({ service, waiting, refused, since, reason }: Trouble): string {
  const counts = [waiting > 0 ? `${waiting} waiting` : '', refused > 0 ? `${refused} refused` : ''].filter(Boolean).join(', ')
  return `${counts} of ${service} since ${since}: ${reason}`
}

/** The reason and the advice in the language of the page. */
export function troubleIn(language: Language, trouble: Trouble): { reason: Said; hint: Said } {
  const { reason, hint } = trouble
  if (language === 'en') return { reason: { text: reason }, hint: { text: hint } }
  const script = (text: string): string => (language === 'sr-Latn' ? toLatin(text) : text)
  const advice = Object.values(advices).find(({ en }) => advised(en, trouble) === hint)
  const told: Said = advice === undefined ? { text: hint, lang: 'en' } : { text: advised(script(advice.sr), trouble) }
  for (const [form, words] of reasons) {
    const found = form.exec(reason)
    if (found) return { reason: { text: script(words).replace('{}', found[1] ?? '') }, hint: told }
  }
  return { reason: reasonIn(language, { sentence: reason }).sentence, hint: told }
}
