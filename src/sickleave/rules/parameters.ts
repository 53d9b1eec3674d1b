import { Refusal } from '../../platform/refusal.ts'
import type { Day } from './days.ts'
import { money, moneyNames } from './money-parameters.ts'

/**
 * Every number of the law as a row with the day it takes effect and its paragraph. `isUnverified` marks numbers that no primary text confirms: a
 * proposal of the domain study or a reading where the law is silent. A change is a new row, in force from its day.
 */
export type Parameter = { name: string; fromDay: Day; value: number; paragraph: string; isUnverified: boolean }

/** The act on health insurance of 2019. Leaves that began earlier follow the old act and are not assessed here. */
const act: Day = '2019-04-11'

const sure = (name: ParameterName, value: number, paragraph: string, fromDay = act): Parameter => ({ name, fromDay, value, paragraph, isUnverified: false })
const unsure = (name: ParameterName, value: number, paragraph: string, fromDay = act): Parameter => ({ name, fromDay, value, paragraph, isUnverified: true })

export const parameterNames = {
  'doctor.days': 'days the chosen doctor assesses alone',
  'doctor.days-exception': 'the same for malignant disease, pregnancy, disability and directly after surgery',
  'doctor.window': 'days looked back on for interrupted leaves',
  'doctor.window-exception': 'the same for the exceptions',
  'link.gap': 'calendar days between two leaves that still link them',
  'employer.days': 'days at the employer’s cost',
  'care.young-age': 'age of the family member from which the shorter limit holds',
  'care.days-young': 'days of care the doctor assesses for a younger one',
  'care.days-older': 'days of care the doctor assesses for an older one',
  'care.commission-young': 'days of care with the commission for a younger one',
  'care.commission-older': 'days of care with the commission for an older one',
  'care.severe-months': 'months of care for severe damage to a child’s health',
  'care.severe-age': 'age up to which that holds',
  'care.fund-age': 'age below which the Fund pays care from the first day',
  'percent.ordinary': 'percentage of the base',
  'percent.full': 'percentage of the base where the law gives the whole',
  'assessment.months': 'months without interruption after which disability is assessed',
  'assessment.months-broken': 'months with interruptions after which disability is assessed',
  'assessment.window-months': 'months looked back on for that',
  'issue.back': 'days back that a doctor may open a leave for',
  'issue.ahead': 'days ahead that a leave or a report may reach before it begins',
  'request.days': 'days from the payout of wages within which compensation is asked for',
  'request.refund-years': 'years from the payout within which a refund is asked for',
  'request.completion-days': 'days within which a returned request is completed',
  'fund.days': 'days from the complete request within which the Fund calculates and pays',
  'payout.days': 'days from the receipt of the money within which the employer pays the employee',
  'interest.hundredths': 'yearly default interest on money that is returned, in hundredths of a percent',
  'objection.days': 'working days within which an objection is made',
  'objection.decision-days': 'days within which an objection or a request is decided on',
  'commission.days': 'days within which the commission decides on a proposal',
  'assessment.paid-days': 'days that the Fund still pays after sending somebody to the disability assessment',
  'reminder.days-before': 'days before the end of a time limit at which who has the case is reminded',
  'statistics.k': 'the smallest number of persons that a published figure may be about',
  'reading.fund-days-use-employer': '1: days the Fund pays from the first day use up the employer’s days; 0: they do not',
  'reading.age-on-first-day': '1: the age counts on the first day of the leave; 0: on each day',
  'reading.link-moves-competence': '1: linked leaves count as one for the doctor’s days; 0: only calendar-continuous days do',
  ...moneyNames,
} as const
export type ParameterName = keyof typeof parameterNames

