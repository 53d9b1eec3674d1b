import { toLatin } from '../../platform/text.ts'
import type { Day } from '../rules/days.ts'

export const documentLanguages = ['sr-Cyrl', 'sr-Latn', 'en'] as const
export type DocumentLanguage = (typeof documentLanguages)[number]

type Word = { sr: string; en: string }

const words = {
  certificate: { sr: 'Потврда о наступању привремене спречености за рад', en: 'Certificate of the onset of temporary incapacity for work' },
  report: { sr: 'Извештај о привременој спречености за рад (дознака)', en: 'Report of temporary incapacity for work' },
  void: { sr: 'ОВАЈ ДОКУМЕНТ ЈЕ ПОНИШТЕН', en: 'THIS DOCUMENT IS VOID' },
  number: { sr: 'Број', en: 'Number' },
  version: { sr: 'Верзија', en: 'Version' },
  issuer: { sr: 'Издавалац', en: 'Issuer' },
  issuedAt: { sr: 'Издато', en: 'Issued' },
  employee: { sr: 'Осигураник', en: 'Insured person' },
  born: { sr: 'Датум рођења', en: 'Date of birth' },
  jmbg: { sr: 'ЈМБГ', en: 'Personal number (JMBG)' },
  employer: { sr: 'Послодавац', en: 'Employer' },
  noEmployer: { sr: 'није пронађен у евиденцији осигурања', en: 'none was found in the insurance register' },
  pib: { sr: 'ПИБ', en: 'Tax number (PIB)' },
  mb: { sr: 'Матични број', en: 'Register number' },
  cause: { sr: 'Узрок', en: 'Cause' },
  illness: { sr: 'болест', en: 'illness' },
  care: { sr: 'нега члана породице', en: 'care of a family member' },
  child: { sr: 'болест детета', en: 'a child’s illness' },
  firstDay: { sr: 'Први дан спречености', en: 'First day of incapacity' },
  expected: { sr: 'Очекивани последњи дан', en: 'Expected last day' },
  from: { sr: 'Од', en: 'From' },
  until: { sr: 'До', en: 'Until' },
  days: { sr: 'Дана', en: 'Days' },
  percent: { sr: 'Проценат основа', en: 'Percentage of the base' },
  payer: { sr: 'На терет', en: 'At the cost of' },
  byEmployer: { sr: 'послодавца', en: 'the employer' },
  byFund: { sr: 'Фонда', en: 'the Fund' },
  last: { sr: 'Последњи извештај: спреченост је закључена.', en: 'Last report: the incapacity has ended.' },
  more: { sr: 'Спреченост траје; следи нови извештај.', en: 'The incapacity goes on; another report follows.' },
  signed: { sr: 'Лекар потписао потписом сесије, проверено', en: 'Signed by the doctor with a session signature, verified' },
  signedHow: {
    sr: 'Потпис сесије није квалификован. Доказ који се проверава без центра имају осигураник и лекар.',
    en: 'A session signature is not a qualified one. The insured person and the doctor have the evidence, which is checked without the centre.',
  },
  sealed: { sr: 'Електронски запечаћено', en: 'Sealed electronically' },
  qualified: { sr: 'Печат је квалификован.', en: 'The seal is a qualified one.' },
  notQualified: {
    sr: 'Печат није квалификован (демо или пробно окружење): документ нема правну снагу квалификованог печата.',
    en: 'The seal is not a qualified one (demo or trial): the document has not the legal force of a qualified seal.',
  },
  check: { sr: 'Провера исправности (без приказа садржаја)', en: 'Check that it is genuine (shows no content)' },
  qr: { sr: 'Кôд са адресом за проверу исправности документа', en: 'Code with the address that checks whether the document is genuine' },
  slip: { sr: 'Листић за проверу', en: 'Slip for checking' },
} as const satisfies Record<string, Word>
export type DocumentWord = keyof typeof words

/** Texts are written in Cyrillic, and Latin is made from them; names of people and firms follow the script of the document. */
export const documentWord = (name: DocumentWord, language: DocumentLanguage): string => dataWord(words[name].sr, language, words[name].en)
export const dataWord = (text: string, language: DocumentLanguage, english = toLatin(text)): string =>
  language === 'sr-Cyrl' ? text : language === 'sr-Latn' ? toLatin(text) : english

/** 2. 3. 2026. as in Serbia; English readers get 2026-03-02, which no country reads otherwise. */
export const documentDay = (day: Day, language: DocumentLanguage): string =>
  language === 'en' ? day : `${Number(day.slice(8))}. ${Number(day.slice(5, 7))}. ${day.slice(0, 4)}.`
