import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { type LeaveTown, startLeaveTown } from '../testing/sickleave.ts'
import { forFile } from '../testing/for-file.ts'

let town: LeaveTown
const file = forFile()
before(async () => {
  town = await startLeaveTown(file)
})
const opening = { from: '2026-03-02', until: '2026-03-20', reason: '01', diagnosis: 'M54.5', note: 'болови у крстима' }
const leavesOf = (handle: string) => `/sickleave/people/${handle}/leaves`

test('a leave goes from the doctor past day thirty to the commission and back, and the employer has each document at once', async () => {
  town.at('2026-03-02T08:00:00Z')
  const [{ pib }] = town.employers as [{ id: number; pib: string }]
  const person = await town.worker([{ employer: town.employers[0]?.id as number }])
  const clerk = await town.clerk(0)
  const doctor = town.as(town.doctor)

  const before = await doctor('POST', `/sickleave/people/${person.handle}/preview`, { from: '2026-03-02', reason: '01', diagnosis: 'M54.5' })
  assert.equal(before.status, 200, before.text)
  assert.deepEqual(
    [before.body.suggestedUntil, before.body.doctorUntil, before.body.employers, before.body.isUnverified],
    ['2026-03-11', '2026-03-31', 1, true],
  )

  const opened = await doctor('POST', leavesOf(person.handle), opening)
  assert.equal(opened.status, 201, opened.text)
  const leave = `${leavesOf(person.handle)}/${opened.body.id}`
  assert.equal(opened.body.diagnosis, 'M54.5')
  assert.equal(opened.body.explanation[0].en, 'Day 1 of 30 (day of continuous incapacity); the commission decides from 1 April 2026.')

  const inbox = await town.as(clerk)('GET', `/sickleave/employer/${pib}/events`)
  assert.equal(inbox.status, 200, inbox.text)
  assert.deepEqual(
    inbox.body.events.map(({ kind, from, until, category, issuer }: Record<string, string>) => [kind, from, until, category, issuer]),
    [['certificate', '2026-03-02', '2026-03-20', 'illness', 'Дом здравља Пробни']],
  )
  assert.equal(inbox.body.events[0].employee.jmbg, person.jmbg)

  const tooFar = await doctor('POST', `${leave}/extension`, { until: '2026-04-10' })
  assert.equal(tooFar.status, 422)
  assert.match(tooFar.text, /without the commission this leave may reach to 2026-03-31/)
  town.at('2026-03-18T08:00:00Z')
  assert.equal((await town.as(town.doctor)('POST', `${leave}/extension`, { until: '2026-03-31' })).status, 200)
  town.at('2026-03-30T08:00:00Z')
  const referred = await town.as(town.doctor)('POST', `${leave}/referral`, { until: '2026-04-20', note: 'и даље болови' })
  assert.equal(referred.body.status, 'referred', referred.text)

  const commission = town.as(town.commission)
  const { body: queue } = await commission('GET', '/sickleave/commission/waiting')
  assert.deepEqual(
    queue.waiting.map((one: { leave: string }) => one.leave),
    [opened.body.id],
  )
  const file = `/sickleave/commission/people/${queue.waiting[0].person}/leaves/${opened.body.id}`
  assert.equal((await commission('GET', file)).body.leaves[0].diagnosis, 'M54.5')
  const decided = await commission('POST', `${file}/decision`, { decision: 'approved', until: '2026-04-20', number: '12/2026', finding: 'оправдано' })
  assert.deepEqual(decided.body, { status: 'extended', until: '2026-04-20' }, decided.text)
  assert.equal((await commission('GET', file)).status, 403, 'a decided leave is nobody’s business any more')

  town.at('2026-04-20T08:00:00Z')
  const report = await town.as(town.doctor)('POST', `${leave}/report`, { until: '2026-04-20' })
  assert.equal(report.status, 200, report.text)
  assert.equal((await town.as(town.doctor)('POST', `${leave}/closing`, { until: '2026-04-20', why: 'recovered' })).body.status, 'closed')

  const after = await town.as(clerk)('GET', `/sickleave/employer/${pib}/events?after=1`)
  assert.deepEqual(
    after.body.events.map(({ seq, kind, until }: Record<string, string>) => [seq, kind, until]),
    [
      [2, 'changed', '2026-03-31'],
      [3, 'changed', '2026-04-20'],
      [4, 'report', '2026-04-20'],
      [5, 'closed', '2026-04-20'],
    ],
  )
  assert.deepEqual(after.body.events[2].document.days, [
    { from: '2026-03-02', until: '2026-03-31', percent: 65, payer: 'employer', days: 30 },
    { from: '2026-04-01', until: '2026-04-20', percent: 65, payer: 'fund', days: 20 },
  ])
  const own = await town.as(person.account)('GET', '/sickleave/mine')
  assert.deepEqual(
    own.body.leaves[0].steps.map((step: { kind: string }) => step.kind),
    ['opened', 'extended', 'referred', 'decided', 'reported', 'closed'],
  )
  assert.deepEqual([own.body.leaves[0].diagnosis, own.body.leaves[0].documents.length], ['M54.5', 2])
})

