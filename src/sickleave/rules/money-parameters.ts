import type { Day } from './days.ts'
import type { Parameter } from './parameters.ts'

// The numbers that money is calculated with: amounts are whole para (1 dinar is 100 para), rates hundredths of a percent (19.90 % is 1990).

export const moneyNames = {
  'percent.isolation': 'percentage of the base for compulsory isolation',
  'percent.escort': 'percentage of the base for the escort of a sick person',
  'percent.pregnancy-insurance': 'percent of the whole that the insurance bears for pregnancy; the state budget bears the rest',
  'wage.minimum-hour': 'minimum net wage for an hour, in para',
  'tax.rate': 'tax on wages, in hundredths of a percent',
  'tax.free': 'monthly amount free of tax, in para',
  'contribution.pension-from': 'pension contribution from the wage, in hundredths of a percent',
  'contribution.health-from': 'health contribution from the wage, in hundredths of a percent',
  'contribution.unemployment-from': 'unemployment contribution from the wage, in hundredths of a percent',
  'contribution.pension-on': 'pension contribution on the wage, in hundredths of a percent',
  'contribution.health-on': 'health contribution on the wage, in hundredths of a percent',
  'contribution.base-highest': 'highest monthly base of contributions, in para',
  'contribution.base-lowest': 'lowest monthly base of contributions, in para',
  'base.months': 'months before the one of the first day whose wages make the base',
  'prior.months': 'months of insurance without interruption before the first day',
  'prior.days': 'days of insurance, in any pieces, that do as well',
  'prior.window-months': 'months looked back on for those days',
  'reading.rounding': '0: half up to the para; 1: half to the even para; 2: what is below the para is left out',
  'reading.employer-floor': '1: the employer’s amount is lifted to the minimum wage for the same hours; 0: only the base is compared with it',
  'reading.employer-per-hour': '1: the employer’s days by the hourly average, as the Fund’s; 0: average month by working days of the month',
  'reading.cap-per-month': '1: the highest base caps the amount of a full month; 0: it caps the average for an hour',
  'reading.joint-base': '1: simultaneous jobs have one base together; 0: each its own',
  'reading.prior-exempt-work': '1: injury at work and occupational disease need no prior insurance; 0: they do',
  'reading.prior-unmet-months': '1: without prior insurance the base is the minimum wage of the twelve months; 0: that of the month of the first day',
  'reading.lowest-base': '1: contributions are reckoned on the lowest base at least; 0: on the compensation itself',
  'reading.days-after-employment': 'days that the Fund goes on after the employment ended, where the reason gives no more',
  'reading.calendar-days-in-list': '1: columns 6 to 13 of OZ-10 count calendar days; 0: working days of the schedule',
} as const
type MoneyName = keyof typeof moneyNames

const row =
  (isUnverified: boolean) =>
  (name: MoneyName, value: number, paragraph: string, fromDay: Day = '2019-04-11') =>
    ({ name, fromDay, value, paragraph, isUnverified }) satisfies Parameter
const sure = row(false)
const unsure = row(true)

const tax = 'Закон о порезу на доходак грађана'
const contributions = 'Закон о доприносима за обавезно социјално осигурање'
const prior = 'ЗЗО, услов претходног осигурања (члан није прочитан)'

export const money: readonly Parameter[] = [
  unsure('percent.isolation', 65, 'ЗЗО чл. 73 (проценат није прочитан)'),
  unsure('percent.escort', 65, 'ЗЗО чл. 73 (проценат није прочитан)'),
  unsure('percent.pregnancy-insurance', 65, 'измена из 2014; за закон из 2019. није потврђено'),

  unsure('wage.minimum-hour', 271_00, 'одлука о минималној цени рада за 2024.', '2024-01-01'),
  unsure('wage.minimum-hour', 308_00, 'одлука о минималној цени рада за 2025.', '2025-01-01'),
  unsure('wage.minimum-hour', 337_00, 'одлука о минималној цени рада од 1. октобра 2025.; тумачење 12', '2025-10-01'),
  sure('wage.minimum-hour', 371_00, 'одлука о минималној цени рада за 2026.', '2026-01-01'),

  sure('tax.rate', 10_00, tax),
  unsure('tax.free', 25_000_00, `${tax}, усклађени износ`, '2024-01-01'),
  sure('tax.free', 28_423_00, `${tax}, усклађени износ`, '2025-01-01'),
  unsure('tax.free', 34_221_00, `${tax}, усклађени износ (један извор: од 1. фебруара)`, '2026-01-01'),

  sure('contribution.pension-from', 14_00, contributions),
  sure('contribution.health-from', 5_15, contributions),
  sure('contribution.unemployment-from', 75, contributions),
  sure('contribution.pension-on', 10_00, contributions),
  sure('contribution.health-on', 5_15, contributions),
  unsure('contribution.base-highest', 573_470_00, `${contributions}, највиша месечна основица`, '2024-01-01'),
  sure('contribution.base-highest', 656_425_00, `${contributions}, највиша месечна основица`, '2025-01-01'),
  sure('contribution.base-highest', 732_820_00, `${contributions}, највиша месечна основица`, '2026-01-01'),
  unsure('contribution.base-lowest', 40_143_00, `${contributions}, најнижа месечна основица`, '2024-01-01'),
  sure('contribution.base-lowest', 45_950_00, `${contributions}, најнижа месечна основица`, '2025-01-01'),
  sure('contribution.base-lowest', 51_297_00, `${contributions}, најнижа месечна основица`, '2026-01-01'),

  sure('base.months', 12, 'ЗЗО чл. 87 ст. 1'),
  sure('prior.months', 3, prior),
  unsure('prior.days', 180, `${prior}; тумачење 11`),
  sure('prior.window-months', 18, prior),

  unsure('reading.rounding', 0, 'тумачење 14'),
  unsure('reading.employer-floor', 1, 'Закон о раду чл. 115; тумачење 1'),
  unsure('reading.employer-per-hour', 0, 'Закон о раду чл. 115; тумачење 2'),
  unsure('reading.cap-per-month', 0, 'ЗЗО чл. 88 ст. 2; тумачење 3'),
  unsure('reading.joint-base', 0, 'тумачење 10'),
  unsure('reading.prior-exempt-work', 1, prior),
  unsure('reading.prior-unmet-months', 0, `${prior}; тумачење 11`),
  unsure('reading.lowest-base', 0, 'тумачење 13'),
  unsure('reading.days-after-employment', 0, 'тумачење 8'),
  unsure('reading.calendar-days-in-list', 0, 'тумачење 16'),
]

/** The values that may be entered for a name, so that no row makes a rule divide by zero or take more than there is. */
export function limitsOf(name: string): { least: number; most: number } {
  if (name === 'base.months') return { least: 1, most: 24 }
  if (name === 'reading.days-after-employment') return { least: 0, most: 1000 }
  if (name === 'reading.rounding') return { least: 0, most: 2 }
  if (name.startsWith('reading.')) return { least: 0, most: 1 }
  if (name.startsWith('percent.')) return { least: 0, most: 100 }
  // Four of these rates are taken from a wage: together they must stay below the whole.
  if (name === 'tax.rate' || /^contribution\..*-(from|on)$/.test(name)) return { least: 0, most: 24_00 }
  if (name === 'tax.free' || name.startsWith('wage.') || name.startsWith('contribution.')) return { least: 0, most: 100_000_000_00 }
  return { least: 0, most: 10_000 }
}
