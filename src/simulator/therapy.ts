// Medicines: a long therapy is a MedicationStatement with its period, a course of a few days is a prescription.

import type { Condition, Dosage, MedicationRequest, MedicationStatement, Reference } from '@medplum/fhirtypes'
import { type Day, isoDay } from './calendar.ts'
import { add, systems, workerReference } from './chart.ts'
import { type Medicine, medicine } from './medicines.ts'
import { momentOf, type Visit } from './visit.ts'

const unitNames: Record<string, string> = {
  '[iU]': 'јединица',
  '{puff}': 'удах',
  '{drop}': 'кап',
  '{application}': 'наношење',
  '{sachet}': 'кесица',
  '{capsule}': 'капсула',
  ug: 'микрограма',
}

function conceptOf({ atc, inn, name, form }: Medicine) {
  return { coding: [{ system: systems.atc, code: atc, display: inn }], text: `${name}, ${form}` }
}

function dosageOf({ use, timesPerDay, route, dose, unit }: Medicine, days?: number): Dosage {
  return {
    text: days === undefined ? use : `${use}, ${days} ${days % 10 === 1 && days !== 11 ? 'дан' : 'дана'}`,
    timing: {
      repeat: {
        ...(days === undefined ? {} : { boundsDuration: { value: days, unit: 'дан', system: systems.ucum, code: 'd' } }),
        frequency: timesPerDay,
        period: 1,
        periodUnit: 'd',
      },
    },
    route: { text: route },
    doseAndRate: [{ doseQuantity: { value: dose, unit: unitNames[unit] ?? unit, system: systems.ucum, code: unit } }],
  }
}

/** Adds a long therapy; when `until` is null, the person still takes it. */
export function treat(visit: Visit, key: string, from: Day, until: Day | null, reason: Reference<Condition> | null): Reference<MedicationStatement> {
  const one = medicine(key)
  const isOver = until !== null && until <= visit.life.until
  return add(visit.chart, {
    resourceType: 'MedicationStatement',
    status: isOver ? 'completed' : 'active',
    medicationCodeableConcept: conceptOf(one),
    subject: visit.chart.patient,
    context: visit.reference,
    effectivePeriod: { start: isoDay(from), ...(isOver ? { end: isoDay(until) } : {}) },
    dateAsserted: momentOf(visit),
    informationSource: workerReference(visit.care.worker),
    ...(reason ? { reasonReference: [reason] } : {}),
    dosage: [dosageOf(one)],
  })
}

/** Adds a prescription for a few days, which was dispensed and finished long ago. */
export function prescribe(visit: Visit, key: string, days: number, reason: Reference<Condition> | null): Reference<MedicationRequest> {
  const one = medicine(key)
  const end = visit.day + days - 1
  return add(visit.chart, {
    resourceType: 'MedicationRequest',
    status: end <= visit.life.until ? 'completed' : 'active',
    intent: 'order',
    medicationCodeableConcept: conceptOf(one),
    subject: visit.chart.patient,
    encounter: visit.reference,
    authoredOn: momentOf(visit),
    requester: workerReference(visit.care.worker),
    ...(reason ? { reasonReference: [reason] } : {}),
    dosageInstruction: [dosageOf(one, days)],
    dispenseRequest: { validityPeriod: { start: isoDay(visit.day), end: isoDay(end) } },
  })
}