export const authored: readonly Parameter[] = [
  sure('doctor.days', 30, 'ЗЗО чл. 75 ст. 3 (92/2023)'),
  sure('doctor.days-exception', 60, 'ЗЗО чл. 75 ст. 3 (92/2023)'),
  sure('doctor.window', 45, 'ЗЗО чл. 75 ст. 4 (92/2023)'),
  sure('doctor.window-exception', 90, 'ЗЗО чл. 75 ст. 4 (92/2023)'),
  unsure('link.gap', 6, 'ЗЗО чл. 75 (92/2023); тумачење 4'),
  sure('employer.days', 30, 'ЗЗО чл. 102; Закон о раду чл. 115'),
  sure('care.young-age', 7, 'ЗЗО чл. 79'),
  sure('care.days-young', 15, 'ЗЗО чл. 79'),
  sure('care.days-older', 7, 'ЗЗО чл. 79'),
  unsure('care.commission-young', 30, 'ЗЗО чл. 79'),
  unsure('care.commission-older', 14, 'ЗЗО чл. 79'),
  unsure('care.severe-months', 4, 'ЗЗО чл. 78 ст. 3'),
  sure('care.severe-age', 18, 'ЗЗО чл. 78 ст. 3'),
  sure('care.fund-age', 3, 'ЗЗО чл. 101 (текст није прочитан)'),
  sure('percent.ordinary', 65, 'ЗЗО чл. 73 и 89–101 (текст није прочитан)'),
  sure('percent.full', 100, 'ЗЗО чл. 73 и 89–101 (текст није прочитан)'),
  unsure('assessment.months', 6, 'R-9; члан ЗЗО није прочитан'),
  unsure('assessment.months-broken', 12, 'R-9; члан ЗЗО није прочитан'),
  unsure('assessment.window-months', 18, 'R-9; члан ЗЗО није прочитан'),
  unsure('issue.back', 3, 'рок од три дана по ранијој пракси'),
  unsure('issue.ahead', 3, 'пракса'),
  unsure('request.days', 15, 'упутство РФЗО; ЗЗО чл. 102 ст. 2'),
  unsure('request.refund-years', 3, 'упутство РФЗО; рачуна се од исплате'),
  unsure('request.completion-days', 15, 'пракса'),
  sure('fund.days', 21, 'ЗЗО чл. 102 ст. 3 (92/2023)'),
  sure('payout.days', 7, 'ЗЗО чл. 102 ст. 4 (92/2023)'),
  unsure('interest.hundredths', 1375, 'Закон о затезној камати: референтна стопа и осам поена'),
  unsure('objection.days', 3, 'пракса по ЗЗО'),
  unsure('objection.decision-days', 8, 'пракса по ЗЗО'),
  unsure('commission.days', 8, 'пракса'),
  unsure('assessment.paid-days', 60, 'R-9; члан ЗЗО није прочитан'),
  unsure('reminder.days-before', 3, 'предлог'),
  unsure('statistics.k', 10, 'предлог'),
  unsure('reading.fund-days-use-employer', 0, 'тумачење 7'),
  unsure('reading.age-on-first-day', 0, 'тумачење 9'),
  unsure('reading.link-moves-competence', 0, 'тумачење 6'),
  ...money,
]

export type Rules = { on(name: ParameterName, day: Day): number; row(name: ParameterName, day: Day): Parameter; all: readonly Parameter[] }

/**
 * On a day the newest row that has begun is in force. Of two rows from the same day the one entered later counts, so that a row of the release can be
 * corrected.
 */
export function rulesOf(added: readonly Parameter[] = []): Rules {
  const all = [...authored, ...added]
  const byName = Map.groupBy(all, ({ name }) => name)
  for (const rows of byName.values()) rows.reverse().sort((a, b) => (a.fromDay < b.fromDay ? 1 : a.fromDay > b.fromDay ? -1 : 0))
  const row = (name: ParameterName, day: Day): Parameter => {
    const found = byName.get(name)?.find(({ fromDay }) => fromDay <= day)
    if (found) return found
    if (day < act)
      throw new Refusal('unprocessable', `leaves that began before ${act} follow the earlier act and are not assessed here`, { expression: 'firstDay' })
    throw new Refusal('unprocessable', `no value is known for ${name} on ${day}`, {
      expression: 'firstDay',
      hint: 'An operator enters it: npm run spona -- sickleave parameter set.',
    })
  }
  return { all, row, on: (name, day) => row(name, day).value }
}
