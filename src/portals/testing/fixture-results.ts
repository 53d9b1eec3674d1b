import type { LabPoint, LabSeries } from '../../record/wire.ts'
import { before, hospital, laboratory, source } from './fixture-sources.ts'

type AnalysisRow = [
  code: string,
  text: string,
  group: string,
  unit: string,
  low: number | null,
  high: number | null,
  value: number,
  step: number,
  digits: number,
]
const analysisRows: AnalysisRow[] = [
  ['4548-4', 'Гликозилирани хемоглобин (HbA1c)', 'Биохемија', '%', 4, 6, 6.4, 0.22, 1],
  ['14749-6', 'Глукоза у серуму', 'Биохемија', 'mmol/L', 3.9, 6.1, 6.3, 0.18, 1],
  ['2823-3', 'Калијум', 'Биохемија', 'mmol/L', 3.5, 5.1, 4.6, 0.09, 1],
  ['2951-2', 'Натријум', 'Биохемија', 'mmol/L', 136, 145, 140, 0.2, 0],
  ['14682-9', 'Креатинин у серуму', 'Биохемија', 'umol/L', 62, 115, 84, 1.6, 0],
  ['62238-1', 'Процена гломеруларне филтрације (eGFR)', 'Биохемија', 'mL/min/{1.73_m2}', 60, null, 88, -1.4, 0],
  ['14647-2', 'Холестерол укупни', 'Липиди', 'mmol/L', null, 5.2, 5.9, -0.06, 2],
  ['22748-8', 'LDL холестерол', 'Липиди', 'mmol/L', null, 3.4, 3.7, -0.05, 2],
  ['14646-4', 'HDL холестерол', 'Липиди', 'mmol/L', 1, null, 1.12, 0.004, 2],
  ['14927-8', 'Триглицериди', 'Липиди', 'mmol/L', null, 1.7, 1.9, 0.01, 2],
  ['718-7', 'Хемоглобин', 'Хематологија', 'g/L', 130, 175, 148, -0.9, 0],
  ['6690-2', 'Леукоцити', 'Хематологија', '10*9/L', 3.9, 10, 7.2, 0.05, 1],
  ['777-3', 'Тромбоцити', 'Хематологија', '10*9/L', 150, 400, 231, 3, 0],
  ['1988-5', 'C-реактивни протеин (CRP)', 'Биохемија', 'mg/L', null, 5, 2.4, 0.5, 1],
  ['3016-3', 'Тиреостимулишући хормон (TSH)', 'Хормони', 'm[IU]/L', 0.4, 4.2, 2.1, 0.04, 2],
  ['1742-6', 'Аланин аминотрансфераза (ALT)', 'Биохемија', 'U/L', null, 45, 31, 1.1, 0],
  ['2276-4', 'Феритин', 'Биохемија', 'ug/L', 30, 300, 121, -4, 0],
  ['6301-6', 'INR', 'Коагулација', '{INR}', 0.8, 1.2, 1, 0.01, 2],
]

function flagOf(value: number, low: number | null, high: number | null): LabPoint['flag'] {
  if (low !== null && value < low) return value < low * 0.8 ? 'critical-low' : 'low'
  if (high !== null && value > high) return value > high * 1.35 ? 'critical-high' : 'high'
  return null
}

function series([code, text, group, unit, low, high, value, step, digits]: AnalysisRow, row: number): LabSeries {
  const points = Array.from({ length: 14 }, (_, at) => {
    const days = 9 + at * 83 + (row % 3 === 1 && at % 2 === 1 ? 6 : 0)
    const wave = Math.sin(row * 2.1 + at * 1.3) * Math.abs(step) * 1.8
    const number = Number((value + step * (8 - at) + wave).toFixed(digits))
    const place = at % 4 === 3 ? hospital : laboratory
    const upper = place === hospital && high !== null ? Number((high * 1.05).toFixed(digits)) : high
    return {
      at: before(days),
      value: number.toFixed(digits),
      number,
      text: null,
      low,
      high: upper,
      flag: flagOf(number, low, upper),
      source: source(place, before(days), 'Observation'),
    }
  })
  return { analysis: { code, system: 'http://loinc.org', text }, group, unit, points }
}

const strip = (): LabSeries => ({
  analysis: { code: '20454-5', system: 'http://loinc.org', text: 'Протеини у урину (тест трака)' },
  group: 'Урин',
  unit: null,
  points: [9, 260].map((days) => ({
    at: before(days),
    value: null,
    number: null,
    text: 'у траговима',
    low: null,
    high: null,
    flag: 'abnormal' as const,
    source: source(laboratory, before(days), 'Observation'),
  })),
})

/** Nineteen analyses over three years; the results of one of them are words. */
export const results = (): LabSeries[] => [...analysisRows.map(series), strip()]
