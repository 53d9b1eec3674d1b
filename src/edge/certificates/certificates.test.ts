import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { dirname, join } from 'node:path'
import { before, describe, test } from 'node:test'
import { startOfflineIntake } from '../../sickleave/sickleave.ts'
import { contractOf } from '../../testing/bus-member.ts'
import { type CuttableLine, edgeOf, lineTo } from '../../testing/edge.ts'
import { forFile } from '../../testing/for-file.ts'
import { until } from '../../testing/process.ts'
import { type LeaveTown, startLeaveTown, type Worker } from '../../testing/sickleave.ts'
import { issueByHand, listIssued } from '../cli/certificate.ts'
import type { EdgeConfig } from '../process/config.ts'
import { type Opened, openEdge } from '../process/open.ts'
import { readWish } from './wish.ts'

const file = forFile()
let town: LeaveTown
let config: EdgeConfig
let settings: string
let line: CuttableLine
let edge: Opened
let today: string
const limits = { back: 3, ahead: 3, days: 30, daysException: 60 }
const daysOn = (days: number) => Temporal.PlainDate.from(today).add({ days }).toString()

before(async () => {
  town = await startLeaveTown(file)
  town.world.now = () => new Date()
  today = Temporal.Now.plainDateISO('Europe/Belgrade').toString()
  const made = await edgeOf(file, town, 'ambulance', 'certificates: { numbers: 10 }\nrest: { port: 0, token: token }')
  ;({ config, file: settings } = made)
  await town.owner`update bus.member set institution = ${town.place.institution} where code = 'ambulance'`
  await town.owner`update bus.directory set version = version + 1`
  await contractOf(made.member, 'sickleave/certificates')
  line = lineTo(town)
  file.after(startOfflineIntake(town.world))
  edge = await openEdge(town.world, config, line)
  file.after(() => edge.close())
  await until('numbers stand ready', async () => (await ask('GET', '/certificates')).body.numbersLeft >= 10, 20_000)
})

type Answer = { status: number; body: any }
const ask = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const token = readFileSync(join(dirname(settings), 'token'), 'utf8').trim()
    const port = edge.ports.find(({ name }) => name === 'rest')?.port as number
    const all = { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers }
    const asked = request({ host: '127.0.0.1', port, method, path, headers: all, agent: false }, (answer) => {
      let text = ''
      answer.on('data', (piece) => (text += piece))
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body: text.startsWith('<') ? text : JSON.parse(text || 'null') }))
    })
    asked.on('error', reject)
    asked.end(body === undefined ? undefined : JSON.stringify(body))
  })
const wishOf = (person: Worker, more: object = {}) => ({
  ...{ id: randomUUID(), doctor: 'L1', person: { jmbg: person.jmbg }, from: today, until: daysOn(6), reason: '01', diagnosis: 'J06.9' },
  ...more,
})
const stateOf = async (id: string) => (await ask('GET', `/certificates/${id}`)).body.state
const leavesOf = async ({ handle }: Worker) => (await town.as(town.doctor)('GET', `/sickleave/people/${handle}/leaves`)).body.leaves
const worker = () => town.worker([{ employer: town.employers[0]?.id as number }])

