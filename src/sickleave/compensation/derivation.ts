import { toLatin } from '../../platform/text.ts'
import type { Derived } from '../wire.ts'
import { inEn, inSr } from '../rules/explain.ts'
import type { ParameterName, Rules } from '../rules/parameters.ts'
import type { Day } from '../rules/days.ts'
import type { Leave } from '../rules/reasons.ts'
import type { Base } from './base.ts'
import type { Input, Line, Result, Unpaid } from './calculate.ts'
import { inDinars, written } from './money.ts'
import { lastDayOf } from './months.ts'
import { fromRate, onRate } from './taxes.ts'

// Every figure with its rule, the rule's source, the inputs and the result. The Serbian texts are written in Cyrillic, and Latin is made from them.

type Said = { rule: string; parameter: ParameterName; on: Day; sr: string; en: string; inputs: Record<string, string>; figure: string }

/** Tells readers when the parameter behind a row is marked UNVERIFIED. */
function derived(rules: Rules, { rule, parameter, on, sr, en, inputs, figure }: Said): Derived {
  const { paragraph, isUnverified } = rules.row(parameter, on)
  const listed = Object.entries(inputs).map(([name, value]) => ({ name, value }))
  return { rule, paragraph, isUnverified, sr, srLatn: toLatin(sr), en, inputs: listed, figure }
}

const grouped = (text: string, thousands: string, point: string): string => {
  const [whole = '', places] = text.split('.')
  return whole.replace(/\B(?=(\d{3})+$)/g, thousands) + (places === undefined ? '' : point + places)
}
/** Groups thousands: 78896.55 is written 78.896,55 in Serbian and 78,896.55 in English. */
const srOf = (text: string) => grouped(text, '.', ',')
const enOf = (text: string) => grouped(text, ',', '.')
const plurals = { sr: new Intl.PluralRules('sr'), en: new Intl.PluralRules('en') }
/** `64 часа`, `1 working day`: a number and the form of the word that agrees with it. */
const countedSr = (text: string, [one, few, other]: readonly [string, string, string]) =>
  `${srOf(text)} ${{ one, few, other }[plurals.sr.select(Number(text)) as 'one' | 'few' | 'other']}`
const countedEn = (text: string, one: string) => `${enOf(text)} ${one}${plurals.en.select(Number(text)) === 'one' ? '' : 's'}`
const hoursSr = (text: string) => countedSr(text, ['час', 'часа', 'часова'])
const hoursEn = (text: string) => countedEn(text, 'hour')
const workingDaysSr = (text: string) => countedSr(text, ['радни дан', 'радна дана', 'радних дана'])
const hoursOf = (hours: number) => written(BigInt(hours), 2).replace(/\.?0+$/, '')
const rateOf = (rate: number | bigint) => written(BigInt(rate), 2)

export function derivationOf(result: Result, input: Input, rules: Rules): Derived[] {
  const say = (said: Said) => derived(rules, said)
  return [
    ...(result.linkedFrom === null ? [] : [linked(result.linkedFrom, input)].map(say)),
    ...baseSteps(result.base, rules).map(say),
    ...(result.commissionFrom === null ? [] : [careStep(result.commissionFrom, input)].map(say)),
    ...result.lines.flatMap((line) => lineSteps(line, result.base, input, rules)).map(say),
    ...result.unpaid.map((one) => unpaidStep(one, input)).map(say),
  ]
}

function linked(from: Day, { leave }: Input): Said {
  return {
    ...{ rule: 'R-6', parameter: 'link.gap', on: leave.from, inputs: { firstDay: from }, figure: from },
    sr: `Повезане спречености почињу ${inSr(from)}: основ и дани на терет послодавца рачунају се од тада.`,
    en: `The linked leaves begin on ${inEn(from)}: base and employer’s days count from there.`,
  }
}

