import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { access } from '../../access/access.ts'
import { bulk } from '../../registry/registry.ts'
import { leakTest } from '../leak/leak-test.ts'
import { forFile } from '../../testing/for-file.ts'
import { type LeaveTown, startLeaveTown, type Worker } from '../../testing/sickleave.ts'

let town: LeaveTown
let signer: string
let second: string
const pib = () => town.employers[0]?.pib as string
const at = () => `/sickleave/employer/${pib()}/objections`

const file = forFile()
before(async () => {
  town = await startLeaveTown(file)
  signer = await town.clerk(0, 'signer')
  second = await town.account(['commission2'], { name: 'др Дуга Симић' })
})

async function opened(from: string, until: string, more: object = {}): Promise<{ person: Worker; id: string; url: string; known: string }> {
  const person = await town.worker([{ employer: town.employers[0]?.id as number }])
  const url = `/sickleave/people/${person.handle}/leaves`
  const { body, status, text } = await town.as(town.doctor)('POST', url, { from, until, reason: '01', diagnosis: 'F32.1', ...more })
  assert.equal(status, 201, text)
  const { body: list } = await town.as(signer)('GET', `/sickleave/employer/${pib()}/leaves`)
  return { person, id: body.id, url: `${url}/${body.id}`, known: list.events[0]?.leave }
}
const review = (who: string, person: Worker, id: string, body: object) =>
  town.as(who)('POST', `/sickleave/commission/people/${person.handle}/leaves/${id}/review`, body)
const lines = async (who: string) => (await town.as(who)('GET', '/sickleave/commission/agenda')).body.lines

test('an employer objects to the doctor’s assessment: the first degree sits over it, shortens the leave, and the employer hears only how it ended', async () => {
  town.at('2026-03-02T08:00:00Z')
  const { person, id, known } = await opened('2026-03-02', '2026-03-20')
  const made = await town.as(signer)('POST', at(), { kind: 'assessment', leave: known, text: 'Запослени је виђен на другом послу.' })
  assert.equal(made.status, 201, made.text)
  assert.deepEqual([made.body.state, made.body.due], ['open', '2026-03-10'])
  assert.equal((await town.as(signer)('POST', at(), { kind: 'assessment', leave: known, text: 'Поново.' })).status, 409, 'once while it is open')
  const [line] = await lines(town.commission)
  assert.deepEqual([line.kind, line.leave, line.due, line.session], ['assessment', id, '2026-03-10', null])
  assert.deepEqual(await lines(second), [], 'it is not the second degree’s')
  const scheduled = await town.as(town.commission)('POST', '/sickleave/commission/agenda', {
    session: '2026-03-05',
    items: [{ leave: id, objection: line.objection }],
  })
  assert.equal(scheduled.body.lines[0].session, '2026-03-05', scheduled.text)
  const seen = await town.as(town.commission)('GET', `/sickleave/commission/people/${person.handle}/leaves/${id}`)
  assert.deepEqual([seen.body.objection.text, seen.body.leaves[0].diagnosis, seen.body.isProposed], ['Запослени је виђен на другом послу.', 'F32.1', false])

  const decision = { accept: true, why: 'радна способност је враћена', number: 'ЛК-9/2026', until: '2026-03-12', isEnd: true, finding: 'уредан налаз' }
  assert.equal((await review(second, person, id, decision)).status, 403)
  assert.equal((await review(town.commission, person, id, { ...decision, until: '2026-03-01' })).status, 422)
  assert.deepEqual((await review(town.commission, person, id, decision)).body, { status: 'closed', until: '2026-03-12' })
  assert.equal((await town.as(town.commission)('GET', `/sickleave/commission/people/${person.handle}/leaves/${id}`)).status, 403, 'decided, it is closed again')
  const { body: stream } = await town.as(signer)('GET', `/sickleave/employer/${pib()}/leaves/${known}`)
  assert.deepEqual(
    stream.events.map(({ kind, until, about }: { kind: string; until: string; about?: { state: string } }) => [kind, until, about?.state]),
    [
      ['certificate', '2026-03-20', undefined],
      ['objection', '2026-03-20', 'open'],
      ['closed', '2026-03-12', undefined],
      ['objection', '2026-03-12', 'accepted'],
    ],
  )
  for (const secret of ['ЛК-9', 'способност', 'налаз', 'комисиј']) assert.ok(!JSON.stringify(stream).includes(secret), secret)

  // The person asks the second degree and gets the days back.
  const mine = await town.as(person.account)('POST', '/sickleave/mine/objections', { kind: 'assessment', leave: id, text: 'Још имам тегобе.' })
  assert.equal(mine.status, 201, mine.text)
  assert.deepEqual(await lines(town.commission), [])
  assert.equal((await lines(second))[0].objection, mine.body.id)
  const more = { accept: true, why: 'тегобе трају', number: 'ДК-2/2026', until: '2026-03-18', isEnd: false }
  assert.deepEqual((await review(second, person, id, more)).body, { status: 'extended', until: '2026-03-18' })
  const { body: own } = await town.as(person.account)('GET', '/sickleave/mine/objections')
  assert.deepEqual([own.objections[0].state, own.objections[0].answer], ['accepted', 'тегобе трају'])
  const stored = await town.owner<{ n: number }>`
    select count(*)::int4 as n from sickleave.objection_step where position(convert_to('тегобе', 'UTF8') in sealed) > 0`
  assert.equal(stored[0]?.n, 0, 'what was written is sealed')
})

