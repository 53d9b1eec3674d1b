import { formatMoment } from './format.ts'
import { useLanguage, useSay } from './language.tsx'
import { messages } from './message.ts'

const words = messages({
  answered: { sr: 'Адреса одговара грешком {code}, од {since}', en: 'The address answers {code}, since {since}' },
  silent: { sr: 'Адреса не одговара, од {since}', en: 'The address does not answer, since {since}' },
  mailAnswered: { sr: 'Сервер за пошту одбија ({code}), од {since}', en: 'The mail server refuses ({code}), since {since}' },
  mailSilent: { sr: 'Сервер за пошту не одговара, од {since}', en: 'The mail server does not answer, since {since}' },
})

/** Why an employer's address is not reached, and since when. The server has four sentences for the reason. */
export function NotReached({ trouble, since }: { trouble: string; since: string }) {
  const say = useSay()
  const language = useLanguage()
  const [, code] = /(\d{3})$/.exec(trouble) ?? []
  const [withCode, without] = trouble.startsWith('the mail server') ? [words.mailAnswered, words.mailSilent] : [words.answered, words.silent]
  return say(code === undefined ? without : withCode, { code: code ?? '', since: formatMoment(language, since) })
}
