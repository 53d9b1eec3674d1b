import { messages } from '../../shared/message.ts'

export const leave = messages({
  title: { sr: 'Боловање', en: 'Sick leave' },
  back: { sr: 'Назад на картон', en: 'Back to the record' },
  open: { sr: 'Отвори боловање', en: 'Open the leave' },
  opened: {
    sr: {
      one: 'Боловање је отворено. Послодавац је обавештен.',
      few: 'Боловање је отворено. Обавештена су {count} послодавца.',
      other: 'Боловање је отворено. Обавештено је {count} послодаваца.',
    },
    en: { one: 'The leave is open. The employer has been told.', other: 'The leave is open. {count} employers have been told.' },
  },
  propose: { sr: 'Предложи комисији', en: 'Propose it to the commission' },
  proposal: {
    sr: 'Ово боловање може да отвори само комисија: шаље јој се предлог, а до одлуке ниједан документ не излази.',
    en: 'Only the commission may open this leave: it gets a proposal, and no document leaves before it decides.',
  },
  proposed: {
    sr: 'Предлог је послат комисији. До одлуке послодавац ништа не добија.',
    en: 'The proposal is with the commission. The employer gets nothing before it decides.',
  },
  noEmployer: {
    sr: 'Осигурање преко послодавца није евидентирано: нико се не обавештава, а боловање важи.',
    en: 'No insurance through an employer is recorded: nobody is told, and the leave is valid.',
  },
  openedAlone: { sr: 'Боловање је отворено. Нема послодавца ког треба обавестити.', en: 'The leave is open. There is no employer to tell.' },
  reason: { sr: 'Разлог', en: 'Reason' },
  diagnosis: { sr: 'Дијагноза (МКБ-10)', en: 'Diagnosis (ICD-10)' },
  diagnosisHint: {
    sr: 'На пример M54.5. Види је само лекар, комисија и осигураник.',
    en: 'For example M54.5. Only the doctor, the commission and the insured person see it.',
  },
  diagnosisWrong: {
    sr: 'Упишите шифру МКБ-10: слово, две цифре, по потреби тачка и још једна или две, на пример M54.5.',
    en: 'Write an ICD-10 code: a letter, two digits, and where needed a point and one or two more, for example M54.5.',
  },
  lengths: { sr: 'Уобичајено трајање', en: 'Usual length' },
  length: { sr: { one: '{count} дан', few: '{count} дана', other: '{count} дана' }, en: { one: '{count} day', other: '{count} days' } },
  fromVisit: { sr: 'из посете {day}, {place}', en: 'from the visit on {day}, {place}' },
  untilBefore: { sr: 'Последњи дан је пре првог дана.', en: 'The last day is before the first day.' },
  overlap: {
    sr: 'Друго боловање ове особе покрива дане од {from} до {until}. Почните после њега.',
    en: 'Another leave of this person covers {from} to {until}. Begin after it.',
  },
  stillOpen: {
    sr: 'Боловање од {from} је још отворено. Најпре га продужите или закључите, ниже на страници.',
    en: 'The leave from {from} is still open. Extend or close it first, further down on this page.',
  },
  doctorOnly: { sr: 'Боловање отвара лекар', en: 'A doctor opens a sick leave' },
  from: { sr: 'Први дан', en: 'First day' },
  until: { sr: 'Очекивани последњи дан', en: 'Expected last day' },
  exception: { sr: 'Дужи рок лекара', en: 'The doctor’s longer limit' },
  none: { sr: 'не важи', en: 'does not apply' },
  malignant: { sr: 'малигно обољење', en: 'malignant disease' },
  disability: { sr: 'осигураник са инвалидитетом', en: 'insured person with a disability' },
  surgery: { sr: 'непосредно после операције', en: 'directly after surgery' },
  suggested: {
    sr: { one: 'Уобичајено трајање је {count} дан; можете га изменити.', other: 'Уобичајено трајање је {count} дана; можете га изменити.' },
    en: { one: 'The usual duration is {count} day; you may change it.', other: 'The usual duration is {count} days; you may change it.' },
  },
  suggestedUnverified: {
    sr: {
      one: 'Процена трајања је {count} дан (није из правилника); можете га изменити.',
      other: 'Процена трајања је {count} дана (није из правилника); можете га изменити.',
    },
    en: {
      one: 'The duration is estimated at {count} day (not from the rulebook); you may change it.',
      other: 'The duration is estimated at {count} days (not from the rulebook); you may change it.',
    },
  },
  employers: {
    sr: { one: 'Обавештава се {count} послодавац.', few: 'Обавештавају се {count} послодавца.', other: 'Обавештава се {count} послодаваца.' },
    en: { one: '{count} employer is told.', other: '{count} employers are told.' },
  },
  changed: {
    sr: {
      one: 'Урађено. Послодавац је обавештен о ономе што га се тиче.',
      other: 'Урађено. Послодавци су обавештени о ономе што се сваког тиче.',
    },
    en: { one: 'Done. The employer has been told what concerns it.', other: 'Done. Each employer has been told what concerns it.' },
  },
  changedAlone: { sr: 'Урађено. Нема послодавца ког треба обавестити.', en: 'Done. There is no employer to tell.' },
  careBorn: { sr: 'Датум рођења члана породице', en: 'Date of birth of the family member' },
  careChild: { sr: 'дете', en: 'a child' },
  careSevere: { sr: 'тешко оштећење здравља (чл. 78. ст. 3)', en: 'severe damage to health (art. 78 para 3)' },
  mine: { sr: 'Боловања ове особе', en: 'Leaves of this person' },
  noLeaves: { sr: 'Нема евидентираних боловања.', en: 'No leave is recorded.' },
})

