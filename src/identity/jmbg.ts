import { jmbgControl } from './check-digits.ts'
import { accept, reject, type Check, type Warning } from './numbers.ts'

export type JmbgOptions = {
  /** Today in Belgrade, as a date or as `2026-11-23`. */
  today: Date | string
  /** By the strict reading a number whose control is 10 was never issued. Software in use accepts such numbers, and by default so do we. */
  strict?: boolean
  /** The JMBG holds three digits of the year: from the pivot up they belong to the 1000s, below it to the 2000s. */
  yearPivot?: number
}

export type JmbgCheck = Check & { birthDate?: string; sex?: 'male' | 'female'; region?: string }

const belgrade = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Belgrade' })

/** The date in Belgrade. With a UTC date, a child born there at half past midnight would be born in the future. */
export function belgradeDate(at: Date): string {
  return belgrade.format(at)
}

/**
 * Checks the format, the date, that it is not in the future, and the control digit; then it warns of what is merely odd. The order decides which
 * reason a sender reads.
 */
export function checkJmbg(text: string, { today, strict = false, yearPivot = 800 }: JmbgOptions): JmbgCheck {
  if (!/^\d{13}$/.test(text)) return reject('JMBG must be exactly 13 digits', 'Send 13 digits without spaces or dashes.')

  const birthDate = birthDateOf(text, yearPivot)
  if (birthDate === null) return reject('JMBG does not begin with a real date of birth', 'Check day, month and year: the first seven digits.')
  const todayText = typeof today === 'string' ? today : belgradeDate(today)
  if (birthDate > todayText) return reject('JMBG carries a date of birth in the future', 'Check day, month and year: the first seven digits.')

  const control = jmbgControl(text)
  if ((control > 9 ? 0 : control) !== Number(text[12])) {
    return reject('the check digit of the JMBG does not match', 'One digit is wrong or two are swapped; read it again from the document.')
  }
  if (strict && control === 10) {
    return reject('a JMBG with this control number is never issued', 'Read the number again from the document.')
  }

  const warnings: Warning[] = []
  if (!isRegionKnown(text.slice(7, 9))) warnings.push('JMBG_REGION_UNKNOWN')
  if (control === 10) warnings.push('JMBG_CONTROL_TEN')
  if (Number(todayText.slice(0, 4)) - Number(birthDate.slice(0, 4)) > 120) warnings.push('JMBG_AGE_OVER_120')
  return { ...accept(...warnings), birthDate, sex: Number(text.slice(9, 12)) < 500 ? 'male' : 'female', region: text.slice(7, 9) }
}

function birthDateOf(text: string, yearPivot: number): string | null {
  const [day, month, part] = [Number(text.slice(0, 2)), Number(text.slice(2, 4)), Number(text.slice(4, 7))]
  const year = part >= yearPivot ? 1000 + part : 2000 + part
  const date = new Date(Date.UTC(year, month - 1, day))
  const isReal = date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day
  return isReal ? date.toISOString().slice(0, 10) : null
}

// The list of regions is well known but unofficial, so an unknown region only warns. The region says nothing about residence.
function isRegionKnown(region: string): boolean {
  const n = Number(region)
  return n <= 50 || (n >= 60 && n <= 82) || (n >= 85 && n <= 99)
}
