// Measured values: laboratory and vital signs. They follow the person's own level, the present illnesses and their therapy.

import type { CodeableConcept, DiagnosticReport, Observation, ObservationReferenceRange, Reference } from '@medplum/fhirtypes'
import { type Analysis, analyses, childMeans, childRanges, stripTests } from './analyses.ts'
import { type Day, instant, yearDays } from './calendar.ts'
import { add, type Care, institutionReference, systems, workerReference } from './chart.ts'
import { courseOf } from './courses.ts'
import { ageAt, chartAt, type Life } from './life.ts'
import { interpolate } from './random.ts'
import { momentOf, type Visit } from './visit.ts'

const observationCategory = (code: string, display: string): CodeableConcept[] => [
  { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code, display }] },
]
const laboratory = observationCategory('laboratory', 'Laboratory')
const vitalSigns = observationCategory('vital-signs', 'Vital Signs')

/** How far an illness has developed on a day: 0 before its onset, then slowly rising, less under therapy, 0 once it is over. */
export function severity(life: Life, code: string, day: Day): number {
  const illness = life.illnesses.find((one) => one.code === code)
  const course = courseOf.get(code)
  if (!illness || !course || day < illness.onset || (illness.end !== null && day > illness.end)) return 0
  const years = (day - illness.onset) / yearDays
  const grown = Math.min(1, 0.55 + 0.035 * years)
  // Therapy works after some weeks. Until then, also on the day of the diagnosis, the shift is seen in full.
  const treated = years > 0.12 && course.therapy.length > 0 ? course.cure * illness.adherence : 0
  return grown * (1 - treated)
}

function setpointOf(life: Life, analysis: Analysis, isChild: boolean): number {
  const key = isChild ? `${analysis.key}/child` : analysis.key
  let value = life.setpoints.get(key)
  if (value === undefined) {
    const mean = (isChild ? childMeans[analysis.key] : undefined) ?? analysis.mean[life.person.sex]
    value = life.random.normal(mean, analysis.between)
    life.setpoints.set(key, value)
  }
  return value
}

type Shifts = Readonly<Record<string, number>>

function valueOf(life: Life, analysis: Analysis, day: Day, shifts: Shifts): number {
  let value = life.random.normal(setpointOf(life, analysis, ageAt(life, day) < 12), analysis.within) + (shifts[analysis.key] ?? 0)
  for (const { code } of life.illnesses) {
    const effect = courseOf.get(code)?.effects[analysis.key]
    if (effect) value += effect * severity(life, code, day)
  }
  const floor = analysis.mean.female * 0.08 || analysis.mean.male * 0.08
  return Number(Math.max(value, floor).toFixed(analysis.digits))
}

export function rangeOf(life: Life, analysis: Analysis, day: Day): readonly [number | null, number | null] {
  const child = ageAt(life, day) < 12 ? childRanges[analysis.key] : undefined
  return child ?? analysis.range[life.person.sex]
}

const flags = { N: 'Normal', H: 'High', L: 'Low', HH: 'Critical high', LL: 'Critical low', A: 'Abnormal' } as const

