import assert from 'node:assert/strict'
import { test } from 'node:test'
import { resourceTypes } from '../fhir/resource-types.ts'
import type { Circumstances, DenialReason, Relation, RelationKind, View } from './relation.ts'
import { decideOn } from './rules.ts'
import { typesHidden } from './views.ts'

const now = new Date('2026-11-23T10:00:00Z')
const hours = (count: number) => new Date(now.getTime() + count * 3_600_000)

const row = (kind: RelationKind, more: Partial<Relation> = {}): Relation => ({
  patient: 1,
  kind,
  worker: null,
  unit: null,
  institution: null,
  account: null,
  born: null,
  from: hours(-24),
  until: null,
  endedAt: null,
  ...more,
})
const asker = (more: Partial<Circumstances> = {}): Circumstances => ({
  kind: 'person',
  roles: ['doctor'],
  account: 'a-doctor',
  worker: 10,
  institution: 7,
  unit: 71,
  duties: [],
  standsInFor: [],
  guardianAge: 15,
  ...more,
})
const doctor = asker()
const onDuty = asker({ duties: [{ unit: 72, until: hours(6) }] })
const nurse = asker({ roles: ['nurse'], account: 'a-nurse', worker: 20, duties: [{ unit: 72, until: hours(6) }] })
const laboratory = asker({ roles: ['laboratory'], account: 'a-lab', worker: 30, unit: 79 })
const patient = asker({ roles: ['patient'], account: 'a-patient', worker: null, institution: null, unit: null })
const system = asker({ kind: 'system', roles: ['system'], account: 'client', worker: null, unit: null })
const role = (name: string) => asker({ roles: [name], account: `a-${name}`, worker: null, unit: null })

type Case = { when: string; who: Circumstances; rows: Relation[]; gives: { kind: string; view: View; until?: Date } | DenialReason; action?: 'read' | 'write' }

