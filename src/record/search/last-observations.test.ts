import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startServer } from '../../testing/server.ts'

const loinc = (code: string) => ({ system: 'http://loinc.org', code })
const own = (code: string) => ({ system: 'urn:lab', code })

test('$lastn gives the newest observations of each kind, and translated codes are one kind', async (t) => {
  const server = await startServer(t)
  const { send } = await server.institution('Дом здравља Последњи')
  const chart = (await send('POST', '/fhir/Patient', { resourceType: 'Patient', identifier: [{ system: 'urn:h', value: '1' }] })).body.id as string
  const ids = new Map<string, string>()
  const file = async (name: string, coding: object[], effectiveDateTime: string | null, more: object = {}) => {
    const answer = await send('POST', '/fhir/Observation', {
      resourceType: 'Observation',
      status: 'final',
      category: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'laboratory' }] }],
      code: coding.length > 0 ? { coding } : { text: 'Општи утисак' },
      subject: { reference: `Patient/${chart}` },
      ...(effectiveDateTime === null ? {} : { effectiveDateTime }),
      ...more,
    })
    assert.equal(answer.status, 201, answer.text)
    ids.set(answer.body.id, name)
  }
  await file('glucose old', [loinc('2345-7')], '2026-01-01')
  await file('glucose both codes', [loinc('2345-7'), own('GLU')], '2026-02-01')
  await file('glucose own code', [own('GLU')], '2026-03-01')
  await file('sodium', [loinc('2951-2')], '2026-01-05')
  await file('sodium wrong', [loinc('2951-2')], '2026-05-05', { status: 'entered-in-error' })
  await file('text old', [], '2026-01-02')
  await file('text new', [], '2026-04-02')
  await file('undated', [loinc('1-8')], null)
  const last = async (query: string) => {
    const answer = await send('GET', `/fhir/Observation/$lastn?${query}`)
    assert.equal(answer.status, 200, answer.text)
    assert.equal(answer.body.total, answer.body.entry?.length ?? 0)
    return (answer.body.entry ?? []).map((entry: { resource: { id: string } }) => ids.get(entry.resource.id))
  }
  assert.deepEqual(await last(`patient=${chart}`), ['text new', 'glucose own code', 'sodium', 'undated'])
  assert.deepEqual(await last(`subject=Patient/${chart}&max=2&category=laboratory`), [
    'text new',
    'glucose own code',
    'glucose both codes',
    'sodium',
    'text old',
    'undated',
  ])
  assert.deepEqual(await last(`patient=${chart}&code=http://loinc.org|2345-7`), ['glucose both codes'])
  assert.deepEqual(await last(`patient=${chart}&status=entered-in-error`), ['sodium wrong'])
  assert.deepEqual(await last(`patient=${chart}&category:in=http://hl7.org/fhir/ValueSet/observation-category&code:not=http://loinc.org|1-8`), [
    'text new',
    'glucose own code',
    'sodium',
  ])
  assert.deepEqual(await last(`patient=${chart}&patient.identifier=urn:h|1&code=http://loinc.org|2951-2`), ['sodium'])
  assert.deepEqual(await last(`patient.identifier=urn:h|1&code=http://loinc.org|2951-2`), ['sodium'], 'whom a chain leads to')
  assert.deepEqual(await last('subject:Patient.identifier=urn:h|2'), [], 'a chain that leads to nobody')
  assert.deepEqual(await last('patient=nobody'), [])
  const twin = (await send('POST', '/fhir/Patient', { resourceType: 'Patient', identifier: [{ system: 'urn:h', value: '3' }] })).body.id as string
  await file('sodium of the twin', [loinc('2951-2')], '2026-06-06', { subject: { reference: `Patient/${twin}` } })
  assert.deepEqual(await last('patient.identifier=urn:h|1,urn:h|3&code=http://loinc.org|2951-2'), ['sodium of the twin', 'sodium'], 'each person has a newest')
  const posted = await send('POST', '/fhir/Observation/$lastn', {
    resourceType: 'Parameters',
    parameter: [
      { name: 'patient', valueString: chart },
      { name: 'max', valuePositiveInt: 3 },
    ],
  })
  assert.equal(posted.body.total, 7, posted.text)

  for (const query of ['', 'max=1&code=x', `patient=${chart}&max=0`, `patient=${chart}&max=x`, `patient=${chart}&_sort=code`, `patient=${chart}&colour=red`]) {
    assert.equal((await send('GET', `/fhir/Observation/$lastn?${query}`)).status, 400, query)
  }
  const other = await server.institution('Друга болница')
  const hidden = await other.send('GET', `/fhir/Observation/$lastn?patient=${chart}`)
  assert.equal(hidden.body.total, 0, 'another institution sees nothing of it')
  const scoped = await server.institution('Трећа', 'system/Patient.rs')
  assert.equal((await scoped.send('GET', `/fhir/Observation/$lastn?patient=${chart}`)).status, 403)
})