function baseSteps(base: Base, rules: Rules): Said[] {
  const { onset, months, gross, hours, averageHour, capHour, hour, prior, kind } = base
  const filled = months.filter(({ isMinimum }) => isMinimum)
  const steps: Said[] = filled.map((one) => ({
    ...{ rule: filled.length === months.length ? 'B-7' : 'B-6', parameter: 'wage.minimum-hour', on: lastDayOf(one.month), figure: inDinars(one.gross) },
    inputs: { month: one.month, hours: hoursOf(one.hours), netHour: rateOf(rules.on('wage.minimum-hour', lastDayOf(one.month))) },
    sr: `За ${one.month} нема зараде: узима се минимална зарада тог месеца, бруто ${srOf(inDinars(one.gross))} за ${hoursSr(hoursOf(one.hours))}.`,
    en: `No wage for ${one.month}: the minimum wage of that month is taken, gross ${enOf(inDinars(one.gross))} for ${hoursEn(hoursOf(one.hours))}.`,
  }))
  const average = written(averageHour, 4)
  steps.push({
    ...{ rule: 'B-1, B-8', parameter: 'base.months', on: onset, figure: average },
    inputs: { from: months[0]?.month as string, until: months.at(-1)?.month as string, gross: inDinars(gross), hours: hoursOf(hours) },
    sr: `Просек по часу за ${months.length} месеци пре месеца наступања: ${srOf(inDinars(gross))} ÷ ${srOf(hoursOf(hours))} = ${srOf(average)}.`,
    en: `Average for an hour over the ${months.length} months before the month of the first day: ${enOf(inDinars(gross))} ÷ ${enOf(hoursOf(hours))} = ${enOf(average)}.`,
  })
  steps.push({
    ...{
      rule: 'B-5',
      parameter: 'reading.cap-per-month',
      on: onset,
      figure: written(capHour, 4),
      inputs: { capMonth: inDinars(base.capMonth), capHour: written(capHour, 4) },
    },
    sr: `Највиши основ за Фонд: просек највиших месечних основица ${srOf(inDinars(base.capMonth))}, по часу ${srOf(written(capHour, 4))}; ${averageHour > capHour ? 'просек је већи и своди се на њега' : 'просек је испод њега'}.`,
    en: `Highest base for the Fund: average of the highest monthly bases ${enOf(inDinars(base.capMonth))}, for an hour ${enOf(written(capHour, 4))}; ${averageHour > capHour ? 'the average is above it and is lowered to it' : 'the average is below it'}.`,
  })
  if (prior !== null) {
    const isMet = kind !== 'prior-unmet'
    steps.push({
      ...{ rule: '10', parameter: 'prior.months', on: onset, figure: written(hour, 4) },
      inputs: { continuousFrom: prior.continuousFrom, windowFrom: prior.windowFrom, days: String(prior.days), needed: String(prior.needed), way: prior.way },
      sr: isMet
        ? `Претходно осигурање је испуњено (дана у периоду од ${inSr(prior.windowFrom)}: ${prior.days}).`
        : `Претходно осигурање није испуњено (${prior.days} од ${prior.needed} дана од ${inSr(prior.windowFrom)}): основ је минимална зарада, ${srOf(written(hour, 4))} по часу.`,
      en: isMet
        ? `Prior insurance is met (days since ${inEn(prior.windowFrom)}: ${prior.days}).`
        : `Prior insurance is not met (${prior.days} of ${prior.needed} days since ${inEn(prior.windowFrom)}): the base is the minimum wage, ${enOf(written(hour, 4))} for an hour.`,
    })
  }
  return steps
}

function careStep(from: Day, { leave }: Input): Said {
  return {
    ...{ rule: 'R-7', parameter: 'care.days-young', on: leave.from, inputs: { firstDay: leave.from, lastDay: leave.until }, figure: from },
    sr: `Нега: од ${inSr(from)} одобрава само комисија.`,
    en: `Care: from ${inEn(from)} only the commission approves.`,
  }
}