test('after three working days it is too late and the day is said; a control and a correction have no such limit', async () => {
  town.at('2026-04-08T08:00:00Z')
  const { person, known, id, url } = await opened('2026-04-08', '2026-04-24')
  // Easter lies between them: Friday 10 to Monday 13 April are free, so the third working day is 15 April.
  town.at('2026-04-16T08:00:00Z')
  const late = await town.as(signer)('POST', at(), { kind: 'assessment', leave: known, text: 'Не слажем се.' })
  assert.equal(late.status, 422)
  assert.match(late.text, /ended 2026-04-15/)
  assert.equal((await town.as(signer)('POST', at(), { kind: 'control', leave: known, text: 'Молимо проверу.' })).status, 201)
  assert.equal((await town.as(signer)('POST', at(), { kind: 'correction', leave: known, text: 'Погрешан послодавац.' })).status, 201)
  assert.deepEqual((await review(town.commission, person, id, { accept: false, why: 'оправдано', number: 'ЛК-10' })).body, {
    status: 'opened',
    until: '2026-04-24',
  })
  const { body: desk } = await town.as(town.doctor)('GET', '/sickleave/corrections')
  assert.deepEqual([desk.lines.length, desk.lines[0].text, desk.lines[0].madeBy], [1, 'Погрешан послодавац.', 'employer'])
  const accept = () => town.as(town.doctor)('POST', `/sickleave/corrections/${desk.lines[0].id}`, { accept: true, why: 'исправљено', number: '1' })
  const nothing = await accept()
  assert.deepEqual([nothing.status, /nothing of this leave was changed/.test(nothing.text)], [409, true])
  const same = { from: '2026-04-08', until: '2026-04-24', reason: '01', diagnosis: 'F32.1', why: 'послодавац по регистру' }
  assert.equal((await town.as(town.doctor)('POST', `${url}/correction`, same)).status, 200)
  const answered = await accept()
  assert.deepEqual(answered.body.lines, [])
  const { body: list } = await town.as(signer)('GET', at())
  assert.deepEqual(
    list.objections
      .filter(({ leave }: { leave: string }) => leave === known)
      .map(({ kind, state }: Record<string, string>) => [kind, state])
      .sort(),
    [
      ['control', 'rejected'],
      ['correction', 'accepted'],
    ],
  )
})

