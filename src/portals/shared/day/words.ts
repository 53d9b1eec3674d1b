import { messages } from '../message.ts'

export const dayWords = messages({
  calendar: { sr: 'Календар: {label}', en: 'Calendar: {label}' },
  day: { sr: 'дд', en: 'dd' },
  month: { sr: 'мм', en: 'mm' },
  year: { sr: 'гггг', en: 'yyyy' },
  unfinished: { sr: 'Довршите датум: дан, месец и година.', en: 'Finish the date: day, month and year.' },
})
