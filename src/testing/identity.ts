import type { Patient } from '@medplum/fhirtypes'
import { jmbgCheckDigit, jmbgControl } from '../identity/check-digits.ts'
import { type Filed, fileChart, type Filing } from '../identity/file-chart.ts'
import { newKey } from '../identity/issue.ts'
import { Refusal } from '../platform/refusal.ts'
import type { World } from '../platform/world.ts'

let serial = 100

/** A JMBG that nobody else in this run has. Its control is never the doubtful 10. */
export function newJmbg(birthDate = '1985-01-01', region = '71'): string {
  const [year = '', month = '', day = ''] = birthDate.split('-')
  for (;;) {
    const twelve = `${day}${month}${year.slice(1)}${region}${String(serial++ % 500).padStart(3, '0')}`
    if (jmbgControl(twelve) !== 10) return twelve + jmbgCheckDigit(twelve)
  }
}

export type Numbers = { jmbg?: string; ebs?: string; lbo?: string; lzb?: string; mr?: string }

export function patientOf(numbers: Numbers, more: Partial<Patient> = {}): Patient {
  const { mr, ...national } = numbers
  const identifier = Object.entries(national).map(([kind, value]) => ({ system: `urn:rs:${kind}`, value }))
  const own = mr === undefined ? [] : [{ system: 'urn:hospital', value: mr, type: { coding: [{ code: 'MR' }] } }]
  return {
    resourceType: 'Patient',
    identifier: [...identifier, ...own],
    name: [{ family: 'Петровић', given: ['Ана'] }],
    gender: 'female',
    birthDate: '1985-01-01',
    ...more,
  }
}

/** Files a chart in a transaction of its own, as the record does when it stores a Patient. */
export async function file(world: World, resource: Patient, more: Partial<Filing> = {}): Promise<(Filed & { key: number }) | Refusal> {
  const patient = more.patient ?? newKey(world)
  const filed = await world.sql.begin((tx) => fileChart(tx, world, { institution: 1, resource, id: 'p1', ...more, patient }))
  return filed instanceof Refusal ? filed : { ...filed, key: patient }
}

export async function mustFile(world: World, resource: Patient, more: Partial<Filing> = {}): Promise<Filed & { key: number }> {
  const filed = await file(world, resource, more)
  if (filed instanceof Refusal) throw filed
  return filed
}