test('a doctor answers without a number, and reads what a correction states anew: the exception of the leave as a whole, whatever was added later', async () => {
  town.at('2026-09-07T08:00:00Z')
  const care = { born: '2021-02-03', isChild: true, isSevere: false }
  const { person, id, url } = await opened('2026-09-07', '2026-09-11', { exception: 'surgery' })
  const asked = { kind: 'correction', leave: id, text: 'Погрешан дан.' }
  const { body: made } = await town.as(person.account)('POST', '/sickleave/mine/objections', asked)
  assert.equal((await town.as(town.doctor)('POST', `${url}/extension`, { until: '2026-09-12', note: 'напомена' })).status, 200)
  const shown = async () => (await town.as(town.doctor)('GET', url.replace(/\/[^/]+$/, ''))).body.leaves.find((one: { id: string }) => one.id === id)
  assert.deepEqual([(await shown()).exception, (await shown()).care], ['surgery', null])
  const stated = { from: '2026-09-07', until: '2026-09-10', reason: '06', diagnosis: 'J06.9', care, why: 'погрешан разлог' }
  assert.equal((await town.as(town.doctor)('POST', `${url}/correction`, stated)).status, 200)
  assert.deepEqual([(await shown()).exception, (await shown()).care], [null, care])
  const answer = await town.as(town.doctor)('POST', `/sickleave/corrections/${made.id}`, { accept: true, why: 'исправљено' })
  assert.equal(answer.status, 200, answer.text)
  const { body: own } = await town.as(person.account)('GET', '/sickleave/mine/objections')
  assert.deepEqual([own.objections[0].state, own.objections[0].answer], ['accepted', 'исправљено'])
})

test('while the doctor is away a colleague of the same unit takes the request and answers it; nobody else does, and the substitution ends with the answer', async () => {
  town.at('2026-10-05T08:00:00Z')
  const { person, id, url } = await opened('2026-10-05', '2026-10-09')
  const { body: made } = await town.as(person.account)('POST', '/sickleave/mine/objections', { kind: 'correction', leave: id, text: 'Погрешан дан.' })
  const { institution, unit } = town.place
  const doctorOf = async (name: string, at: { institution: number; unit: number }, licenceNumber: string) => {
    const [colleague] = await town.world.sql.begin((tx) =>
      bulk.registerWorkers(tx, [
        {
          ...{ family: name, given: 'Мила', sex: 'female', title: 'др', licenceNumber, licenceKind: 'doctor', licenceStatus: 'active' },
          employments: [{ ...at, role: 'doctor', fromDate: '2020-01-01' }],
        },
      ]),
    )
    return town.account(['doctor'], { ...at, worker: colleague as number, name: `др Мила ${name}` })
  }
  const elsewhere = await town.world.sql.begin((tx) => bulk.registerUnits(tx, [{ institution, code: '2', name: 'Медицина рада' }]))
  // The doctor of the leave works in the unit; before this nobody knows whose colleague they are.
  await town.world.sql.begin((tx) =>
    bulk.registerWorkers(tx, [
      {
        ...{ family: 'Лукић', given: 'Вера', title: 'др', sex: 'female', licenceNumber: 'L1', licenceKind: 'doctor', licenceStatus: 'active' },
        employments: [{ institution, unit, role: 'doctor', fromDate: '2020-01-01' }],
      },
    ]),
  )
  const near = town.as(await doctorOf('Сарић', { institution, unit }, 'L2'))
  const far = town.as(await doctorOf('Ракић', { institution, unit: elsewhere[0] as number }, 'L3'))
  const take = (who: typeof near) => who('POST', `/sickleave/corrections/${made.id}/taking`, {})
  const answer = (who: typeof near) => who('POST', `/sickleave/corrections/${made.id}`, { accept: true, why: 'исправљено' })

  assert.deepEqual((await far('GET', '/sickleave/corrections')).body.ofColleagues, [])
  assert.deepEqual([(await take(far)).status, (await answer(far)).status, (await answer(near)).status], [404, 404, 404])
  const { body: before } = await near('GET', '/sickleave/corrections')
  assert.deepEqual([before.lines, before.ofColleagues.length], [[], 1])
  const [waiting] = before.ofColleagues
  assert.deepEqual([waiting.id, waiting.number, waiting.doctor], [made.id, made.number, 'др Вера Лукић'])
  for (const secret of ['Петровић', 'Погрешан', person.handle])
    assert.ok(!JSON.stringify(before).includes(secret), 'whose it is stays unsaid until it is taken')
  assert.equal((await near('GET', `/sickleave/people/${person.handle}/leaves`)).status, 403)

  const { body: taken } = await take(near)
  assert.deepEqual([taken.lines[0].person, taken.lines[0].text, taken.ofColleagues], [person.handle, 'Погрешан дан.', []])
  assert.equal((await take(near)).status, 200, 'twice is once')
  assert.equal((await town.as(town.doctor)('GET', '/sickleave/corrections')).body.lines[0].id, made.id, 'the doctor of the leave still sees it')
  const stated = { from: '2026-10-05', until: '2026-10-08', reason: '01', diagnosis: 'F32.1', why: 'погрешан дан' }
  assert.equal((await near('POST', `${url}/correction`, stated)).status, 200)
  const [entry] = await town.owner<{
    n: number
  }>`select count(*)::int4 as n from audit.entry where entry like ${`%sick-leave-objection ${made.id}%substitute%`}`
  assert.ok((entry?.n ?? 0) > 0, 'the person reads who took it')
  assert.equal((await answer(near)).status, 200)
  assert.equal((await near('GET', `/sickleave/people/${person.handle}/leaves`)).status, 403, 'answered, the person is the chosen doctor’s alone again')
})

