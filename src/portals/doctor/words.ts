import { messages } from '../shared/message.ts'

export const portal = messages({
  name: { sr: 'Портал лекара', en: 'Doctor’s portal' },
  today: { sr: 'Данас', en: 'Today' },
  reports: { sr: 'Дознаке', en: 'Reports' },
  completeness: { sr: 'Потпуност', en: 'Completeness' },
  help: { sr: 'Пречице', en: 'Shortcuts' },
  notWorker: {
    sr: 'Овај портал је за лекаре и сестре. Ваш налог нема ту улогу.',
    en: 'This portal is for doctors and nurses. Your account has no such role.',
  },
})

export const finder = messages({
  title: { sr: 'Пронађи пацијента', en: 'Find a patient' },
  hint: {
    sr: 'Име и презиме, може и година рођења; ЈМБГ, ЕБС, ЛБО, ЛЗБ или привремени број. Писмо и дијакритици нису важни.',
    en: 'Name, perhaps with the birth year; JMBG, EBS, LBO, LZB or temporary number. Script and diacritics do not matter.',
  },
  foldedAs: { sr: 'Тражено и као: {forms}', en: 'Also searched as: {forms}' },
  found: { sr: { one: '{count} особа', few: '{count} особе', other: '{count} особа' }, en: { one: '{count} person', other: '{count} people' } },
  more: { sr: 'Има их више од десет. Додајте годину рођења или број.', en: 'More than ten match. Add the birth year or a number.' },
  none: { sr: 'Нема особе за „{query}“. Покушајте са ЈМБГ, ЛБО или ЛЗБ.', en: 'Nobody found for “{query}”. Try JMBG, LBO or LZB.' },
  wrongControl: {
    sr: 'Нема особе за „{query}“. Као ЈМБГ овај број није исправан: контролна цифра не одговара. Проверите унос.',
    en: 'Nobody found for “{query}”. As a JMBG this number is wrong: its control digit does not match. Check what you typed.',
  },
  masked: {
    sr: {
      one: '{count} без основа: подаци су скраћени. Отвара је посета.',
      few: '{count} без основа: подаци су скраћени. Отвара их посета.',
      other: '{count} без основа: подаци су скраћени. Отвара их посета.',
    },
    en: {
      one: '{count} without a basis: details are shortened. A visit opens it.',
      other: '{count} without a basis: details are shortened. A visit opens them.',
    },
  },
  results: { sr: 'Пронађене особе', en: 'People found' },
  mine: { sr: 'Мој дан', en: 'My day' },
  visits: { sr: 'Отворене посете и болнички пацијенти', en: 'Open visits and inpatients' },
  chosen: { sr: 'Моји изабрани пацијенти', en: 'My chosen patients' },
  others: { sr: 'По упуту и на замени', en: 'By referral and as substitute' },
  noneMine: {
    sr: 'Данас још нема отворених посета. Пронађите пацијента изнад или очитајте картицу.',
    en: 'No open visits yet today. Find a patient above or read a card.',
  },
  noBasis: { sr: 'нема основа', en: 'no basis' },
  openVisit: { sr: 'Отвори посету', en: 'Open a visit' },
  until: { sr: 'до {date}', en: 'until {date}' },
  card: { sr: 'Картица', en: 'Card' },
  pending: { sr: 'идентитет на чекању', en: 'identity pending' },
  temporary: { sr: 'Привремени број', en: 'Temporary number' },
  lzb: { sr: 'ЛЗБ', en: 'LZB' },
  years: { sr: { one: '{count} год.', few: '{count} год.', other: '{count} год.' }, en: { one: '{count} y', other: '{count} y' } },
  searching: { sr: 'Тражим…', en: 'Searching…' },
})

