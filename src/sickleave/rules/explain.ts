import { toLatin } from '../../platform/text.ts'
import { addDays, type Day, daysBetween } from './days.ts'
import { commissionUntil, competenceOf, countOn, assessmentFrom } from './competence.ts'
import type { Rules } from './parameters.ts'
import { assessmentPaidUntil, chainOf, employerDayOn, payersOf, type Stretch } from './payers.ts'
import type { Leave } from './reasons.ts'

/** Texts are written in Cyrillic, and Latin is made from them. */
export type Sentence = { rule: string; sr: string; srLatn: string; en: string }
const say = (rule: string, sr: string, en: string): Sentence => ({ rule, sr, srLatn: toLatin(sr), en })

const monthsSr = ['јануара', 'фебруара', 'марта', 'априла', 'маја', 'јуна', 'јула', 'августа', 'септембра', 'октобра', 'новембра', 'децембра']
const monthsEn = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December']
export const inSr = (day: Day) => `${Number(day.slice(8))}. ${monthsSr[Number(day.slice(5, 7)) - 1]} ${day.slice(0, 4)}.`
export const inEn = (day: Day) => `${Number(day.slice(8))} ${monthsEn[Number(day.slice(5, 7)) - 1]} ${day.slice(0, 4)}`

const counted: Record<string, [string, string]> = {
  'R-1': ['дан непрекидне спречености', 'day of continuous incapacity'],
  'R-2': ['дан спречености са продуженим роком лекара', 'day of incapacity with the doctor’s longer limit'],
  'R-3': ['дан спречености са прекидима', 'day of incapacity with interruptions'],
  'R-7': ['дан неге', 'day of care'],
}

/**
 * Up to which day the commission has approved, and the last day of the employment. Null or missing: the commission was not asked, the employment goes
 * on. `isEmployed` is false for a person for whom the register knows no employer, past or present. `isOver`: no day of the leave is still to come.
 */
type Known = { approvedUntil?: Day | null; employedUntil?: Day | null; isEmployed?: boolean; isOver?: boolean }

/** What the doctor and the employee read: who may assess first, then who pays, each with its rule. Never shown to an employer. */
export function explain(
  history: readonly Leave[],
  leave: Leave,
  on: Day,
  rules: Rules,
  { approvedUntil = null, employedUntil = null, isEmployed = true, isOver = false }: Known = {},
): Sentence[] {
  const sentences = [competenceSentence(history, leave, on, rules, { approvedUntil, isOver })]
  const linked = chainOf(history, leave, rules)
  const before = linked.at(-2)
  if (before && isEmployed) {
    const between = daysBetween(before.until, leave.from) - 1
    sentences.push(
      say(
        'R-6',
        `Повезано са спреченошћу до ${inSr(before.until)} (дана између: ${between}): дани на терет послодавца ${isOver ? 'су се наставили' : 'се настављају'}.`,
        `Linked to the leave until ${inEn(before.until)} (days between: ${between}): the employer’s days ${isOver ? 'went on' : 'go on'}.`,
      ),
    )
  }
  const employer = isEmployed ? employerSentence(history, leave, dayWithin(leave, on), rules, { employedUntil, isOver }) : null
  if (employer) sentences.push(employer)
  sentences.push(...payersOf(history, leave, rules, employedUntil).map((stretch) => payerSentence(stretch, isEmployed)))
  const assessment = assessmentFrom(history, leave, rules)
  const paidUntil = assessmentPaidUntil(history, leave, rules)
  if (isOver) return sentences
  if (paidUntil !== null)
    sentences.push(
      say(
        'R-9',
        `Упућено је на оцену радне способности: Фонд плаћа најдуже до ${inSr(paidUntil)}, затим одлучује Фонд ПИО.`,
        `Sent to the disability assessment: the Fund pays until ${inEn(paidUntil)} at the longest, then the pension fund decides.`,
      ),
    )
  else if (assessment !== null)
    sentences.push(
      say('R-9', `Од ${inSr(assessment)} обавезно је упућивање на оцену радне способности.`, `From ${inEn(assessment)} disability has to be assessed.`),
    )
  return sentences
}

