import assert from 'node:assert/strict'
import { test } from 'node:test'
import { relate } from '../../access/access.ts'
import { numbers } from '../../identity/identity.ts'
import { corpus, jsonFiles, readText } from '../../testing/corpora.ts'
import { type Answer, type Send, startServer, type TestServer } from '../../testing/server.ts'
import { signedIn } from '../../testing/signed-in.ts'
import { tell } from '../../testing/simulator.ts'
import { keyOfId } from '../ids.ts'

const profile = 'http://hl7.org/fhir/uv/ips/StructureDefinition/Bundle-uv-ips'
const filesMax = Number(process.env['SUMMARY_FILES'] ?? 2)

/** Asserts that the document is consistent in itself and valid by the guide's profiles. */
function requireSummary({ world }: TestServer, answer: Answer): any {
  assert.equal(answer.status, 200, answer.text.slice(0, 2000))
  const errors = world.fhir.validate(answer.body, { profiles: [profile] }).filter(({ severity }) => severity === 'error')
  assert.deepEqual(errors.slice(0, 5), [])
  const entries: { fullUrl: string; resource: any }[] = answer.body.entry
  const urls = new Set(entries.map(({ fullUrl }) => fullUrl))
  assert.equal(urls.size, entries.length, 'each resource stands in it once')
  assert.equal(entries.filter(({ resource }) => resource.resourceType === 'Patient').length, 1)
  const [{ resource: composition } = { resource: null }] = entries
  assert.equal(composition.resourceType, 'Composition')
  for (const { entry = [] } of composition.section) for (const { reference } of entry) assert.ok(urls.has(reference), `${reference} is in the document`)
  for (const { reference } of [composition.subject, ...composition.author]) assert.ok(urls.has(reference))
  return composition
}
const sectionOf = (composition: any, code: string) => composition.section.find((one: any) => one.code.coding[0].code === code)
const named = (answer: Answer, composition: any, code: string): string[] =>
  (sectionOf(composition, code)?.entry ?? []).map(({ reference }: any) => {
    const { resource } = answer.body.entry.find((one: any) => one.fullUrl === reference)
    return (resource.code ?? resource.medicationCodeableConcept ?? resource.vaccineCode).text
  })

const jmbgOf = (first12: string) => `${first12}${numbers.jmbgCheckDigit(first12)}`
const active = { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-clinical', code: 'active' }] }
const resolved = { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-clinical', code: 'resolved' }] }
const wrong = { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-ver-status', code: 'entered-in-error' }] }
const category = (code: string) => [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code }] }]

async function file(send: Send, resource: object): Promise<string> {
  const answer = await send('POST', `/fhir/${(resource as { resourceType: string }).resourceType}`, resource)
  assert.equal(answer.status, 201, answer.text)
  return answer.body.id
}