test('who stands in for the chosen doctor finds the requests of their people and answers them', async () => {
  town.at('2026-10-19T08:00:00Z')
  const { person, id } = await opened('2026-10-19', '2026-10-23')
  const { body: made } = await town.as(person.account)('POST', '/sickleave/mine/objections', { kind: 'correction', leave: id, text: 'Погрешан дан.' })
  const [substitute] = await town.world.sql.begin((tx) =>
    bulk.registerWorkers(tx, [{ family: 'Нешић', given: 'Раде', sex: 'male', licenceNumber: 'L9', licenceKind: 'doctor', licenceStatus: 'active' }]),
  )
  const account = await town.account(['doctor'], { institution: town.place.institution, worker: substitute as number, name: 'др Раде Нешић' })
  const desk = async () => (await town.as(account)('GET', '/sickleave/corrections')).body.lines.map((one: { id: string }) => one.id)
  assert.deepEqual(await desk(), [])
  const away = { worker: town.place.worker, substitute: substitute as number, fromDay: '2026-10-19', untilDay: '2026-10-21' }
  await town.world.sql.begin((tx) => access.setSubstitution(tx, [away]))
  town.at('2026-10-19T08:00:01Z')
  assert.ok((await desk()).includes(made.id))
  const refused = await town.as(account)('POST', `/sickleave/corrections/${made.id}`, { accept: false, why: 'дан је тачан' })
  assert.equal(refused.status, 200, refused.text)
  town.at('2026-10-22T08:00:00Z')
  assert.deepEqual(await desk(), [], 'the last day is over')
})

