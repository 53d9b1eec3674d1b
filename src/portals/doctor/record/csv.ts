import type { LabSeries } from '../../../record/wire.ts'

/** A cell that begins like a formula would run in a spreadsheet; a quote in front makes it text. */
const cell = (text: string) => {
  const safe = /^[=+\-@\t\r\n]/.test(text) && !/^-\d+([.,]\d+)?$/.test(text) ? `'${text}` : text
  return /[",\r\n;]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** One analysis as a file: the same rows as the table beside the chart, dates in ISO order. */
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
