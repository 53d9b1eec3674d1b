import assert from 'node:assert/strict'
import { test } from 'node:test'
import { happenedAt, type Item } from './pieces.ts'
import { visitOf } from './visit.ts'

const now = new Date('2026-11-28T12:00:00Z')
let serial = 0
function item(resource: { resourceType: string; [name: string]: unknown }): Item {
  const id = `id-${++serial}`
  const whole = { id, ...resource } as never
  const source = { resource: `${resource.resourceType}/${id}`, version: 1, institution: 'ДЗ Пробни', author: null, at: happenedAt(whole), receivedAt: '' }
  return { resource: whole, source }
}
const encounter = (period: object, more: object = {}) => item({ resourceType: 'Encounter', status: 'in-progress', period, ...more })
const condition = (code: string, more: object = {}) =>
  item({ resourceType: 'Condition', code: { coding: [{ system: 'http://hl7.org/fhir/sid/icd-10', code, display: code }] }, ...more })
const active = { clinicalStatus: { coding: [{ code: 'active' }] } }

test('the present visit is the newest that has begun and is not long over, and its diagnoses stand before other active ones', () => {
  const old = encounter({ start: '2026-11-20T08:00:00Z', end: '2026-11-20T09:00:00Z' }, { status: 'finished' })
  const present = encounter({ start: '2026-11-28T10:00:00Z' })
  const ofVisit = condition('J06.9', { encounter: { reference: present.source.resource } })
  const items = [
    old,
    encounter({ start: '2026-11-27T10:00:00Z', end: '2026-11-27T11:00:00Z' }, { status: 'finished' }),
    present,
    encounter({ start: '2026-11-28T15:00:00Z' }),
    encounter({ start: '2026-11-28T11:00:00Z' }, { status: 'cancelled' }),
    condition('E11.9', { ...active, recordedDate: '2020-01-01' }),
    condition('I10', { ...active, recordedDate: '2024-01-01' }),
    condition('A09', { clinicalStatus: { coding: [{ code: 'resolved' }] } }),
    condition('M54.5', { ...active, verificationStatus: { coding: [{ code: 'entered-in-error' }] } }),
    ofVisit,
    item({ resourceType: 'Condition', code: { coding: [{ system: 'http://snomed.info/sct', code: '38341003' }] }, ...active }),
  ]
  const { visit, diagnoses } = visitOf(items, now)
  assert.equal(visit?.at, '2026-11-28T10:00:00Z')
  assert.deepEqual(
    diagnoses.map(({ code, ofVisit: isOf }) => [code, isOf]),
    [
      ['J06.9', true],
      ['I10', false],
      ['E11.9', false],
    ],
  )
})

test('without a present visit no diagnosis is marked as its own; a visit that nobody ended does not stay open for ever, and a code is listed once', () => {
  const forgotten = encounter({ start: '2026-11-01T10:00:00Z' })
  const { visit, diagnoses } = visitOf(
    [
      forgotten,
      condition('I10', { ...active, encounter: { reference: forgotten.source.resource } }),
      condition('I10', { ...active, recordedDate: '2026-01-01' }),
    ],
    now,
  )
  assert.equal(visit, null)
  assert.deepEqual(diagnoses, [{ code: 'I10', text: 'I10', at: '2026-01-01', ofVisit: false }])
  assert.deepEqual(visitOf([], now), { visit: null, diagnoses: [] })
})
