// The arithmetic of the national numbers. Every function expects text that was already checked to be digits.

const jmbgWeights = [7, 6, 5, 4, 3, 2] as const
const mbWeights = [2, 7, 6, 5, 4, 3, 2] as const

/** The control value of a JMBG, 1 to 11. By the strict reading a number whose control is 10 is never issued; 10 and 11 are both written as 0. */
export function jmbgControl(first12: string): number {
  const sum = jmbgWeights.reduce((total, weight, i) => total + weight * (Number(first12[i]) + Number(first12[i + 6])), 0)
  return 11 - (sum % 11)
}

export function jmbgCheckDigit(first12: string): number {
  const control = jmbgControl(first12)
  return control > 9 ? 0 : control
}

/** ISO 7064 MOD 11,10: the check digit of PIB, and of LZB and temporary numbers by our own policy. */
export function mod1110CheckDigit(digits: string): number {
  let product = 10
  for (const digit of digits) {
    product = (product + Number(digit)) % 10
    if (product === 0) product = 10
    product = (product * 2) % 11
  }
  return (11 - product) % 10
}

/** These weights were found by trial on public numbers, not read in an official text: a mismatch is only a warning. */
export function mbCheckDigit(first7: string): number {
  const sum = mbWeights.reduce((total, weight, i) => total + weight * Number(first7[i]), 0)
  const digit = 11 - (sum % 11)
  return digit > 9 ? 0 : digit
}

/** ISO 7064 MOD 97-10 over bank code and padded account. Eighteen digits do not fit a double, so BigInt. */
export function accountCheckDigits(first16: string): string {
  return String(98n - ((BigInt(first16) * 100n) % 97n)).padStart(2, '0')
}
