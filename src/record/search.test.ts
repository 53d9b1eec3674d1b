import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Send, startServer } from '../testing/server.ts'
import { dateMatches, type Indexed, tokenMatches } from '../testing/search-oracle.ts'

// Random questions about a small data set, answered by the server and by a second, naive reading of the specification
// (https://hl7.org/fhir/R4/search.html) that shares no code with it.

type Json = Record<string, any>
const seeded = (seed: number) => () => {
  seed = (seed * 1_664_525 + 1_013_904_223) >>> 0
  return seed / 2 ** 32
}
const pickWith =
  (random: () => number) =>
  <T>(list: readonly T[]): T =>
    list[Math.floor(random() * list.length)] as T

const systems = ['http://loinc.org', 'urn:local', null] as const
const codes = ['a', 'b', 'B', 'c-1', 'd|e'] as const
const dates = [
  '2020',
  '2020-02',
  '2020-02-29',
  '2020-02-29T10:00:00Z',
  '2020-02-29T10:00:00.500Z',
  '2020-02-29T12:00:00+02:00',
  '2020-03-01T10:30:00Z',
  '2021-01-15',
  '1999-12-31T10:00:00Z',
  '2020-06',
  '2019',
  null,
] as const
const prefixes = ['', 'eq', 'ne', 'gt', 'lt', 'ge', 'le', 'sa', 'eb'] as const

function observation(random: () => number, patients: readonly string[]): Json {
  const pick = pickWith(random)
  const codings = Array.from({ length: 1 + Math.floor(random() * 2) }, () => {
    const system = pick(systems)
    return { ...(system === null ? {} : { system }), code: pick(codes) }
  })
  const date = pick(dates)
  const end = pick(['2020-03-05', '2020-02-29T18:00:00Z', '2022', null] as const)
  const effective =
    date === null
      ? {}
      : date >= '2020-02-29' && date < '2020-03' && random() < 0.4
        ? { effectivePeriod: { start: date, ...(end === null ? {} : { end }) } }
        : { effectiveDateTime: date }
  const member = pick(patients)
  return {
    resourceType: 'Observation',
    status: pick(['final', 'amended', 'preliminary']),
    code: { coding: codings, text: pick(['Глукоза', 'glucose']) },
    subject: { reference: `Patient/${member}` },
    ...effective,
    ...(random() < 0.5 ? { valueString: pick(['Добро', 'dobro', 'loše']) } : {}),
    ...(random() < 0.4 ? { category: [{ coding: [{ system: 'urn:category', code: pick(['laboratory', 'vital-signs']) }] }] } : {}),
  }
}

async function fill(send: Send, count: number): Promise<{ all: Json[]; patients: string[]; base: string }> {
  const patients: string[] = []
  let base = ''
  for (const value of ['1', '2', '3']) {
    const { body, headers } = await send('POST', '/fhir/Patient', { resourceType: 'Patient', identifier: [{ system: 'urn:h', value }] })
    patients.push(body.id)
    base = String(headers['location']).split('/Patient/')[0] as string
  }
  const random = seeded(7)
  const entry = Array.from({ length: count }, () => ({ resource: observation(random, patients), request: { method: 'POST', url: 'Observation' } }))
  const done = await send('POST', '/fhir', { resourceType: 'Bundle', type: 'transaction', entry }, { prefer: 'return=representation' })
  assert.equal(done.status, 200, done.text)
  return { all: done.body.entry.map((one: Json) => one.resource), patients, base }
}

const codingsOf = (concept: Json | undefined): Indexed[] => (concept?.coding ?? []).map((one: Json) => ({ system: one.system ?? null, value: one.code }))
const dateOf = (one: Json) =>
  one.effectivePeriod
    ? ([one.effectivePeriod.start ?? null, one.effectivePeriod.end ?? null] as const)
    : one.effectiveDateTime
      ? ([one.effectiveDateTime, one.effectiveDateTime] as const)
      : null

type Question = { text: string; answer: (one: Json) => boolean }

