import assert from 'node:assert/strict'
import { test } from 'node:test'
import { everyPage } from '../../testing/search-oracle.ts'
import { startServer } from '../../testing/server.ts'

// What a search answers, and what it refuses: https://hl7.org/fhir/R4/search.html.

type Json = Record<string, any>

test('names are found in either script, without marks, by their beginning; exactly and in the middle when asked', async (t) => {
  const { institution } = await startServer(t)
  const { send } = await institution('ДЗ')
  const families = [
    'Ђорђевић',
    'Đorđević',
    'Djordjevic',
    'Љубичић',
    'Ljubičić',
    'Њежић',
    'Шћепановић',
    'Scepanovic',
    "O'Брајан",
    'Жика,Мика',
    'Ана$Б',
    'Čolić-Petrović',
  ]
  const ids = new Map<string, string>()
  for (const family of families)
    ids.set(
      family,
      (await send('POST', '/fhir/Patient', { resourceType: 'Patient', identifier: [{ system: 'urn:h', value: family }], name: [{ family, given: ['Ана'] }] }))
        .body.id,
    )
  const cases: [string, string[]][] = [
    ['family=djordjevic', ['Ђорђевић', 'Đorđević', 'Djordjevic']],
    ['family=Ђорђе', ['Ђорђевић', 'Đorđević', 'Djordjevic']],
    ['family=đorđ', ['Ђорђевић', 'Đorđević', 'Djordjevic']],
    ['family=ljub', ['Љубичић', 'Ljubičić']],
    ['family=ЉУБ', ['Љубичић', 'Ljubičić']],
    ['family=њеж', ['Њежић']],
    ['family=njezic', ['Њежић']],
    ['family=scep', ['Шћепановић', 'Scepanovic']],
    ['family:exact=Đorđević', ['Đorđević']],
    ['family:exact=Đorđe', []],
    ['family:exact=đorđević', []],
    ['family:contains=ordjev', ['Ђорђевић', 'Đorđević', 'Djordjevic']],
    ['family=ordjev', []],
    ["family=O'", ["O'Брајан"]],
    ['family=Жика\\,Мика', ['Жика,Мика']],
    ['family=Жика,њеж', ['Жика,Мика', 'Њежић']],
    ['family:exact=Ана\\$Б', ['Ана$Б']],
    ['name=ana&family=colic', ['Čolić-Petrović']],
    ['family:contains=petrovic', ['Čolić-Petrović']],
    ['family=%', []],
    ['family=_', []],
    ['family:contains=%', []],
  ]
  for (const [query, wanted] of cases) {
    const answer = await send(
      'GET',
      `/fhir/Patient?${query
        .split('&')
        .map((part) => part.replace(/=(.*)/, (_, value) => `=${encodeURIComponent(value)}`))
        .join('&')}`,
    )
    assert.equal(answer.status, 200, `${query}: ${answer.text}`)
    assert.deepEqual((answer.body.entry ?? []).map((one: Json) => one.resource.id).sort(), wanted.map((one) => ids.get(one)).sort(), query)
  }
})

