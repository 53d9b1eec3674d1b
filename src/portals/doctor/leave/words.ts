import { messages } from '../../shared/message.ts'

export const leave = messages({
  title: { sr: 'Боловање', en: 'Sick leave' },
  back: { sr: 'Назад на картон', en: 'Back to the record' },
  open: { sr: 'Отвори боловање', en: 'Open the leave' },
  opened: { sr: 'Боловање је отворено. Послодавац је обавештен.', en: 'The leave is open. The employer has been told.' },
  reason: { sr: 'Разлог', en: 'Reason' },
  diagnosis: { sr: 'Дијагноза (МКБ-10)', en: 'Diagnosis (ICD-10)' },
  diagnosisHint: {
    sr: 'На пример M54.5. Види је само лекар, комисија и осигураник.',
    en: 'For example M54.5. Only the doctor, the commission and the insured person see it.',
  },
  from: { sr: 'Први дан', en: 'First day' },
  until: { sr: 'Очекивани последњи дан', en: 'Expected last day' },
  exception: { sr: 'Дужи рок лекара', en: 'The doctor’s longer limit' },
  none: { sr: 'не важи', en: 'does not apply' },
  malignant: { sr: 'малигно обољење', en: 'malignant disease' },
  disability: { sr: 'осигураник са инвалидитетом', en: 'insured person with a disability' },
  surgery: { sr: 'непосредно после операције', en: 'directly after surgery' },
  suggested: { sr: 'Уобичајено трајање је {days} дана; предлог је слободан за измену.', en: 'The usual duration is {days} days; you are free to change it.' },
  suggestedUnverified: {
    sr: 'Процена трајања је {days} дана (није из правилника); предлог је слободан за измену.',
    en: 'The duration is estimated at {days} days (not from the rulebook); you are free to change it.',
  },
  employers: {
    sr: { one: 'Обавештава се {count} послодавац.', few: 'Обавештавају се {count} послодавца.', other: 'Обавештава се {count} послодаваца.' },
    en: { one: '{count} employer is told.', other: '{count} employers are told.' },
  },
  mine: { sr: 'Боловања ове особе', en: 'Leaves of this person' },
  noLeaves: { sr: 'Нема евидентираних боловања.', en: 'No leave is recorded.' },
})

/** 06 asks who is cared for; that has no form here yet and goes by the API. */
export const reasonWords = messages({
  '01': { sr: 'болест или повреда ван рада', en: 'illness or injury outside work' },
  '02': { sr: 'повреда на раду', en: 'injury at work' },
  '03': { sr: 'професионална болест', en: 'occupational disease' },
  '04': { sr: 'трудноћа, болест или компликације', en: 'pregnancy, illness or complications' },
  '05': { sr: 'обавезна изолација', en: 'compulsory isolation' },
  '07': { sr: 'давање органа, ћелија и ткива', en: 'donation of organs, cells or tissue' },
  '08': { sr: 'пратилац', en: 'escort' },
})
