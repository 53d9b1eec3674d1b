import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { type LeaveTown, startLeaveTown, type Worker } from '../testing/sickleave.ts'
import { asEmployer } from './employer/store.ts'
import { keyOfShare, sharedPlace } from './employer/share.ts'
import { issuerShown } from './employer/view.ts'
import { knownFields } from './leak/leak-fields.ts'
import { leakTest } from './leak/leak-test.ts'
import { openPart, sealPart } from './medical/medical.ts'
import { openWith } from './sealed.ts'
import { forFile } from '../testing/for-file.ts'

let town: LeaveTown
let person: Worker
let leave: string
let clerk: string
const pib = () => town.employers[0]?.pib as string
const known = async () => (await town.as(clerk)('GET', `/sickleave/employer/${pib()}/leaves`)).body.events[0].leave as string

const file = forFile()
before(async () => {
  town = await startLeaveTown(file)
  person = await town.worker([{ employer: town.employers[0]?.id as number }, { employer: town.employers[1]?.id as number }])
  clerk = await town.clerk(0)
  const body = { from: '2026-03-02', until: '2026-03-25', reason: '01', diagnosis: 'C50.9', exception: 'malignant', note: 'терапија у току' }
  const opened = await town.as(town.doctor)('POST', `/sickleave/people/${person.handle}/leaves`, body)
  assert.equal(opened.status, 201, opened.text)
  leave = opened.body.id
  const at = `/sickleave/people/${person.handle}/leaves/${leave}`
  assert.equal((await town.as(town.doctor)('POST', `${at}/referral`, { until: '2026-05-20' })).status, 200)
  const decision = { decision: 'shortened', until: '2026-05-10', number: 'ЛК-77/2026', finding: 'контрола за месец' }
  assert.equal((await town.as(town.commission)('POST', `/sickleave/commission/people/${person.handle}/leaves/${leave}/decision`, decision)).status, 200)
})

