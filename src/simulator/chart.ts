// A chart is one institution's file about one person: its own Patient and everything that happened there, sent as one transaction. Charts of
// different institutions never refer to each other; only numbers show that they are about the same person.

import type { BundleEntry, Identifier, Patient, Reference, Resource } from '@medplum/fhirtypes'
import { toLatin } from '../platform/text.ts'
import { type Day, isoDay } from './calendar.ts'
import type { Institution, Unit } from './institutions.ts'
import type { Person } from './person.ts'
import { nameOf, type Worker } from './workers.ts'

export type Chart = {
  institution: Institution
  number: string
  patient: Reference<Patient>
  entries: BundleEntry[]
  /** The first half of the resource ids in this transaction; a counter gives the rest. */
  prefix: string
  serial: number
}

/** Where a contact happens and who signs it. */
export type Care = { institution: Institution; unit: Unit; worker: Worker }

export const systems = {
  jmbg: 'urn:rs:jmbg',
  lbo: 'urn:rs:lbo',
  mb: 'urn:rs:mb',
  licence: 'urn:rs:licence',
  icd: 'http://hl7.org/fhir/sid/icd-10',
  atc: 'http://www.whocc.no/atc',
  loinc: 'http://loinc.org',
  snomed: 'http://snomed.info/sct',
  ucum: 'http://unitsofmeasure.org',
  tooth: 'urn:iso:std:iso:3950',
} as const

export const sourceOf = (institution: Institution) => `${systems.mb}:${institution.mb}`
const chartSystem = (institution: Institution) => `${systems.mb}:${institution.mb}:chart`

export function openChart(person: Person, institution: Institution): Chart {
  const hex = (value: number, length: number) => value.toString(16).padStart(length, '0')
  const chart: Chart = {
    institution,
    // Every institution has its own chart numbers: a person has a different number in each, and each seed a series of its own.
    number: `${person.lbo.slice(0, 3)}-${String(person.index * 3 + 1000 + institution.index).padStart(6, '0')}`,
    patient: {},
    entries: [],
    // An id has to be unique only within one transaction, but this one also tells a reader which person and institution it belongs to.
    prefix: `${hex(person.index, 8)}-${hex(institution.index, 4)}-4000-8000-`,
    serial: 0,
  }
  chart.patient = add(chart, patientOf(person, chart))
  return chart
}

export function add<R extends Resource>(chart: Chart, resource: R): Reference<R> {
  chart.serial += 1
  const fullUrl = `urn:uuid:${chart.prefix}${chart.serial.toString(16).padStart(12, '0')}`
  resource.meta = { source: sourceOf(chart.institution) }
  chart.entries.push({ fullUrl, resource, request: { method: 'POST', url: resource.resourceType } })
  return { reference: fullUrl } as Reference<R>
}

export function institutionReference({ name, mb }: Institution) {
  return { type: 'Organization' as const, identifier: { system: systems.mb, value: mb }, display: name }
}

export function workerReference(worker: Worker) {
  return { type: 'Practitioner' as const, identifier: { system: systems.licence, value: worker.licence }, display: nameOf(worker) }
}

export function unitReference({ institution, unit }: Care) {
  return { type: 'Location' as const, identifier: { system: `${sourceOf(institution)}:unit`, value: unit.code }, display: unit.name }
}

const marital = {
  'never-married': ['S', 'Never Married', 'неожењен / неудата'],
  married: ['M', 'Married', 'у браку'],
  widowed: ['W', 'Widowed', 'удовац / удовица'],
  divorced: ['D', 'Divorced', 'разведен(а)'],
} as const

function patientOf(person: Person, chart: Chart): Patient {
  const { institution } = chart
  const write = institution.script === 'Latn' ? toLatin : (text: string) => text
  const [code, display, text] = marital[person.maritalStatus]
  const doctor = person.chosen.find(({ category }) => category === 'medicine' || category === 'paediatrics')
  return {
    resourceType: 'Patient',
    identifier: identifiersOf(person, chart),
    active: true,
    name: [{ use: 'official', family: write(person.family), given: [write(person.given)] }, ...maidenName(person, write)],
    ...(person.phone || person.email ? { telecom: telecomOf(person) } : {}),
    gender: person.sex,
    birthDate: isoDay(person.birth),
    ...(person.death === null ? {} : { deceasedDateTime: isoDay(person.death) }),
    address: [{ use: 'home', line: [write(person.address)], city: write(person.municipality.name), postalCode: person.municipality.postal, country: 'RS' }],
    maritalStatus: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-MaritalStatus', code, display }], text },
    contact: [
      {
        relationship: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-RoleCode', code: 'PRN', display: 'parent' }], text: 'родитељ' }],
        name: { given: [write(person.parent)] },
      },
    ],
    ...(doctor && institution.isPublic ? { generalPractitioner: [workerReference(doctor.worker)] } : {}),
    managingOrganization: institutionReference(institution),
  }
}

function identifiersOf(person: Person, { institution, number }: Chart): Identifier[] {
  const chartType = { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0203', code: 'MR', display: 'Medical record number' }] }
  return [
    { use: 'official', system: systems.jmbg, value: person.jmbg },
    // Private institutions are paid in cash and do not ask for the insurance card.
    ...(institution.isPublic ? [{ system: systems.lbo, value: person.lbo }] : []),
    { use: 'usual', type: chartType, system: chartSystem(institution), value: number, assigner: institutionReference(institution) },
  ]
}

function maidenName(person: Person, write: (text: string) => string): Patient['name'] & object {
  if (!person.maidenFamily) return []
  return [{ use: 'maiden', family: write(person.maidenFamily), given: [write(person.given)] }]
}

function telecomOf(person: Person): Patient['telecom'] & object {
  return [
    ...(person.phone ? [{ system: 'phone' as const, value: person.phone, use: 'mobile' as const }] : []),
    ...(person.email ? [{ system: 'email' as const, value: person.email }] : []),
  ]
}

/** The days of hospital stays, so that nobody is at the chosen doctor's while in hospital. */
export type Stretch = { from: Day; until: Day }
