import { baseUrl } from '../platform/config.ts'
import { canMail, isMailAddress, type Mail, sendMail } from '../platform/mail.ts'
import type { Script } from '../platform/readers-script.ts'
import { Refusal } from '../platform/refusal.ts'
import { workSteadily } from '../platform/steady-work.ts'
import { toLatin } from '../platform/text.ts'
import type { World } from '../platform/world.ts'
import { seal, unseal } from './secrets.ts'

// Tells people by mail that the look they reported was answered. The mail does not repeat the answer or name who looked: others who read that mailbox
// learn nothing about a record.

const everyMs = 30_000
const troubledMs = 60_000
const atOnce = 50
/** When the mail server stays away longer than this, the address is deleted all the same. */
const triedForMs = 3 * 86_400_000

export type MailLanguage = Script | 'en'

/** The address, sealed for storing; null when none was given. */
export function sealedAddress(world: World, given: string | undefined): Buffer | null {
  if (given === undefined) return null
  if (!canMail(world)) throw new Refusal('unprocessable', 'this centre sends no mail', { expression: 'mail' })
  if (!isMailAddress(given)) throw new Refusal('incorrect', 'mail is one e-mail address', { expression: 'mail' })
  return seal(world, 'mail', given)
}

const subject = 'Одговор на Вашу пријаву увида'
const textOf = (page: string) => `Стигао је одговор на Вашу пријаву увида у картон.

Пријавите се и прочитајте га на страници „Ко је гледао“:
${page}

Ову поруку добијате зато што сте адресу оставили уз пријаву. Адреса се после ње више не чува.
`
const english = (page: string) => `Your report of a look at your record was answered.

Sign in and read the answer on the page "Who looked":
${page}

You get this message because you left your address with the report. It is not kept after this.
`

export function mailOf(to: string, language: MailLanguage, base: string): Mail {
  const page = `${base}/patient/looks`
  if (language === 'en') return { to, subject: 'Your report of a look was answered', text: english(page) }
  // The address of the page must stay as it is, so it is filled in after the text was put into its alphabet.
  const write = (text: string) => (language === 'sr-Latn' ? toLatin(text) : text)
  return { to, subject: write(subject), text: write(textOf('{}')).replace('{}', page) }
}

type Due = { patient: number; id: string; mail: Buffer; language: MailLanguage; answeredAt: Date }

/**
 * Mails the people who are due, the longest waiting first, and answers how many it reached. A mail is sent twice when the server stops between
 * sending it and noting that.
 */
export async function tellAnswers(world: World): Promise<number> {
  if (!canMail(world)) return 0
  const due = await world.sql<Due>`
    select patient, id, mail, mail_language as language, answered_at
      from identity.look_report
     where mail is not null and answered_at is not null
     order by answered_at
     limit ${atOnce}`
  let told = 0
  for (const { patient, id, mail, language, answeredAt } of due) {
    try {
      await sendMail(world, mailOf(unseal(world, 'mail', mail), language, baseUrl(world.config)))
      told++
    } catch (error) {
      world.log.warn({ err: error, report: id }, 'a person could not be told by mail that their report was answered')
      if (world.now().getTime() - answeredAt.getTime() < triedForMs) continue
    }
    await world.sql`update identity.look_report set mail = null where patient = ${patient} and id = ${id}`
  }
  return told
}

export function startTellingAnswers(world: World): () => Promise<void> {
  const step = async () => {
    await tellAnswers(world)
    return everyMs
  }
  return workSteadily(world, { step, troubledMs, trouble: 'people could not be told that their reports were answered; tried again in a minute' })
}