function interpretation(code: keyof typeof flags): CodeableConcept[] {
  return [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation', code, display: flags[code] }] }]
}

/** The laboratory phones the doctor about values beyond these. */
const critical: Record<string, readonly [number, number]> = {
  potassium: [2.8, 6.2],
  sodium: [125, 155],
  glucose: [2.6, 22],
  hemoglobin: [70, 210],
  inr: [0, 5],
  troponin: [-1, 100],
}

export function flagOf(key: string, value: number, [low, high]: readonly [number | null, number | null]): keyof typeof flags {
  const bounds = critical[key]
  if (low !== null && value < low) return bounds && value < bounds[0] ? 'LL' : 'L'
  if (high !== null && value > high) return bounds && value > bounds[1] ? 'HH' : 'H'
  return 'N'
}

type LabOrder = { keys: readonly string[]; shifts?: Shifts; urine?: 'clear' | 'infected'; visit?: Visit }

/** One sample: its results and the report over them. */
export function sample(life: Life, care: Care, day: Day, order: LabOrder): Reference<DiagnosticReport> {
  const chart = chartAt(life, care)
  // Blood is taken in the morning, or after the visit that asked for it.
  const isSameDay = order.visit !== undefined && order.visit.day === day
  const minute = Math.min(1300, Math.max(life.random.integer(6 * 60 + 45, 9 * 60 + 30), isSameDay ? order.visit!.minute + 12 : 0))
  const taken = instant(day, minute)
  const issued = instant(day, Math.min(1439, minute + life.random.integer(90, 300)))
  const common = {
    resourceType: 'Observation' as const,
    status: 'final' as const,
    category: laboratory,
    subject: chart.patient,
    effectiveDateTime: taken,
    issued,
    performer: [workerReference(care.worker), institutionReference(care.institution)],
    ...(order.visit && order.visit.chart === chart ? { encounter: order.visit.reference } : {}),
  }
  const results: Reference<Observation>[] = []
  for (const key of new Set(order.keys)) {
    const analysis = analyses.get(key)!
    const { loinc, name, unit } = analysis
    const range = rangeOf(life, analysis, day)
    const value = valueOf(life, analysis, day, order.shifts ?? {})
    results.push(
      add(chart, {
        ...common,
        code: { coding: [{ system: systems.loinc, code: loinc, display: name }], text: name },
        valueQuantity: { value: written(value, analysis.digits), unit: unitText(unit), system: systems.ucum, code: unit },
        interpretation: interpretation(flagOf(key, value, range)),
        referenceRange: [writtenRange(range, unit)],
      } satisfies Observation),
    )
  }
  if (order.urine) results.push(...urineOf(order.urine, common, (one) => add(chart, one)))
  return add(chart, {
    resourceType: 'DiagnosticReport',
    status: 'final',
    category: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0074', code: 'LAB', display: 'Laboratory' }] }],
    code: { coding: [{ system: systems.loinc, code: '11502-2', display: 'Laboratory report' }], text: 'Лабораторијски налаз' },
    subject: chart.patient,
    effectiveDateTime: taken,
    issued,
    performer: [institutionReference(care.institution)],
    resultsInterpreter: [workerReference(care.worker)],
    result: results,
    ...('encounter' in common ? { encounter: common.encounter } : {}),
  })
}

function urineOf(state: 'clear' | 'infected', common: Omit<Observation, 'code'>, file: (one: Observation) => Reference<Observation>) {
  return stripTests.map(({ key, loinc, name }) => {
    const isPositive = state === 'infected' && key !== 'urine-protein'
    const text = isPositive ? (key === 'urine-nitrite' ? 'позитивно' : '+++') : 'негативно'
    return file({
      ...common,
      resourceType: 'Observation',
      code: { coding: [{ system: systems.loinc, code: loinc, display: name }], text: name },
      valueString: text,
      interpretation: interpretation(isPositive ? 'A' : 'N'),
      referenceRange: [{ text: 'негативно' }],
    })
  })
}

/** Laboratories send all their digits: 5.0 stays 5.0, and a plain number would lose the zero. */
function written(value: number, digits: number): number {
  const text = value.toFixed(digits)
  return String(value) === text ? value : (JSON.rawJSON(text) as unknown as number)
}

/** The UCUM unit as people write it. */
function unitText(unit: string): string {
  return unit
    .replace('10*', '10^')
    .replace('umol', 'µmol')
    .replace('ug/', 'µg/')
    .replace('m[IU]', 'mIU')
    .replace('k[IU]', 'kIU')
    .replace('{1.73_m2}', '1,73 m²')
    .replace('{INR}', 'INR')
}

function writtenRange([low, high]: readonly [number | null, number | null], unit: string): ObservationReferenceRange {
  const quantity = (value: number) => ({ value, system: systems.ucum, code: unit })
  return { ...(low === null ? {} : { low: quantity(low) }), ...(high === null ? {} : { high: quantity(high) }) }
}

export type Vital = 'pressure' | 'pulse' | 'weight' | 'height' | 'temperature' | 'saturation'

const vitals: Record<Exclude<Vital, 'pressure'>, readonly [loinc: string, text: string, unit: string]> = {
  pulse: ['8867-4', 'Пулс', '/min'],
  weight: ['29463-7', 'Телесна маса', 'kg'],
  height: ['8302-2', 'Телесна висина', 'cm'],
  temperature: ['8310-5', 'Телесна температура', 'Cel'],
  saturation: ['59408-5', 'Засићеност крви кисеоником', '%'],
}

const vitalUnits: Record<string, string> = { '/min': '/min', Cel: '°C', 'mm[Hg]': 'mmHg', 'kg/m2': 'kg/m²' }

export function measure(visit: Visit, loinc: string, text: string, value: number, unit: string): void {
  add(visit.chart, {
    resourceType: 'Observation',
    status: 'final',
    category: vitalSigns,
    code: { coding: [{ system: systems.loinc, code: loinc, display: text }], text },
    subject: visit.chart.patient,
    encounter: visit.reference,
    effectiveDateTime: momentOf(visit),
    performer: [workerReference(visit.care.worker)],
    valueQuantity: { value, unit: vitalUnits[unit] ?? unit, system: systems.ucum, code: unit },
  })
}

export function measureVital(visit: Visit, vital: Exclude<Vital, 'pressure'>, value: number): void {
  const [loinc, text, unit] = vitals[vital]
  measure(visit, loinc, text, value, unit)
}

export function measurePressure(visit: Visit, shift = 0): void {
  const { life, day } = visit
  const age = ageAt(life, day)
  const extra = (courseOf.get('I10')?.pressure ?? 0) * severity(life, 'I10', day) + shift
  const systolic = Math.round(
    life.random.normal(
      interpolate(
        [
          [0, 88],
          [12, 108],
          [25, 118],
          [60, 127],
          [85, 134],
        ],
        age,
      ) + extra,
      6,
    ),
  )
  const diastolic = Math.round(
    life.random.normal(
      interpolate(
        [
          [0, 52],
          [12, 66],
          [25, 74],
          [60, 78],
          [85, 74],
        ],
        age,
      ) +
        extra * 0.4,
      4,
    ),
  )
  const part = (loinc: string, text: string, value: number) => ({
    code: { coding: [{ system: systems.loinc, code: loinc, display: text }], text },
    valueQuantity: { value, unit: 'mmHg', system: systems.ucum, code: 'mm[Hg]' },
  })
  add(visit.chart, {
    resourceType: 'Observation',
    status: 'final',
    category: vitalSigns,
    code: { coding: [{ system: systems.loinc, code: '85354-9', display: 'Крвни притисак' }], text: 'Крвни притисак' },
    subject: visit.chart.patient,
    encounter: visit.reference,
    effectiveDateTime: momentOf(visit),
    performer: [workerReference(visit.care.worker)],
    component: [part('8480-6', 'Систолни крвни притисак', systolic), part('8462-4', 'Дијастолни крвни притисак', diastolic)],
  })
}

/** Height and weight at an age; the weight rises slowly over the years. */
export function bodyAt(life: Life, day: Day): { height: number; weight: number; bmi: number } {
  const age = ageAt(life, day)
  const grown = interpolate(
    [
      [0, 0.3],
      [1, 0.43],
      [2, 0.5],
      [5, 0.63],
      [10, 0.79],
      [14, 0.93],
      [18, 1],
    ],
    age,
  )
  const height = Math.round(life.heightAdult * grown)
  const childBmi = interpolate(
    [
      [0, 13.5],
      [1, 17],
      [5, 15.4],
      [10, 17],
      [18, 21.5],
    ],
    age,
  )
  const bmi = age < 18 ? childBmi + (life.bmiAdult - 26.5) * 0.25 : life.bmiAdult - 2 + Math.min(3, (age - 18) * 0.08)
  const weight = Number(((bmi * height * height) / 10_000).toFixed(age < 3 ? 2 : 1))
  return { height, weight, bmi: Number(((weight * 10_000) / (height * height)).toFixed(1)) }
}

export function measureBody(visit: Visit): void {
  const { height, weight, bmi } = bodyAt(visit.life, visit.day)
  measureVital(visit, 'height', height)
  measureVital(visit, 'weight', weight)
  if (ageAt(visit.life, visit.day) >= 8) measure(visit, '39156-5', 'Индекс телесне масе', bmi, 'kg/m2')
}
