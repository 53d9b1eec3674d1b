import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testFhir } from '../testing/fhir.ts'
import { Refusal } from '../platform/refusal.ts'
import { anEntry, doctorWho, openLedger } from '../testing/audit.ts'
import { startPlatform } from '../testing/platform.ts'
import { auditEvent, searchAuditEvents } from './audit.ts'
import { type Action, type Entry, writeEntry } from './entry.ts'

const actions: Action[] = [
  'read',
  'search',
  'history',
  'export',
  'create',
  'update',
  'delete',
  'move',
  'erase',
  'visit',
  'identify',
  'sign-in',
  'sign-out',
  'grant',
  'revoke',
  'configure',
]
const eventOf = (more: Partial<Entry>) =>
  auditEvent({ stream: 3, seq: 14, at: new Date(), entry: writeEntry(anEntry(more), new Date('2026-11-23T01:12:01.120Z')).text }, () => 'Patient/p1')

test('every kind of entry is a valid R4 AuditEvent', async () => {
  const fhir = await testFhir()
  const people: Partial<Entry>[] = [
    {},
    { decision: 'deny', basis: null },
    { patient: null, count: 0 },
    { what: '', purpose: '', correlation: '' },
    { what: 'overview Patient/$everything Condition?code' },
    { who: { id: '', name: '', kind: 'anonymous', role: null, institution: null, unit: null } },
    { who: { ...doctorWho, kind: 'system', institutionName: null, unitName: null } },
  ]
  for (const action of actions) {
    for (const more of people) {
      const problems = fhir.validate(eventOf({ ...more, action })).filter((issue) => issue.severity === 'error')
      assert.deepEqual(problems, [], `${action} ${JSON.stringify(more)}`)
    }
  }
  assert.notDeepEqual(fhir.validate({ ...eventOf({}), action: 'X' }), [], 'the validator would have said so')
})

test('reads, searches and writes about a patient follow the patterns of BALP', () => {
  const profile = (more: Partial<Entry>) => eventOf(more).meta?.profile?.[0]?.split('.').at(-1)
  assert.deepEqual(
    (['read', 'search', 'create', 'update', 'delete'] as const).map((action) => profile({ action })),
    ['PatientRead', 'PatientQuery', 'PatientCreate', 'PatientUpdate', 'PatientDelete'],
  )
  assert.equal(profile({ patient: null }), 'Read')

  const read = eventOf({})
  assert.equal(read.id, '3-14')
  assert.deepEqual([read.action, read.outcome, read.recorded, read.type?.code, read.subtype?.[0]?.code], ['R', '0', '2026-11-23T01:12:01.120Z', 'rest', 'read'])
  assert.deepEqual(
    read.agent?.filter((agent) => agent.requestor).map((agent) => agent.who?.display),
    ['др Милица Јовановић'],
  )
  assert.deepEqual(
    read.entity?.map((entity) => entity.what?.reference),
    [undefined, 'Observation/7f9c0d52-5a1e-4f0e-9d3b-1a2b3c4d5e6f', 'Patient/p1'],
  )
  const query = eventOf({ action: 'search', what: 'Observation?code' }).entity?.find((entity) => entity.query)
  assert.equal(Buffer.from(query?.query ?? '', 'base64').toString(), 'Observation?code')
  assert.equal(eventOf({ decision: 'deny', basis: 'no relation' }).outcomeDesc, 'denied: no relation')
})

test('audit events are found by patient, agent, period, kind and id, page by page', async (t) => {
  const { world } = await startPlatform(t)
  let now = new Date('2026-11-20T08:00:00Z')
  world.now = () => now
  const ledger = await openLedger(t, world, 2)
  for (let n = 0; n < 10; n++) {
    now = new Date(Date.UTC(2026, 10, 20, 8, n))
    await ledger.record([
      anEntry({ patient: n % 2 ? 1001 : 2002, what: `Observation/${n}`, decision: n === 5 ? 'deny' : 'permit' }),
      anEntry({ patient: null, action: 'sign-in', what: `${n}` }),
    ])
  }
  const found = async (search: Parameters<typeof searchAuditEvents>[1]) =>
    (await searchAuditEvents(world, search)).rows.map((row) => JSON.parse(row.entry).what)
  const both = [
    'Observation/9',
    'Observation/8',
    'Observation/7',
    'Observation/6',
    'Observation/5',
    'Observation/4',
    'Observation/3',
    'Observation/2',
    'Observation/1',
    'Observation/0',
  ]

  assert.deepEqual(await found({ patientKeys: [1001, 2002] }), both)
  assert.deepEqual(await found({ patientKeys: [1001], decision: 'deny' }), ['Observation/5'])
  assert.deepEqual(await found({ patientKeys: [] }), [])
  assert.deepEqual(await found({ actor: 'doctor-1', action: 'sign-in', from: new Date('2026-11-20T08:08:00Z') }), ['9', '8'])
  assert.deepEqual(await found({ action: 'sign-in', from: new Date('2026-11-20T08:00:00Z'), to: new Date('2026-11-20T08:02:00Z') }), ['1', '0'])

  const paged: string[] = []
  let cursor: string | null = null
  do {
    const page: Awaited<ReturnType<typeof searchAuditEvents>> = await searchAuditEvents(world, {
      patientKeys: [1001, 2002],
      count: 3,
      ...(cursor ? { cursor } : {}),
    })
    paged.push(...page.rows.map((row) => JSON.parse(row.entry).what))
    cursor = page.next
  } while (cursor)
  assert.deepEqual(paged, both)

  const [one] = (await searchAuditEvents(world, { patientKeys: [1001], count: 1 })).rows
  assert.deepEqual(await found({ id: auditEvent(one as NonNullable<typeof one>).id as string }), ['Observation/9'])
  assert.deepEqual(await found({ id: 'no-such' }), [])
  for (const wrong of [{}, { from: new Date('2026-01-01T00:00:00Z') }, { patientKeys: [1], cursor: 'x' }, { patientKeys: [1], count: 0 }]) {
    await assert.rejects(searchAuditEvents(world, wrong), (error) => error instanceof Refusal && error.kind === 'incorrect')
  }
})