test('a rejected objection is appealed to the second degree within its own time limit, and there it ends', async () => {
  town.at('2026-06-15T08:00:00Z')
  const { person, id } = await opened('2026-06-15', '2026-06-30')
  const mine = town.as(person.account)
  const object = () => mine('POST', '/sickleave/mine/objections', { kind: 'assessment', leave: id, text: 'Трајаће дуже.' })
  const limit = async () => (await mine('GET', '/sickleave/mine/objections')).body.limits.map(({ until, degree }: Record<string, unknown>) => [until, degree])
  assert.deepEqual(await limit(), [['2026-06-18', 1]])
  assert.equal((await object()).status, 201)
  town.at('2026-06-22T08:00:00Z')
  assert.equal((await review(town.commission, person, id, { accept: false, why: 'трајање одговара', number: 'ЛК-20' })).status, 200)
  assert.deepEqual(await limit(), [['2026-06-25', 2]], 'from the answer on, to whoever has not assessed yet')
  assert.equal((await object()).status, 201)
  assert.equal((await lines(second)).length, 1)
  assert.deepEqual(await lines(town.commission), [])
  assert.equal((await review(second, person, id, { accept: false, why: 'потврђено', number: 'ДК-20' })).status, 200)
  assert.deepEqual(await limit(), [])
  const third = await object()
  assert.equal(third.status, 409)
  assert.match(third.text, /second degree has decided/)
})

test('a proposal that the first degree rejected can be won at the second: the leave and its paper come into being then', async () => {
  town.at('2026-05-14T08:00:00Z')
  const { person, id, url } = await opened('2026-05-04', '2026-05-22', { propose: true })
  const decision = { decision: 'rejected', until: '2026-05-04', number: 'ЛК-11' }
  const rejected = await town.as(town.commission)('POST', `/sickleave/commission/people/${person.handle}/leaves/${id}/decision`, decision)
  assert.equal(rejected.body.status, 'cancelled')
  assert.equal((await town.as(town.doctor)('POST', `${url}/extension`, { until: '2026-05-25' })).status, 409)
  assert.equal((await town.as(person.account)('POST', '/sickleave/mine/objections', { kind: 'assessment', leave: id, text: 'Био сам болестан.' })).status, 201)
  const won = await review(second, person, id, { accept: true, why: 'оправдано', number: 'ДК-3', until: '2026-05-22', isEnd: false })
  assert.deepEqual(won.body, { status: 'extended', until: '2026-05-22' }, won.text)
  const { body } = await town.as(person.account)('GET', '/sickleave/mine')
  assert.deepEqual([body.leaves[0].documents.length, body.leaves[0].documents[0].kind], [1, 'certificate'])
})

test('each side asks what it may, and withdraws its own; nothing that an employer gets speaks of what is secret', async () => {
  town.at('2026-06-01T08:00:00Z')
  const { person, known, id } = await opened('2026-06-01', '2026-06-12')
  for (const [body, status] of [
    [{ kind: 'calculation', leave: known, text: 'Износ.' }, 422],
    [{ kind: 'gift', leave: known, text: 'x' }, 400],
    [{ kind: 'control', leave: crypto.randomUUID(), text: 'x' }, 404],
    [{ kind: 'control', leave: known, text: person.jmbg }, 400],
  ] as const)
    assert.equal((await town.as(signer)('POST', at(), body)).status, status, JSON.stringify(body))
  assert.equal((await town.as(person.account)('POST', '/sickleave/mine/objections', { kind: 'control', leave: id, text: 'x' })).status, 400)
  assert.equal((await town.as(await town.clerk(0, 'viewer'))('POST', at(), { kind: 'control', leave: known, text: 'x' })).status, 403)
  const made = await town.as(signer)('POST', at(), { kind: 'control', leave: known, text: 'Провера.' })
  const other = await town.clerk(1, 'signer')
  const elsewhere = `/sickleave/employer/${town.employers[1]?.pib}/objections/${made.body.id}/withdrawal`
  assert.equal((await town.as(other)('POST', elsewhere, { why: 'x' })).status, 404)
  const withdrawn = await town.as(signer)('POST', `${at()}/${made.body.id}/withdrawal`, { why: 'решено' })
  assert.equal(withdrawn.body.objections.find((one: { id: string }) => one.id === made.body.id).state, 'withdrawn', withdrawn.text)
  assert.deepEqual(await lines(town.commission), [])
  assert.deepEqual((await leakTest(town.world, { only: '/objections' })).found, [])
})
