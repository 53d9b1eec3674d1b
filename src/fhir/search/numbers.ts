/** A number that is searched for means the interval of its precision: 5.40 is 5.395 to 5.405 (https://hl7.org/fhir/R4/search.html#number). */
export function numberBounds(text: string): { low: number; high: number } | null {
  const number = Number(text)
  if (!Number.isFinite(number)) return null
  const half = halfOfLastDigit(text)
  return { low: number - half, high: number + half }
}

export function numberOf(value: unknown): number | null {
  const text = textOf(value)
  const number = text === null ? Number.NaN : Number(text)
  return Number.isFinite(number) ? number : null
}

function textOf(value: unknown): string | null {
  if (typeof value === 'number') return String(value)
  if (typeof value === 'string') return value
  if (typeof value === 'object' && value !== null && JSON.isRawJSON(value)) return (value as { rawJSON: string }).rawJSON
  return null
}

const parts = /^-?\d*(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/

function halfOfLastDigit(text: string): number {
  const found = parts.exec(text)
  if (found === null) return 0
  const decimals = (found[1] ?? '').length - Number(found[2] ?? 0)
  return 0.5 * 10 ** -decimals
}
