import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Send, startServer } from '../../testing/server.ts'

const coded = (code: string) => ({ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-clinical', code }] })
const allergic = (code: string) => ({ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical', code }] })
const verified = (of: string, code: string) => ({ coding: [{ system: `http://terminology.hl7.org/CodeSystem/${of}`, code }] })

async function fileAll(send: Send, patient: string): Promise<Map<string, string>> {
  const subject = { reference: `Patient/${patient}` }
  const problem = (more: object) => ({ resourceType: 'Condition', subject, ...more })
  const allergy = (more: object) => ({ resourceType: 'AllergyIntolerance', patient: subject, ...more })
  const taken = (status: string, more: object = {}) => ({
    resourceType: 'MedicationStatement',
    status,
    subject,
    medicationCodeableConcept: { text: 'x' },
    ...more,
  })
  const ordered = (status: string, more: object = {}) => ({ ...taken(status), resourceType: 'MedicationRequest', intent: 'order', ...more })
  const ids = new Map<string, string>()
  for (const [name, resource] of Object.entries({
    asthma: problem({ clinicalStatus: coded('active') }),
    back: problem({ clinicalStatus: coded('relapse') }),
    unsaid: problem({ code: { text: 'x' } }),
    healed: problem({ clinicalStatus: coded('resolved') }),
    refuted: problem({ clinicalStatus: coded('active'), verificationStatus: verified('condition-ver-status', 'refuted') }),
    penicillin: allergy({ clinicalStatus: allergic('active'), category: ['medication'] }),
    uncategorised: allergy({ clinicalStatus: allergic('active') }),
    nuts: allergy({ clinicalStatus: allergic('active'), category: ['food'] }),
    outgrown: allergy({ clinicalStatus: allergic('resolved'), category: ['medication'] }),
    mistaken: allergy({ verificationStatus: verified('allergyintolerance-verification', 'entered-in-error') }),
    aspirin: taken('active'),
    stopped: taken('stopped'),
    insulin: ordered('active'),
    proposed: ordered('active', { intent: 'proposal' }),
    never: ordered('active', { doNotPerform: true }),
    ended: ordered('completed'),
  })) {
    const made = await send('POST', `/fhir/${resource.resourceType}`, resource)
    assert.equal(made.status, 201, made.text)
    ids.set(made.body.id, name)
  }
  return ids
}

test('a functional list holds entries that are neither over nor in error, in searches and by List/$find', async (t) => {
  const { institution } = await startServer(t)
  const { send } = await institution('А')
  const patient = (await send('POST', '/fhir/Patient', { resourceType: 'Patient' })).body.id as string
  const other = (await send('POST', '/fhir/Patient', { resourceType: 'Patient' })).body.id as string
  const ids = await fileAll(send, patient)
  await fileAll(send, other)
  const search = async (url: string) => {
    const { status, body, text } = await send('GET', `/fhir/${url}`)
    assert.equal(status, 200, text)
    return (body.entry ?? []).map(({ resource }: any) => ids.get(resource.id)).toSorted()
  }
  const about = `patient=${patient}`
  assert.deepEqual(await search(`Condition?${about}&_list=$current-problems`), ['asthma', 'back', 'unsaid'])
  assert.deepEqual(await search(`AllergyIntolerance?${about}&_list=$current-allergies`), ['nuts', 'penicillin', 'uncategorised'])
  assert.deepEqual(await search(`AllergyIntolerance?${about}&_list=$current-drug-allergies`), ['penicillin', 'uncategorised'])
  assert.deepEqual(await search(`MedicationRequest?${about}&_list=$current-medications`), ['insulin', 'never'])
  assert.deepEqual(await search(`MedicationStatement?${about}&_list=$current-medications`), ['aspirin'])
  const healed = [...ids].find(([, name]) => name === 'healed')?.[0]
  const list = await send('POST', '/fhir/List', {
    resourceType: 'List',
    status: 'current',
    mode: 'working',
    entry: [{ item: { reference: `Condition/${healed}` } }],
  })
  assert.deepEqual(await search(`Condition?${about}&_list=${list.body.id},$current-problems`), ['asthma', 'back', 'healed', 'unsaid'])
  assert.match((await send('GET', `/fhir/Condition?${about}&_list=$current-allergies`)).text, /Search AllergyIntolerance.*lists no Condition/)

  const find = async (query: string) => send('GET', `/fhir/List/$find?${query}`)
  const named = (body: any) => body.entry.map(({ item }: any) => ids.get(item.reference.split('/')[1])).toSorted()
  const medicines = await find(`patient=${patient}&name=current-medications`)
  assert.equal(medicines.status, 200, medicines.text)
  assert.deepEqual(
    [medicines.body.resourceType, named(medicines.body), medicines.body.subject.reference],
    ['List', ['aspirin', 'insulin'], `Patient/${patient}`],
  )
  const posted = await send('POST', '/fhir/List/$find', {
    resourceType: 'Parameters',
    parameter: [
      { name: 'patient', valueId: patient },
      { name: 'name', valueCode: '$current-drug-allergies' },
    ],
  })
  assert.deepEqual(named(posted.body), ['penicillin', 'uncategorised'])
  const problems = (await send('POST', '/fhir/List/$validate', posted.body)).body.issue.filter((one: any) => one.severity === 'error')
  assert.deepEqual(problems, [])
  for (const [query, status] of [
    [`patient=${patient}&name=current-wishes`, 404],
    ['patient=nobody&name=current-problems', 404],
    ['name=current-problems', 400],
    [`patient=${patient}&name=current-problems&colour=red`, 400],
  ] as const)
    assert.equal((await find(query)).status, status, query)
  const empty = (await send('POST', '/fhir/Patient', { resourceType: 'Patient' })).body.id
  const none = (await find(`patient=${empty}&name=current-allergies`)).body
  assert.deepEqual([none.entry, none.emptyReason.text], [undefined, 'Nothing of this kind is on record here.'])
  const { send: narrow } = await institution('Б', 'system/List.rs system/Patient.rs')
  assert.equal((await narrow('GET', `/fhir/List/$find?patient=${patient}&name=current-problems`)).status, 403)
})