function question(random: () => number, patients: readonly string[], base: string): Question {
  const pick = pickWith(random)
  const token = () => {
    const [system, value] = [pick([...systems, undefined]), pick(codes)]
    const escaped = value.replaceAll('|', '\\|')
    return { system, value, text: system === undefined ? escaped : `${system ?? ''}|${escaped}` }
  }
  const kinds: (() => Question)[] = [
    () => {
      const wanted = Array.from({ length: 1 + Math.floor(random() * 2) }, token)
      const isNot = random() < 0.3
      return {
        text: `code${isNot ? ':not' : ''}=${encodeURIComponent(wanted.map((one) => one.text).join(','))}`,
        answer: (one) => isNot !== wanted.some((want) => tokenMatches(want, codingsOf(one.code))),
      }
    },
    () => ({ text: 'code=http://loinc.org|', answer: (one) => codingsOf(one.code).some(({ system }) => system === 'http://loinc.org') }),
    () => {
      const [prefix, value] = [pick(prefixes), pick(dates.filter((one) => one !== null))]
      return {
        text: `date=${prefix}${encodeURIComponent(value)}`,
        answer: (one) => {
          const range = dateOf(one)
          return range !== null && dateMatches(prefix, value, range)
        },
      }
    },
    () => ({
      text: 'date=ge2020-02&date=lt2020-03',
      answer: (one) => {
        const range = dateOf(one)
        return range !== null && dateMatches('ge', '2020-02', range) && dateMatches('lt', '2020-03', range)
      },
    }),
    () => {
      const status = pick(['final', 'amended', 'final,preliminary', 'http://hl7.org/fhir/observation-status|final'])
      return { text: `status=${status}`, answer: (one) => status.split(',').includes(one.status) || (status.startsWith('http') && one.status === 'final') }
    },
    () => {
      const wanted = pick(patients)
      const text = pick([
        `subject=Patient/${wanted}`,
        `patient=${wanted}`,
        `patient=Patient/${wanted}`,
        `subject:Patient=${wanted}`,
        `subject=${base}/Patient/${wanted}`,
      ])
      return { text, answer: (one) => one.subject.reference === `Patient/${wanted}` }
    },
    () => {
      const [code, element] = pick([
        ['category', 'category'],
        ['value-string', 'valueString'],
      ] as const)
      const missing = random() < 0.5
      return { text: `${code}:missing=${missing}`, answer: (one) => (one[element] === undefined) === missing }
    },
    () => {
      const missing = random() < 0.5
      return { text: `date:missing=${missing}`, answer: (one) => (dateOf(one) === null) === missing }
    },
    () => {
      const [modifier, value] = pick([
        ['', 'DOBR'],
        ['', 'добро'],
        ['', 'lose'],
        [':exact', 'dobro'],
        [':exact', 'Добро'],
        [':contains', 'OBR'],
        [':contains', 'оше'],
      ] as const)
      const latin = (text: string) =>
        text
          .toLowerCase()
          .replace(/[добршеу]/g, (c) => ({ д: 'd', о: 'o', б: 'b', р: 'r', ш: 's', е: 'e', л: 'l' })[c] ?? c)
          .replace('š', 's')
      return {
        text: `value-string${modifier}=${encodeURIComponent(value)}`,
        answer: ({ valueString: has }) =>
          has !== undefined &&
          (modifier === ':exact' ? has === value : modifier === ':contains' ? latin(has).includes(latin(value)) : latin(has).startsWith(latin(value))),
      }
    },
  ]
  return pick(kinds)()
}

async function everyPage(send: Send, url: string): Promise<Json[]> {
  const found: Json[] = []
  for (let next: string | undefined = url, pages = 0; next !== undefined; pages++) {
    assert.ok(pages < 200, 'the pages have an end')
    const page = await send('GET', next.slice(next.indexOf('/fhir')))
    assert.equal(page.status, 200, `${next}: ${page.text.slice(0, 500)}`)
    found.push(...(page.body.entry ?? []).filter((one: Json) => one.search.mode === 'match').map((one: Json) => one.resource))
    next = page.body.link.find((link: Json) => link.relation === 'next')?.url
  }
  return found
}

test('four hundred random searches find what a naive reading of the specification finds', async (t) => {
  const { institution } = await startServer(t)
  const { send } = await institution('Лабораторија')
  const { all, patients, base } = await fill(send, 90)
  const random = seeded(Number(process.env['SEED'] ?? 42))
  for (let round = 0; round < 400; round++) {
    const parts = Array.from({ length: 1 + Math.floor(random() * 3) }, () => question(random, patients, base))
    const url = `/fhir/Observation?${parts.map((one) => one.text).join('&')}`
    const wanted = all
      .filter((one) => parts.every((part) => part.answer(one)))
      .map((one) => one.id)
      .sort()
    const answer = await send('GET', `${url}&_count=200`)
    assert.equal(answer.status, 200, `${url}: ${answer.text}`)
    assert.deepEqual((answer.body.entry ?? []).map((one: Json) => one.resource.id).sort(), wanted, decodeURIComponent(url))
    assert.equal(answer.body.total, wanted.length, url)
  }
})

test('pages are complete, without doubles, in the order asked for, also while others write', async (t) => {
  const { institution } = await startServer(t)
  const { send } = await institution('Лабораторија')
  const { all, patients } = await fill(send, 90)
  for (const sort of ['', '&_sort=date', '&_sort=-date', '&_sort=status,-date', '&_sort=-value-string,code', '&_sort=-_lastUpdated']) {
    const paged = await everyPage(send, `/fhir/Observation?status=final,amended&_count=7${sort}`)
    const whole = (await send('GET', `/fhir/Observation?status=final,amended&_count=200${sort}`)).body.entry.map((one: Json) => one.resource.id)
    assert.deepEqual(
      paged.map((one) => one.id),
      whole,
      sort,
    )
    assert.deepEqual(
      [...whole].sort(),
      all
        .filter((one) => one.status !== 'preliminary')
        .map((one) => one.id)
        .sort(),
      sort,
    )
  }
  for (const [sort, from] of [
    ['date', 0],
    ['-date', 1],
  ] as const) {
    const starts = (await everyPage(send, `/fhir/Observation?_count=50&_sort=${sort}`)).map((one) => dateOf(one)?.[from] ?? null)
    const known = starts.filter((one) => one !== null)
    assert.deepEqual(
      starts.slice(known.length).filter((one) => one !== null),
      [],
      'what has no date comes last',
    )
    const years = known.map((one) => Number(one.slice(0, 4)))
    assert.deepEqual(
      years,
      [...years].sort((a, b) => (from === 0 ? a - b : b - a)),
      sort,
    )
  }
  const writing = Promise.all(Array.from({ length: 40 }, (_, at) => send('POST', '/fhir/Observation', observation(seeded(at + 1000), patients))))
  const during = (await everyPage(send, '/fhir/Observation?_count=5')).map((one) => one.id)
  await writing
  assert.equal(new Set(during).size, during.length, 'no double')
  assert.deepEqual(
    all.map((one) => one.id).filter((id) => !during.includes(id)),
    [],
    'nothing that was there is left out',
  )
})

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
    'gender:exact=male',
    'family:above=x',
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
    'Gender=male',
    'organization.name=x',
    '_has:Observation:patient:code=x',
    '_filter=x',
    '_text=x',
    '_content=x',
    '_list=x',
    '_contained=true',
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
