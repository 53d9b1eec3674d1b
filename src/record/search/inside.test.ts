import assert from 'node:assert/strict'
import { test } from 'node:test'
import { signedIn } from '../../testing/signed-in.ts'
import { type Send, startServer } from '../../testing/server.ts'

// What stands inside other resources, found and answered (https://hl7.org/fhir/R4/search.html#contained).

type Json = Record<string, any>

const ref = (reference: string) => ({ reference })
const coded = (code: string) => ({ coding: [{ system: 'urn:c', code }] })
const put = (type: string, id: string, more: Json) => ({ resource: { resourceType: type, id, ...more }, request: { method: 'PUT', url: `${type}/${id}` } })
const medicine = (id: string, code: string, more: Json = {}) => ({ resourceType: 'Medication', id, code: coded(code), ...more })
const order = (id: string, patient: string, contained: Json[], more: Json = {}) =>
  put('MedicationRequest', id, {
    ...{ status: 'active', intent: 'order', subject: ref(`Patient/${patient}`), medicationReference: ref(`#${contained[0]?.['id']}`) },
    ...{ contained, ...more },
  })

const data = [
  put('Organization', 'maker', { name: 'Галеника' }),
  put('Patient', 'in-ana', { identifier: [{ system: 'urn:h', value: 'in-1' }] }),
  put('Patient', 'in-bora', { identifier: [{ system: 'urn:h', value: 'in-2' }] }),
  put('Medication', 'alone', { code: coded('salve'), manufacturer: ref('Organization/maker') }),
  put('Medication', 'm1', { code: coded('other') }),
  // A medicine with another inside it, which it is made of.
  put('Medication', 'kit', { code: coded('kit'), contained: [medicine('p', 'salve')], ingredient: [{ itemReference: ref('#p') }] }),
  put('Medication', 'salve-kit', { code: coded('salve'), contained: [medicine('p', 'salve')], ingredient: [{ itemReference: ref('#p') }] }),
  order('r-ana', 'in-ana', [
    medicine('m1', 'salve', { manufacturer: ref('Organization/maker'), amount: { numerator: { value: 1.5, unit: 'g' }, denominator: { value: 1 } } }),
    medicine('m2', 'salve', { ingredient: [{ itemReference: ref('#m1') }] }),
    medicine('m3', 'tea', { ingredient: [{ itemReference: ref('#m1') }] }),
  ]),
  order('r-bora', 'in-bora', [medicine('m1', 'salve')]),
  order('r-none', 'in-bora', [medicine('m1', 'tea')]),
  put('DiagnosticReport', 'd-ana', {
    ...{ status: 'final', code: coded('lab'), subject: ref('Patient/in-ana'), result: [ref('#o')] },
    contained: [{ resourceType: 'Observation', id: 'o', status: 'final', code: coded('na'), subject: ref('Patient/in-ana'), effectiveDateTime: '2026-03-04' }],
  }),
]

const salve = 'Medication?code=urn:c|salve'
const shown = async (send: Send, url: string) => {
  const { status, body, text } = await send('GET', url.startsWith('/') ? url : `/fhir/${url}`)
  assert.equal(status, 200, `${url}: ${text}`)
  return (body.entry ?? []).map((one: Json) => `${one.search.mode} ${one.fullUrl.replace(/.*\/fhir\//, '')} ${one.resource.resourceType}`)
}
const as = (...names: string[]) => names.map((name) => `match ${name} ${name.includes('#') ? 'Medication' : name.split('/')[0]}`)

test('what stands inside others is found when it is asked for, and answered by its container or by itself', async (t) => {
  const { institution } = await startServer(t)
  const { send } = await institution('ДЗ')
  const stored = await send('POST', '/fhir', { resourceType: 'Bundle', type: 'transaction', entry: data })
  assert.equal(stored.status, 200, stored.text)
  const sorted = async (url: string) => (await shown(send, url)).toSorted()
  const own = as('Medication/alone', 'Medication/salve-kit')
  const containers = as('Medication/kit', 'MedicationRequest/r-ana', 'MedicationRequest/r-bora')
  const parts = as('Medication/kit#p', 'Medication/salve-kit#p', 'MedicationRequest/r-ana#m1', 'MedicationRequest/r-ana#m2', 'MedicationRequest/r-bora#m1')

  assert.deepEqual(await sorted(salve), own)
  assert.deepEqual(await sorted(`${salve}&_contained=false&_containedType=contained`), own)
  assert.deepEqual(await sorted(`${salve}&_contained=true`), [...containers, ...as('Medication/salve-kit')].toSorted())
  assert.deepEqual(await sorted(`${salve}&_contained=both`), [...own, ...containers].toSorted(), 'nothing stands twice in one answer')
  assert.deepEqual(await sorted(`${salve}&_contained=true&_containedType=contained`), parts)
  assert.deepEqual(await sorted(`${salve}&_contained=both&_containedType=contained`), [...own, ...parts].toSorted())
  // Whatever decides a search decides it of what stands inside.
  assert.deepEqual(await sorted('Medication?manufacturer=Organization/maker&_contained=true'), as('MedicationRequest/r-ana'))
  assert.deepEqual(await sorted('Medication?manufacturer.name=galenika&_contained=true&_containedType=contained'), as('MedicationRequest/r-ana#m1'))
  assert.deepEqual(await sorted('Medication?_id=m2&_contained=true&_containedType=contained'), as('MedicationRequest/r-ana#m2'))
  assert.deepEqual(await sorted('Medication?_has:MedicationRequest:medication:status=active&_contained=true'), [], 'nothing outside refers to it')
  assert.deepEqual(
    await sorted('Medication?code:not=salve&_contained=true&_containedType=contained'),
    as('MedicationRequest/r-ana#m3', 'MedicationRequest/r-none#m1'),
  )
  assert.deepEqual(await sorted('Observation?patient=in-ana&date=2026-03-04&_contained=true'), as('DiagnosticReport/d-ana'))
  assert.deepEqual(await sorted('Observation?patient=in-bora&_contained=true'), [])
  assert.deepEqual(await sorted('Practitioner?_contained=true'), [])
  assert.deepEqual(await sorted(`${salve}&_contained=true&_include=Medication:manufacturer&_id=m1`), [
    'include Organization/maker Organization',
    ...as('MedicationRequest/r-ana', 'MedicationRequest/r-bora'),
  ])
  assert.deepEqual(
    await sorted(`Medication?_id=m1&_contained=true&_containedType=contained&_revinclude=MedicationRequest:medication&code=tea`),
    as('MedicationRequest/r-none#m1'),
  )

  const [exact] = (await send('GET', '/fhir/Medication?_id=m1&manufacturer=maker&_contained=true&_containedType=contained')).body.entry as Json[]
  assert.ok(exact?.['fullUrl'].endsWith('/fhir/MedicationRequest/r-ana#m1') && exact['resource'].id === 'm1', JSON.stringify(exact))
  const text = (await send('GET', `/fhir/${salve}&_contained=true&_containedType=contained&_elements=code`)).body.entry as Json[]
  assert.deepEqual(Object.keys(text[0]?.['resource']).toSorted(), ['code', 'id', 'meta', 'resourceType'])
})