function unpaidStep({ from, until, why }: Unpaid, { leave }: Input): Said {
  const common = { on: leave.from, inputs: { from, until }, figure: '0.00' }
  if (why === 'care-limit')
    return {
      ...common,
      ...{ rule: 'R-7', parameter: 'care.commission-young' },
      sr: `Од ${inSr(from)} до ${inSr(until)} нема права: најдуже трајање неге је исцрпљено.`,
      en: `From ${inEn(from)} to ${inEn(until)} there is no right: the longest care is used up.`,
    }
  if (why === 'assessment-limit')
    return {
      ...common,
      ...{ rule: 'R-9', parameter: 'assessment.paid-days' },
      sr: `Од ${inSr(from)} до ${inSr(until)} Фонд не плаћа: дани после упућивања на оцену радне способности су истекли.`,
      en: `From ${inEn(from)} to ${inEn(until)} the Fund does not pay: its days after sending to the disability assessment are over.`,
    }
  return {
    ...common,
    ...{ rule: 'payer', parameter: 'reading.days-after-employment' },
    sr: `Од ${inSr(from)} до ${inSr(until)} нема права: радни однос је престао.`,
    en: `From ${inEn(from)} to ${inEn(until)} there is no right: the employment has ended.`,
  }
}

type Reckoned = NonNullable<Line['cut']>['upTo']

function lineSteps(line: Line, base: Base, input: Input, rules: Rules): Said[] {
  const { leave } = input
  // A period that begins within a stretch has the amount of the stretch up to the period's last day, minus that of the days before.
  const reckoned = line.cut?.upTo ?? line
  const steps = [reckoned.payer === 'fund' ? fundStep(reckoned, base, leave) : employerStep(reckoned, base, leave.from)]
  if (reckoned.way === 'minimum')
    steps.push({
      ...{ rule: 'B-10', parameter: 'reading.employer-floor', on: leave.from, figure: inDinars(reckoned.gross) },
      inputs: {
        before: inDinars(reckoned.beforeFloor),
        hours: hoursOf(reckoned.hours),
        netHour: rateOf(rules.on('wage.minimum-hour', lastDayOf(line.month))),
      },
      sr: `Износ је испод минималне зараде за исте часове и подиже се на ${srOf(inDinars(reckoned.gross))}.`,
      en: `The amount is below the minimum wage for the same hours and is lifted to ${enOf(inDinars(reckoned.gross))}.`,
    })
  if (line.cut) steps.push(cutStep(line, line.cut, leave))
  if (line.budget > 0n)
    steps.push({
      ...{ rule: '04', parameter: 'percent.pregnancy-insurance', on: leave.from, figure: inDinars(line.budget) },
      inputs: { gross: inDinars(line.gross), insurance: inDinars(line.insurance), budget: inDinars(line.budget) },
      sr: `Од тога осигурање ${srOf(inDinars(line.insurance))}, буџет ${srOf(inDinars(line.budget))}.`,
      en: `Of it the insurance bears ${enOf(inDinars(line.insurance))}, the budget ${enOf(inDinars(line.budget))}.`,
    })
  steps.push(taxStep(line, rules))
  return steps
}

function cutStep({ from, until, gross }: Line, { upTo, before }: NonNullable<Line['cut']>, leave: Leave): Said {
  const [whole, earlier, own] = [upTo.gross, before.gross, gross].map(inDinars) as [string, string, string]
  return {
    ...{ rule: 'OZ-10', parameter: 'reading.rounding', on: leave.from, figure: own },
    inputs: { from, until, upTo: whole, before: earlier },
    sr: `Од тога је до ${inSr(before.until)} већ обрачунато ${srOf(earlier)}; од ${inSr(from)} до ${inSr(until)} остаје ${srOf(whole)} − ${srOf(earlier)} = ${srOf(own)}.`,
    en: `Of it ${enOf(earlier)} belongs to the days up to ${inEn(before.until)}; for ${inEn(from)} to ${inEn(until)} remain ${enOf(whole)} − ${enOf(earlier)} = ${enOf(own)}.`,
  }
}

