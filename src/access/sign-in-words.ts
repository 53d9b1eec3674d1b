import { toLatin } from '../platform/text.ts'
import type { Language } from './denial.ts'
import type { Role } from './wire.ts'

// Written in Cyrillic; Latin is made from it letter by letter.
const words = {
  sr: {
    title: 'Пријава',
    lead: 'Један здравствени картон за сваку особу.',
    demo: 'Показни налози',
    demoHint: 'Измишљена земља: ниједна особа овде није стварна. Изаберите ко сте.',
    withName: 'Корисничко име и лозинка',
    userName: 'Корисничко име',
    password: 'Лозинка',
    signIn: 'Пријави се',
    wrong: 'Корисничко име или лозинка нису тачни.',
    tooMany: 'Превише неуспелих пријава. Покушајте поново за петнаест минута.',
    busy: 'Овог тренутка се пријављује много људи. Покушајте поново.',
    over: 'Ова пријава је истекла.',
    again: 'Пријавите се поново',
    language: 'Језик',
    noAccount: 'За вас овде још нема налога.',
    noAccountHint: 'Налог отвара установа у којој радите; грађанима га отвара матична евиденција.',
    failed: 'Пријава није успела.',
  },
  en: {
    title: 'Sign in',
    lead: 'One health record for every person.',
    demo: 'Demo accounts',
    demoHint: 'An invented country: nobody here is real. Choose who you are.',
    withName: 'User name and password',
    userName: 'User name',
    password: 'Password',
    signIn: 'Sign in',
    wrong: 'The user name or the password is wrong.',
    tooMany: 'Too many failed sign-ins. Try again in fifteen minutes.',
    busy: 'Many people sign in at this moment. Try again.',
    over: 'This sign-in has expired.',
    again: 'Sign in again',
    language: 'Language',
    noAccount: 'There is no account for you here yet.',
    noAccountHint: 'The institution you work for opens an account; the register of persons opens one for citizens.',
    failed: 'The sign-in did not succeed.',
  },
}

const roles: Record<Role, { sr: string; en: string }> = {
  doctor: { sr: 'лекар', en: 'doctor' },
  nurse: { sr: 'медицинска сестра', en: 'nurse' },
  laboratory: { sr: 'лабораторија', en: 'laboratory' },
  patient: { sr: 'пацијент', en: 'patient' },
  employer: { sr: 'послодавац', en: 'employer' },
  fund: { sr: 'Фонд', en: 'Fund' },
  'fund-supervisor': { sr: 'надзор Фонда', en: 'supervision of the Fund' },
  operator: { sr: 'оператер', en: 'operator' },
  commission: { sr: 'првостепена лекарска комисија', en: 'first-degree medical commission' },
  commission2: { sr: 'другостепена лекарска комисија', en: 'second-degree medical commission' },
  ministry: { sr: 'министарство', en: 'ministry' },
  'data-officer': { sr: 'повереник за податке', en: 'data protection officer' },
}

export type Words = typeof words.sr

export function wordsIn(language: Language): Words {
  if (language !== 'sr-Latn') return words[language]
  return Object.fromEntries(Object.entries(words.sr).map(([name, text]) => [name, toLatin(text)])) as Words
}

/** Names in accounts are kept in Cyrillic; a reader of Latin sees them in Latin. */
export const nameIn = (language: Language, name: string) => (language === 'sr' ? name : toLatin(name))

export function roleIn(language: Language, role: string): string {
  const word = roles[role as Role]
  if (!word) return role
  return language === 'en' ? word.en : nameIn(language, word.sr)
}

export const languageNames: Record<Language, string> = { sr: 'Ћирилица', 'sr-Latn': 'Latinica', en: 'English' }
export const languages = Object.keys(languageNames) as Language[]
