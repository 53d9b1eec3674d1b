import assert from 'node:assert/strict'
import { randomUUID, sign } from 'node:crypto'
import { before, describe, test } from 'node:test'
import { thumbprint } from '../../platform/http-signature.ts'
import { type BusMember, contractOf, joinBus, newKey } from '../../testing/bus-member.ts'
import { forFile } from '../../testing/for-file.ts'
import { type LeaveTown, startLeaveTown, type Worker } from '../../testing/sickleave.ts'
import { verifyEvidence } from '../signature/verify-evidence.ts'
import { certificateType } from './certificate.ts'
import { takeOffline } from './intake.ts'

const file = forFile()
let town: LeaveTown
let edge: BusMember
let stranger: BusMember
let numbers: string[]

before(async () => {
  town = await startLeaveTown(file)
  edge = await joinedAt(town.place.institution, 'ambulance')
  stranger = await joinBus(town.app, town.world, 'stranger')
  await contractOf(stranger, 'sickleave/certificates')
  const { block } = await asked({ wish: { id: randomUUID(), year: 2026, count: 40 } })
  const first = Number(block.first.slice(-8))
  numbers = Array.from({ length: 40 }, (_, at) => `${block.first.slice(0, 11)}${String(first + at).padStart(8, '0')}`)
})

/** A member of the bus for the institution of the town's doctor, with the right to send certificates. */
async function joinedAt(institution: number, code: string): Promise<BusMember> {
  const member = await joinBus(town.app, town.world, code)
  await town.owner`update bus.member set institution = ${institution} where code = ${code}`
  await town.owner`update bus.directory set version = version + 1`
  await contractOf(member, 'sickleave/certificates')
  return member
}

let serial = 0
const sent = (body: object, from = edge) =>
  from.message('sickleave/certificates', `offline-${++serial}`, JSON.stringify(body), { 'content-type': 'application/json' })
/** The centre's answer to a message. */
async function asked(body: object, from = edge): Promise<any> {
  await from.takeToken() // Days pass in this test, and a token lives for an hour.
  const { body: accepted, text } = await sent(body, from)
  assert.ok(accepted.message, text)
  await takeOffline(town.world)
  const deliveries = await from.lease()
  await from.ack(deliveries.map(({ delivery }) => delivery))
  const answer = deliveries.find(({ answers }) => answers === accepted.message)
  return answer && JSON.parse(Buffer.from(answer.body, 'base64').toString())
}

type Change = { number?: string; at?: string; doctor?: string; person?: object; body?: object; leave?: string }
function certificateOf(person: Worker, change: Change = {}, by: { kid: string; key: BusMember['key'] } = { kid: edge.jwk.kid, key: edge.key }) {
  const { body, ...other } = change
  const payload = {
    ...{ leave: randomUUID(), number: numbers.shift(), at: town.world.now().toISOString(), doctor: 'L1', person: { jmbg: person.jmbg } },
    ...other,
    body: { from: '2026-03-02', until: '2026-03-10', reason: '01', diagnosis: 'J06.9', note: 'без везе', ...body },
  }
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const text = `${part({ alg: 'ES256', kid: by.kid, typ: certificateType })}.${part(payload)}`
  const value = sign('sha256', Buffer.from(text), { key: by.key, dsaEncoding: 'ieee-p1363' }).toString('base64url')
  return { payload, message: { certificate: `${text}.${value}` } }
}
const leavesOf = async ({ handle }: Worker) => (await town.as(town.doctor)('GET', `/sickleave/people/${handle}/leaves`)).body.leaves
const problem = (outcome: any) => outcome?.issue?.[0]?.diagnostics