const cases: Case[] = [
  { when: 'the chosen doctor reads', who: doctor, rows: [row('chosen-doctor', { worker: 10 })], gives: { kind: 'chosen-doctor', view: 'whole' } },
  {
    when: 'the chosen doctor writes',
    who: doctor,
    rows: [row('chosen-doctor', { worker: 10 })],
    gives: { kind: 'chosen-doctor', view: 'whole' },
    action: 'write',
  },
  { when: 'a doctor nobody chose reads', who: doctor, rows: [], gives: 'no-relation' },
  { when: 'the patient chose another doctor', who: doctor, rows: [row('chosen-doctor', { worker: 11 })], gives: 'no-relation' },
  { when: 'the choice of doctor has ended', who: doctor, rows: [row('chosen-doctor', { worker: 10, endedAt: hours(-1) })], gives: 'relation-ended' },
  { when: 'the choice of doctor begins tomorrow', who: doctor, rows: [row('chosen-doctor', { worker: 10, from: hours(24) })], gives: 'relation-ended' },
  { when: 'a nurse is named like a chosen doctor', who: nurse, rows: [row('chosen-doctor', { worker: 20 })], gives: 'no-relation' },

  {
    when: 'the doctor opened a visit',
    who: doctor,
    rows: [row('visit', { worker: 10, institution: 7, until: hours(3) })],
    gives: { kind: 'visit', view: 'whole', until: hours(3) },
  },
  { when: 'the visit is over by its time', who: doctor, rows: [row('visit', { worker: 10, institution: 7, until: now })], gives: 'relation-ended' },
  {
    when: 'the visit ends a millisecond later',
    who: doctor,
    rows: [row('visit', { worker: 10, institution: 7, until: new Date(now.getTime() + 1) })],
    gives: { kind: 'visit', view: 'whole' },
  },
  {
    when: 'the visit begins this millisecond',
    who: doctor,
    rows: [row('visit', { worker: 10, institution: 7, from: now })],
    gives: { kind: 'visit', view: 'whole' },
  },
  { when: 'the doctor’s visit is at another institution', who: doctor, rows: [row('visit', { worker: 10, institution: 8 })], gives: 'no-relation' },
  { when: 'a colleague has the visit', who: doctor, rows: [row('visit', { worker: 11, institution: 7 })], gives: 'no-relation' },

  {
    when: 'the patient lies on the unit and the doctor is on its roster',
    who: onDuty,
    rows: [row('stay', { unit: 72, institution: 7, until: hours(100) })],
    gives: { kind: 'stay', view: 'whole', until: hours(6) },
  },
  {
    when: 'the stay ends before the shift',
    who: onDuty,
    rows: [row('stay', { unit: 72, institution: 7, until: hours(2) })],
    gives: { kind: 'stay', view: 'whole', until: hours(2) },
  },
  { when: 'the patient lies on another unit', who: onDuty, rows: [row('stay', { unit: 73, institution: 7 })], gives: 'no-relation' },
  {
    when: 'the patient lies on the doctor’s own unit and the doctor is not on the roster',
    who: doctor,
    rows: [row('stay', { unit: 71, institution: 7 })],
    gives: 'not-on-duty',
  },
  {
    when: 'the roster of the same unit number is of another institution',
    who: onDuty,
    rows: [row('stay', { unit: 72, institution: 8 })],
    gives: 'no-relation',
  },
  {
    when: 'the ward nurse is on the roster',
    who: nurse,
    rows: [row('stay', { unit: 72, institution: 7 })],
    gives: { kind: 'stay', view: 'nurse', until: hours(6) },
  },
  { when: 'the stay has ended for the ward nurse', who: nurse, rows: [row('stay', { unit: 72, institution: 7, endedAt: hours(-2) })], gives: 'no-relation' },

  {
    when: 'the doctor stands in for the chosen doctor',
    who: asker({ standsInFor: [{ worker: 11, until: hours(30) }] }),
    rows: [row('chosen-doctor', { worker: 11 })],
    gives: { kind: 'substitute', view: 'whole', until: hours(30) },
  },
  {
    when: 'the doctor stands in for somebody else',
    who: asker({ standsInFor: [{ worker: 12, until: hours(30) }] }),
    rows: [row('chosen-doctor', { worker: 11 })],
    gives: 'no-relation',
  },
  {
    when: 'standing in does not open the visits of the other',
    who: asker({ standsInFor: [{ worker: 11, until: hours(30) }] }),
    rows: [row('visit', { worker: 11, institution: 7 })],
    gives: 'no-relation',
  },
  {
    when: 'a nurse stands in',
    who: asker({ roles: ['nurse'], standsInFor: [{ worker: 11, until: hours(30) }] }),
    rows: [row('chosen-doctor', { worker: 11 })],
    gives: 'no-relation',
  },
  {
    when: 'the doctor is substitute for this patient',
    who: doctor,
    rows: [row('substitute', { worker: 10, until: hours(48) })],
    gives: { kind: 'substitute', view: 'whole', until: hours(48) },
  },

  { when: 'a referral came to the doctor’s unit', who: doctor, rows: [row('referral', { unit: 71 })], gives: { kind: 'referral', view: 'whole' } },
  {
    when: 'a referral came to a unit where the doctor is on duty',
    who: onDuty,
    rows: [row('referral', { unit: 72 })],
    gives: { kind: 'referral', view: 'whole', until: hours(6) },
  },
  { when: 'a referral came to another unit', who: doctor, rows: [row('referral', { unit: 75 })], gives: 'no-relation' },
  { when: 'a referral came to the laboratory', who: laboratory, rows: [row('referral', { unit: 79 })], gives: { kind: 'referral', view: 'laboratory' } },

  { when: 'a person reads the own record', who: patient, rows: [row('self', { account: 'a-patient' })], gives: { kind: 'self', view: 'self' } },
  { when: 'a person writes into the own record', who: patient, rows: [row('self', { account: 'a-patient' })], gives: 'read-only', action: 'write' },
  { when: 'a person reads another’s record', who: patient, rows: [row('self', { account: 'a-other' })], gives: 'not-own-record' },
  {
    when: 'a parent reads the record of a child of 14',
    who: patient,
    rows: [row('guardian', { account: 'a-patient', born: '2012-11-01' })],
    gives: { kind: 'guardian', view: 'self', until: new Date('2027-10-31T23:00:00Z') },
  },
  { when: 'the child is 15 today', who: patient, rows: [row('guardian', { account: 'a-patient', born: '2011-11-23' })], gives: 'child-grown' },
  {
    when: 'the child is 15 tomorrow',
    who: patient,
    rows: [row('guardian', { account: 'a-patient', born: '2011-11-24' })],
    gives: { kind: 'guardian', view: 'self' },
  },
  {
    when: 'the law says 16',
    who: { ...patient, guardianAge: 16 },
    rows: [row('guardian', { account: 'a-patient', born: '2011-11-23' })],
    gives: { kind: 'guardian', view: 'self' },
  },
  {
    when: 'a guardian of an adult has an end',
    who: patient,
    rows: [row('guardian', { account: 'a-patient', until: hours(10) })],
    gives: { kind: 'guardian', view: 'self', until: hours(10) },
  },
  { when: 'a doctor opens the own record as a citizen', who: doctor, rows: [row('self', { account: 'a-doctor' })], gives: { kind: 'self', view: 'self' } },
  {
    when: 'a doctor is the child’s parent and its chosen doctor',
    who: doctor,
    rows: [row('guardian', { account: 'a-doctor', born: '2020-01-01' }), row('chosen-doctor', { worker: 10 })],
    gives: { kind: 'chosen-doctor', view: 'whole' },
  },

  {
    when: 'a system reads a patient with an open stay',
    who: system,
    rows: [row('stay', { institution: 7, until: hours(9) })],
    gives: { kind: 'stay', view: 'whole', until: hours(9) },
  },
  {
    when: 'a system reads a patient treated elsewhere',
    who: system,
    rows: [row('stay', { institution: 8 })],
    gives: { kind: 'own-submissions', view: 'own-submissions' },
  },
  {
    when: 'a system reads after the visit has ended',
    who: system,
    rows: [row('visit', { institution: 7, until: hours(-1) })],
    gives: { kind: 'own-submissions', view: 'own-submissions' },
  },
  {
    when: 'a system is not helped by a referral',
    who: system,
    rows: [row('referral', { institution: 7 })],
    gives: { kind: 'own-submissions', view: 'own-submissions' },
  },
  { when: 'a system files for its own institution', who: system, rows: [], gives: { kind: 'own-submissions', view: 'own-submissions' }, action: 'write' },
  { when: 'a system has no institution', who: { ...system, institution: null }, rows: [row('stay', { institution: null, unit: 72 })], gives: 'unknown' },
  { when: 'nobody is signed in', who: { ...patient, kind: 'anonymous' }, rows: [row('self', { account: 'a-patient' })], gives: 'unknown' },

  ...['employer', 'fund', 'operator', 'ministry', 'data-officer'].map(
    (name): Case => ({
      when: `somebody of the role ${name} reads`,
      who: { ...role(name), worker: 10 },
      rows: [row('chosen-doctor', { worker: 10 }), row('stay', { unit: 71, institution: 7 }), row('visit', { worker: 10, institution: 7 })],
      gives: 'role-without-records',
    }),
  ),
  ...(['consent', 'emergency'] as const).map(
    (kind): Case => ({
      when: `a row of kind ${kind} exists before its rules do`,
      who: doctor,
      rows: [row(kind, { worker: 10, institution: 7 })],
      gives: 'no-relation',
    }),
  ),
  {
    when: 'of two bases the later end counts',
    who: doctor,
    rows: [row('visit', { worker: 10, institution: 7, until: hours(1) }), row('referral', { unit: 71, until: hours(5) })],
    gives: { kind: 'referral', view: 'whole', until: hours(5) },
  },
]