describe('an edge without a connection', () => {
  test('issues a certificate once, under a number of its own, and when the line is back the centre gets it with its true time', async () => {
    const person = await worker()
    line.isCut = true
    const wish = wishOf(person)
    const issued = await ask('POST', '/certificates', wish)
    assert.equal(issued.status, 201, JSON.stringify(issued.body))
    const again = await ask('POST', '/certificates', wish)
    assert.deepEqual([again.status, again.body.number], [200, issued.body.number], 'the answer was lost and the local system asks again')
    assert.equal((await ask('POST', '/certificates', { ...wish, until: daysOn(7) })).status, 409)
    assert.equal(await stateOf(wish.id), 'waiting')
    assert.deepEqual(await leavesOf(person), [])
    const paper = String((await ask('GET', `/certificates/${wish.id}/paper?lang=en`)).body)
    assert.ok(paper.includes('Issued without a line to the central system') && paper.includes(issued.body.number) && paper.includes('<svg'))
    assert.ok(!paper.includes(person.jmbg) && !paper.includes('J06'), 'neither the personal number nor the diagnosis is printed')
    const [, code = ''] = /\/check\/([0-9a-z]{26})</.exec(paper) ?? []
    const checked = async () => (await town.app.inject({ method: 'GET', url: `/check/${code}` })).json()
    assert.equal((await checked()).state, 'unknown')
    line.isCut = false
    await until('the centre has it', async () => (await stateOf(wish.id)) === 'taken', 20_000)
    assert.deepEqual(await checked(), { state: 'genuine', kind: 'certificate', ending: issued.body.number.slice(-4) })
    const [leave, ...more] = await leavesOf(person)
    assert.deepEqual([more, leave.id, leave.diagnosis, leave.documents[0].number], [[], wish.id, 'J06.9', issued.body.number])
    assert.deepEqual([leave.steps[0].happenedAt, leave.steps[0].signedBy], [issued.body.issuedAt, 'institution'])
    assert.ok(leave.steps[0].at > issued.body.issuedAt)
  })

  test('learns of a conflict with what happened meanwhile, lists it among the items for a person, and the doctor sees it too', async () => {
    const person = await worker()
    line.isCut = true
    const wish = wishOf(person)
    const { body } = await ask('POST', '/certificates', wish)
    const online = { from: today, until: daysOn(2), reason: '01', diagnosis: 'J20.9' }
    assert.equal((await town.as(town.doctor)('POST', `/sickleave/people/${person.handle}/leaves`, online)).status, 201)
    line.isCut = false
    await until('the answer is here', async () => (await stateOf(wish.id)) === 'refused', 20_000)
    assert.match((await ask('GET', `/certificates/${wish.id}`)).body.sentence, /another leave of this person covers/)
    const lines: string[] = []
    await listIssued(town.world, { config: settings }, (one) => lines.push(one))
    assert.match(lines.join('\n'), new RegExp(`${body.number} .* refused: another leave`))
    const { lines: shown } = (await town.as(town.doctor)('GET', '/sickleave/offline')).body
    assert.equal(shown.find(({ number }: { number: string }) => number === body.number).person.id, person.handle)
  })

  test('gives out each number once, also by the command beside the running edge and after a restart, and says when none is left', async () => {
    const person = await worker()
    line.isCut = true
    const numbers = new Set<string>()
    const { body } = await ask('GET', '/certificates')
    const all = await Promise.all(Array.from({ length: 4 }, () => ask('POST', '/certificates', wishOf(person))))
    for (const one of all) numbers.add(one.body.number)
    const byHand: string[] = []
    const path = join(dirname(settings), 'wish.json')
    writeFileSync(path, JSON.stringify(wishOf(person)))
    assert.equal(await issueByHand(town.world, { config: settings, file: path, json: true }, (one) => byHand.push(one)), 0)
    numbers.add(JSON.parse(byHand.join('')).number)
    await edge.close()
    edge = await openEdge(town.world, config, line)
    let last: Answer
    for (;;) {
      last = await ask('POST', '/certificates', wishOf(person))
      if (last.status !== 201) break
      numbers.add(last.body.number)
    }
    assert.equal(last.status, 507)
    assert.match(JSON.stringify(last.body), /no numbers for certificates are left/)
    assert.equal(numbers.size, body.numbersLeft)
    line.isCut = false
    await until('new numbers came', async () => (await ask('GET', '/certificates')).body.numbersLeft >= 10, 30_000)
  })

  test('refuses at once what the centre would refuse, with a sentence that names the field and no personal number', async () => {
    const person = await worker()
    const good = wishOf(person)
    const wrong: [object, RegExp][] = [
      [{ person: { jmbg: `${person.jmbg.slice(0, 12)}${(Number(person.jmbg[12]) + 1) % 10}` } }, /control digit/],
      [{ person: { jmbg: '12' } }, /named by one of/],
      [{ person: { lbo: '12345678901', lzb: '123456' } }, /named by one of/],
      [{ person: { toString: '1' } }, /named by one of/],
      [{ person: null }, /is a JSON object/],
      [{ until: daysOn(-1) }, /before the first day/],
      [{ from: daysOn(-4) }, /at the earliest/],
      [{ from: daysOn(4), until: daysOn(5) }, /at the latest/],
      [{ until: daysOn(30) }, /at the latest/],
      [{ from: '2026-02-30' }, /is a day/],
      [{ reason: '09' }, /01 to 08/],
      [{ reason: '06' }, /care/],
      [{ diagnosis: 'грип' }, /MKB-10/],
      [{ exception: 'x' }, /is one of/],
      [{ note: `ЈМБГ ${person.jmbg}` }, /personal number/],
      [{ doctor: '' }, /licence/],
      [{ id: '1' }, /UUID/],
      [{ surprise: 1 }, /not known here/],
    ]
    for (const [change, words] of wrong) {
      const { status, body } = await ask('POST', '/certificates', { ...good, ...change })
      assert.equal(status, 400, JSON.stringify(change))
      assert.match(JSON.stringify(body), words)
      assert.ok(!JSON.stringify(body).includes(person.jmbg))
    }
    assert.doesNotThrow(() => readWish({ ...good, until: daysOn(59), exception: 'malignant' }, today, limits))
    assert.equal((await ask('POST', '/certificates', good, { authorization: 'Bearer wrong-wrong-wrong-wrong' })).status, 401)
    assert.equal((await ask('POST', '/certificates', good, { origin: 'https://evil.example' })).status, 403)
    assert.equal((await ask('DELETE', '/certificates')).status, 405)
    assert.equal((await ask('GET', `/certificates/${randomUUID()}`)).status, 404)
  })
})
