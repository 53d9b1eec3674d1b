import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { before, describe, test } from 'node:test'
import { forFile } from '../../testing/for-file.ts'
import { newJmbg } from '../../testing/identity.ts'
import { startServer } from '../../testing/server.ts'

type Json = Record<string, any>

/** A result as a laboratory sends it: the patient, the order by the number of whoever placed it, and the observation that answers it. */
function result(patient: Json[], order: string): Json {
  const [person, request] = [`urn:uuid:${randomUUID()}`, `urn:uuid:${randomUUID()}`]
  const subject = { reference: person }
  const [first] = patient as [Json]
  return {
    resourceType: 'Bundle',
    type: 'transaction',
    entry: [
      {
        fullUrl: request,
        resource: {
          ...{ resourceType: 'ServiceRequest', status: 'completed', intent: 'order', subject },
          identifier: [{ system: 'urn:placer', value: order }],
        },
        request: { method: 'POST', url: 'ServiceRequest', ifNoneExist: `identifier=urn:placer|${order}` },
      },
      {
        fullUrl: person,
        resource: { resourceType: 'Patient', identifier: patient },
        request: { method: 'PUT', url: `Patient?identifier=${first['system']}|${first['value']}` },
      },
      {
        resource: { resourceType: 'Observation', status: 'final', code: { text: 'K' }, subject, basedOn: [{ reference: request }] },
        request: { method: 'POST', url: 'Observation' },
      },
    ],
  }
}

const mrn = (value: string) => ({ system: 'urn:mrn', value })

describe('numbers that begin anew', () => {
  const file = forFile()
  let send: Awaited<ReturnType<Awaited<ReturnType<typeof startServer>>['institution']>>['send']
  before(async () => {
    send = (await (await startServer(file)).institution('ЗЗ Лабораторија')).send
  })

  /** The order that the result refers to, and the patients of both. */
  async function sent(patient: Json[], order: string): Promise<{ order: string; ofOrder: string; ofResult: string }> {
    const { status, text, body } = await send('POST', '/fhir', result(patient, order))
    assert.equal(status, 200, text)
    const read = async (address: string) => (await send('GET', `/fhir/${address}`)).body
    const observation = await read(body.entry[2].response.location.match(/Observation\/[^/]+/)[0])
    const found = await read(observation.basedOn[0].reference)
    return { order: found.id, ofOrder: found.subject.reference, ofResult: observation.subject.reference }
  }

  async function orderOf(patient: Json[], number: string): Promise<string> {
    const { order, ofOrder, ofResult } = await sent(patient, number)
    assert.equal(ofOrder, ofResult, 'a result and its order are about one patient')
    return order
  }

  test('an order with the same number of another patient is another order, and each is found again by the results of its patient', async () => {
    const first = await orderOf([mrn('1')], 'P-1')
    const second = await orderOf([mrn('2')], 'P-1')
    assert.notEqual(second, first)
    assert.equal(await orderOf([mrn('1')], 'P-1'), first)
    assert.equal(await orderOf([mrn('2')], 'P-1'), second)
    const all = await send('GET', '/fhir/ServiceRequest?identifier=urn:placer|P-1&_summary=count')
    assert.equal(all.body.total, 2, all.text)
  })

  test('an order in another chart of the same person is found', async () => {
    const jmbg = { system: 'urn:rs:jmbg', value: newJmbg() }
    const ward = await orderOf([mrn('ward'), jmbg], 'P-3')
    await orderOf([mrn('laboratory'), jmbg], 'P-4')
    const { order, ofOrder, ofResult } = await sent([mrn('laboratory'), jmbg], 'P-3')
    assert.equal(order, ward)
    assert.notEqual(ofOrder, ofResult, 'the order stays in its chart')
  })

  test('a number that many patients have is refused, as nobody can tell whether one of them is this one', async () => {
    for (let at = 0; at < 8; at++) await orderOf([mrn(`many-${at}`)], 'P-2')
    const { status, body } = await send('POST', '/fhir', result([mrn('many-8')], 'P-2'))
    assert.equal(status, 412)
    assert.match(body.issue[0].diagnostics, /more than one/)
    await orderOf([mrn('many-3')], 'P-2')
  })

  test('what is about nobody is found by its number alone', async () => {
    const device = (value: string) => ({
      resourceType: 'Bundle',
      type: 'transaction',
      entry: [
        {
          resource: { resourceType: 'Device', identifier: [{ system: 'urn:device', value }] },
          request: { method: 'POST', url: 'Device', ifNoneExist: `identifier=urn:device|${value}` },
        },
      ],
    })
    const statuses: string[] = []
    for (let at = 0; at < 2; at++) statuses.push((await send('POST', '/fhir', device('d'))).body.entry[0].response.status.slice(0, 3))
    assert.deepEqual(statuses, ['201', '200'])
  })
})
