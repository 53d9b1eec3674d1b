import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { before, describe, test } from 'node:test'
import { forFile } from '../../testing/for-file.ts'
import { createLedger } from '../../audit/audit.ts'
import { buildApp } from '../../app.ts'
import { newJmbg } from '../../testing/identity.ts'
import { type Send, sender, startServer } from '../../testing/server.ts'

type Json = Record<string, any>

/** Written with a digit that JSON itself would leave out. */
const exactly = JSON.rawJSON('1.50')

type How = 'made once' | 'written anew'

/** A result as a laboratory sends it: the patient, the order by the number of whoever placed it, and the observation that answers it. */
function result(patient: Json[], order: string, how: How): Json {
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
          ...{ resourceType: 'ServiceRequest', status: 'completed', intent: 'order', subject, quantityQuantity: { value: exactly } },
          identifier: [{ system: 'urn:placer', value: order }],
        },
        request:
          how === 'made once'
            ? { method: 'POST', url: 'ServiceRequest', ifNoneExist: `identifier=urn:placer|${order}` }
            : { method: 'PUT', url: `ServiceRequest?identifier=urn:placer|${order}` },
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
  let send: Send
  let sendToOther: Send
  before(async () => {
    const server = await startServer(file)
    const { token, send: sendHere } = await server.institution('ЗЗ Лабораторија')
    // A second process takes turns of its own.
    const world = { ...server.world }
    world.ledger = await createLedger(world)
    const other = await buildApp(world, mkdtempSync(join(tmpdir(), 'spona-portals-')))
    file.after(async () => {
      await other.close()
      await world.ledger.close()
    })
    send = sendHere
    sendToOther = sender(other, { authorization: `Bearer ${token}` })
  })

  /** The order that the result refers to, and the patients of both. */
  async function sent(patient: Json[], order: string, how: How = 'made once'): Promise<{ order: string; ofOrder: string; ofResult: string }> {
    const { status, text, body } = await send('POST', '/fhir', result(patient, order, how))
    assert.equal(status, 200, text)
    const read = async (address: string) => (await send('GET', `/fhir/${address}`)).body
    const observation = await read(body.entry[2].response.location.match(/Observation\/[^/]+/)[0])
    const found = await read(observation.basedOn[0].reference)
    return { order: found.id, ofOrder: found.subject.reference, ofResult: observation.subject.reference }
  }

  async function orderOf(patient: Json[], number: string, how: How = 'made once'): Promise<string> {
    const { order, ofOrder, ofResult } = await sent(patient, number, how)
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

  test('an order that is written anew is the patient’s own, whoever else has its number', async () => {
    const first = await orderOf([mrn('5')], 'P-5')
    const second = await orderOf([mrn('6')], 'P-5', 'written anew')
    assert.notEqual(second, first)
    assert.equal(await orderOf([mrn('5')], 'P-5', 'written anew'), first)
    assert.equal(await orderOf([mrn('6')], 'P-5', 'written anew'), second)
  })

  test('two patients of one transaction with one number have an order each, and what one of them repeats is one', async () => {
    const [first, second] = [result([mrn('9')], 'P-9', 'made once'), result([mrn('10')], 'P-9', 'made once')] as [Json, Json]
    const again = result([mrn('9')], 'P-9', 'made once')
    // The patient of the repeated order is the entry that is there already.
    const [person, repeated] = [first['entry'][1].fullUrl, again['entry'][0]]
    repeated.resource.subject.reference = person
    const bundle = { ...first, entry: [...first['entry'], ...second['entry'], repeated] }
    const { status, text, body } = await send('POST', '/fhir', bundle)
    assert.equal(status, 200, text)
    const idOf = (at: number) => /ServiceRequest\/([^/]+)/.exec(body.entry[at].response.location)?.[1]
    assert.notEqual(idOf(0), idOf(3))
    assert.equal(idOf(6), idOf(0))
    assert.equal(await orderOf([mrn('10')], 'P-9'), idOf(3))
    const [anew, other] = [result([mrn('9')], 'P-9', 'written anew'), result([mrn('10')], 'P-9', 'written anew')] as [Json, Json]
    const both = await send('POST', '/fhir', { ...anew, entry: [...anew['entry'], ...other['entry']] })
    assert.equal(both.status, 200, both.text)
    assert.deepEqual(
      [0, 3].map((at) => /ServiceRequest\/([^/]+)/.exec(both.body.entry[at].response.location)?.[1]),
      [idOf(0), idOf(3)],
    )
  })

  test('an order in another chart of the same person is found', async () => {
    const jmbg = { system: 'urn:rs:jmbg', value: newJmbg() }
    const ward = await orderOf([mrn('ward'), jmbg], 'P-3')
    await orderOf([mrn('laboratory'), jmbg], 'P-4')
    const { order, ofOrder, ofResult } = await sent([mrn('laboratory'), jmbg], 'P-3')
    assert.equal(order, ward)
    assert.notEqual(ofOrder, ofResult, 'the order stays in its chart')
  })

  test('of a number that very many patients have, each has an order of its own', async () => {
    const orders = []
    for (let at = 0; at < 12; at++) orders.push(await orderOf([mrn(`many-${at}`)], 'P-2'))
    assert.equal(new Set(orders).size, 12)
    assert.equal(await orderOf([mrn('many-3')], 'P-2'), orders[3])
    assert.equal(await orderOf([mrn('many-11')], 'P-2', 'written anew'), orders[11])
  })

  test('of two results of one patient that come at the same time the second finds the order of the first, though others have its number', async () => {
    for (let round = 0; round < 10; round++) {
      const [others, own] = [[mrn(`others-${round}`)], [mrn(`own-${round}`)]]
      await orderOf(others, `P-7-${round}`)
      await orderOf(own, 'P-8') // So that the chart is there.
      const both = await Promise.all([send, sendToOther].map((to) => to('POST', '/fhir', result(own, `P-7-${round}`, 'made once'))))
      assert.deepEqual(
        both.map(({ status }) => status),
        [200, 200],
      )
      assert.equal((await send('GET', `/fhir/ServiceRequest?identifier=urn:placer|P-7-${round}&_summary=count`)).body.total, 2)
    }
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
