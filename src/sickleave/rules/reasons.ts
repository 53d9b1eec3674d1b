import { ageOn, type Day } from './days.ts'
import type { Rules } from './parameters.ts'

/** The reasons of ZZO art. 73. We did not find an official code list: the codes are proposals of the domain study. */
export const reasons = {
  '01': { sr: 'болест или повреда ван рада', en: 'illness or injury outside work' },
  '02': { sr: 'повреда на раду', en: 'injury at work' },
  '03': { sr: 'професионална болест', en: 'occupational disease' },
  '04': { sr: 'болест или компликације у вези са трудноћом', en: 'illness or complications of pregnancy' },
  '05': { sr: 'прописана мера обавезне изолације', en: 'compulsory isolation' },
  '06': { sr: 'нега болесног члана уже породице', en: 'care of a sick close family member' },
  '07': { sr: 'добровољно давање органа, ћелија и ткива', en: 'voluntary donation of organs, cells or tissue' },
  '08': { sr: 'пратилац болесног осигураног лица', en: 'escort of a sick insured person' },
} as const
export type Reason = keyof typeof reasons
export const isReason = (text: unknown): text is Reason => typeof text === 'string' && Object.hasOwn(reasons, text)

/** The person who is cared for, as far as the rules ask. `isSevere`: art. 78 para 3. */
export type Care = { born: Day; isChild: boolean; isSevere: boolean }

/** A stretch of incapacity of one person, in whatever state; the caller leaves out cancelled ones. */
export type Leave = {
  id: string
  from: Day
  until: Day
  reason: Reason
  isException: boolean
  care: Care | null
  /** The day on which the person was sent to the disability assessment during this leave. */
  assessedOn?: Day | null
}

/** The age that the rules use: on each day, or on the first day when that reading is set. */
export function ageFor(leave: Leave, care: Care, day: Day, rules: Rules): number {
  return ageOn(care.born, rules.on('reading.age-on-first-day', leave.from) === 1 ? leave.from : day)
}

/** Severe damage to the health of a child, for as long as the person is a child. */
export const isSevereOn = (leave: Leave, day: Day, rules: Rules): boolean =>
  leave.care !== null && leave.care.isSevere && ageFor(leave, leave.care, day, rules) < rules.on('care.severe-age', leave.from)

const whole = new Set<Reason>(['02', '03', '04', '07'])
export function percentOn(leave: Leave, day: Day, rules: Rules): number {
  if (leave.reason === '05') return rules.on('percent.isolation', leave.from)
  if (leave.reason === '08') return rules.on('percent.escort', leave.from)
  return rules.on(whole.has(leave.reason) || isSevereOn(leave, day, rules) ? 'percent.full' : 'percent.ordinary', leave.from)
}

/** The column of form OZ-10 (6 to 13). */
export function columnOn(leave: Leave, day: Day, rules: Rules): number {
  if (leave.reason === '06') return isSevereOn(leave, day, rules) ? 10 : 9
  return { '01': 6, '02': 7, '03': 8, '04': 13, '05': 11, '07': 12, '08': 11 }[leave.reason]
}

/** What the employer is told of the reason: illness, care of a family member, or a child's illness, and nothing more detailed. */
export type SeenAs = 'illness' | 'care' | 'child'
export function seenAs({ reason, care }: Pick<Leave, 'reason' | 'care'>): SeenAs {
  if (reason === '06') return care?.isChild ? 'child' : 'care'
  return reason === '08' ? 'care' : 'illness'
}
