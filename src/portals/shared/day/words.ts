import { messages } from '../message.ts'

export const holidayWords = messages({
  'new-year': { sr: 'Нова година', en: 'New Year' },
  christmas: { sr: 'Божић', en: 'Christmas' },
  statehood: { sr: 'Дан државности', en: 'Statehood Day' },
  'good-friday': { sr: 'Велики петак', en: 'Good Friday' },
  'holy-saturday': { sr: 'Велика субота', en: 'Holy Saturday' },
  easter: { sr: 'Васкрс', en: 'Easter' },
  'easter-monday': { sr: 'Васкрсни понедељак', en: 'Easter Monday' },
  labour: { sr: 'Празник рада', en: 'Labour Day' },
  armistice: { sr: 'Дан примирја', en: 'Armistice Day' },
  moved: { sr: 'нерадан дан због празника у недељу', en: 'free for a holiday on a Sunday' },
})

export const dayWords = messages({
  calendar: { sr: 'Календар: {label}', en: 'Calendar: {label}' },
  day: { sr: 'дд', en: 'dd' },
  month: { sr: 'мм', en: 'mm' },
  year: { sr: 'гггг', en: 'yyyy' },
  unfinished: { sr: 'Довршите датум: дан, месец и година.', en: 'Finish the date: day, month and year.' },
})
