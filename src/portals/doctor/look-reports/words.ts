import { messages } from '../../shared/message.ts'

export const lookReports = messages({
  title: { sr: 'Пријаве увида', en: 'Reported looks' },
  waiting: { sr: 'Пријаве увида ({count})', en: 'Reported looks ({count})' },
  lead: {
    sr: 'Увиди Ваше установе које пацијенти не познају. Проверите ко је и зашто гледао, па одговорите: одговор се уписује једном и пацијент га чита како је написан.',
    en: 'Looks from your institution that patients do not know. Find out who looked and why, then answer: an answer is entered once, and the patient reads it as it is written.',
  },
  none: { sr: 'Нико није пријавио увид.', en: 'Nobody has reported a look.' },
  person: { sr: 'Пацијент', en: 'Patient' },
  look: { sr: 'Увид', en: 'Look' },
  basis: { sr: 'Основ', en: 'Basis' },
  says: { sr: 'Пацијент каже', en: 'The patient says' },
  due: { sr: 'Рок', en: 'Due' },
  answerOf: { sr: 'Одговор', en: 'Answer' },
  answer: { sr: 'Одговори', en: 'Answer' },
  answerTo: { sr: 'Одговори: {name}', en: 'Answer: {name}' },
  answerLead: { sr: 'Увид: {who}, {at}. Одговор се не може мењати.', en: 'Look: {who}, {at}. An answer cannot be changed.' },
  finding: { sr: 'Налаз', en: 'Finding' },
  'in-order': { sr: 'увид је имао основа', en: 'the look had a basis' },
  'not-in-order': { sr: 'увид није имао основа', en: 'the look had no basis' },
  text: { sr: 'Образложење за пацијента', en: 'Explanation for the patient' },
  forOfficer: { sr: 'Пријаве увида чита лице за заштиту података установе.', en: 'Reported looks are for the data officer of an institution.' },
  already: { sr: 'На ову пријаву је већ одговорено.', en: 'This report is answered already.' },
})
