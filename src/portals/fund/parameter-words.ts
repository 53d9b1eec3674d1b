import type { Language } from '../shared/languages.ts'
import { formatNumber } from '../shared/format.ts'
import { type Message, messages } from '../shared/message.ts'
import { formatPara, paraOf } from '../shared/money.ts'

// Words for the numbers of the law, for the officers who change them. The server's list (`sickleave/rules/parameters.ts`) has names for programs.

const words = messages({
  'doctor.days': { sr: 'Дани спречености које изабрани лекар оцењује сам', en: 'Days of leave that the chosen doctor assesses alone' },
  'doctor.days-exception': {
    sr: 'Исто, код малигне болести, трудноће, инвалидности и непосредно после операције',
    en: 'The same for malignant disease, pregnancy, disability and directly after surgery',
  },
  'doctor.window': { sr: 'Дани уназад у којима се сабирају прекиди', en: 'Days looked back on for interrupted leaves' },
  'doctor.window-exception': { sr: 'Исто, за наведене изузетке', en: 'The same for those exceptions' },
  'link.gap': { sr: 'Највише календарских дана између два повезана боловања', en: 'Most calendar days between two linked leaves' },
  'employer.days': { sr: 'Дани на терет послодавца', en: 'Days at the employer’s cost' },
  'care.young-age': { sr: 'Нега: узраст од ког важи краћи рок (године)', en: 'Care: age from which the shorter limit holds (years)' },
  'care.days-young': { sr: 'Нега млађег: дани које оцењује лекар', en: 'Care of a younger one: days the doctor assesses' },
  'care.days-older': { sr: 'Нега старијег: дани које оцењује лекар', en: 'Care of an older one: days the doctor assesses' },
  'care.commission-young': { sr: 'Нега млађег: дани са комисијом', en: 'Care of a younger one: days with the commission' },
  'care.commission-older': { sr: 'Нега старијег: дани са комисијом', en: 'Care of an older one: days with the commission' },
  'care.severe-months': { sr: 'Нега тешко оболелог детета: месеци', en: 'Care of a severely ill child: months' },
  'care.severe-age': { sr: 'Нега тешко оболелог детета: узраст до ког важи (године)', en: 'Care of a severely ill child: age up to which it holds (years)' },
  'care.fund-age': { sr: 'Нега: узраст до ког Фонд плаћа од првог дана (године)', en: 'Care: age below which the Fund pays from the first day (years)' },
  'percent.ordinary': { sr: 'Накнада: редовни проценат од основа', en: 'Compensation: ordinary percentage of the base' },
  'percent.full': { sr: 'Накнада: проценат где закон даје цео основ', en: 'Compensation: percentage where the law gives the whole base' },
  'assessment.months': { sr: 'Оцена радне способности: месеци без прекида', en: 'Disability assessment: months without interruption' },
  'assessment.months-broken': { sr: 'Оцена радне способности: месеци са прекидима', en: 'Disability assessment: months with interruptions' },
  'assessment.window-months': { sr: 'Оцена радне способности: месеци уназад у којима се сабира', en: 'Disability assessment: months looked back on' },
  'issue.back': { sr: 'Отварање боловања: највише дана уназад', en: 'Opening a leave: most days back' },
  'issue.ahead': { sr: 'Боловање или дознака унапред: највише дана', en: 'A leave or report ahead: most days' },
  'request.days': { sr: 'Захтев за накнаду: дани од исплате зараде', en: 'Request for compensation: days from the payout of wages' },
  'request.refund-years': { sr: 'Рефундација: године од исплате', en: 'Refund: years from the payout' },
  'request.completion-days': { sr: 'Допуна враћеног захтева: дани', en: 'Completing a returned request: days' },
  'fund.days': { sr: 'Обрачун и исплата у Фонду: дани од потпуног захтева', en: 'Calculation and payment by the Fund: days from the complete request' },
  'payout.days': { sr: 'Исплата запосленом: дани од пријема новца', en: 'Payment to the employee: days from the receipt of the money' },
  'interest.hundredths': { sr: 'Затезна камата на повраћај, годишње', en: 'Yearly default interest on returned money' },
  'objection.days': { sr: 'Приговор: радни дани', en: 'Objection: working days' },
  'objection.decision-days': { sr: 'Одлука о приговору или захтеву: дани', en: 'Decision on an objection or a request: days' },
  'commission.days': { sr: 'Одлука комисије о предлогу: дани', en: 'Decision of the commission on a proposal: days' },
  'assessment.paid-days': { sr: 'Исплата после упућивања на оцену радне способности: дани', en: 'Payment after sending to the disability assessment: days' },
  'reminder.days-before': { sr: 'Подсетник: дани пре истека рока', en: 'Reminder: days before the end of a time limit' },
  'statistics.k': { sr: 'Најмањи број особа у објављеном податку', en: 'Fewest persons in a published figure' },
  'reading.fund-days-use-employer': {
    sr: 'Дани које Фонд плаћа од првог дана: 1 – троше дане послодавца; 0 – не троше',
    en: 'Days the Fund pays from the first day: 1 – use up the employer’s days; 0 – do not',
  },
  'reading.age-on-first-day': { sr: 'Узраст: 1 – на први дан боловања; 0 – на сваки дан', en: 'Age: 1 – on the first day of the leave; 0 – on each day' },
  'reading.link-moves-competence': {
    sr: 'Дани лекара: 1 – повезана боловања су једно; 0 – само непрекидни календарски дани',
    en: 'The doctor’s days: 1 – linked leaves count as one; 0 – only calendar-continuous days',
  },
  'percent.isolation': { sr: 'Накнада код обавезне изолације: проценат од основа', en: 'Compulsory isolation: percentage of the base' },
  'percent.escort': { sr: 'Накнада код пратње болесника: проценат од основа', en: 'Escort of a sick person: percentage of the base' },
  'percent.pregnancy-insurance': {
    sr: 'Трудноћа: проценат који сноси осигурање, остатак сноси буџет',
    en: 'Pregnancy: percentage that the insurance bears, the budget bears the rest',
  },
  'wage.minimum-hour': { sr: 'Минимална нето зарада за сат', en: 'Minimum net wage for an hour' },
  'tax.rate': { sr: 'Порез на зараде', en: 'Tax on wages' },
  'tax.free': { sr: 'Неопорезиви месечни износ', en: 'Monthly amount free of tax' },
  'contribution.pension-from': { sr: 'Допринос за пензијско осигурање из зараде', en: 'Pension contribution from the wage' },
  'contribution.health-from': { sr: 'Допринос за здравствено осигурање из зараде', en: 'Health contribution from the wage' },
  'contribution.unemployment-from': { sr: 'Допринос за случај незапослености из зараде', en: 'Unemployment contribution from the wage' },
  'contribution.pension-on': { sr: 'Допринос за пензијско осигурање на зараду', en: 'Pension contribution on the wage' },
  'contribution.health-on': { sr: 'Допринос за здравствено осигурање на зараду', en: 'Health contribution on the wage' },
  'contribution.base-highest': { sr: 'Највиша месечна основица доприноса', en: 'Highest monthly base of contributions' },
  'contribution.base-lowest': { sr: 'Најнижа месечна основица доприноса', en: 'Lowest monthly base of contributions' },
  'base.months': { sr: 'Основ: месеци чије га зараде чине', en: 'Base: months whose wages make it' },
  'prior.months': { sr: 'Претходно осигурање: месеци без прекида', en: 'Prior insurance: months without interruption' },
  'prior.days': { sr: 'Претходно осигурање са прекидима: дани', en: 'Prior insurance with interruptions: days' },
  'prior.window-months': { sr: 'Претходно осигурање са прекидима: месеци уназад', en: 'Prior insurance with interruptions: months looked back on' },
  'reading.rounding': {
    sr: 'Заокруживање: 0 – пола паре навише; 1 – пола паре на парну; 2 – испод паре се изоставља',
    en: 'Rounding: 0 – half up to the para; 1 – half to the even para; 2 – what is below the para is left out',
  },
  'reading.employer-floor': {
    sr: 'Минимална зарада код послодавца: 1 – износ се диже на њу за исте сате; 0 – са њом се пореди само основ',
    en: 'Minimum wage at the employer’s cost: 1 – the amount is lifted to it for the same hours; 0 – only the base is compared with it',
  },
  'reading.employer-per-hour': {
    sr: 'Дани послодавца: 1 – по просеку за сат; 0 – просечан месец кроз радне дане месеца',
    en: 'The employer’s days: 1 – by the hourly average; 0 – average month by working days of the month',
  },
  'reading.cap-per-month': {
    sr: 'Највиша основица ограничава: 1 – износ пуног месеца; 0 – просек за сат',
    en: 'The highest base caps: 1 – the amount of a full month; 0 – the average for an hour',
  },
  'reading.joint-base': { sr: 'Истовремени послови: 1 – заједнички основ; 0 – сваки свој', en: 'Simultaneous jobs: 1 – one base together; 0 – each its own' },
  'reading.prior-exempt-work': {
    sr: 'Повреда на раду и професионална болест: 1 – без претходног осигурања; 0 – са њим',
    en: 'Injury at work and occupational disease: 1 – need no prior insurance; 0 – need it',
  },
  'reading.prior-unmet-months': {
    sr: 'Основ без претходног осигурања: 1 – минимална зарада дванаест месеци; 0 – месеца првог дана',
    en: 'Base without prior insurance: 1 – minimum wage of the twelve months; 0 – that of the month of the first day',
  },
  'reading.lowest-base': {
    sr: 'Доприноси: 1 – бар на најнижу основицу; 0 – на саму накнаду',
    en: 'Contributions: 1 – on the lowest base at least; 0 – on the compensation itself',
  },
  'reading.days-after-employment': {
    sr: 'Дани исплате по престанку рада, где узрок не даје више',
    en: 'Days paid after the employment ended, where the reason gives no more',
  },
  'reading.calendar-days-in-list': {
    sr: 'Колоне 6–13 обрасца ОЗ-10: 1 – календарски дани; 0 – радни дани по распореду',
    en: 'Columns 6–13 of OZ-10: 1 – calendar days; 0 – working days of the schedule',
  },
})

/** A number that only a newer server has is shown by its name. */
export const parameterWord = (name: string): Message => (Object.hasOwn(words, name) ? words[name as keyof typeof words] : { sr: name, en: name })

/** Numbers with two decimals, sent as hundredths: amounts as para, rates as hundredths of a percent. */
const isAmount = (name: string) => name === 'tax.free' || name.startsWith('wage.') || name.startsWith('contribution.base-')
const isRate = (name: string) => name === 'tax.rate' || name === 'interest.hundredths' || /^contribution\..*-(from|on)$/.test(name)

/** A value as people write it: `34.221,00 RSD`, `13,75%`, `65%`, `30`. */
export function writtenValue(language: Language, name: string, value: number): string {
  if (isAmount(name)) return `${formatPara(language, value)} RSD`
  if (isRate(name)) return `${formatPara(language, value)}%`
  return name.startsWith('percent.') ? `${value}%` : formatNumber(language, value)
}

/** Turns typed text into the number that the server takes; the server refuses text that is no number. */
export const typedValue = (name: string, text: string): number => {
  const plain = text.replace(/RSD|%/g, '').trim()
  return isAmount(name) || isRate(name) ? paraOf(plain) : Number(plain)
}