for (const { when, who, rows, gives, action } of cases) {
  const verdict = typeof gives === 'string' ? `denied: ${gives}` : `by ${gives.kind}, view ${gives.view}`
  test(`${when}: ${verdict}`, () => {
    const decision = decideOn(who, action ?? 'read', rows, now)
    if (typeof gives === 'string') {
      assert.equal(decision.permit, false)
      assert.equal(decision.permit || decision.because, gives)
    } else {
      assert.ok(decision.permit, decision.permit ? '' : decision.because)
      assert.equal(decision.basis.kind, gives.kind)
      assert.equal(decision.basis.view, gives.view)
      if (gives.until) assert.deepEqual(decision.basis.until, gives.until)
    }
  })
}

test('the laboratory sees five types and every other type of R4 is hidden from it', () => {
  const hidden = new Set(typesHidden('laboratory'))
  assert.deepEqual(resourceTypes.filter((type) => !hidden.has(type)).sort(), ['DiagnosticReport', 'Observation', 'Patient', 'ServiceRequest', 'Specimen'])
})

test('what a nurse does not see are real types, and a doctor and the person see all', () => {
  for (const type of typesHidden('nurse')) assert.ok(resourceTypes.includes(type), type)
  assert.ok(typesHidden('nurse').includes('ClinicalImpression'))
  assert.ok(!typesHidden('nurse').includes('MedicationRequest'))
  assert.deepEqual([typesHidden('whole'), typesHidden('self'), typesHidden('own-submissions')], [[], [], []])
})