test('each of two employers gets its own document for the days of its own employment, and neither can tell that there is another', async () => {
  town.at('2026-05-04T08:00:00Z')
  const [one, other] = town.employers as [{ id: number; pib: string }, { id: number; pib: string }]
  const person = await town.worker([{ employer: one.id }, { employer: other.id, fromDate: '2026-05-06' }])
  const [first, second] = [await town.clerk(0), await town.clerk(1)]
  await town.as(town.doctor)('POST', leavesOf(person.handle), { ...opening, from: '2026-05-04', until: '2026-05-15' })
  const mine = async (clerk: string, pib: string) => (await town.as(clerk)('GET', `/sickleave/employer/${pib}/leaves`)).body.events
  const [[a], [b]] = [await mine(first, one.pib), await mine(second, other.pib)]
  assert.deepEqual([a.from, b.from, a.until, b.until], ['2026-05-04', '2026-05-06', '2026-05-15', '2026-05-15'])
  assert.notEqual(a.leave, b.leave)
  assert.notEqual(a.document.number, b.document.number)
  assert.ok(!JSON.stringify(a).includes(other.pib) && !JSON.stringify(b).includes(one.pib))
  assert.equal((await town.as(first)('GET', `/sickleave/employer/${other.pib}/events`)).status, 403)
  assert.equal((await town.as(first)('GET', `/sickleave/employer/${one.pib}/leaves/${b.leave}`)).status, 404)
})

test('an employment that has ended gets no new document; without any employer the leave is valid and the paper is the person’s', async () => {
  town.at('2026-06-01T08:00:00Z')
  const person = await town.worker([{ employer: town.employers[0]?.id as number, untilDate: '2026-05-30' }])
  const opened = await town.as(town.doctor)('POST', leavesOf(person.handle), { ...opening, from: '2026-05-30', until: '2026-06-05' })
  assert.equal(opened.status, 201, opened.text)
  assert.deepEqual(
    opened.body.documents.map(({ kind, employer }: Record<string, unknown>) => [kind, employer]),
    [['certificate', null]],
  )
})

test('doctor and person read who pays up to the last day of the employment, and what comes after it', async () => {
  town.at('2026-06-01T08:00:00Z')
  const [first, second] = town.employers.map(({ id }) => id) as [number, number]
  const said = async (jobs: Parameters<LeaveTown['worker']>[0], reason = '01') => {
    const person = await town.worker(jobs)
    const wish = { from: '2026-06-01', until: '2026-06-12', reason, diagnosis: 'S61.0' }
    const asked = await town.as(town.doctor)('POST', `/sickleave/people/${person.handle}/preview`, wish)
    const opened = await town.as(town.doctor)('POST', leavesOf(person.handle), wish)
    assert.deepEqual(opened.body.explanation, asked.body.explanation)
    const own = (await town.as(person.account)('GET', '/sickleave/mine')).body.leaves[0].explanation as { en: string }[]
    return own.map(({ en }) => en).slice(1)
  }
  const ordinary = ['From 1 June 2026 to 5 June 2026 65% of the base at the cost of the employer.']
  assert.deepEqual(await said([{ employer: first, untilDate: '2026-06-05' }]), [
    ...ordinary,
    'From 6 June 2026 to 12 June 2026 there is no right: the employment has ended.',
  ])
  assert.deepEqual(await said([{ employer: first, untilDate: '2026-06-05' }], '02'), [
    'From 1 June 2026 to 5 June 2026 100% of the base at the cost of the employer.',
    'From 6 June 2026 to 12 June 2026 100% of the base at the cost of the Fund.',
  ])
  const goesOn = [
    'Day 1 of the employer’s 30; if it lasts, the Fund pays from 1 July 2026.',
    'From 1 June 2026 to 12 June 2026 65% of the base at the cost of the employer.',
  ]
  assert.deepEqual(
    await said([
      { employer: first, untilDate: '2026-06-05' },
      { employer: second, fromDate: '2026-06-06' },
    ]),
    goesOn,
    'the next one follows at once',
  )
  assert.deepEqual(await said([{ employer: first, untilDate: '2026-06-05' }, { employer: second }]), goesOn, 'another one goes on')
})

