/**
 * A decimal number with its original digits: 1.50 claims another precision than 1.5 (R4 datatypes, decimal). When JavaScript would write it
 * differently, the text is kept, and JSON contains it unchanged.
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

/** A number with a decimal comma, as written here, with a point: `5,5`. `1,250` may also be a thousand and more: such an ambiguous text is not a number. */
export function withPoint(text: string): string | undefined {
  if (!/^[<>]?=?\s*[+-]?\d{1,15},\d{1,15}$/.test(text) || /^[<>]?=?\s*[+-]?[1-9]\d{0,2},\d{3}$/.test(text)) return undefined
  return text.replace(',', '.')
}

/** Parses JSON whose numbers keep their digits, for output in another format. */
export function parseWithDigits(text: string): unknown {
  const keep = (_: string, value: unknown, { source }: { source?: string }): unknown =>
    typeof value === 'number' && source !== undefined ? exactly(source, value) : value
  return JSON.parse(text, keep as (key: string, value: unknown) => unknown)
}

const exactly = (written: string, number: number): unknown => (String(number) === written ? number : JSON.rawJSON(written))
