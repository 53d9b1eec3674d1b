import type { DiagnosticReport, Reference } from '@medplum/fhirtypes'
import { type Day, instant } from './calendar.ts'
import { add, institutionReference, systems, workerReference } from './chart.ts'
import { careFor } from './life.ts'
import type { Visit } from './visit.ts'

type Picture = { text: string; finding?: string; conclusion: string }

const loinc: Record<string, readonly [string, string]> = {
  'Радиографија срца и плућа (PA)': ['36643-5', 'XR Chest 2 Views'],
  'Ехокардиографски преглед': ['34552-0', 'Cardiac 2D echo panel'],
  'Компјутеризована томографија главе': ['24725-4', 'CT Head'],
  'Ултразвучни преглед абдомена': ['24558-9', 'US Abdomen'],
  Мамографија: ['24606-6', 'MG Breast Screening'],
}

/** A report by the radiologist of the same institution; where there is none, by the doctor of the visit. */
export function image(visit: Visit, { text, finding, conclusion }: Picture, day: Day = visit.day): Reference<DiagnosticReport> {
  const { chart, care, life } = visit
  const level = care.institution.kind === 'clinical-center' ? 'center' : care.institution.kind === 'general-hospital' ? 'hospital' : 'home'
  const radiology = care.institution.isPublic ? careFor(life, level, 'radiology') : null
  const author = radiology && radiology.institution === care.institution ? radiology.worker : care.worker
  const code = loinc[text]
  const at = instant(day, Math.max(visit.minute, 8 * 60))
  return add(chart, {
    resourceType: 'DiagnosticReport',
    status: 'final',
    category: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0074', code: 'RAD', display: 'Radiology' }] }],
    code: { ...(code ? { coding: [{ system: systems.loinc, code: code[0], display: code[1] }] } : {}), text },
    subject: chart.patient,
    encounter: visit.reference,
    effectiveDateTime: at,
    issued: at,
    performer: [workerReference(author), institutionReference(care.institution)],
    conclusion: finding ? `${finding} Закључак: ${conclusion}` : conclusion,
  })
}