test('a correction voids every paper and issues the certificate anew; a cancellation reaches the employer and frees the days', async () => {
  town.at('2026-06-08T08:00:00Z')
  const employer = town.employers[0] as { id: number; pib: string }
  const person = await town.worker([{ employer: employer.id }])
  const clerk = await town.clerk(0)
  const doctor = town.as(town.doctor)
  const { body } = await doctor('POST', leavesOf(person.handle), { ...opening, from: '2026-06-08', until: '2026-06-12' })
  const leave = `${leavesOf(person.handle)}/${body.id}`
  const corrected = await doctor('POST', `${leave}/correction`, { ...opening, from: '2026-06-09', until: '2026-06-12', why: 'погрешан дан' })
  assert.equal(corrected.status, 200, corrected.text)
  assert.deepEqual(
    corrected.body.documents.map(({ version, isVoid, from }: Record<string, unknown>) => [version, isVoid, from]),
    [
      [1, true, '2026-06-08'],
      [2, false, '2026-06-09'],
    ],
  )
  assert.equal((await doctor('POST', `${leave}/cancellation`, { why: 'погрешна особа' })).body.status, 'cancelled')
  const known = (await town.as(clerk)('GET', `/sickleave/employer/${employer.pib}/leaves`)).body.events[0]
  assert.deepEqual([known.kind, known.isOpen], ['cancelled', false])
  const all = (await town.as(clerk)('GET', `/sickleave/employer/${employer.pib}/leaves/${known.leave}`)).body.events
  assert.deepEqual(
    all.map((event: { kind: string }) => event.kind),
    ['certificate', 'void', 'certificate', 'cancelled'],
  )
  assert.equal((await doctor('POST', leavesOf(person.handle), { ...opening, from: '2026-06-08', until: '2026-06-12' })).status, 201)
})

test('what is wrong is refused with a sentence where it happened, and nothing is half done', async () => {
  town.at('2026-07-01T08:00:00Z')
  const person = await town.worker([{ employer: town.employers[0]?.id as number }])
  const doctor = town.as(town.doctor)
  const url = leavesOf(person.handle)
  const good = { ...opening, from: '2026-07-01', until: '2026-07-10' }
  for (const [change, status, words] of [
    [{ until: '2026-06-30' }, 422, /would end/],
    [{ from: '2026-06-20', until: '2026-07-05' }, 422, /may open a leave from 2026-06-28/],
    [{ from: '2026-07-20', until: '2026-07-25' }, 422, /further ahead/],
    [{ until: '2026-08-20' }, 422, /may assess up to 2026-07-30/],
    [{ from: '2026-02-30' }, 400, /is a day/],
    [{ diagnosis: 'грип' }, 400, /MKB-10/],
    [{ reason: '06' }, 422, /who is cared for/],
    [{ reason: '9' }, 400, /01 to 08/],
    [{ note: `ЈМБГ ${person.jmbg}` }, 400, /personal number/],
    [{ surprise: true }, 400, /not known here/],
    [{ care: { born: '2020-01-01', isChild: true, isSevere: 'да' }, reason: '06' }, 400, /true or false/],
  ] as const) {
    const answer = await doctor('POST', url, { ...good, ...change })
    assert.equal(answer.status, status, `${JSON.stringify(change)} ${answer.text}`)
    assert.match(answer.text, words)
    assert.ok(!answer.text.includes(person.jmbg))
  }
  assert.deepEqual((await doctor('GET', url)).body.leaves, [])
  assert.equal((await doctor('POST', url, [])).status, 400)
  assert.equal((await doctor('POST', `/sickleave/people/${'0'.repeat(8)}-0000-4000-8000-000000000000/leaves`, good)).status, 403)
})

