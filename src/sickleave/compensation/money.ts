// Money is whole para and never a floating-point number. A share of it stays a fraction until the one place where it is rounded.

/** How a fraction becomes whole para (section 19, reading 14): the parameter `reading.rounding`. */
export type Rounding = 0 | 1 | 2
export const roundingOf = (value: number): Rounding => (value === 1 || value === 2 ? value : 0)

/** Both numbers must be zero or more; no amount here is negative. */
export function divided(numerator: bigint, denominator: bigint, rounding: Rounding): bigint {
  const whole = numerator / denominator
  const twice = 2n * (numerator % denominator)
  if (rounding === 2 || twice < denominator) return whole
  if (rounding === 1 && twice === denominator) return whole + (whole % 2n)
  return whole + 1n
}

/** Writes a whole number with decimal places: 7889655n with two places is 78896.55. */
export function written(value: bigint, places: number): string {
  const sign = value < 0n ? '-' : ''
  const digits = (value < 0n ? -value : value).toString().padStart(places + 1, '0')
  return places === 0 ? sign + digits : `${sign}${digits.slice(0, -places)}.${digits.slice(-places)}`
}
export const inDinars = (para: bigint): string => written(para, 2)

/** Reads dinars as `inDinars` writes them; null for any other text. */
export function paraOf(text: string): bigint | null {
  if (!/^-?\d{1,13}\.\d{2}$/.test(text)) return null
  return BigInt(text.replace('.', ''))
}

export const least = (one: bigint, other: bigint): bigint => (one < other ? one : other)
export const most = (one: bigint, other: bigint): bigint => (one > other ? one : other)
