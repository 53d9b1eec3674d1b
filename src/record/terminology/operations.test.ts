import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Send, startServer } from '../../testing/server.ts'

const r4 = 'http://hl7.org/fhir'
const hl7 = 'http://terminology.hl7.org/CodeSystem'
const colours = {
  resourceType: 'CodeSystem',
  url: 'http://example.org/colours',
  version: '1',
  status: 'active',
  content: 'complete',
  hierarchyMeaning: 'is-a',
  concept: [
    {
      code: 'red',
      display: 'Red',
      definition: 'The colour of blood',
      designation: [{ language: 'sr', value: 'Црвена' }],
      concept: [
        { code: 'crimson', display: 'Crimson' },
        { code: 'old-red', display: 'Old red', property: [{ code: 'inactive', valueBoolean: true }] },
      ],
    },
    { code: 'blue', display: 'Blue', property: [{ code: 'notSelectable', valueBoolean: true }] },
  ],
  property: [
    { code: 'inactive', uri: 'http://hl7.org/fhir/concept-properties#inactive', type: 'boolean' },
    { code: 'notSelectable', uri: 'http://hl7.org/fhir/concept-properties#notSelectable', type: 'boolean' },
  ],
}
const warm = {
  resourceType: 'ValueSet',
  url: 'http://example.org/warm',
  version: '2',
  status: 'active',
  compose: { include: [{ system: colours.url, filter: [{ property: 'concept', op: 'is-a', value: 'red' }] }] },
}
const toGender = {
  resourceType: 'ConceptMap',
  url: 'http://example.org/map',
  status: 'active',
  sourceUri: 'http://example.org/warm',
  group: [
    {
      source: colours.url,
      target: 'http://example.org/feelings',
      element: [{ code: 'red', target: [{ code: 'anger', display: 'Anger', equivalence: 'wider' }] }],
      unmapped: { mode: 'fixed', code: 'none' },
    },
  ],
}

const value = (answer: Awaited<ReturnType<Send>>, name: string) => {
  const found = answer.body.parameter?.find((one: { name: string }) => one.name === name)
  const key = Object.keys(found ?? {}).find((one) => one.startsWith('value'))
  return key === undefined ? undefined : found[key]
}
const codes = (answer: Awaited<ReturnType<Send>>): string[] => (answer.body.expansion?.contains ?? []).map((one: { code: string }) => one.code)
const parameters = (...parameter: object[]) => ({ resourceType: 'Parameters', parameter })

