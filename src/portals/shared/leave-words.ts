import type { StepLine } from '../../sickleave/wire.ts'
import type { Say } from './language.tsx'
import { messages } from './message.ts'

export const leaveStates = messages({
  opened: { sr: 'отворено', en: 'open' },
  extended: { sr: 'продужено', en: 'extended' },
  referred: { sr: 'код комисије', en: 'with the commission' },
  closed: { sr: 'закључено', en: 'closed' },
  cancelled: { sr: 'поништено', en: 'voided' },
})

export const paperKinds = messages({
  certificate: { sr: 'Потврда', en: 'Certificate' },
  report: { sr: 'Дознака', en: 'Report' },
  void: { sr: '(поништено)', en: '(void)' },
})

/** Words for the steps of a leave, each with its last day. */
export const leaveSteps = messages({
  title: {
    sr: { one: 'Ток: {count} корак', few: 'Ток: {count} корака', other: 'Ток: {count} корака' },
    en: { one: 'History: {count} step', other: 'History: {count} steps' },
  },
  opened: { sr: 'отворено до', en: 'opened until' },
  extended: { sr: 'продужено до', en: 'extended until' },
  reported: { sr: 'дознака до', en: 'report until' },
  referred: { sr: 'предложено комисији до', en: 'proposed to the commission until' },
  decided: { sr: 'комисија одлучила, до', en: 'decided by the commission, until' },
  reviewed: { sr: 'одлучено по приговору, до', en: 'decided on an objection, until' },
  closed: { sr: 'закључено са', en: 'closed as of' },
  cancelled: { sr: 'поништено', en: 'voided' },
  corrected: { sr: 'исправљено, до', en: 'corrected, until' },
  other: { sr: 'корак', en: 'step' },
  signed: { sr: 'потписано', en: 'signed' },
  sealed: { sr: 'печат установе', en: 'sealed by the institution' },
  arrived: { sr: 'стигло {at}', en: 'arrived {at}' },
})

/** Words for the commission's decision on a proposal. */
export const decisionWords = messages({
  approved: { sr: 'одобрено како је предложено', en: 'approved as proposed' },
  shortened: { sr: 'одобрено краће', en: 'approved, shorter' },
  rejected: { sr: 'није одобрено', en: 'rejected' },
  assessment: { sr: 'упућено на оцену радне способности', en: 'sent to the disability assessment' },
})

/** Why a leave was closed. The doctor may choose any of these; reasons that only the commission may give have other words. */
export const closings = messages({
  recovered: { sr: 'враћена радна способност', en: 'able to work' },
  maternity: { sr: 'породиљско одсуство', en: 'maternity leave' },
  'employment-ended': { sr: 'престао радни однос', en: 'employment ended' },
  death: { sr: 'смрт', en: 'death' },
})
const closedOtherwise = messages({
  assessment: { sr: 'упућено на оцену радне способности', en: 'sent to the disability assessment' },
  commission: { sr: 'одлуком комисије', en: 'by the commission’s decision' },
})

/** The words of a step beside its kind and day: its outcome with the number, or the reason. */
export function stepDetail(say: Say, data: (text: string) => string, { kind, decision, detail }: StepLine): string | null {
  const why = { ...closings, ...closedOtherwise }[detail as keyof typeof closings]
  if (kind === 'closed' && why) return say(why)
  return [decision && say(decisionWords[decision]), detail && data(detail)].filter(Boolean).join(', ') || null
}

/** Reasons as forms offer them. */
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
