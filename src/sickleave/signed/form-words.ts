import { dataWord, type DocumentLanguage } from '../document/words.ts'

const words = {
  compensation: { sr: 'Захтев за накнаду зараде', en: 'Request for compensation of wages' },
  refund: { sr: 'Захтев за рефундацију', en: 'Request for a refund' },
  number: { sr: 'Број', en: 'Number' },
  employee: { sr: 'Осигураник', en: 'Insured person' },
  employer: { sr: 'Послодавац', en: 'Employer' },
  period: { sr: 'Период', en: 'Period' },
  payoutDay: { sr: 'Дан исплате', en: 'Day of the payout' },
  account: { sr: 'Рачун', en: 'Account' },
  week: { sr: 'Часова од понедељка до недеље', en: 'Hours from Monday to Sunday' },
  monthsWithoutWage: { sr: 'Месеци без зараде', en: 'Months without a wage' },
  note: { sr: 'Напомена', en: 'Note' },
  evidence: { sr: 'Прилози', en: 'Evidence' },
  digest: { sr: 'Отисак свега што се подноси (SHA-256)', en: 'Digest of everything that is submitted (SHA-256)' },
  statement: {
    sr: 'Потписом потврђујем да су подаци у захтеву и прилозима тачни.',
    en: 'By signing I state that what the request and its evidence say is correct.',
  },
} as const
export type FormWord = keyof typeof words

export const formWord = (name: FormWord, language: DocumentLanguage): string => dataWord(words[name].sr, language, words[name].en)