test('terminology operations answer about the standard, about stored definitions and about sent ones', async (t) => {
  const server = await startServer(t)
  const { send } = await server.institution('Дом здравља Шифарник')
  const get = (path: string, query: Record<string, string>) => send('GET', `/fhir/${path}?${new URLSearchParams(query)}`)

  await t.test('$lookup tells what the code system says about a code', async () => {
    const answer = await get('CodeSystem/$lookup', { system: `${hl7}/v3-ActCode`, code: 'AMB' })
    assert.equal(answer.status, 200, answer.text)
    assert.equal(value(answer, 'display'), 'ambulatory')
    assert.ok(answer.text.includes('_ActEncounterCode'), 'its parent is told')
    assert.deepEqual(server.world.fhir.validate(answer.body), [])
    const posted = await send(
      'POST',
      '/fhir/CodeSystem/$lookup',
      parameters({ name: 'coding', valueCoding: { system: 'http://unitsofmeasure.org', code: 'mg/dL' } }),
    )
    assert.equal(value(posted, 'display'), 'milligram per deciliter')
    assert.equal((await get('CodeSystem/$lookup', { system: `${hl7}/v3-ActCode`, code: 'NOPE' })).status, 404)
    assert.equal((await get('CodeSystem/$lookup', { system: 'http://nobody.example', code: 'x' })).status, 404)
  })

  await t.test('$validate-code says yes, or no with the reason', async () => {
    const gender = `${r4}/ValueSet/administrative-gender`
    assert.equal(value(await get('ValueSet/$validate-code', { url: gender, code: 'male', system: `${r4}/administrative-gender` }), 'result'), true)
    const bare = await get('ValueSet/$validate-code', { url: gender, code: 'male' })
    assert.equal(value(bare, 'system'), `${r4}/administrative-gender`)
    const no = await get('ValueSet/$validate-code', { url: gender, code: 'man', system: `${r4}/administrative-gender` })
    assert.equal(value(no, 'result'), false)
    assert.match(value(no, 'message'), /administrative-gender/)
    const misnamed = await get('ValueSet/$validate-code', { url: gender, code: 'male', system: `${r4}/administrative-gender`, display: 'Woman' })
    assert.equal(value(misnamed, 'result'), false)
    assert.equal(value(misnamed, 'display'), 'Male')
    const concept = {
      coding: [
        { system: 'http://snomed.info/sct', code: '1' },
        { system: `${r4}/administrative-gender`, code: 'female' },
      ],
    }
    const posted = await send(
      'POST',
      '/fhir/ValueSet/$validate-code',
      parameters({ name: 'url', valueUri: gender }, { name: 'codeableConcept', valueCodeableConcept: concept }),
    )
    assert.equal(value(posted, 'result'), true)
    assert.equal(value(await get('CodeSystem/$validate-code', { url: `${r4}/administrative-gender`, code: 'other' }), 'result'), true)
    assert.equal((await get('ValueSet/$validate-code', { url: 'http://example.org/nobody', code: 'x' })).status, 404)
    const unknown = await get('ValueSet/$validate-code', { url: `${r4}/ValueSet/condition-code`, code: '22298006', system: 'http://snomed.info/sct' })
    assert.equal(value(unknown, 'result'), false)
    assert.match(value(unknown, 'message'), /cannot be judged/)
  })

  await t.test('$expand lists, filters and pages', async () => {
    const all = await get('ValueSet/$expand', { url: `${r4}/ValueSet/administrative-gender` })
    assert.deepEqual(codes(all), ['male', 'female', 'other', 'unknown'])
    assert.deepEqual(
      server.world.fhir.validate(all.body).filter(({ severity }) => severity === 'error'),
      [],
    )
    const page = await get('ValueSet/$expand', { url: `${r4}/ValueSet/administrative-gender`, offset: '1', count: '2' })
    assert.deepEqual([codes(page), page.body.expansion.total], [['female', 'other'], 4])
    const some = await get('ValueSet/$expand', { url: 'http://terminology.hl7.org/ValueSet/v3-ActEncounterCode', filter: 'emerg' })
    assert.deepEqual(codes(some), ['EMER'])
    const endless = await get('ValueSet/$expand', { url: `${r4}/ValueSet/mimetypes` })
    assert.equal(endless.status, 422)
    assert.equal(endless.body.issue[0].code, 'too-costly')
  })

  await t.test('$subsumes knows both directions', async () => {
    const ask = async (codeA: string, codeB: string) => value(await get('CodeSystem/$subsumes', { system: `${hl7}/v3-ActCode`, codeA, codeB }), 'outcome')
    assert.equal(await ask('_ActEncounterCode', 'AMB'), 'subsumes')
    assert.equal(await ask('AMB', '_ActEncounterCode'), 'subsumed-by')
    assert.equal(await ask('AMB', 'AMB'), 'equivalent')
    assert.equal(await ask('AMB', 'EMER'), 'not-subsumed')
  })

  await t.test('$translate uses the maps of the standard', async () => {
    const answer = await get('ConceptMap/$translate', {
      system: `${r4}/address-use`,
      code: 'home',
      source: `${r4}/ValueSet/address-use`,
      target: 'http://terminology.hl7.org/ValueSet/v3-AddressUse',
    })
    assert.equal(value(answer, 'result'), true, answer.text)
    assert.ok(answer.text.includes('"code":"H"'))
    assert.deepEqual(server.world.fhir.validate(answer.body), [])
    const back = await get('ConceptMap/$translate', {
      url: `${r4}/ConceptMap/cm-address-use-v3`,
      system: 'http://terminology.hl7.org/CodeSystem/v3-AddressUse',
      code: 'H',
      reverse: 'true',
    })
    assert.ok(back.text.includes('"code":"home"'), back.text)
  })

  await t.test('a definition that a client stores is found by its id and by its URL', async () => {
    const stored: string[] = []
    for (const resource of [colours, warm, toGender]) {
      const answer = await send('POST', `/fhir/${resource.resourceType}`, resource)
      assert.equal(answer.status, 201, answer.text)
      stored.push(answer.body.id)
    }
    assert.deepEqual(codes(await get('ValueSet/$expand', { url: warm.url })), ['red', 'crimson', 'old-red'])
    assert.deepEqual(codes(await get(`ValueSet/${stored[1]}/$expand`, { activeOnly: 'true' })), ['red', 'crimson'])
    const nested = await get('ValueSet/$expand', { url: warm.url, excludeNested: 'false' })
    assert.deepEqual(
      nested.body.expansion.contains[0].contains.map((one: { code: string }) => one.code),
      ['crimson', 'old-red'],
    )
    const serbian = await get('ValueSet/$expand', { url: warm.url, displayLanguage: 'sr-Cyrl', filter: 'crvena', includeDesignations: 'true' })
    assert.deepEqual(
      serbian.body.expansion.contains.map((one: { display: string }) => one.display),
      ['Црвена'],
    )
    assert.equal(value(await get(`CodeSystem/${stored[0]}/$validate-code`, { code: 'blue', abstract: 'false' }), 'result'), false)
    assert.equal(value(await get(`CodeSystem/${stored[0]}/$validate-code`, { code: 'old-red' }), 'inactive'), true)
    assert.equal(value(await get(`CodeSystem/${stored[0]}/$subsumes`, { codeA: 'red', codeB: 'crimson' }), 'outcome'), 'subsumes')
    assert.equal(value(await get(`ConceptMap/${stored[2]}/$translate`, { system: colours.url, code: 'red' }), 'result'), true)
    assert.ok((await get('ConceptMap/$translate', { url: toGender.url, system: colours.url, code: 'blue' })).text.includes('"none"'))
  })

  await t.test('a stored map is found by its source and target, like those of the standard', async () => {
    const group = [{ source: 'urn:from', target: 'urn:to', element: [{ code: '1', target: [{ code: 'x', equivalence: 'equivalent' }] }] }]
    const map = { resourceType: 'ConceptMap', url: 'http://example.org/by-ends', status: 'active', sourceUri: 'http://example.org/vs-from', group }
    assert.equal((await send('POST', '/fhir/ConceptMap', map)).status, 201)
    const other = { ...map, url: 'http://example.org/by-ends-2', sourceUri: undefined, sourceCanonical: 'http://example.org/vs-from|2' }
    assert.equal((await send('POST', '/fhir/ConceptMap', other)).status, 201)
    const maps = async (query: Record<string, string>) =>
      (await get('ConceptMap/$translate', query)).body.parameter
        .flatMap(({ part = [] }: any) => part.filter(({ name }: any) => name === 'source').map(({ valueUri }: any) => valueUri))
        .toSorted()
    const both = [map.url, other.url]
    assert.deepEqual(await maps({ system: 'urn:from', code: '1' }), both)
    assert.deepEqual(await maps({ system: 'urn:from', code: '1', targetsystem: 'urn:to' }), both)
    assert.deepEqual(await maps({ source: 'http://example.org/vs-from', system: 'urn:from', code: '1' }), both)
    assert.deepEqual(await maps({ system: 'urn:to', code: 'x', reverse: 'true' }), both)
    assert.deepEqual(await maps({ system: 'urn:from', code: '1', targetsystem: 'urn:elsewhere' }), [])
    assert.deepEqual(await maps({ source: 'http://example.org/vs-other', system: 'urn:from', code: '1' }), [])
  })

  await t.test('a concept is valid in a code system by its coding there, whatever its other codings', async () => {
    const gender = `${r4}/administrative-gender`
    const concept = (code: string) => ({
      name: 'codeableConcept',
      valueCodeableConcept: {
        coding: [
          { system: 'http://example.org/nowhere', code: '1' },
          { system: gender, code },
        ],
      },
    })
    const ask = (code: string) => send('POST', '/fhir/CodeSystem/$validate-code', parameters({ name: 'url', valueUri: gender }, concept(code)))
    assert.equal(value(await ask('male'), 'result'), true)
    assert.equal(value(await ask('no-such'), 'result'), false)
  })

  await t.test('a conditional mapping is not taken for unmapped, and codes of a system that ignores case are mapped in any case', async () => {
    const system = { ...colours, url: 'http://example.org/caseless', caseSensitive: false, concept: [{ code: 'Red' }, { code: 'Blue' }] }
    const target = (code: string, more: object = {}) => [{ code, equivalence: 'equivalent', ...more }]
    const element = [
      { code: 'Red', target: target('r') },
      { code: 'Blue', target: target('b', { dependsOn: [{ property: 'http://example.org/light', value: 'day' }] }) },
    ]
    const group = [{ source: system.url, target: 'http://example.org/letters', element, unmapped: { mode: 'fixed', code: 'other' } }]
    const map = { resourceType: 'ConceptMap', url: 'http://example.org/letters-of-colours', status: 'active', group }
    for (const resource of [system, map]) assert.equal((await send('POST', `/fhir/${resource.resourceType}`, resource)).status, 201)
    const mapped = async (code: string) =>
      (await get('ConceptMap/$translate', { url: map.url, system: system.url, code })).body.parameter.flatMap(({ part = [] }: any) =>
        part.filter(({ name }: any) => name === 'concept').map(({ valueCoding }: any) => valueCoding.code),
      )
    for (const [code, letters] of [
      ['Red', ['r']],
      ['red', ['r']],
      ['Blue', []],
      ['green', ['other']],
    ] as const) {
      assert.deepEqual(await mapped(code), letters, code)
    }
    const dependency = { name: 'dependency', part: [{ name: 'element', valueUri: 'http://example.org/light' }] }
    assert.match(
      (await send('POST', '/fhir/ConceptMap/$translate', parameters({ name: 'url', valueUri: map.url }, dependency))).text,
      /does not support the parameter dependency/,
    )
  })

  await t.test('a definition that is sent is used for this one answer', async () => {
    const sent = {
      resourceType: 'ValueSet',
      status: 'active',
      compose: { include: [{ system: `${r4}/administrative-gender` }], exclude: [{ system: `${r4}/administrative-gender`, concept: [{ code: 'unknown' }] }] },
    }
    assert.deepEqual(codes(await send('POST', '/fhir/ValueSet/$expand', parameters({ name: 'valueSet', resource: sent }))), ['male', 'female', 'other'])
    const circle = {
      resourceType: 'ValueSet',
      url: 'http://example.org/circle',
      status: 'active',
      compose: { include: [{ valueSet: ['http://example.org/circle'] }] },
    }
    await send('POST', '/fhir/ValueSet', circle)
    const answer = await get('ValueSet/$expand', { url: circle.url })
    assert.equal(answer.status, 422)
    assert.match(answer.text, /includes itself/)
    // Every member is compared with every exclude, and this counts towards the limit of one request.
    const exclude = Array.from({ length: 20_000 }, () => ({ system: `${hl7}/v3-ActCode`, concept: [{ code: 'AMB' }] }))
    const hostile = { resourceType: 'ValueSet', status: 'draft', compose: { include: [{ system: `${hl7}/v3-ActCode` }], exclude } }
    const refused = await send('POST', '/fhir/ValueSet/$expand', parameters({ name: 'valueSet', resource: hostile }))
    assert.deepEqual([refused.status, refused.body.issue[0].code], [422, 'too-costly'], refused.text)
    const broken = await send('POST', '/fhir/ValueSet/$expand', parameters({ name: 'valueSet', resource: { resourceType: 'ValueSet', compose: 3 } }))
    assert.equal(broken.status, 422)
  })

  await t.test('a personal number in the question is not repeated in the outcome', async () => {
    for (const path of ['ValueSet/$expand', 'CodeSystem/$lookup']) {
      const answer = await get(path, { url: '0101985710113', system: '0101985710113', code: 'x' })
      assert.doesNotMatch(answer.text, /0101985710113/)
    }
    const unknown = await get('ValueSet/$expand', { url: 'urn:x:0101985710113' })
    assert.deepEqual([unknown.status, unknown.text.includes('0101985710113'), unknown.text.includes('***')], [404, false, true])
  })

  await t.test('an unknown parameter or value of an operation is refused by name', async () => {
    const refused: [string, Record<string, string>, RegExp][] = [
      ['ValueSet/$expand', { url: 'x', colour: 'red' }, /colour/],
      ['ValueSet/$expand', {}, /exactly one of url and valueSet/],
      ['ValueSet/$expand', { url: 'x', count: '-1' }, /count/],
      ['ValueSet/$validate-code', { url: warm.url }, /exactly one of code/],
      ['CodeSystem/$lookup', { code: 'x' }, /code and system/],
      ['CodeSystem/$lookup', { coding: 'x' }, /Parameters resource/],
      ['CodeSystem/$subsumes', { codeA: 'x', codeB: 'y' }, /system/],
      ['ConceptMap/$translate', { code: 'x' }, /source/],
    ]
    for (const [path, query, reason] of refused) {
      const answer = await get(path, query)
      assert.equal(answer.status, 400, `${path}: ${answer.text}`)
      assert.match(answer.text, reason)
    }
  })
})

