/**
 * Splits a list of months as people write them, `1.2026`, `01.2026.`, `1/2026` or `2026-01`, at spaces, commas and semicolons. Other text stays as it was
 * typed, so that it is refused.
 */
export const typedMonths = (text: string): string[] =>
  text
    .split(/[\s,;]+/)
    .filter(Boolean)
    .map((one) => {
      const [, month = '', year] = /^(\d{1,2})[./-](\d{4})\.?$/.exec(one) ?? []
      return year === undefined ? one : `${year}-${month.padStart(2, '0')}`
    })
