import type { LabPoint, LabSeries } from '../wire.ts'
import { categoryCodes } from './clinical.ts'
import { at, codedOf, codesOf, digitsAt, happenedAt, isInError, type Item, listAt, numberAt, textAt } from './pieces.ts'

/** HL7 v3 ObservationInterpretation as marks of the page; without an interpretation the range decides. */
const flags: Record<string, NonNullable<LabPoint['flag']>> = {
  L: 'low',
  LL: 'critical-low',
  H: 'high',
  HH: 'critical-high',
  A: 'abnormal',
  AA: 'abnormal',
  LU: 'critical-low',
  HU: 'critical-high',
}

type Measured = { code: unknown; holder: unknown }

/** One analysis is one series, whatever laboratory measured it; each component of a panel is a series of its own. */
export function resultsOf(items: readonly Item[]): LabSeries[] {
  const series = new Map<string, LabSeries>()
  for (const item of items) {
    const { resource } = item
    if (resource.resourceType !== 'Observation' || isInError(resource)) continue
    const group = groupOf(resource)
    if (group === null) continue
    const components = listAt(resource, 'component')
    const measured: Measured[] =
      components.length > 0
        ? components.map((component) => ({ code: at(component, 'code'), holder: component }))
        : [{ code: at(resource, 'code'), holder: resource }]
    for (const { code, holder } of measured) addPoint(series, item, group, code, holder)
  }
  for (const one of series.values()) one.points.sort((a, b) => b.at.localeCompare(a.at))
  return [...series.values()].sort((a, b) => newest(b).localeCompare(newest(a)))
}

const newest = (one: LabSeries) => one.points[0]?.at ?? ''

function groupOf(resource: Item['resource']): string | null {
  const categories = categoryCodes(resource)
  if (categories.includes('laboratory')) return 'laboratory'
  if (categories.includes('vital-signs')) return 'vital-signs'
  return at(resource, 'valueQuantity') === undefined ? null : (categories[0] ?? 'other')
}

function addPoint(series: Map<string, LabSeries>, item: Item, group: string, code: unknown, holder: unknown): void {
  const quantity = at(holder, 'valueQuantity')
  const unit = textAt(quantity, 'unit') ?? textAt(quantity, 'code')
  const digits = digitsAt(quantity, 'value')
  const comparator = textAt(quantity, 'comparator')
  const text = textAt(holder, 'valueString') ?? (codedOf(at(holder, 'valueCodeableConcept')).text || null)
  if (digits === null && text === null) return
  const low = numberAt(holder, 'referenceRange', 'low', 'value')
  const high = numberAt(holder, 'referenceRange', 'high', 'value')
  const number = digits === null ? null : Number(digits)
  const point: LabPoint = {
    at: happenedAt(item.resource) ?? item.source.receivedAt,
    value: digits === null ? null : `${comparator ?? ''}${digits}`,
    number,
    text,
    low,
    high,
    flag: flagOf(holder, number, low, high),
    source: item.source,
  }
  const analysis = codedOf(code)
  // The same analysis in another unit cannot share an axis.
  const key = `${analysis.code ?? analysis.text} ${unit ?? ''}`
  const known = series.get(key)
  if (known) known.points.push(point)
  else series.set(key, { analysis, group, unit, points: [point] })
}

function flagOf(holder: unknown, number: number | null, low: number | null, high: number | null): LabPoint['flag'] {
  for (const concept of listAt(holder, 'interpretation')) {
    for (const code of codesOf(concept)) {
      if (flags[code]) return flags[code]
      if (code === 'N') return null
    }
  }
  if (number === null) return null
  if (low !== null && number < low) return 'low'
  return high !== null && number > high ? 'high' : null
}