const payerWord = { employer: { sr: 'на терет послодавца', en: 'at the employer’s cost' }, fund: { sr: 'на терет Фонда', en: 'at the Fund’s cost' } }
const spanSr = ({ from, until, payer }: Reckoned) => `Од ${inSr(from)} до ${inSr(until)} ${payerWord[payer].sr}`
const spanEn = ({ from, until, payer }: Reckoned) => `From ${inEn(from)} to ${inEn(until)} ${payerWord[payer].en}`
const percentParameter = ({ reason }: Leave, percent: number): ParameterName =>
  reason === '05' ? 'percent.isolation' : reason === '08' ? 'percent.escort' : percent === 100 ? 'percent.full' : 'percent.ordinary'

function fundStep(line: Reckoned, base: Base, leave: Leave): Said {
  const hour = written(base.hour, 4)
  const hours = hoursOf(line.hours)
  return {
    ...{ rule: 'B-8', parameter: percentParameter(leave, line.percent), on: leave.from, figure: inDinars(line.gross) },
    inputs: { hour, hours, percent: String(line.percent), column: String(line.column) },
    sr: `${spanSr(line)}: ${srOf(hour)} × ${hoursSr(hours)} × ${line.percent}% = ${srOf(inDinars(line.gross))} (колона ${line.column}).`,
    en: `${spanEn(line)}: ${enOf(hour)} × ${hoursEn(hours)} × ${line.percent}% = ${enOf(inDinars(line.gross))} (column ${line.column}).`,
  }
}

function employerStep(line: Reckoned, base: Base, on: Day): Said {
  const isMonth = line.monthDays !== null
  const hours = hoursOf(line.hours)
  const amount = inDinars(line.beforeFloor)
  const average = isMonth ? inDinars(base.gross / BigInt(base.months.length)) : written(base.averageHour, 4)
  const [howSr, howEn] = isMonth
    ? [
        `${srOf(average)} ÷ ${line.monthDays} × ${workingDaysSr(String(line.workingDays))}`,
        `${enOf(average)} ÷ ${line.monthDays} × ${countedEn(String(line.workingDays), 'working day')}`,
      ]
    : [`${srOf(average)} × ${hoursSr(hours)}`, `${enOf(average)} × ${hoursEn(hours)}`]
  return {
    ...{ rule: 'B-10', parameter: 'reading.employer-per-hour', on, figure: amount },
    inputs: { average, workingDays: String(line.workingDays), monthDays: String(line.monthDays ?? '-'), hours, percent: String(line.percent) },
    sr: `${spanSr(line)}: ${howSr} × ${line.percent}% = ${srOf(amount)}.`,
    en: `${spanEn(line)}: ${howEn} × ${line.percent}% = ${enOf(amount)}.`,
  }
}

function taxStep({ columns, gross, whole, paidOn, month }: Line, rules: Rules): Said {
  const [rateFrom, rateOn, rateTax] = [rateOf(fromRate(paidOn, rules)), rateOf(onRate(paidOn, rules)), rateOf(rules.on('tax.rate', paidOn))]
  const free = rateOf(rules.on('tax.free', paidOn))
  const [from, on, tax, net, total] = [columns.from, columns.on, columns.tax, columns.net, columns.total].map(inDinars) as [
    string,
    string,
    string,
    string,
    string,
  ]
  return {
    ...{ rule: 'OZ-10', parameter: 'tax.free', on: paidOn, figure: total },
    inputs: { month, gross: inDinars(gross), wholeMonth: inDinars(whole), free, rateFrom, rateOn, rateTax, paidOn },
    sr: `Доприноси из ${srOf(from)} (${srOf(rateFrom)}%), порез ${srOf(tax)} (${srOf(rateTax)}% преко ${srOf(free)}, сразмерно од ${srOf(inDinars(whole))} у месецу), нето ${srOf(net)}; доприноси на ${srOf(on)} (${srOf(rateOn)}%), за исплату ${srOf(total)}.`,
    en: `Contributions from ${enOf(from)} (${enOf(rateFrom)}%), tax ${enOf(tax)} (${enOf(rateTax)}% above ${enOf(free)}, by the share of ${enOf(inDinars(whole))} in the month), net ${enOf(net)}; contributions on ${enOf(on)} (${enOf(rateOn)}%), to be paid ${enOf(total)}.`,
  }
}