test('an actor without the scope may not ask the terminology, and nobody learns of a stored definition that a search would not show', async (t) => {
  const server = await startServer(t)
  const author = await server.institution('Институт')
  const other = await server.institution('Болница', 'system/Patient.rs')
  await author.send('POST', '/fhir/ValueSet', warm)
  assert.equal((await other.send('GET', `/fhir/ValueSet/$expand?url=${warm.url}`)).status, 403)
  const noCodes = await server.institution('Архив', 'system/ValueSet.rs')
  assert.equal((await author.send('POST', '/fhir/CodeSystem', colours)).status, 201)
  assert.equal((await noCodes.send('GET', `/fhir/ValueSet/$expand?url=${warm.url}`)).status, 404, 'the code system is not for this actor')
})

test('a validator sends its definitions along, and a value set may name its concepts itself', async (t) => {
  const server = await startServer(t)
  const { send } = await server.institution('Проверач')
  const loinc = { system: 'http://loinc.org', concept: [{ code: '8867-4', display: 'Heart rate' }] }
  const rates = { resourceType: 'ValueSet', url: 'http://example.org/rates', version: 'R4', status: 'active', compose: { include: [loinc] } }
  const ask = (operation: string, ...parameter: object[]) => send('POST', `/fhir/${operation}`, parameters(...parameter))
  const coding = (display?: string) => ({
    name: 'coding',
    valueCoding: { system: loinc.system, code: '8867-4', ...(display === undefined ? {} : { display }) },
  })
  const url = { name: 'url', valueUri: rates.url }
  const along = [
    { name: 'tx-resource', resource: rates },
    { name: 'tx-resource', resource: colours },
  ]

  const listed = await ask('ValueSet/$validate-code', url, ...along, coding('heart  rate'))
  assert.deepEqual([value(listed, 'result'), value(listed, 'display')], [true, 'Heart rate'], listed.text)
  assert.equal(value(await ask('ValueSet/$validate-code', url, ...along, coding('Pulse')), 'result'), false)
  const lenient = await ask('ValueSet/$validate-code', url, ...along, coding('Pulse'), { name: 'lenient-display-validation', valueBoolean: true })
  assert.equal(value(lenient, 'result'), true)
  assert.match(value(lenient, 'message'), /Heart rate/)
  assert.deepEqual(codes(await ask('ValueSet/$expand', url, ...along)), ['8867-4'])
  const subsumed = await ask(
    'CodeSystem/$subsumes',
    { name: 'codeA', valueCode: 'red' },
    { name: 'codeB', valueCode: 'crimson' },
    { name: 'system', valueUri: colours.url },
    ...along,
  )
  assert.equal(value(subsumed, 'outcome'), 'subsumes')
  assert.equal((await ask('ValueSet/$expand', url)).status, 404, 'nothing stays')
  assert.equal((await ask('ValueSet/$expand', url, { name: 'tx-resource', resource: { resourceType: 'Patient' } })).status, 400)

  const id = (await send('POST', '/fhir/ValueSet', rates)).body.id
  assert.equal((await send('GET', `/fhir/ValueSet/${id}/$expand?valueSetVersion=R4`)).body.version, 'R4')
  assert.equal((await send('GET', `/fhir/ValueSet/${id}/$expand?valueSetVersion=R5`)).status, 404)
})

