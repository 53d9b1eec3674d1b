import assert from 'node:assert/strict'
import { test } from 'node:test'
import { oru } from '../../testing/edge.ts'
import { mapperOf } from '../process/mappers.ts'
import { sourceOf } from './provenance.ts'

const config = { member: 'lab', local: { authorities: [] }, folders: [] } as never

test('a place in the bundle is translated into segment and field of the message that it was mapped from', async () => {
  const map = await mapperOf('hl7v2')
  const { bundle } = map({ original: Buffer.from(oru('1', 'p-1')), name: 'one', meta: {} }, config)
  const placeOf = (type: string, element: string) =>
    `Bundle.entry[${bundle.entry.findIndex(({ resource }) => resource.resourceType === type)}].resource.${element}`
  assert.equal(sourceOf(bundle as never, placeOf('Patient', 'identifier[0].value')), 'PID[1]-3')
  assert.equal(sourceOf(bundle as never, placeOf('Observation', 'valueQuantity.value')), 'OBX[1]-5')
  assert.equal(sourceOf(bundle as never, placeOf('Observation', 'code.coding[0].code')), 'OBX[1]-3')
  assert.match(sourceOf(bundle as never, placeOf('Patient', 'photo')) ?? '', /^PID\[1\]/, 'what no field gave is of the segments of the resource')
})

test('for columns their names are given, and nothing for sources that do not exist', () => {
  const target = (reference: string, valueString: string) => ({ reference, extension: [{ url: 'urn:spona:mapping:source', valueString }] })
  const bundle = {
    entry: [
      { fullUrl: 'urn:uuid:a', resource: { resourceType: 'Observation' } },
      { fullUrl: 'urn:uuid:b', resource: { resourceType: 'Provenance', target: [target('urn:uuid:a', 'status<Stanje valueQuantity.value<Glukoza')] } },
    ],
  }
  assert.equal(sourceOf(bundle, 'Bundle.entry[0].resource.status'), 'Stanje')
  assert.equal(sourceOf(bundle, 'Bundle.entry[0].resource.valueQuantity.unit'), 'Glukoza')
  assert.equal(sourceOf(bundle, 'Bundle.entry[1].resource.agent'), null)
  assert.equal(sourceOf(bundle, 'Bundle.entry[7]'), null)
  assert.equal(sourceOf(bundle, 'Bundle.type'), null)
  assert.equal(sourceOf({}, 'Bundle.entry[0]'), null)
})
