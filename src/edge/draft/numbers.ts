/**
 * A decimal number with the digits that were written: 1.50 tells of another precision than 1.5 (R4 datatypes, decimal). Where a number of a computer would be written otherwise it is kept as
 * its text, which JSON writes as it is.
 */
export function exactNumber(text: string): number {
  const plain = text
    .replace(/^\+/, '')
    .replace(/^(-?)0+(?=\d)/, '$1')
    .replace(/^(-?)(?=\.)/, (_, sign: string) => `${sign}0`)
    .replace(/\.$/, '')
  const number = Number(plain)
  return String(number) === plain ? number : (JSON.rawJSON(plain) as unknown as number)
}

/**
 * A number with a decimal comma, as it is written here: `5,5` with a point. `1,250` may be a thousand and more to others: what could be one or the other is no number.
 */
export function withPoint(text: string): string | undefined {
  if (!/^[<>]?=?\s*[+-]?\d{1,15},\d{1,15}$/.test(text) || /^[<>]?=?\s*[+-]?[1-9]\d{0,2},\d{3}$/.test(text)) return undefined
  return text.replace(',', '.')
}

/** JSON whose numbers keep their digits, for what is written again in another form. */
export function parseWithDigits(text: string): unknown {
  const keep = (_: string, value: unknown, { source }: { source?: string }): unknown =>
    typeof value === 'number' && source !== undefined ? exactly(source, value) : value
  return JSON.parse(text, keep as (key: string, value: unknown) => unknown)
}

const exactly = (written: string, number: number): unknown => (String(number) === written ? number : JSON.rawJSON(written))