describe('certificates issued without a connection', () => {
  test('a certificate of an edge is a leave with its number, its true time and the seal of the institution, once however often it comes', async () => {
    const person = await town.worker([{ employer: town.employers[0]?.id as number }])
    const { payload, message } = certificateOf(person)
    town.at('2026-03-05T08:00:00Z')
    for (let times = 0; times < 3; times++) assert.equal(await asked(message), undefined)
    const [leave, ...more] = await leavesOf(person)
    assert.deepEqual([more, leave.id, leave.diagnosis], [[], payload.leave, 'J06.9'])
    assert.deepEqual([leave.documents[0].number, leave.documents[0].issuedAt], [payload.number, payload.at])
    const [step] = leave.steps
    assert.deepEqual([step.by, step.happenedAt, step.at, step.signedBy], ['др Вера Лукић', payload.at, '2026-03-05T08:00:00.000Z', 'institution'])
    const events = (await town.as(await town.clerk(0))('GET', '/sickleave/employer/100000001/events')).body.events
    assert.deepEqual([events.length, events[0].document.number, events[0].document.signedAt], [1, payload.number, undefined])
    const evidence = (await town.as(person.account)('GET', `/sickleave/mine/${leave.id}/evidence`)).body
    const verdict = await verifyEvidence(evidence, null)
    assert.ok(verdict.ok, verdict.problems.join())
    assert.match(verdict.found.join('\n'), /sealed without a connection at 2026-03-02T08:00:00.000Z by Систем ambulance, Дом здравља Пробни/)
    const { lines } = (await town.as(town.doctor)('GET', '/sickleave/offline')).body
    assert.deepEqual([lines[0].number, lines[0].person.family, lines[0].refused], [payload.number, 'Петровић', null])
    const { number, leave: id } = payload
    const other = await town.worker([])
    assert.match(problem(await asked(certificateOf(other, { number: number as string, at: payload.at }).message)), /number has been used already/)
    assert.match(problem(await asked(certificateOf(person, { leave: id, at: payload.at, body: { until: '2026-03-12' } }).message)), /leave of this id already/)
  })

  test('whatever is wrong comes back with a sentence that names no number, and nothing is stored', async () => {
    town.at('2026-03-05T08:00:00Z')
    const person = await town.worker([{ employer: town.employers[0]?.id as number }])
    const foreign = await town.account(['doctor'], { name: 'др Туђи' })
    assert.ok(foreign)
    const forged = newKey()
    const cases: [object, RegExp][] = [
      [{ certificate: 'x' }, /not a compact JWS/],
      [{ certificate: null }, /not a compact JWS/],
      [{ surprise: 1 }, /not known here/],
      [certificateOf(person, {}, { kid: thumbprint(forged.jwk), key: forged.key }).message, /not sealed by a key that its sender had/],
      [certificateOf(person, {}, { kid: edge.jwk.kid, key: forged.key }).message, /not sealed by a key/],
      [certificateOf(person, {}, { kid: stranger.jwk.kid, key: stranger.key }).message, /not sealed by a key/],
      [certificateOf(person, { doctor: 'L999' }).message, /no doctor of this licence/],
      [certificateOf(person, { person: { jmbg: '0101990710008' } }).message, /no person of this number/],
      [certificateOf(person, { person: { jmbg: '12' } }).message, /named by one of jmbg/],
      [certificateOf(person, { person: { jmbg: person.jmbg, lbo: '12345678901' } }).message, /named by one of/],
      [certificateOf(person, { at: '2026-02-10T08:00:00Z' }).message, /not more than 14 days ago/],
      [certificateOf(person, { at: '2026-03-06T08:00:00Z' }).message, /not in the future/],
      [certificateOf(person, { body: { until: '2026-02-01' } }).message, /would end/],
      [certificateOf(person, { body: { until: '2026-05-30' } }).message, /may assess up to 2026-03-31/],
      [certificateOf(person, { body: { from: '2026-02-20' } }).message, /may open a leave from/],
      [certificateOf(person, { body: { diagnosis: 'грип' } }).message, /MKB-10/],
      [certificateOf(person, { body: { note: person.jmbg } }).message, /personal number/],
      [certificateOf(person, { number: '00099-2026-00000001' }).message, /not of a block set aside/],
      [certificateOf(person, { number: numbers[0]?.replace('-2026-', '-2025-') as string }).message, /not of a block/],
    ]
    for (const [message, words] of cases) {
      const outcome = await asked(message)
      assert.match(String(problem(outcome)), words)
      assert.ok(!JSON.stringify(outcome).includes(person.jmbg))
    }
    assert.match(problem(await asked(certificateOf(person).message, stranger)), /not sealed by a key/)
    assert.deepEqual(await leavesOf(person), [])
    const text = await town.owner<{ entry: string }>`select entry from audit.entry where entry like ${`%${person.jmbg}%`}`
    assert.deepEqual(text, [])
  })

  test('what happened meanwhile wins: the conflict is told to the edge and shown to the doctor', async () => {
    town.at('2026-03-02T08:00:00Z')
    const person = await town.worker([{ employer: town.employers[0]?.id as number }])
    const { message, payload } = certificateOf(person)
    town.at('2026-03-04T08:00:00Z')
    const online = { from: '2026-03-04', until: '2026-03-06', reason: '01', diagnosis: 'J20.9' }
    assert.equal((await town.as(town.doctor)('POST', `/sickleave/people/${person.handle}/leaves`, online)).status, 201)
    assert.match(problem(await asked(message)), /another leave of this person covers 2026-03-04 to 2026-03-06/)
    const { lines } = (await town.as(town.doctor)('GET', '/sickleave/offline')).body
    const mine = lines.find(({ number }: { number: string }) => number === payload.number)
    assert.match(mine.refused.sentence, /another leave/)
    assert.equal(mine.person.id, person.handle)
    assert.equal((await town.as(await town.clerk(0))('GET', '/sickleave/offline')).status, 403)
    const other = await town.account(['doctor'], { institution: town.place.institution, worker: 9999, name: 'други' })
    assert.deepEqual((await town.as(other)('GET', '/sickleave/offline')).body.lines, [])
  })

  test('numbers are given once for a wish, by institution and year, are good for a time, and those that come back are used by nobody', async () => {
    town.at('2026-03-02T08:00:00Z')
    const wish = { id: randomUUID(), year: 2026, count: 3 }
    const [one, again] = [await asked({ wish }), await asked({ wish })]
    assert.deepEqual(one, again, 'the answer was lost and the wish came again')
    assert.deepEqual(one.limits, { back: 3, ahead: 3, days: 30, daysException: 60 })
    assert.equal(one.block.until, '2026-05-01T08:00:00.000Z')
    const next = await asked({ wish: { ...wish, id: randomUUID() } })
    assert.ok(next.block.first > one.block.last)
    town.at('2026-12-20T08:00:00Z')
    assert.equal((await asked({ wish: { ...wish, id: randomUUID() } })).block.until, '2026-12-31T23:00:00.000Z', 'the year ends in Belgrade')
    assert.equal((await asked({ wish: { ...wish, id: randomUUID(), year: 2027 } })).block.until, '2027-03-01T23:00:00.000Z')
    assert.match(problem(await asked({ wish: { ...wish, id: randomUUID(), year: 2031 } })), /this year or the next/)
    assert.match(problem(await asked({ wish: { ...wish, id: randomUUID(), count: 5001 } })), /from 1 to 5000/)
    for (const _ of [1, 2]) await asked({ wish: { id: randomUUID(), year: 2026, count: 4990 } })
    assert.match(problem(await asked({ wish: { id: randomUUID(), year: 2026, count: 4990 } })), /at most 10000 numbers/)

    const person = await town.worker([{ employer: town.employers[0]?.id as number }])
    const days = { from: '2026-12-20', until: '2026-12-28' }
    const late = certificateOf(person, { number: one.block.first, body: days })
    assert.match(problem(await asked(late.message)), /were good until 2026-05-01/)
    const { block } = await asked({ wish: { id: randomUUID(), year: 2026, count: 2 } })
    assert.equal(await asked({ back: { block: block.id, next: block.last } }), undefined)
    assert.match(problem(await asked({ back: { block: block.id, next: block.last } })), /no open block/)
    assert.match(problem(await asked({ back: { block: block.id, next: 'x' } })), /no open block/)
    assert.match(problem(await asked({ back: { block: block.id, next: 7 } })), /next is the first number/)
    assert.match(problem(await asked(certificateOf(person, { number: block.last, body: days }).message)), /was returned/)
    assert.equal(await asked(certificateOf(person, { number: block.first, body: days }).message), undefined)
  })
})