async function pagesOf(send: Send, url: string): Promise<string[][]> {
  const pages: string[][] = []
  for (let next: string | undefined = `/fhir/${url}`; next !== undefined && pages.length < 20; ) {
    pages.push(await shown(send, next))
    next = (await send('GET', next)).body.link.find((link: Json) => link['relation'] === 'next')?.url.replace(/.*(?=\/fhir)/, '')
  }
  return pages
}

test('pages of what stands inside miss nothing, give nothing twice and never more than was asked for; totals count it', async (t) => {
  const { institution } = await startServer(t)
  const { send } = await institution('ДЗ')
  await send('POST', '/fhir', { resourceType: 'Bundle', type: 'transaction', entry: data })
  for (const how of ['true', 'both']) {
    for (const type of ['container', 'contained']) {
      for (const order of ['', '&_sort=code', '&_sort=-_id']) {
        const query = `${salve}&_contained=${how}&_containedType=${type}${order}`
        const all = await shown(send, query)
        for (const count of [1, 2, 3]) {
          const pages = await pagesOf(send, `${query}&_count=${count}`)
          assert.deepEqual(pages.flat(), all, query)
          assert.ok(
            pages.every((page) => page.length > 0 && page.length <= count),
            query,
          )
        }
        assert.equal((await send('GET', `/fhir/${query}&_summary=count`)).body.total, all.length, query)
        assert.equal((await send('GET', `/fhir/${query}&_count=1&_total=accurate`)).body.total, all.length, query)
      }
    }
  }
})

test('what stands inside is seen only where its container is, and whoever finds it so is in the log', async (t) => {
  const server = await startServer(t)
  const { institution, world } = server
  const { send } = await institution('ДЗ')
  await send('POST', '/fhir', { resourceType: 'Bundle', type: 'transaction', entry: data })
  const looks = async (url: string) => {
    const rows = () => world.sql<{ count: number }>`
      select (entry::jsonb ->> 'count')::int as count from audit.entry where patient >= 4096 and action = 'search' order by stream, seq limit 100`
    const before = (await rows()).length
    await shown(send, url)
    return (await rows()).slice(before).map(({ count }) => count)
  }
  assert.deepEqual(await looks(`${salve}&_contained=true`), [1, 1], 'one row for each patient whose orders are shown')
  assert.deepEqual(await looks(`${salve}&_contained=true&_summary=count`), [1, 1], 'and for each that is counted')
  assert.deepEqual(await looks('Observation?patient=in-bora&_contained=true'), [0], 'who was named and has none was looked for')
  // A doctor whom nothing opens the record to hears that it is closed, and the look is a denied one.
  const doctor = await signedIn(server, { roles: ['doctor'], worker: 7 })
  const closed = (await doctor('GET', '/fhir/Observation?patient=in-ana&_contained=true')).body.entry as Json[]
  assert.deepEqual(
    closed.map(({ search, resource }) => `${search.mode} ${resource.issue?.[0].code}`),
    ['outcome suppressed'],
  )
  assert.deepEqual((await shown(doctor, `${salve}&_contained=true`)).toSorted(), as('Medication/kit', 'Medication/salve-kit'))
  const stranger = await institution('Болница')
  assert.deepEqual(
    (await shown(stranger.send, `${salve}&_contained=true&_containedType=contained`)).toSorted(),
    as('Medication/kit#p', 'Medication/salve-kit#p'),
  )
  const narrow = await institution('Апотека', 'system/Medication.rs')
  assert.ok((await shown(narrow.send, `${salve}&_contained=true`)).every((one: string) => one.includes(' Medication/')))
  for (const url of ['Patient/in-ana/MedicationRequest?_contained=true', '?_type=Medication&_contained=true', 'MedicationRequest?_contained=maybe']) {
    assert.equal((await send('GET', `/fhir/${url}`)).status, 400, url)
  }
  const conditional = await send('PUT', `/fhir/${salve}&_contained=true`, { resourceType: 'Medication' })
  assert.equal(conditional.status, 400, conditional.text)
})
