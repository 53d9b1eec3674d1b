/**
 * Whether thirteen digits, read as a JMBG, have a wrong control digit: modulo 11 with the weights 7 to 2, twice. When the control is 10, strictly no
 * digit is right; existing software writes 0 then, so 0 is accepted.
 */
export function isControlWrong(text: string): boolean {
  const digits = text.replace(/\s/g, '')
  if (!/^\d{13}$/.test(digits)) return false
  const sum = [...digits.slice(0, 12)].reduce((all, digit, at) => all + Number(digit) * (7 - (at % 6)), 0)
  const control = (11 - (sum % 11)) % 11
  return (control === 10 ? 0 : control) !== Number(digits[12])
}
