const weights = [7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]
const yearMs = 366 * 86_400_000

/**
 * Whether an address of a call holds a JMBG, also with its digits encoded. Addresses stand in the log as they were signed, where no personal number may be.
 * Only what begins with a day and month, has the year of someone who may live and the right check digit is taken for one: barcodes have 13 digits, too,
 * and so has a time of these years in milliseconds.
 */
export function holdsNumber(address: string, now: Date): boolean {
  const runs = decoded(address).match(/(?<!\d)\d{13}(?!\d)/g) ?? []
  return runs.some((digits) => isJmbg(digits) && Math.abs(Number(digits) - now.getTime()) > yearMs)
}

function isJmbg(digits: string): boolean {
  if (!/^(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])(?:9|0)/.test(digits)) return false
  const rest = weights.reduce((sum, weight, at) => sum + weight * Number(digits[at]), 0) % 11
  return (rest < 2 ? 0 : 11 - rest) === Number(digits[12])
}

const decoded = (text: string): string => text.replaceAll(/%3([0-9])/g, '$1')