type Competence = { approvedUntil: Day | null; isOver: boolean }

function competenceSentence(history: readonly Leave[], leave: Leave, on: Day, rules: Rules, { approvedUntil, isOver }: Competence): Sentence {
  if (approvedUntil !== null && isOver)
    return say('R-1', `Комисија је одобрила до ${inSr(approvedUntil)}`, `The commission approved until ${inEn(approvedUntil)}.`)
  if (approvedUntil !== null) {
    return say(
      'R-1',
      `Комисија је одобрила до ${inSr(approvedUntil)}; од ${inSr(addDays(approvedUntil, 1))} поново одлучује.`,
      `The commission approved until ${inEn(approvedUntil)}; from ${inEn(addDays(approvedUntil, 1))} it decides again.`,
    )
  }
  const day = dayWithin(leave, on)
  const count = countOn(history, leave, day, rules)
  const { commissionFrom, rule } = competenceOf(history, leave, rules)
  const [sr, en] = counted[count.rule] as [string, string]
  if (isOver) return say(rule, `Последњи дан је био ${count.day}. ${sr} од ${count.of}.`, `The last day was day ${count.day} of ${count.of} (${en}).`)
  const last = commissionUntil(history, leave, rules)
  // A Serbian date ends with a full stop, so the sentence gets no second one.
  const endSr = last === null ? '.' : `, најдуже до ${inSr(last)}`
  const endEn = last === null ? '' : `, at the longest until ${inEn(last)}`
  return say(
    rule,
    `${count.day}. ${sr} од ${count.of}; од ${inSr(commissionFrom)} одлучује комисија${endSr}`,
    `Day ${count.day} of ${count.of} (${en}); the commission decides from ${inEn(commissionFrom)}${endEn}.`,
  )
}

const dayWithin = ({ from, until }: Leave, on: Day): Day => (on < from ? from : on > until ? until : on)

/** The count of the payer: whoever assesses, the employer pays these days, and linked leaves are one. */
type Borne = { employedUntil: Day | null; isOver: boolean }

function employerSentence(history: readonly Leave[], leave: Leave, day: Day, rules: Rules, { employedUntil, isOver }: Borne): Sentence | null {
  const count = employerDayOn(history, leave, day, rules)
  if (count === null) return null
  if (isOver) return say('R-6', `${count.day}. дан на терет послодавца од ${count.of}.`, `Day ${count.day} of the employer’s ${count.of}.`)
  const fundFrom = addDays(day, count.of - count.day + 1)
  if (employedUntil !== null && employedUntil < fundFrom) return null
  return say(
    'R-6',
    `${count.day}. дан на терет послодавца од ${count.of}; траје ли спреченост, од ${inSr(fundFrom)} плаћа Фонд.`,
    `Day ${count.day} of the employer’s ${count.of}; if it lasts, the Fund pays from ${inEn(fundFrom)}.`,
  )
}

const payersSr = { employer: 'послодавца', fund: 'Фонда' }
const payersEn = { employer: 'the employer', fund: 'the Fund' }
function payerSentence({ from, until, payer, percent, why }: Stretch, isEmployed: boolean): Sentence {
  const [sr, en] = [`Од ${inSr(from)} до ${inSr(until)}`, `From ${inEn(from)} to ${inEn(until)}`]
  if (why === 'assessment-limit')
    return say(
      'R-9',
      `${sr} Фонд не плаћа: рок после упућивања на оцену је истекао.`,
      `${en} the Fund does not pay: its time after sending to assessment is over.`,
    )
  if (payer === 'none') return say('payer', `${sr} нема права: радни однос је престао.`, `${en} there is no right: the employment has ended.`)
  if (payer === 'employer' && !isEmployed)
    return say(
      'payer',
      `${sr} нема послодавца у регистру осигурања: ко сноси ове дане зависи од основа осигурања.`,
      `${en} the insurance register knows no employer: who bears these days depends on the basis of insurance.`,
    )
  return say('payer', `${sr} ${percent}% основа на терет ${payersSr[payer]}.`, `${en} ${percent}% of the base at the cost of ${payersEn[payer]}.`)
}
