import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Send, startServer } from '../../testing/server.ts'
import { dateMatches, everyPage, type Indexed, tokenMatches } from '../../testing/search-oracle.ts'

// Random questions about a small data set. The server answers them, and so does a second, naive reading of the specification
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

test('pages are complete, without duplicates, in the order asked for, also while others write', async (t) => {
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

test('resources that last long, end in the night or happen several times are found by their end, for one patient and for all', async (t) => {
  const { institution } = await startServer(t)
  const { send } = await institution('Болница')
  const patient = (await send('POST', '/fhir/Patient', { resourceType: 'Patient', identifier: [{ system: 'urn:h', value: '1' }] })).body
  const base = { resourceType: 'Observation', status: 'final', subject: { reference: `Patient/${patient.id}` } }
  const dates: [string, object][] = [
    ['long', { effectivePeriod: { start: '2012-01-01', end: '2021-05-07' } }],
    ['open', { effectivePeriod: { start: '2012-01-01' } }],
    ['night', { effectivePeriod: { start: '2021-05-04T23:00:00Z', end: '2021-05-05T06:00:00Z' } }],
    ['often', { effectiveTiming: { event: ['2012-01-01', '2021-05-05'] } }],
    ['again', { effectiveTiming: { event: ['2021-05-05', '2012-01-01'] } }],
    ['year', { effectiveDateTime: '2021' }],
    ['before', { effectiveDateTime: '2021-05-03' }],
    ['none', {}],
  ]
  for (const [text, effective] of dates) assert.equal((await send('POST', '/fhir/Observation', { ...base, code: { text }, ...effective })).status, 201)
  const found = async (query: string) => {
    const { body, text } = await send('GET', `/fhir/Observation?${query}`)
    assert.ok(body.entry || body.total === 0, text)
    return (body.entry ?? []).map(({ resource }: Json) => resource.code.text).sort()
  }
  for (const whose of ['', `patient=${patient.id}&`]) {
    assert.deepEqual(await found(`${whose}date=ge2021-05-05`), ['again', 'long', 'night', 'often', 'open', 'year'])
    assert.deepEqual(await found(`${whose}date=sa2021-05-03`), ['again', 'night', 'often'])
    assert.deepEqual(await found(`${whose}date=2021-05`), ['again', 'before', 'night', 'often'])
    assert.deepEqual(await found(`${whose}date=eb2021-05-04`), ['again', 'before', 'often'])
    assert.deepEqual(await found(`${whose}date=le2012`), ['again', 'often'])
    assert.deepEqual(await found(`${whose}date=ge2021-05-06,eb2021-05-04`), ['again', 'before', 'long', 'often', 'open', 'year'])
  }
})
