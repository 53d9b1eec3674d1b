import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { forFile } from '../../testing/for-file.ts'
import { type LeaveTown, startLeaveTown, type Worker } from '../../testing/sickleave.ts'

// What a malicious or hurried person sends about a leave: each answer is a sentence, and nothing is half done.

let town: LeaveTown
const file = forFile()
before(async () => {
  town = await startLeaveTown(file)
})
const good = { from: '2026-03-02', until: '2026-03-10', reason: '01', diagnosis: 'M54.5' }
const leavesAt = ({ handle }: Worker) => `/sickleave/people/${handle}/leaves`
const employed = (more: object = {}) => town.worker([{ employer: town.employers[0]?.id as number, ...more }])
const doctor = () => town.as(town.doctor)

test('an address that names nobody, no leave or no act is refused without a trace of the server, whatever stands in it', async () => {
  town.at('2026-03-02T08:00:00Z')
  const person = await employed()
  const opened = await doctor()('POST', leavesAt(person), good)
  assert.equal(opened.status, 201, opened.text)
  const leave = `${leavesAt(person)}/${opened.body.id}`
  const addresses: [string, string, unknown][] = []
  for (const name of ['abc', '%00', "'", '%F0%9F%92%A9', person.jmbg, person.handle.toUpperCase()])
    addresses.push(
      ['GET', `/sickleave/people/${name}/leaves`, undefined],
      ['POST', `/sickleave/people/${name}/leaves`, good],
      ['POST', `/sickleave/people/${name}/preview`, good],
      ['POST', `${leavesAt(person)}/${name}/report`, { until: '2026-03-03' }],
      ['POST', `${leave}/${name}`, { until: '2026-03-03' }],
      ['GET', `${leave}/documents/${name}/1/pdf`, undefined],
      ['GET', `${leavesAt(person)}/${name}/evidence`, undefined],
    )
  for (const [method, url, body] of addresses) {
    const { status, text } = await doctor()(method, url, body)
    assert.ok([400, 403, 404, 414].includes(status), `${method} ${url}: ${status} ${text}`)
    assert.doesNotMatch(text, /at \w+ \(|postgres|syntax|sql/i)
    assert.ok(!text.includes(person.jmbg) || url.includes(person.jmbg))
  }
  for (const body of [null, 'x', 7, [], [good], { ...good, __proto__: null }, '{"from":"2026-03-02","from":"2026-03-03"}', '{', `{"a":${'['.repeat(5000)}`]) {
    const { status, text } = await doctor()('POST', `${leave}/report`, body)
    assert.ok(status >= 400 && status < 500, `${JSON.stringify(body)}: ${status} ${text}`)
  }
  const { body: after } = await doctor()('GET', leavesAt(person))
  assert.deepEqual([after.leaves.length, after.leaves[0].steps.length], [1, 1])
})

test('a preview of two hundred years costs no more than one of a year: it is refused by name', async () => {
  const person = await employed()
  const began = performance.now()
  const { status, text } = await doctor()('POST', `/sickleave/people/${person.handle}/preview`, { ...good, until: '2199-12-31' })
  assert.equal(status, 422, text)
  assert.match(text, /at most 400 days/)
  assert.ok(performance.now() - began < 5000)
  assert.equal((await doctor()('POST', `/sickleave/people/${person.handle}/preview`, { ...good, until: '2026-02-01' })).status, 422)
})

test('nobody is ill after their death, no grown person is a sick child, and only the commission closes in its own name', async () => {
  town.at('2026-03-12T08:00:00Z')
  const dead = await employed()
  await town.owner`update identity.demographics set deceased_at = '2026-03-10' where key = ${dead.root}`
  const late = await doctor()('POST', leavesAt(dead), { ...good, from: '2026-03-11', until: '2026-03-15' })
  assert.equal(late.status, 422, late.text)
  assert.match(late.text, /died on 2026-03-10/)
  assert.equal((await doctor()('POST', leavesAt(dead), { ...good, from: '2026-03-09', until: '2026-03-15' })).status, 422)
  assert.equal((await doctor()('POST', leavesAt(dead), { ...good, from: '2026-03-09', until: '2026-03-10' })).status, 201)

  const person = await employed()
  const care = { ...good, from: '2026-03-12', until: '2026-03-15', reason: '06', care: { born: '1950-01-01', isChild: true, isSevere: false } }
  const adult = await doctor()('POST', leavesAt(person), care)
  assert.equal(adult.status, 422, adult.text)
  assert.match(adult.text, /care.isChild/)
  assert.equal((await doctor()('POST', leavesAt(person), { ...care, care: { ...care.care, isChild: false } })).status, 201)
  const [leave] = (await doctor()('GET', leavesAt(person))).body.leaves
  const closing = await doctor()('POST', `${leavesAt(person)}/${leave.id}/closing`, { until: '2026-03-13', why: 'commission' })
  assert.equal(closing.status, 400, closing.text)
})

test('a leave over the end of the year, over a change of the employer and over the hour that clocks lose is one leave with every day once', async () => {
  const [one, other] = town.employers as [LeaveTown['employers'][number], LeaveTown['employers'][number]]
  town.at('2026-12-15T08:00:00Z')
  const person = await town.worker([
    { employer: one.id, untilDate: '2026-12-31' },
    { employer: other.id, fromDate: '2027-01-01' },
  ])
  const opened = await doctor()('POST', leavesAt(person), { ...good, from: '2026-12-15', until: '2027-01-13' })
  assert.equal(opened.status, 201, opened.text)
  assert.match(opened.body.explanation[0].en, /the commission decides from 14 January 2027/)
  assert.match(opened.body.documents[0].number, /-2026-/)
  assert.deepEqual(
    opened.body.documents.map(({ from, until }: { from: string; until: string }) => [from, until]),
    [
      ['2026-12-15', '2026-12-31'],
      ['2027-01-01', '2027-01-13'],
    ],
  )
  const leave = `${leavesAt(person)}/${opened.body.id}`
  assert.match((await doctor()('POST', `${leave}/extension`, { until: '2027-01-14' })).text, /may reach to 2027-01-13/)
  town.at('2027-01-13T22:59:00Z')
  const report = await doctor()('POST', `${leave}/report`, { until: '2027-01-13' })
  assert.equal(report.status, 200, report.text)
  const reports = report.body.documents.filter(({ kind }: { kind: string }) => kind === 'report')
  assert.deepEqual(
    reports.map(({ from, until, number }: Record<string, string>) => [from, until, number?.slice(6, 10)]),
    [['2027-01-01', '2027-01-13', '2027']],
    'an employment that has ended gets nothing new',
  )

  const night = await employed()
  town.at('2026-03-28T23:30:00Z')
  const spring = await doctor()('POST', leavesAt(night), { ...good, from: '2026-03-29', until: '2026-04-05' })
  assert.equal(spring.status, 201, spring.text)
  town.at('2026-03-28T22:30:00Z')
  const { today } = (await doctor()('GET', leavesAt(night))).body
  assert.equal(today, '2026-03-28', 'the day is the one in Belgrade')
  const leap = await employed()
  town.at('2028-02-01T08:00:00Z')
  const { body: ahead } = await doctor()('POST', `/sickleave/people/${leap.handle}/preview`, { from: '2028-02-01', reason: '01', diagnosis: 'M54.5' })
  assert.deepEqual([ahead.doctorUntil, ahead.commissionFrom], ['2028-03-01', '2028-03-02'])
})

test('care that the doctor cannot assess is proposed no further than the commission may approve', async () => {
  town.at('2026-05-04T08:00:00Z')
  const person = await employed()
  const care = { born: '2017-01-01', isChild: true, isSevere: false }
  const first = { ...good, from: '2026-05-04', until: '2026-05-10', reason: '06', care }
  const opened = await doctor()('POST', leavesAt(person), first)
  assert.equal(opened.status, 201, opened.text)
  town.at('2026-05-10T08:00:00Z')
  assert.equal((await doctor()('POST', `${leavesAt(person)}/${opened.body.id}/closing`, { until: '2026-05-10', why: 'recovered' })).status, 200)
  town.at('2026-05-12T08:00:00Z')
  const next = { ...first, from: '2026-05-12', until: '2026-06-30', propose: true }
  const tooFar = await doctor()('POST', leavesAt(person), next)
  assert.equal(tooFar.status, 422, tooFar.text)
  assert.match(tooFar.text, /the commission may approve up to 2026-05-18/)
  assert.equal((await doctor()('POST', leavesAt(person), { ...next, until: '2026-05-18' })).body.status, 'referred')
})
