import type { LabSeries } from '../../../record/wire.ts'

/** A spreadsheet would run a cell that begins like a formula; an apostrophe in front makes it text. */
const cell = (text: string) => {
  const safe = /^[=+\-@\t\r\n]/.test(text) && !/^-\d+([.,]\d+)?$/.test(text) ? `'${text}` : text
  return /[",\r\n;]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** One analysis as a CSV file: the same rows as in the table beside the chart, with ISO dates. */
export function csvOf(series: LabSeries): string {
  const head = ['date', 'analysis', 'value', 'unit', 'low', 'high', 'flag', 'institution']
  const rows = series.points.map((point) => [
    point.at,
    series.analysis.text,
    point.value ?? point.text ?? '',
    series.unit ?? '',
    point.low?.toString() ?? '',
    point.high?.toString() ?? '',
    point.flag ?? '',
    point.source.institution,
  ])
  return `\ufeff${[head, ...rows].map((row) => row.map(cell).join(';')).join('\r\n')}\r\n`
}
