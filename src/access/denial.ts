import { Refusal } from '../platform/refusal.ts'
import { toLatin } from '../platform/text.ts'
import type { Decision, DenialReason } from './relation.ts'
import type { Denied } from './wire.ts'

export type Language = 'sr' | 'sr-Latn' | 'en'

type Entry = { sr: Denied; en: Denied }

// Every "no" says why and what would open the record; nothing here depends on what the record holds.
const catalogue: Record<DenialReason, Entry> = {
  unknown: {
    sr: { reason: 'Није познато ко тражи увид.', opens: ['Пријавите се.'] },
    en: { reason: 'It is not known who asks.', opens: ['Sign in.'] },
  },
  'no-relation': {
    sr: {
      reason: 'Немате однос лечења са овим пацијентом.',
      opens: [
        'Пацијент је присутан: отворите преглед његовом картицом.',
        'Пацијент је присутан: отворите преглед бројем и датумом рођења.',
        'Пацијент вас изабере за изабраног лекара.',
        'Упут за вашу организациону јединицу.',
        'Замена изабраног лекара, уписана са датумима.',
      ],
    },
    en: {
      reason: 'You have no treatment relation with this patient.',
      opens: [
        'The patient is present: open a visit with the patient’s card.',
        'The patient is present: open a visit by number and birth date.',
        'The patient chooses you as chosen doctor.',
        'A referral to your unit.',
        'Standing in for the chosen doctor, entered with dates.',
      ],
    },
  },
  'relation-ended': {
    sr: {
      reason: 'Ваш однос лечења са овим пацијентом је истекао.',
      opens: ['Пацијент је присутан: отворите нови преглед.', 'Упут за вашу организациону јединицу.'],
    },
    en: { reason: 'Your treatment relation with this patient has ended.', opens: ['The patient is present: open a new visit.', 'A referral to your unit.'] },
  },
  'not-on-duty': {
    sr: {
      reason: 'Пацијент је на вашем одељењу, али ви нисте на распореду дежурства.',
      opens: ['Начелник вас упише у распоред дежурства.', 'Отворите преглед картицом пацијента.'],
    },
    en: {
      reason: 'The patient is on your unit, but you are not on its duty roster.',
      opens: ['The head of the unit enters you in the duty roster.', 'Open a visit with the patient’s card.'],
    },
  },
  'role-without-records': {
    sr: { reason: 'Ваша улога не отвара здравствене податке.', opens: [] },
    en: { reason: 'Your role does not open health records.', opens: [] },
  },
  'not-own-record': {
    sr: { reason: 'Ово није ваш картон.', opens: ['Родитељ или старатељ буде уписан као заступник.'] },
    en: { reason: 'This is not your record.', opens: ['A parent or guardian is registered as representative.'] },
  },
  'child-grown': {
    sr: { reason: 'Дете је навршило године од којих само има увид у свој картон.', opens: ['Дете се пријави својим налогом.'] },
    en: { reason: 'The child has reached the age from which it alone opens its record.', opens: ['The child signs in with an account of its own.'] },
  },
  'read-only': {
    sr: { reason: 'Свој картон можете да читате, али не и да мењате.', opens: ['Исправку уписује установа од које податак потиче.'] },
    en: { reason: 'You may read this record but not change it.', opens: ['The institution the entry comes from writes a correction.'] },
  },
}

/** The language a browser asks for; Serbian in Cyrillic is the default, as on the portals. */
export function languageOf(acceptLanguage: string | undefined): Language {
  for (const part of (acceptLanguage ?? '').split(',').slice(0, 10)) {
    const tag = part.split(';')[0]?.trim().toLowerCase() ?? ''
    if (tag.startsWith('sr-latn')) return 'sr-Latn'
    if (tag.startsWith('sr')) return 'sr'
    if (tag.startsWith('en')) return 'en'
  }
  return 'sr'
}

export function denied(because: DenialReason, language: Language): Denied {
  const entry = catalogue[because]
  if (language === 'en') return entry.en
  if (language === 'sr') return entry.sr
  return { reason: toLatin(entry.sr.reason), opens: entry.sr.opens.map(toLatin) }
}

/** The 403 of a denied decision; `details` carries `Denied` for a program, the hint carries it for a reader. */
export function refusalOf(decision: Extract<Decision, { permit: false }>, acceptLanguage: string | undefined): Refusal {
  const text = denied(decision.because, acceptLanguage === undefined ? 'en' : languageOf(acceptLanguage))
  return new Refusal('forbidden', text.reason, {
    details: text,
    ...(text.opens.length > 0 ? { hint: text.opens.join(' ') } : {}),
  })
}