describe('the sealed diagnosis', () => {
  test('everything an employer could try gives none of what is secret about a leave', async (t) => {
    const before = process.cpuUsage()
    const report = await leakTest(town.world)
    const { user, system } = process.cpuUsage(before)
    t.diagnostic(`${report.answers} answers, ${((user + system) / 1e6).toFixed(1)} s of a processor`)
    assert.deepEqual(report.found, [])
    assert.deepEqual([report.employers, report.leaves], [2, 2])
    assert.ok(report.routes.length >= 13 && report.routes.includes('GET /employer/:pib/leaves/:leave/documents/:number/:version/:form'))
    assert.ok(report.answers > 80)
  })

  test('the trial knows each field by which the published document says that an employer is answered', async () => {
    const document = (await town.app.inject('/openapi.json')).json()
    const fields = new Set<string>()
    const collect = (value: unknown): void => {
      if (typeof value !== 'object' || value === null) return
      const { properties, $ref: named } = value as { properties?: object; $ref?: string }
      for (const name of Object.keys(properties ?? {})) fields.add(name)
      if (named) collect(document.components.schemas[named.split('/').at(-1) as string])
      else Object.values(value).forEach(collect)
    }
    // What the person shared is answered at a URL of its own.
    for (const [path, of] of Object.entries<Record<string, { responses: object }>>(document.paths))
      if (path.startsWith('/sickleave/employer') && !path.endsWith('/shared')) for (const { responses } of Object.values(of)) collect(responses)
    assert.ok(fields.size > 100, String(fields.size))
    assert.deepEqual(
      [...fields].filter((field) => !knownFields.has(field)),
      [],
      'say in leak-fields.ts what it is, after a look at what it could carry',
    )
  })

  test('the trial finds a leak when there is one: a field, a word, a right of the role, a number that is missing', async () => {
    const { owner } = town
    const trial = async () => (await leakTest(town.world, { only: '/events' })).found.join('\n')
    await owner`update sickleave.employer_event set content = content || '{"diagnosis": "C50.9"}' where seq = 1`
    await owner`grant select (body) on sickleave.step to spona_employer`
    await owner`update sickleave.employer_event set seq = seq + 1000 where seq > 1`
    const found = await trial()
    await owner`update sickleave.employer_event set content = content - 'diagnosis' where seq = 1`
    await owner`update sickleave.employer_event set seq = seq - 1000 where seq > 1000`
    await owner`revoke select (body) on sickleave.step from spona_employer`
    for (const leak of [/secret words/, /has a field diagnosis/, /may read sickleave\.step \(body\)/, /has a gap/]) assert.match(found, leak)
  })

  test('the employer’s database role reaches no other table and no row of another employer, and the server none of the medical table', async () => {
    const { sql } = town
    const tries = [
      'select 1 from sickleave.step',
      'select 1 from sickleave.leave',
      'select content from sickleave.document',
      'select patient from sickleave.shared',
      'select 1 from record.resource',
      'select 1 from identity.person',
      `select sickleave_medical.parts_of(1, '${leave}')`,
      'select 1 from sickleave_medical.part',
    ]
    const { Fragment } = await import('../platform/sql.ts')
    for (const text of tries)
      await assert.rejects(
        asEmployer(sql, [1, 2], (tx) => tx.run(new Fragment([text], []))),
        /permission denied/,
        text,
      )
    await assert.rejects(sql`select 1 from sickleave_medical.part`, /permission denied/)
    const own = town.employers[0]?.id as number
    const rows = await asEmployer(sql, [own], (tx) => tx<{ employer: number }>`select distinct employer from sickleave.employer_event`)
    assert.deepEqual(rows, [{ employer: own }])
  })

  test('what is stored of the medical part is sealed for its place and opens nowhere else', async () => {
    const { owner, world } = town
    const parts = await owner<{ sealed: Buffer }>`select sealed from sickleave_medical.part`
    assert.equal(parts.length, 2)
    const tables = await owner<{ all: string }>`select string_agg(body::text, '') as all from sickleave.step`
    for (const text of [...parts.map(({ sealed }) => sealed.toString('latin1')), tables[0]?.all ?? ''])
      assert.ok(!text.includes('C50') && !text.includes('терапија'))
    const sealed = sealPart(world, 'here', { diagnosis: 'C50' })
    assert.deepEqual(openPart(world, 'here', sealed), { diagnosis: 'C50' })
    assert.throws(() => openPart(world, 'there', sealed))
  })

  test('the employee shares the diagnosis with one employer and takes it back; the other never sees it', async () => {
    const other = await town.clerk(1)
    const otherPib = town.employers[1]?.pib as string
    const otherLeave = (await town.as(other)('GET', `/sickleave/employer/${otherPib}/leaves`)).body.events[0].leave
    const shared = async () => (await town.as(clerk)('GET', `/sickleave/employer/${pib()}/leaves/${await known()}/shared`)).status
    const sharing = `/sickleave/mine/${leave}/sharing/${pib()}`
    assert.equal(await shared(), 404)
    assert.equal((await town.as(person.account)('PUT', sharing)).status, 204)
    const answer = await town.as(clerk)('GET', `/sickleave/employer/${pib()}/leaves/${await known()}/shared`)
    assert.deepEqual(answer.body, { diagnosis: 'C50.9', until: null })
    assert.equal((await town.as(other)('GET', `/sickleave/employer/${otherPib}/leaves/${otherLeave}/shared`)).status, 404)
    assert.deepEqual((await leakTest(town.world, { only: '/leaves' })).found, [], 'sharing opens its own address only')
    assert.equal((await town.as(person.account)('DELETE', sharing)).status, 204)
    assert.equal(await shared(), 404)
    assert.equal((await town.as(town.doctor)('PUT', sharing)).status, 403)
  })

  test('a consent has a last day when the person sets one, is written with its end, and each share has a key of its own', async () => {
    const shared = async () => (await town.as(clerk)('GET', `/sickleave/employer/${pib()}/leaves/${await known()}/shared`)).status
    const put = async (body?: object) => (await town.as(person.account)('PUT', `/sickleave/mine/${leave}/sharing/${pib()}`, body)).status
    const row = async () => (await town.owner<{ share: string; sealed: Buffer }>`select share, sealed from sickleave.shared`)[0]
    assert.deepEqual(
      [await put({ until: '2026-03-01' }), await put({ until: '2027-06-01' }), await put({ days: 3 }), await put({ until: 'x' })],
      [422, 422, 400, 400],
    )
    assert.equal(await put({ until: '2026-03-04' }), 204)
    assert.equal(await shared(), 200)
    const first = await row()
    assert.equal(await put({ until: '2026-03-04' }), 204)
    const second = await row()
    assert.notEqual(first?.share, second?.share)
    const place = sharedPlace(await known(), town.employers[0]?.id as number)
    assert.deepEqual(openWith(keyOfShare(town.world, second?.share as string), place, second?.sealed as Buffer), { diagnosis: 'C50.9', until: '2026-03-04' })
    assert.throws(() => openWith(keyOfShare(town.world, first?.share as string), place, second?.sealed as Buffer))
    assert.throws(() => openPart(town.world, place, second?.sealed as Buffer), 'nor does the key of the medical part')
    const own = async () => (await town.as(person.account)('GET', '/sickleave/mine')).body.leaves.find(({ id }: { id: string }) => id === leave).documents
    const seen = async () =>
      (await own())
        .filter((paper: { pib: string }) => paper.pib === pib())
        .map((paper: { isShared: boolean; sharedUntil: string | null }) => [paper.isShared, paper.sharedUntil])[0]
    assert.deepEqual(await seen(), [true, '2026-03-04'])
    town.at('2026-03-05T00:30:00Z')
    assert.equal(await shared(), 404)
    assert.deepEqual(await seen(), [false, '2026-03-04'], 'the person reads that it ended, and when')
    town.at('2026-03-02T08:00:00Z')
  })

  test('sharing ends when the paper becomes void', async () => {
    const other = await town.worker([{ employer: town.employers[0]?.id as number }])
    const wish = { from: '2026-03-02', until: '2026-03-06', reason: '01', diagnosis: 'J06.9' }
    const at = `/sickleave/people/${other.handle}/leaves`
    const { body } = await town.as(town.doctor)('POST', at, wish)
    assert.equal((await town.as(other.account)('PUT', `/sickleave/mine/${body.id}/sharing/${pib()}`)).status, 204)
    const count = async () => (await town.owner<{ n: number }>`select count(*)::int4 as n from sickleave.shared where leave = ${body.id}`)[0]?.n
    assert.equal(await count(), 1)
    const corrected = await town.as(town.doctor)('POST', `${at}/${body.id}/correction`, { ...wish, until: '2026-03-05', why: 'погрешан датум' })
    assert.equal(corrected.status, 200, corrected.text)
    assert.equal(await count(), 0)
  })

  test('an issuer whose name or kind says what somebody is ill of is shown as neutral', () => {
    assert.equal(issuerShown({ name: 'Дом здравља Врачар', kind: 'health-center' }), 'Дом здравља Врачар')
    for (const [name, kind] of [
      ['Институт за онкологију', 'institute'],
      ['Дом здравља, Центар за ментално здравље', 'health-center'],
      ['Ординација „Мир“', 'private-practice'],
    ] as const)
      assert.equal(issuerShown({ name, kind }), 'Здравствена установа', name)
    assert.equal(issuerShown(null), 'Здравствена установа')
  })
})