test('the preferred name of a system is found by another of its names: in R4 itself, or in a NamingSystem that the asker may see', async (t) => {
  const { institution } = await startServer(t)
  const { send } = await institution('А')
  const named = (...uniqueId: object[]) => ({
    ...{ resourceType: 'NamingSystem', name: 'Charts', status: 'active', kind: 'identifier', date: '2026-01-01', uniqueId },
  })
  const uri = (value: string, more: object = {}) => ({ type: 'uri', value, ...more })
  const charts = named({ type: 'oid', value: '2.16.688.1.7', preferred: true }, uri('urn:old'), uri('http://charts.test', { preferred: true }), {
    type: 'other',
    value: 'CH,1',
    preferred: true,
  })
  assert.equal((await send('POST', '/fhir/NamingSystem', charts)).status, 201)
  const ask = async (id: string, type: string) => {
    const { status, body } = await send('GET', `/fhir/NamingSystem/$preferred-id?id=${encodeURIComponent(id)}&type=${type}`)
    return status === 200 ? body.parameter[0].valueString : status
  }
  assert.equal(await ask('2.16.840.1.113883.6.96', 'uri'), 'http://snomed.info/sct')
  assert.equal(await ask('http://loinc.org', 'oid'), 404, 'which OID is preferred nobody has said')
  assert.equal(await ask('2.16.688.1.7', 'uri'), 'http://charts.test')
  assert.equal(await ask('urn:oid:2.16.688.1.7', 'other'), 'CH,1')
  assert.equal(await ask('CH,1', 'oid'), '2.16.688.1.7')
  assert.deepEqual([await ask('2.16.688.1.7', 'uuid'), await ask('2.16.688.1', 'uri'), await ask('urn:nobody', 'oid')], [404, 404, 404])
  assert.deepEqual([await ask('', 'uri'), await ask('urn:old', 'name')], [400, 400])
  const input = ['id', 'type'].map((name, at) => ({ name, [at === 0 ? 'valueString' : 'valueCode']: ['urn:old', 'oid'][at] }))
  const posted = await send('POST', '/fhir/NamingSystem/$preferred-id', { resourceType: 'Parameters', parameter: input })
  assert.equal(posted.body.parameter[0].valueString, '2.16.688.1.7')
})