test('a summary shows everything that holds now in all charts of the person, as one patient, and names what is missing', async (t) => {
  const server = await startServer(t)
  const home = await server.institution('Дом здравља Сажетак')
  const { send } = home
  const jmbg = jmbgOf('150397271001')
  const urn = server.world.config.SYSTEM_URN
  const patient = (value: string) => ({
    resourceType: 'Patient',
    identifier: [
      { system: `${urn}:jmbg`, value: jmbg },
      { system: 'urn:h', value },
    ],
    name: [{ family: 'Сажетић', given: ['Мила'] }],
    birthDate: '1997-03-15',
  })
  const [one, other] = [await file(send, patient('1')), await file(send, patient('2'))]
  const subject = { reference: `Patient/${one}` }
  const elsewhere = { reference: `Patient/${other}` }
  const worker = await file(send, { resourceType: 'Practitioner', name: [{ family: 'Лекарић' }] })
  await file(send, {
    resourceType: 'Condition',
    subject,
    clinicalStatus: active,
    code: { text: 'Хипертензија' },
    onsetDateTime: '2020-01-01',
    asserter: { reference: `Practitioner/${worker}` },
  })
  await file(send, { resourceType: 'Condition', subject: elsewhere, clinicalStatus: active, code: { text: 'Астма' }, onsetDateTime: '2021-01-01' })
  await file(send, {
    resourceType: 'Condition',
    subject,
    clinicalStatus: resolved,
    code: { text: 'Упала плућа' },
    onsetDateTime: '2010-01-01',
    abatementDateTime: '2010-02-01',
  })
  await file(send, { resourceType: 'Condition', subject, verificationStatus: wrong, code: { text: 'Грешка' } })
  await file(send, {
    resourceType: 'MedicationStatement',
    status: 'active',
    subject,
    effectiveDateTime: '2024-01-01',
    medicationCodeableConcept: { text: 'Рамиприл' },
    dosage: [{ text: '1 × 5 mg' }],
  })
  await file(send, { resourceType: 'MedicationRequest', status: 'stopped', intent: 'order', subject, medicationCodeableConcept: { text: 'Престао' } })
  const asked = (intent: string, text: string, basedOn?: string) => ({
    resourceType: 'MedicationRequest',
    status: 'active',
    intent,
    subject,
    authoredOn: '2023-01-01',
    medicationCodeableConcept: { text },
    ...(basedOn === undefined ? {} : { basedOn: [{ reference: `MedicationRequest/${basedOn}` }] }),
  })
  const ordered = await file(send, asked('original-order', 'Наручени аспирин'))
  await file(send, asked('filler-order', 'Аспирин 100', ordered))
  const glucose = (date: string, value: number) => ({
    resourceType: 'Observation',
    status: 'final',
    category: category('laboratory'),
    code: { text: 'Глукоза' },
    subject,
    effectiveDateTime: date,
    valueQuantity: { value, unit: 'mmol/L <&>' },
  })
  await file(send, glucose('2025-01-01', 5.1))
  await file(send, glucose('2026-01-01', 6.2))
  await file(send, {
    resourceType: 'Observation',
    status: 'final',
    category: category('vital-signs'),
    code: { text: 'Маса' },
    subject,
    effectiveDateTime: '2026-01-01',
    valueQuantity: { value: 71, unit: 'kg', system: 'http://unitsofmeasure.org', code: 'kg' },
  })

  const answer = await send('GET', `/fhir/Patient/${one}/$summary`, undefined, { 'accept-language': 'sr' })
  const composition = requireSummary(server, answer)
  assert.deepEqual(named(answer, composition, '11450-4'), ['Астма', 'Хипертензија'])
  assert.deepEqual(named(answer, composition, '11348-0'), ['Упала плућа'])
  assert.deepEqual(named(answer, composition, '10160-0'), ['Рамиприл', 'Аспирин 100'])
  assert.deepEqual(named(answer, composition, '8716-3'), ['Маса'])
  assert.equal(sectionOf(composition, '48765-2').emptyReason.coding[0].code, 'withheld', 'a system does not see what others submitted')
  assert.match(sectionOf(composition, '30954-2').text.div, /2026-01-01.*Глукоза.*6\.2 mmol\/L &#60;&#38;&#62;/)
  assert.doesNotMatch(sectionOf(composition, '30954-2').text.div, /2025-01-01/)
  assert.equal(sectionOf(composition, '11450-4').title, 'Здравствени проблеми')
  assert.ok(answer.text.includes('Лекарић'), 'who asserted it is in the document')
  assert.ok(!answer.text.includes('Грешка') && !answer.text.includes('Престао'))
  assert.ok(!answer.text.includes(`Patient/${other}`), 'there is one patient')
  const english = await send('POST', `/fhir/Patient/${other}/$summary`, { resourceType: 'Parameters' })
  assert.equal(sectionOf(requireSummary(server, english), '11450-4').title, 'Problems')
  const byNumber = await send('POST', '/fhir/Patient/$summary', { resourceType: 'Parameters', parameter: [{ name: 'identifier', valueString: 'urn:h|1' }] })
  requireSummary(server, byNumber)
  assert.ok(byNumber.text.includes('Сажетић'))

  const log = await server.world.sql<{ entry: string }>`select entry from audit.entry where entry::jsonb ->> 'what' = 'Patient/$summary'`
  assert.equal(log.length, 3, 'each summary is a row of the log')

  await t.test('a doctor is told that nothing is known, a laboratory worker that it is not open', async () => {
    for (const [roles, worker, reason] of [
      [['doctor'], 21, 'unavailable'],
      [['laboratory'], 22, 'withheld'],
    ] as const) {
      const from = new Date(Date.now() - 1000)
      await server.world.sql.begin((tx) => relate(tx, { patient: keyOfId(one), kind: 'visit', worker, institution: home.id, from, source: 'test' }))
      const reader = await signedIn(server, { roles: [...roles], worker, institution: home.id })
      const shown = await reader('GET', `/fhir/Patient/${one}/$summary`)
      const theirs = requireSummary(server, shown)
      assert.equal(sectionOf(theirs, '48765-2').emptyReason.coding[0].code, reason)
      assert.deepEqual(named(shown, theirs, '30954-2'), ['Глукоза'])
      assert.ok(!shown.text.includes(jmbg), 'the number stays at home')
    }
  })

  await t.test('a reader from elsewhere gets nothing, and a reader of less learns that part is closed', async () => {
    const stranger = await server.institution('Туђа болница')
    assert.equal((await stranger.send('GET', `/fhir/Patient/${one}/$summary`)).status, 403)
    const narrow = await server.institution('Уска', 'system/Patient.rs')
    assert.equal((await narrow.send('GET', `/fhir/Patient/${one}/$summary`)).status, 403)
    // The same person at another institution: only its own chart is open, and the rest is said to be withheld.
    const own = await file(stranger.send, patient('9'))
    const partial = await stranger.send('GET', `/fhir/Patient/${own}/$summary`)
    const theirs = requireSummary(server, partial)
    assert.equal(sectionOf(theirs, '11450-4').emptyReason.coding[0].code, 'withheld')
    assert.ok(!partial.text.includes('Хипертензија'))
  })

  await t.test('an impossible request is refused', async () => {
    assert.equal((await send('GET', '/fhir/Patient/$summary')).status, 400)
    assert.equal((await send('GET', '/fhir/Patient/$summary?identifier=urn:h|77')).status, 404)
    assert.equal((await send('GET', `/fhir/Patient/${one}/$summary?profile=http://example.org/x`)).status, 400)
    assert.equal((await send('GET', `/fhir/Patient/${one}/$summary?colour=red`)).status, 400)
    assert.equal((await send('GET', '/fhir/Patient/nobody/$summary')).status, 404)
  })
})

test('a patient without a name or birth date has a valid summary that says so', async (t) => {
  const server = await startServer(t)
  const { send } = await server.institution('Хитна помоћ')
  const id = await file(send, { resourceType: 'Patient', identifier: [{ system: 'urn:h', value: '1' }] })
  requireSummary(server, await send('GET', `/fhir/Patient/${id}/$summary`))
})

test('third-party records have valid summaries', async (t) => {
  const folder = corpus(t, 'synthea-r4')
  if (!folder) return
  const server = await startServer(t)
  const { send } = await server.institution('Туђи систем')
  for (const name of jsonFiles(folder).slice(0, filesMax)) {
    const done = await send('POST', '/fhir', readText(name))
    assert.equal(done.status, 200)
    const id = done.body.entry.map((entry: any) => /\/Patient\/([^/]+)/.exec(entry.response.location)?.[1]).find(Boolean)
    const began = performance.now()
    const answer = await send('GET', `/fhir/Patient/${id}/$summary`)
    t.diagnostic(`${done.body.entry.length} resources: ${answer.body.entry.length} entries in ${Math.round(performance.now() - began)} ms`)
    requireSummary(server, answer)
  }
})

test('people of the invented country have valid summaries', async (t) => {
  const server = await startServer(t)
  const { send } = await server.institution('Измишљени дом')
  for (const { sent } of tell(2)) {
    let id: string | undefined
    for (const { bundle } of sent) {
      const done = await send('POST', '/fhir', bundle)
      assert.equal(done.status, 200, done.text.slice(0, 1000))
      id ??= done.body.entry.map((entry: any) => /\/Patient\/([^/]+)/.exec(entry.response.location)?.[1]).find(Boolean)
    }
    const answer = await send('GET', `/fhir/Patient/${id}/$summary`, undefined, { 'accept-language': 'sr-Latn,sr;q=0.9,en;q=0.5' })
    const composition = requireSummary(server, answer)
    assert.equal(composition.title, 'Međunarodni sažetak zdravstvenog stanja')
    t.diagnostic(composition.section.map((one: any) => `${one.title}: ${one.entry?.length ?? one.emptyReason.coding[0].code}`).join(', '))
  }
})
