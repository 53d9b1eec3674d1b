import { messages } from '../../shared/message.ts'

export const reports = messages({
  title: { sr: 'Ваше пријаве увида', en: 'Looks you reported' },
  unknown: { sr: 'Не познајем овај увид', en: 'I do not know this look' },
  unknownOf: { sr: 'Не познајем овај увид: {who}, {at}', en: 'I do not know this look: {who}, {at}' },
  lead: {
    sr: 'Пријава иде лицу за заштиту података установе {institution}. Оно проверава увид и одговара Вам овде; последњи дан за одговор стоји уз пријаву.',
    en: 'The report goes to the data protection officer of {institution}, who looks into it and answers you here; the last day for that stands beside the report.',
  },
  text: { sr: 'Шта желите да кажете', en: 'What you want to say' },
  textHint: { sr: 'Није обавезно. На пример: тог дана нисам био код лекара.', en: 'Not needed. For example: I saw no doctor that day.' },
  mail: { sr: 'Е-пошта за обавештење', en: 'E-mail for a notice' },
  mailHint: {
    sr: 'Није обавезно. Стиже само да је одговор ту, без података из картона; адреса се после тога брише.',
    en: 'Not needed. It only says that the answer is there, with nothing of the record; the address is deleted afterwards.',
  },
  mailWrong: { sr: 'Ово није адреса е-поште. Пример: ime@primer.rs', en: 'This is no e-mail address. Example: name@example.rs' },
  send: { sr: 'Пошаљи пријаву', en: 'Send the report' },
  already: { sr: 'Овај увид је већ пријављен.', en: 'This look is reported already.' },
  tooMany: {
    sr: 'Двадесет Ваших пријава већ чека одговор. Сачекајте га, или се обратите Поверенику.',
    en: 'Twenty of your reports wait for an answer already. Wait for it, or turn to the Commissioner.',
  },
  reported: { sr: 'Пријављено {at}', en: 'Reported on {at}' },
  open: { sr: 'Пријављено {at}. Одговор мора да стигне до {due}', en: 'Reported on {at}. The answer must come by {due}' },
  late: {
    sr: 'Пријављено {at}. Одговор је требало да стигне до {due}. Можете се обратити Поверенику, подаци су доле.',
    en: 'Reported on {at}. The answer should have come by {due}. You may turn to the Commissioner, named below.',
  },
  'in-order': { sr: 'Одговор од {at}: увид је имао основа', en: 'Answered on {at}: the look had a basis' },
  'not-in-order': { sr: 'Одговор од {at}: увид није имао основа', en: 'Answered on {at}: the look had no basis' },
  answeredBy: { sr: 'Одговорило је лице за заштиту података: {by}.', en: 'Answered by the data protection officer: {by}.' },
})