export const acts = messages({
  report: { sr: 'Дознака', en: 'Report' },
  reportLead: {
    sr: 'Дознака почиње где се прошла завршила; сваки дан је у тачно једној. Послодавац је добија одмах.',
    en: 'A report begins where the last one ended; each day is in exactly one. The employer gets it at once.',
  },
  reportUntil: { sr: 'Дознака до дана', en: 'Report until' },
  give: { sr: 'Издај дознаку', en: 'Give the report' },
  extend: { sr: 'Продужи', en: 'Extend' },
  extendLead: { sr: 'Ако дан прелази границу лекара, одлучује комисија.', en: 'If the day is beyond the doctor’s limit, the commission decides.' },
  newUntil: { sr: 'Нови очекивани последњи дан', en: 'New expected last day' },
  refer: { sr: 'Упути на комисију', en: 'Refer to the commission' },
  referLead: {
    sr: 'Комисија добија предлог и медицински део; послодавац о томе не сазнаје ништа.',
    en: 'The commission gets the proposal and the medical part; the employer learns nothing of it.',
  },
  proposedUntil: { sr: 'Предлажем до дана', en: 'I propose until' },
  note: { sr: 'Напомена за медицински део', en: 'Note for the medical part' },
  noteHint: { sr: 'Види је само лекар, комисија и осигураник.', en: 'Only the doctor, the commission and the insured person see it.' },
  close: { sr: 'Закључи', en: 'Close' },
  closeLead: { sr: 'После закључења издаје се још само дознака за дане који недостају.', en: 'After closing only reports of the missing days follow.' },
  lastDay: { sr: 'Последњи дан боловања', en: 'Last day of the leave' },
  why: { sr: 'Разлог', en: 'Reason' },
  whyHint: { sr: 'Послодавац разлог не види.', en: 'The employer does not see it.' },
  cancel: { sr: 'Поништи боловање', en: 'Void the leave' },
  keep: { sr: 'Задржи', en: 'Keep it' },
  cancelLead: {
    sr: 'Сви документи овог боловања постају неважећи, а послодавац о томе добија обавештење. Поништење се не може вратити.',
    en: 'All documents of this leave become void and the employer is told so. This cannot be undone.',
  },
})

export const reports = messages({
  doctorOnly: { sr: 'Дознаке издаје лекар', en: 'A doctor gives the reports' },
  title: { sr: 'Дознаке за издавање', en: 'Reports to give' },
  lead: {
    sr: 'Дани боловања до данас које још ниједна дознака не покрива. Скините оне које не издајете сада; остале се издају једном потврдом.',
    en: 'Days of leave up to today that no report covers yet. Untick those you do not give now; one confirmation gives the rest.',
  },
  notTaken: { sr: 'Потврде издате без везе које нису прихваћене', en: 'Certificates issued without a connection that were not taken' },
  none: { sr: 'Ниједна дознака није на чекању.', en: 'No report is due.' },
  giveAll: {
    sr: { one: 'Издај {count} дознаку', few: 'Издај {count} дознаке', other: 'Издај {count} дознака' },
    en: { one: 'Give {count} report', other: 'Give {count} reports' },
  },
  given: { sr: 'издата', en: 'given' },
  done: {
    sr: { one: 'Издата је {count} дознака.', few: 'Издате су {count} дознаке.', other: 'Издато је {count} дознака.' },
    en: { one: '{count} report was given.', other: '{count} reports were given.' },
  },
  look: { sr: 'боловање', en: 'leave' },
})
