import { toLatin } from '../../platform/text.ts'
import { type Day, isDay } from '../rules/days.ts'

// Reads the content of a cell as a clerk means it. When it can be read in two ways or in none, the answer says what to write instead.

export type Words = { sr: string; srLatn: string; en: string }
export const words = (sr: string, en: string): Words => ({ sr, srLatn: toLatin(sr), en })
export type Cell<T> = { value: T } | { wrong: Words; right: Words }
const no = (wrongSr: string, wrongEn: string, rightSr: string, rightEn: string) => ({ wrong: words(wrongSr, wrongEn), right: words(rightSr, rightEn) })

const plain = /^\d{1,12}(?:[.,](\d{1,2}))?$/
const groupedByPoint = /^\d{1,3}(?:\.\d{3})+,\d{1,2}$/
const groupedByComma = /^\d{1,3}(?:,\d{3})+\.\d{1,2}$/
const groupedWhole = /^\d{1,3}(?:\.\d{3}){2,3}$|^\d{1,3}(?:,\d{3}){2,3}$/
const twoWays = /^\d{1,3}[.,]\d{3}$/
const tooFine = /^\d+[.,]\d{3,}$|^\d{1,3}(?:\.\d{3})+,\d{3,}$|^\d{1,3}(?:,\d{3})+\.\d{3,}$/

/** Reads hundredths: para of dinars, or hundredths of hours. Both comma and point are accepted, and thousands may be grouped. */
function hundredths(text: string): Cell<bigint> {
  const compact = text.trim().replace(/(?<=\d)[\u0020\u00a0\u202f](?=\d{3})/g, '')
  if (compact === '') return no('поље је празно', 'the cell is empty', 'упишите број, на пример 120000,00', 'write a number, for example 120000.00')
  if (plain.test(compact)) return { value: inHundredths(compact.replace(',', '.')) }
  if (groupedByPoint.test(compact)) return { value: inHundredths(compact.replaceAll('.', '').replace(',', '.')) }
  if (groupedByComma.test(compact)) return { value: inHundredths(compact.replaceAll(',', '')) }
  if (groupedWhole.test(compact)) return { value: inHundredths(compact.replace(/[.,]/g, '')) }
  if (twoWays.test(compact)) {
    const whole = compact.replace(/[.,]/, '')
    return no(
      'може да се прочита на два начина: као хиљаде или као три децимале',
      'can be read in two ways: as thousands, or as three decimals',
      `упишите ${whole},00 или ${cutToTwo(compact, ',')}`,
      `write ${whole}.00 or ${cutToTwo(compact, '.')}`,
    )
  }
  if (tooFine.test(compact))
    return no(
      'има више од две децимале',
      'has more than two decimals',
      `упишите две, на пример ${cutToTwo(compact, ',')}`,
      `write two, for example ${cutToTwo(compact, '.')}`,
    )
  if (compact.startsWith('-')) return no('мање је од нуле', 'is below zero', 'упишите нулу или већи број', 'write zero or more')
  return no('није број', 'is not a number', 'упишите само цифре и зарез, на пример 120000,00', 'write digits and a point only, for example 120000.00')
}

/** An example repeats no more of a refused value than an amount can hold; a personal number is longer. */
const cutToTwo = (text: string, point: string): string => {
  const parts = text.split(/[.,]/)
  const [places = '', whole] = [parts.at(-1), parts.slice(0, -1).join('')]
  return whole.length > 9 ? `120000${point}00` : `${whole}${point}${places.slice(0, 2)}`
}

function inHundredths(text: string): bigint {
  const [whole = '0', places = ''] = text.split('.')
  return BigInt(whole) * 100n + BigInt(places.padEnd(2, '0'))
}

const amountMax = 100_000_000_00n
export function readAmount(text: string): Cell<bigint> {
  const cell = hundredths(text)
  if ('value' in cell && cell.value > amountMax)
    return no('веће је од 100.000.000', 'is above 100,000,000', 'упишите износ у динарима за један месец', 'write the amount in dinars for one month')
  return cell
}

const hoursMax = 744_00n // 31 days of 24 hours.
export function readHours(text: string): Cell<number> {
  const cell = hundredths(text)
  if ('wrong' in cell) return cell
  if (cell.value > hoursMax)
    return no(
      'месец има највише 744 часа',
      'a month has at most 744 hours',
      'упишите плаћене часове тог месеца, на пример 176',
      'write the paid hours of that month, for example 176',
    )
  return { value: Number(cell.value) }
}

/** 2026-03, 03.2026 or 3/2026. */
export function readMonth(text: string): Cell<string> {
  const found = /^(?:(\d{4})[-/.](\d{1,2})|(\d{1,2})[-/.](\d{4}))\.?$/.exec(text.trim())
  const year = found?.[1] ?? found?.[4]
  const month = Number(found?.[2] ?? found?.[3])
  if (year === undefined || month < 1 || month > 12 || !/^(19|20)/.test(year))
    return no('није месец', 'is not a month', 'упишите годину и месец, на пример 2026-03', 'write year and month, for example 2026-03')
  return { value: `${year}-${String(month).padStart(2, '0')}` }
}

/** 2026-04-10 or 10.4.2026. */
export function readDay(text: string): Cell<Day> {
  const trimmed = text.trim()
  const dotted = /^(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})\.?$/.exec(trimmed)
  const day = dotted ? `${dotted[3]}-${dotted[2]?.padStart(2, '0')}-${dotted[1]?.padStart(2, '0')}` : trimmed
  if (!isDay(day))
    return no('није дан у календару', 'is not a day of the calendar', 'упишите дан, на пример 10.04.2026.', 'write a day, for example 2026-04-10')
  return { value: day }
}