test('includes bring what is meant and say that they are includes; summaries and elements are marked; totals are as asked', async (t) => {
  const { institution } = await startServer(t)
  const { send } = await institution('ДЗ')
  const post = async (resource: Json) => (await send('POST', `/fhir/${resource.resourceType}`, resource)).body
  const subject = {
    reference: `Patient/${(await post({ resourceType: 'Patient', identifier: [{ system: 'urn:h', value: '1' }], text: { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml">x</div>' } })).id}`,
  }
  const encounter = await post({ resourceType: 'Encounter', status: 'planned', class: { code: 'AMB' }, subject })
  const performer = await post({ resourceType: 'Practitioner', name: [{ family: 'Лекар' }] })
  const found = await post({
    resourceType: 'Observation',
    status: 'final',
    code: { text: 'a' },
    subject,
    encounter: { reference: `Encounter/${encounter.id}` },
    performer: [{ reference: `Practitioner/${performer.id}` }, { reference: `Practitioner/${performer.id}` }],
    valueString: 'x',
    note: [{ text: 'n' }],
    text: { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml">x</div>' },
  })
  const shown = async (url: string) => (await send('GET', url)).body.entry.map((one: Json) => `${one.search.mode} ${one.resource.resourceType}`).sort()
  assert.deepEqual(await shown('/fhir/Observation?_include=Observation:performer&_include=Observation:encounter'), [
    'include Encounter',
    'include Practitioner',
    'match Observation',
  ])
  assert.deepEqual(await shown('/fhir/Observation?_include=Observation:*'), [
    'include Encounter',
    'include Patient',
    'include Practitioner',
    'match Observation',
  ])
  assert.deepEqual(await shown('/fhir/Observation?_include=Observation:subject:Group'), ['match Observation'])
  assert.deepEqual(await shown('/fhir/Patient?_revinclude=Observation:patient&_revinclude=Encounter:patient'), [
    'include Encounter',
    'include Observation',
    'match Patient',
  ])
  assert.deepEqual(await shown('/fhir/Encounter?_revinclude=Observation:encounter'), ['include Observation', 'match Encounter'])

  const one = async (url: string) => (await send('GET', url)).body.entry[0].resource
  const summary = await one('/fhir/Observation?_summary=true')
  assert.ok(!('text' in summary) && summary.meta.tag.some((tag: Json) => tag.code === 'SUBSETTED'))
  const text = await one('/fhir/Observation?_summary=text')
  assert.ok(text.text && text.status && !('valueString' in text), JSON.stringify(text))
  assert.ok(!('text' in (await one('/fhir/Observation?_summary=data'))))
  const elements = await one('/fhir/Observation?_elements=valueString')
  assert.deepEqual(Object.keys(elements).sort(), ['code', 'id', 'meta', 'resourceType', 'status', 'subject', 'valueString'])
  assert.deepEqual(await one('/fhir/Observation?_elements=value'), elements, 'a choice is one element, whatever its form')
  for (const count of ['_summary=count', '_count=0']) {
    const { body } = await send('GET', `/fhir/Observation?${count}`)
    assert.equal(body.total, 1)
    assert.equal(body.entry, undefined)
  }
  await post({ ...found, id: undefined, meta: undefined })
  assert.equal((await send('GET', '/fhir/Observation?_total=accurate&_count=1')).body.total, 2)
  const form = await send('POST', '/fhir/Observation/_search?_count=1', 'code:text=a&status=final', { 'content-type': 'application/x-www-form-urlencoded' })
  if (form.status === 200) assert.equal(form.body.entry.length, 1)
  else assert.equal(form.status, 400, form.text)
  const posted = await send('POST', '/fhir/Observation/_search', `patient=${subject.reference}&status=final`, {
    'content-type': 'application/x-www-form-urlencoded',
  })
  assert.equal(posted.body.total, 2, posted.text)
})

test('an unknown parameter, modifier or value is refused with a hint; a lenient client hears what was left out', async (t) => {
  const { institution } = await startServer(t)
  const { send } = await institution('ДЗ')
  await send('POST', '/fhir/Patient', { resourceType: 'Patient', identifier: [{ system: 'urn:h', value: '1' }], gender: 'male' })
  const wrong = [
    'favourite=1',
    'birthdate=yesterday',
    'birthdate=2020-13',
    'birthdate=xx2020',
    'birthdate:missing=maybe',
    '_count=-1',
    '_count=x',
    '_sort=favourite',
    '_include=Patient:favourite',
    '_include=Observation:patient',
    '_revinclude=Nothing:patient',
    '_summary=some',
    '_total=sometimes',
    '_elements=name.family',
    '_elements=favourite',
    'Gender=male',
    'gender=unheard-of',
    'active=maybe',
    'organization.favourite=x',
    'organization:Patient.name=x',
    'gender.name=x',
    '_has:Observation:patient:favourite=x',
    '_has:Observation:favourite:code=x',
    '_filter=x',
    '_text=...',
    '_content=',
    '_list=$current-problems',
    '_list=$current-wishes',
    '_contained=maybe',
    '_containedType=all',
    '_query=x',
    'birthdate=',
    'gender=',
    '_id=',
    '__proto__=1',
    'constructor=1',
    'toString=x',
    '=x',
    'identifier=urn:h|1&favourite=',
    '_lastUpdated=abc',
    'birthdate=2020-02-30',
  ]
  for (const query of wrong) {
    const strict = await send('GET', `/fhir/Patient?${query}`)
    assert.equal(strict.status, 400, `${query}: ${strict.text}`)
    assert.equal(strict.body.resourceType, 'OperationOutcome', query)
    assert.ok(strict.body.issue[0].details?.text, `${query} has a hint: ${strict.text}`)
    const lenient = await send('GET', `/fhir/Patient?${query}`, undefined, { prefer: 'handling=lenient' })
    assert.equal(lenient.status, 200, `${query}: ${lenient.text}`)
    const outcome = lenient.body.entry.filter((one: Json) => one.search.mode === 'outcome')
    assert.equal(outcome.length, 1, query)
    const self = lenient.body.link[0].url as string
    assert.ok(!self.includes('favourite') && !self.includes('yesterday'), self)
  }
  // "Servers SHALL reject any search request that contains a search parameter modifier that the server does not support" (R4 search, Modifiers).
  for (const query of ['gender:exact=male', 'family:above=x', '_count:exact=1', '_include:all=Patient:organization', 'organization:Patient=x']) {
    for (const prefer of ['handling=strict', 'handling=lenient']) {
      const { status, body, text } = await send('GET', `/fhir/Patient?${query}`, undefined, { prefer })
      assert.equal(status, 400, `${query} ${prefer}: ${text}`)
      assert.ok(body.issue[0].details?.text, query)
    }
  }
})

test('a patient who is not the subject is found as what they are: payer, performer, member, mother', async (t) => {
  const { institution } = await startServer(t)
  const { send } = await institution('ДЗ')
  const post = async (resource: Json): Promise<string> => {
    const { body, text, status } = await send('POST', `/fhir/${resource['resourceType']}`, resource)
    assert.equal(status, 201, text)
    return body.id
  }
  const [mother, child] = [
    await post({ resourceType: 'Patient', identifier: [{ system: 'urn:h', value: '1' }] }),
    await post({ resourceType: 'Patient', identifier: [{ system: 'urn:h', value: '2' }] }),
  ]
  const ref = (id: string) => ({ reference: `Patient/${id}` })
  const measured = await post({
    resourceType: 'Observation',
    status: 'final',
    code: { text: 'a' },
    subject: ref(child),
    performer: [ref(mother)],
    focus: [ref(mother)],
  })
  const coverage = await post({ resourceType: 'Coverage', status: 'active', policyHolder: ref(mother), beneficiary: ref(child), payor: [ref(mother)] })
  const group = await post({ resourceType: 'Group', type: 'person', actual: true, member: [{ entity: ref(mother) }, { entity: ref(child) }] })
  const contract = await post({ resourceType: 'Contract', subject: [ref(mother), ref(child)] })
  const cases: [string, string | null][] = [
    [`Observation?performer=Patient/${mother}`, measured],
    [`Observation?patient=${child}&performer=Patient/${mother}`, measured],
    [`Observation?focus=Patient/${mother}`, measured],
    [`Observation?patient=${mother}`, null],
    [`Coverage?patient=${child}`, coverage],
    [`Coverage?beneficiary=${child}`, coverage],
    [`Coverage?policy-holder=Patient/${mother}`, coverage],
    [`Coverage?patient=${mother}`, null],
    [`Group?member=Patient/${mother}`, group],
    [`Group?member=Patient/${child}`, group],
    [`Contract?subject=Patient/${mother}`, contract],
    [`Contract?patient=${child}`, contract],
  ]
  for (const [query, wanted] of cases) {
    const { body, text } = await send('GET', `/fhir/${query}`)
    assert.deepEqual(
      (body.entry ?? []).map((one: Json) => one.resource.id),
      wanted === null ? [] : [wanted],
      `${query}: ${text}`,
    )
  }
  const everything = (await send('GET', `/fhir/Patient/${child}/$everything`)).body.entry.map((one: Json) => one.resource.resourceType).sort()
  assert.deepEqual(everything, ['Coverage', 'Observation', 'Patient'])
})

test('an answer that cannot include everything says so', async (t) => {
  const { institution } = await startServer(t)
  const { send } = await institution('ДЗ')
  const fullUrl = 'urn:uuid:5f0c4d2e-0000-4000-8000-000000000001'
  const entry = (resource: Json, more: Json = {}) => ({ ...more, resource, request: { method: 'POST', url: resource['resourceType'] } })
  const finding = { resourceType: 'Observation', status: 'final', code: { text: 'x' }, subject: { reference: fullUrl } }
  const done = await send('POST', '/fhir', {
    resourceType: 'Bundle',
    type: 'transaction',
    entry: [
      entry({ resourceType: 'Patient', identifier: [{ system: 'urn:h', value: '1' }] }, { fullUrl }),
      ...Array.from({ length: 2100 }, () => entry(finding)),
    ],
  })
  assert.equal(done.status, 200, done.text.slice(0, 300))
  const { body } = await send('GET', '/fhir/Patient?_revinclude=Observation:patient')
  assert.equal(body.entry.filter((one: Json) => one.search.mode === 'include').length, 2000)
  assert.equal(body.entry.at(-1).resource.issue[0].code, 'incomplete')
  assert.equal((await everyPage(send, '/fhir/Observation?_count=500')).length, 2100)
})
