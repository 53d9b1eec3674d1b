import { messages } from './message.ts'

export const leaveStates = messages({
  opened: { sr: 'отворено', en: 'open' },
  extended: { sr: 'продужено', en: 'extended' },
  referred: { sr: 'код комисије', en: 'with the commission' },
  closed: { sr: 'закључено', en: 'closed' },
  cancelled: { sr: 'поништено', en: 'cancelled' },
})

export const paperKinds = messages({
  certificate: { sr: 'Потврда', en: 'Certificate' },
  report: { sr: 'Дознака', en: 'Report' },
  void: { sr: '(поништено)', en: '(void)' },
})

/** Reasons as a form offers them. */
export const reasonWords = messages({
  '01': { sr: 'болест или повреда ван рада', en: 'illness or injury outside work' },
  '02': { sr: 'повреда на раду', en: 'injury at work' },
  '03': { sr: 'професионална болест', en: 'occupational disease' },
  '04': { sr: 'трудноћа, болест или компликације', en: 'pregnancy, illness or complications' },
  '05': { sr: 'обавезна изолација', en: 'compulsory isolation' },
  '06': { sr: 'нега члана породице', en: 'care of a family member' },
  '07': { sr: 'давање органа, ћелија и ткива', en: 'donation of organs, cells or tissue' },
  '08': { sr: 'пратилац', en: 'escort' },
})