describe('who may ask', () => {
  test('each side has its own routes, no one answers another, and every no is written', async () => {
    const url = `/sickleave/people/${person.handle}/leaves`
    const stranger = await town.account(['doctor'], { worker: town.place.worker + 1000, institution: town.place.institution })
    const { owner } = town
    const denials = async () =>
      (await owner<{ n: number }>`select count(*)::int4 as n from audit.entry where entry::text like '%"deny"%' and entry::text like '%sick%'`)[0]?.n as number
    const before = await denials()
    const no: [string, string, string][] = [
      [stranger, 'GET', url],
      [clerk, 'GET', url],
      [person.account, 'GET', url],
      [person.account, 'GET', `/sickleave/employer/${pib()}/events`],
      [town.doctor, 'GET', '/sickleave/commission/waiting'],
      [town.doctor, 'GET', '/sickleave/mine'],
      [town.doctor, 'GET', `/sickleave/employer/${pib()}/events`],
      [town.commission, 'GET', url],
      [clerk, 'GET', `/sickleave/employer/${town.employers[1]?.pib}/events`],
    ]
    for (const [who, method, path] of no) assert.equal((await town.as(who)(method, path)).status, 403, `${path}`)
    assert.equal(await denials(), before + no.length)
    for (const path of ['/mine', '/employer', '/commission/waiting']) assert.equal((await town.app.inject(`/sickleave${path}`)).statusCode, 401)
  })

  test('the person sees in the access log that the employer looked, and no number stands in it', async () => {
    await town.as(clerk)('GET', `/sickleave/employer/${pib()}/events`)
    const rows = await town.owner<{ entry: string }>`select entry::text as entry from audit.entry where patient = ${person.root}`
    assert.ok(rows.some(({ entry }) => entry.includes('"basis":"employer"') || entry.includes('"basis": "employer"')))
    assert.ok(rows.every(({ entry }) => !entry.includes(person.jmbg) && !entry.includes('C50')))
  })

  test('who no longer acts for an employer sees nothing from the next question on', async () => {
    const { endMember } = await import('./employer/members.ts')
    const gone = await town.clerk(0)
    assert.equal((await town.as(gone)('GET', `/sickleave/employer/${pib()}/events`)).status, 200)
    await town.sql.begin((tx) => endMember(tx, gone, pib(), town.world.now()))
    assert.equal((await town.as(gone)('GET', `/sickleave/employer/${pib()}/events`)).status, 403)
  })
})