test('a double press is one leave; two who act at once or on what has changed are told so', async () => {
  town.at('2026-08-03T08:00:00Z')
  const person = await town.worker([{ employer: town.employers[0]?.id as number }])
  const doctor = town.as(town.doctor)
  const url = leavesOf(person.handle)
  const good = { ...opening, id: '5f0e6a52-0f5d-4c0e-9a52-1f2f3f4f5f60', from: '2026-08-03', until: '2026-08-07' }
  const pressed = await Promise.all([1, 2, 3].map(() => doctor('POST', url, good)))
  assert.deepEqual(
    pressed.map(({ status }) => status),
    [201, 201, 201],
    pressed.map(({ text }) => text).join(),
  )
  assert.equal((await doctor('POST', url, { ...good, until: '2026-08-08' })).status, 409)
  const others = await Promise.all([8, 9].map((day) => doctor('POST', url, { ...opening, from: '2026-08-05', until: `2026-08-0${day}` })))
  assert.deepEqual(
    others.map(({ status }) => status),
    [409, 409],
  )
  const leave = `${url}/${good.id}`
  const both = await Promise.all(['10', '11'].map((day) => doctor('POST', `${leave}/extension`, { until: `2026-08-${day}`, seen: 1 })))
  assert.deepEqual(both.map(({ status }) => status).sort(), [200, 409], both.map(({ text }) => text).join())
  const { body } = await doctor('GET', url)
  assert.deepEqual([body.leaves.length, body.leaves[0].steps.length, body.leaves[0].documents.length], [1, 2, 1])
})

test('too late for the doctor is a proposal: no paper leaves until the commission has approved it, and a rejected one never was', async () => {
  town.at('2026-09-14T08:00:00Z')
  const employer = town.employers[0] as { id: number; pib: string }
  const person = await town.worker([{ employer: employer.id }])
  const doctor = town.as(town.doctor)
  const late = { ...opening, from: '2026-09-01', until: '2026-09-18', propose: true }
  const opened = await doctor('POST', leavesOf(person.handle), late)
  assert.deepEqual([opened.status, opened.body.status, opened.body.documents], [201, 'referred', []], opened.text)
  assert.equal((await doctor('POST', `${leavesOf(person.handle)}/${opened.body.id}/report`, { until: '2026-09-10' })).status, 409)
  const file = `/sickleave/commission/people/${person.handle}/leaves/${opened.body.id}/decision`
  const commission = town.as(town.commission)
  const rejected = await commission('POST', file, { decision: 'rejected', until: '2026-09-01', number: '13/2026' })
  assert.equal(rejected.body.status, 'cancelled', rejected.text)
  const again = await doctor('POST', leavesOf(person.handle), late)
  const approved = await commission('POST', `/sickleave/commission/people/${person.handle}/leaves/${again.body.id}/decision`, {
    ...{ decision: 'shortened', until: '2026-09-16', number: '14/2026' },
  })
  assert.equal(approved.status, 200, approved.text)
  const { body } = await doctor('GET', leavesOf(person.handle))
  assert.deepEqual(
    body.leaves.map(({ status, documents }: { status: string; documents: object[] }) => [status, documents.length]),
    [
      ['extended', 1],
      ['cancelled', 0],
    ],
  )
})

test('without a connection a number of a block set aside and the true time are used, each number once', async () => {
  town.at('2026-10-05T08:00:00Z')
  const person = await town.worker([{ employer: town.employers[0]?.id as number }])
  const doctor = town.as(town.doctor)
  const block = await doctor('POST', '/sickleave/blocks', { count: 50 })
  assert.equal(block.status, 201, block.text)
  town.at('2026-10-08T08:00:00Z')
  const later = town.as(town.doctor)
  const offline = { at: '2026-10-05T09:30:00Z', number: block.body.first }
  const body = { ...opening, from: '2026-10-03', until: '2026-10-07', offline }
  const sent = await later('POST', leavesOf(person.handle), body)
  assert.equal(sent.status, 201, sent.text)
  assert.deepEqual([sent.body.documents[0].number, sent.body.documents[0].issuedAt], [block.body.first, '2026-10-05T09:30:00.000Z'])
  const next = { ...body, from: '2026-10-08', until: '2026-10-09', offline: { ...offline, at: '2026-10-08T07:00:00Z' } }
  const close = await later('POST', `${leavesOf(person.handle)}/${sent.body.id}/closing`, { until: '2026-10-07', why: 'recovered' })
  assert.equal(close.status, 200, close.text)
  assert.equal((await later('POST', leavesOf(person.handle), next)).status, 409)
  assert.equal((await later('POST', leavesOf(person.handle), { ...next, offline: { ...offline, number: '00001-2026-99999999' } })).status, 422)
  assert.equal((await later('POST', leavesOf(person.handle), { ...next, offline: { ...offline, at: '2026-11-08T07:00:00Z' } })).status, 400)
})
