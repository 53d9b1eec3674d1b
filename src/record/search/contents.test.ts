import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startServer } from '../../testing/server.ts'

const loinc = (code: string) => ({ system: 'http://loinc.org', code })
type Entry = { fullUrl: string; resource: { id: string } }

test('one version answers searches by different parameters in any order, each correctly', async (t) => {
  const server = await startServer(t)
  const { send } = await server.institution('Дом здравља Садржај')
  const chart = (await send('POST', '/fhir/Patient', { resourceType: 'Patient', identifier: [{ system: 'urn:h', value: '1' }] })).body.id as string
  const made: { id: string; code: string; status: string; day: number; value: number }[] = []
  for (let at = 0; at < 12; at++) {
    const one = { code: at % 2 === 0 ? '8302-2' : '29463-7', status: at % 3 === 0 ? 'amended' : 'final', day: 1 + ((at * 5) % 12), value: 100 - at }
    const answer = await send('POST', '/fhir/Observation', {
      resourceType: 'Observation',
      status: one.status,
      code: { coding: [loinc(one.code)] },
      subject: { reference: `Patient/${chart}` },
      effectiveDateTime: `2026-03-${String(one.day).padStart(2, '0')}`,
      valueQuantity: { value: one.value, unit: 'cm', system: 'http://unitsofmeasure.org', code: 'cm' },
    })
    assert.equal(answer.status, 201, answer.text)
    made.push({ id: answer.body.id as string, ...one })
  }
  const ids = (list: readonly { id: string }[]) => list.map(({ id }) => id)
  const questions: [query: string, expected: string[], isSorted: boolean][] = [
    ['code=8302-2', ids(made.filter(({ code }) => code === '8302-2')), false],
    ['status=amended', ids(made.filter(({ status }) => status === 'amended')), false],
    ['status:not=amended&code=http://loinc.org|29463-7', ids(made.filter(({ status, code }) => status !== 'amended' && code === '29463-7')), false],
    ['_sort=-date', ids(made.toSorted((a, b) => b.day - a.day)), true],
    ['status=final&_sort=date', ids(made.filter(({ status }) => status === 'final').toSorted((a, b) => a.day - b.day)), true],
    ['_sort=value-quantity', ids(made.toSorted((a, b) => a.value - b.value)), true],
    ['value-quantity=gt95&_sort=-value-quantity', ids(made.filter(({ value }) => value > 95).toSorted((a, b) => b.value - a.value)), true],
    ['code-value-quantity=8302-2$gt95', ids(made.filter(({ code, value }) => code === '8302-2' && value > 95)), false],
    ['category:missing=true&date=ge2026-03-07', ids(made.filter(({ day }) => day >= 7)), false],
    ['code=1-8', [], false],
  ]
  for (let round = 0; round < 60; round++) {
    const [query, expected, isSorted] = questions[(round * 7 + Math.floor(round / 10) * 3) % questions.length] as (typeof questions)[number]
    const answer = await send('GET', `/fhir/Observation?patient=${chart}&${query}`)
    assert.equal(answer.status, 200, answer.text)
    const entries = (answer.body.entry ?? []) as Entry[]
    const found = entries.map(({ resource }) => resource.id)
    assert.deepEqual(isSorted ? found : found.toSorted(), isSorted ? expected : expected.toSorted(), query)
    for (const { fullUrl, resource } of entries) assert.match(fullUrl, new RegExp(`/fhir/Observation/${resource.id}$`))
  }
})
