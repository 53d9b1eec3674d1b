import { toLatin } from '../../platform/text.ts'
import type { Found } from './alert-rules.ts'

/** What an alert says to people, in the words of all three. */
export type AlertText = { 'sr-Cyrl': string; 'sr-Latn': string; en: string }

type Words = { sr: string; en: string }
const digits = (figure: string): string[] => figure.match(/\d{4}-\d{2}-\d{2}|\d+/g) ?? []

const words: Record<Found['rule'], (about: string, figure: string) => Words> = {
  errors: (about, figure) => {
    const [failed, all] = digits(figure)
    const service = about.replace(/^\w+ /, '')
    return { sr: `Услуга «${service}» греши: ${failed} од ${all} у пет минута.`, en: `The service “${service}” fails: ${failed} of ${all} in five minutes.` }
  },
  'queue-old': (about, figure) => {
    const [minutes] = digits(figure)
    return {
      sr: `Најстарија порука у реду за «${about}» чека ${minutes} мин.`,
      en: `The oldest message in the queue of “${about}” has waited for ${minutes} min.`,
    }
  },
  parked: (about, figure) => ({
    sr: `Издвојених порука за «${about}»: ${figure}. Неко мора да одлучи о њима.`,
    en: `Parked messages of “${about}”: ${figure}. Somebody must decide about them.`,
  }),
  'key-ends': (about, figure) => {
    const [code] = about.split(' ')
    const [day] = digits(figure)
    return figure.startsWith('ended')
      ? {
          sr: `Последњи кључ учесника «${code}» истекао је ${day}. Потребна је нова шифра оператера.`,
          en: `The last key of “${code}” ended on ${day}. A new code of the operator is needed.`,
        }
      : {
          sr: `Последњи кључ учесника «${code}» истиче ${day}. Пријавите нови док овај важи.`,
          en: `The last key of “${code}” ends on ${day}. Register a new one while this one is valid.`,
        }
  },
  centre: (about, figure) => ({ sr: `Центар ради слабије: «${about}», ${figure}.`, en: `The centre is degraded: “${about}”, ${figure}.` }),
}

/** Names of services and members stay as they are in every script. */
export function alertText(rule: string, about: string, figure: string): AlertText {
  const { sr, en } = (words[rule as Found['rule']] ?? words.centre)(about, figure)
  return { 'sr-Cyrl': sr, 'sr-Latn': toLatin(sr), en }
}
