import assert from 'node:assert/strict'
import { test } from 'node:test'
import { access, relate } from '../../access/access.ts'
import { startServer } from '../../testing/server.ts'
import { keyOfId } from '../ids.ts'

const chart = (number: string) => ({
  resourceType: 'Patient',
  identifier: [
    { system: 'urn:h', value: number },
    { system: 'urn:rs:jmbg', value: '0101985710113' },
  ],
  name: [{ family: 'Илић' }],
})
const finding = (patient: string) => ({ resourceType: 'Observation', status: 'final', code: { text: 'x' }, subject: { reference: `Patient/${patient}` } })

test('a system sees another institution’s chart of a patient it names from the moment a visit opens until it ends', async (t) => {
  const { institution, world } = await startServer(t)
  const [a, b] = [await institution('А'), await institution('Б')]
  const charts: string[] = []
  for (const [at, { send }] of [a, b].entries()) {
    const id = (await send('POST', '/fhir/Patient', chart(String(at)))).body.id as string
    assert.equal((await send('POST', '/fhir/Observation', finding(id))).status, 201)
    charts.push(id)
  }
  const [own, other] = charts as [string, string]
  const found = async (patient: string) => (await a.send('GET', `/fhir/Observation?patient=${patient}`)).body.total
  assert.deepEqual([await found(own), await found(other)], [1, 1], 'only what it submitted, whichever chart it names')

  // Filed under the chart of the other institution: a relation with any key of a person opens all keys.
  const at = new Date(Date.now() - 1000)
  const visit = { patient: keyOfId(other), kind: 'visit' as const, source: 'test', from: at }
  await world.sql.begin((tx) => relate(tx, { ...visit, institution: b.id }))
  assert.deepEqual([await found(own), await found(other)], [1, 1], 'a visit elsewhere opens nothing here')
  await world.sql.begin((tx) => relate(tx, { ...visit, institution: a.id, source: 'here' }))
  assert.deepEqual([await found(own), await found(other)], [2, 2])
  await world.sql.begin((tx) => access.endRelationsOf(tx, [keyOfId(other)], 'here', new Date(), 'test'))
  assert.deepEqual([await found(own), await found(other)], [1, 1])
})