export const visit = messages({
  title: { sr: 'Отвори посету', en: 'Open a visit' },
  lead: {
    sr: 'Пацијент је присутан. Посету отвара његова картица, или број заједно са датумом рођења.',
    en: 'The patient is present. The card opens the visit, or a number together with the birth date.',
  },
  byCard: { sr: 'Картица', en: 'Card' },
  byNumber: { sr: 'Број и датум рођења', en: 'Number and birth date' },
  way: { sr: 'Чиме', en: 'By' },
  card: { sr: 'Код са картице', en: 'Code from the card' },
  cardHint: { sr: 'Једнократни код који картица пријави.', en: 'The one-time code the card reports.' },
  number: { sr: 'ЈМБГ, ЕБС, ЛБО или ЛЗБ', en: 'JMBG, EBS, LBO or LZB' },
  birthDate: { sr: 'Датум рођења', en: 'Birth date' },
  reason: { sr: 'Разлог', en: 'Reason' },
  open: { sr: 'Отвори посету', en: 'Open the visit' },
  note: { sr: 'Пацијент одмах види овај увид, Ваше име и разлог.', en: 'The patient sees this access, your name and the reason at once.' },
  errCard: { sr: 'Унесите код са картице.', en: 'Enter the code from the card.' },
  errNumber: { sr: 'Унесите број од 11 или 13 цифара.', en: 'Enter a number of 11 or 13 digits.' },
  errDate: { sr: 'Унесите датум рођења.', en: 'Enter the birth date.' },
  noMatch: {
    sr: 'Посета није отворена: то не припада ниједном пацијенту. Број и датум рођења морају бити од исте особе, а код са картице важи једном.',
    en: 'The visit was not opened: this belongs to no patient. Number and birth date must be of one person, and a code from a card works once.',
  },
  tooMany: {
    sr: 'Посета није отворена: превише покушаја или отворених посета данас. Употребите картицу пацијента или сачекајте.',
    en: 'The visit was not opened: too many attempts or open visits today. Use the patient’s card, or wait.',
  },
})

export const claims = messages({
  title: { sr: 'Пријављени прегледи чекају Вашу потврду', en: 'Reported encounters wait for your confirmation' },
  lead: {
    sr: 'Систем Ваше установе је пријавио преглед у току. Картон се отвара тек кад Ви потврдите да је пацијент код Вас.',
    en: 'Your institution’s system reported an encounter in progress. The record opens only when you confirm that the patient is with you.',
  },
  line: { sr: 'Преглед {encounter}, пријављен {time}', en: 'Encounter {encounter}, reported {time}' },
  confirm: { sr: 'Потврди посету', en: 'Confirm the visit' },
  failed: {
    sr: 'Посета није отворена: пријава је истекла или је преглед завршен.',
    en: 'The visit was not opened: the report expired or the encounter is over.',
  },
})

/** The reason is written into the audit log in the same words that the patient will read. */
export const visitReasons = ['преглед', 'контролни преглед', 'кућна посета', 'преглед без заказивања'] as const
export const visitReasonWords = messages({
  преглед: { sr: 'преглед', en: 'examination' },
  'контролни преглед': { sr: 'контролни преглед', en: 'check-up' },
  'кућна посета': { sr: 'кућна посета', en: 'home visit' },
  'преглед без заказивања': { sr: 'преглед без заказивања', en: 'walk-in examination' },
})

export const keyHelp = messages({
  title: { sr: 'Пречице на тастатури', en: 'Keyboard shortcuts' },
  search: { sr: 'Тражи пацијента', en: 'Find a patient' },
  card: { sr: 'Очитај картицу', en: 'Read a card' },
  summary: { sr: 'На врх картона', en: 'To the top of the record' },
  timeline: { sr: 'На ток', en: 'To the timeline' },
  labs: { sr: 'На налазе', en: 'To the results' },
  leave: { sr: 'Отвори боловање', en: 'Open a sick leave' },
  send: { sr: 'Потпиши и пошаљи образац', en: 'Sign and send the form' },
  rows: { sr: 'Следећи, претходни ред или документ', en: 'Next, previous row or document' },
  open: { sr: 'Отвори ред', en: 'Open the row' },
  escape: { sr: 'Затвори документ, врати се на ред', en: 'Close the document, back to the row' },
  print: { sr: 'Штампај документ', en: 'Print the document' },
  chart: { sr: 'График или табела', en: 'Chart or table' },
  palette: { sr: 'Све команде', en: 'All commands' },
  help: { sr: 'Ова листа', en: 'This list' },
  off: { sr: 'Слова раде само ван поља за унос. Искључују се у подешавањима.', en: 'Letters work outside fields only. Switch them off in the settings.' },
  filter: { sr: 'Нађи команду', en: 'Find a command' },
})
