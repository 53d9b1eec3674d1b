import assert from 'node:assert/strict'
import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { before, describe, test } from 'node:test'
import { hashPassword } from '../../access/password.ts'
import { forFile } from '../../testing/for-file.ts'
import { type LeaveTown, startLeaveTown, type Worker } from '../../testing/sickleave.ts'
import { type Signer, signerOf } from '../../testing/signer.ts'
import { pdfText } from '../leak/pdf-text.ts'
import { withoutSeal } from '../leak/without-seal.ts'
import { verifyEvidence } from './verify-evidence.ts'

const file = forFile()
let town: LeaveTown
let person: Worker
let doctor: Signer
let url: string
before(async () => {
  town = await startLeaveTown(file)
  person = await town.worker([{ employer: town.employers[0]?.id as number }])
  url = `/sickleave/people/${person.handle}/leaves`
  doctor = await signerOf(town, town.doctor)
})

const opening = () => ({ id: randomUUID(), from: '2026-03-02', until: '2026-03-10', reason: '01', diagnosis: 'C50.9', note: 'терапија' })
const refused = async (answer: Promise<{ status: number; text: string }>, status: number, words: RegExp) => {
  const { status: given, text } = await answer
  assert.equal(given, status, text)
  assert.match(text, words)
}

describe('the session signature', () => {
  test('is unlocked by showing once more who one is, for this session; a stale sign-in, a wrong password and a private key are refused', async () => {
    const clerk = await signerOf(town, await town.clerk(0))
    await refused(clerk.send('POST', '/sickleave/signature', { publicKey: clerk.publicKey }), 403, /doctor at work/)
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const wrong = [privateKey.export({ format: 'jwk' }), { ...doctor.publicKey, x: 'A'.repeat(43) }, 'x', null, { ...doctor.publicKey, crv: 'P-384' }]
    for (const publicKey of wrong) await refused(doctor.send('POST', '/sickleave/signature', { publicKey }), 400, /publicKey|JSON object|not known/)
    town.at('2026-03-02T08:11:00Z')
    await refused(doctor.send('POST', '/sickleave/signature', { publicKey: doctor.publicKey }), 403, /sign-in is more than 10 minutes old/)
    town.at('2026-03-02T08:00:00Z')
    const unlocked = await doctor.send('POST', '/sickleave/signature', { publicKey: doctor.publicKey })
    assert.deepEqual(unlocked.body, { now: '2026-03-02T08:00:00.000Z', isDemanded: false, keys: [{ kid: doctor.kid, until: '2026-03-02T16:00:00.000Z' }] })
    await refused(doctor.send('POST', '/sickleave/signature', { publicKey: doctor.publicKey }), 409, /registered already/)

    const withPassword = await town.account(['doctor'], { ...town.place, userName: 'vera', password: null, name: 'др Вера' })
    await town.owner`update access.account set password = ${await hashPassword('тајна реч')} where id = ${withPassword}`
    const vera = await signerOf(town, withPassword)
    await refused(vera.send('POST', '/sickleave/signature', { publicKey: vera.publicKey }), 400, /password is needed/)
    await refused(vera.send('POST', '/sickleave/signature', { publicKey: vera.publicKey, password: 'друга' }), 403, /password is wrong/)
    assert.equal((await vera.send('POST', '/sickleave/signature', { publicKey: vera.publicKey, password: 'тајна реч' })).status, 201)
    const denied = await town.owner<{ count: number }>`
      select count(*)::int as count from audit.entry where entry like '%sick-leave signature%' and entry like '%the password is wrong%'`
    assert.equal(denied[0]?.count, 1)
  })

  test('signs an opening, a report and a closing; papers say that and not by whom, and the evidence holds without the server', async () => {
    const body = opening()
    const leave = body.id
    const opened = await doctor.send('POST', url, doctor.signed({ act: 'opening', person: person.handle, leave, body }))
    assert.equal(opened.status, 201, opened.text)
    for (const [act, more] of [
      ['report', { until: '2026-03-05', seen: 1 }],
      ['closing', { until: '2026-03-06', why: 'recovered' }],
    ] as const) {
      const answer = await doctor.send('POST', `${url}/${leave}/${act}`, doctor.signed({ act, person: person.handle, leave, body: more }))
      assert.equal(answer.status, 200, answer.text)
    }
    const { body: known } = await doctor.send('GET', url)
    assert.deepEqual(
      known.leaves[0].steps.map(({ kind, signedBy }: { kind: string; signedBy: string }) => [kind, signedBy]),
      ['opened', 'reported', 'closed'].map((kind) => [kind, 'doctor']),
    )
    const [paper] = known.leaves[0].documents
    const { cookie } = await town.cookie(person.account)
    const at = `/sickleave/mine/${leave}/documents/${paper.number}/1`
    const pdf = pdfText((await town.app.inject({ url: `${at}/pdf?language=en`, headers: { cookie } })).rawPayload)
    assert.match(pdf, /Signed by the doctor with a session signature, verified: 2026-03-02 09:00/)
    const xml = (await town.app.inject({ url: `${at}/xml`, headers: { cookie } })).body
    assert.match(xml, /<signedAt>2026-03-02T08:00:00.000Z<\/signedAt>/)
    const events = (await town.as(await town.clerk(0))('GET', '/sickleave/employer/100000001/events')).text
    assert.match(events, /"signedAt":"2026-03-02T08:00:00.000Z"/)
    const said = pdf + withoutSeal(xml) + events
    assert.ok(withoutSeal(xml).length < xml.length - 1000, 'the seal was there')
    for (const secret of ['Вера', 'Лукић', 'C50', doctor.kid, 'eyJ']) assert.ok(!said.includes(secret), secret)

    const evidence = (await town.as(person.account)('GET', `/sickleave/mine/${leave}/evidence`)).body
    const verdict = await verifyEvidence(evidence, null)
    assert.deepEqual([verdict.ok, verdict.problems], [true, []])
    assert.equal(
      verdict.found.filter((line) => /unlocked by sign-in at .*, signed by др Вера Лукић, Дом здравља Пробни/.test(line)).length,
      3,
      verdict.found.join('\n'),
    )
    assert.equal((await doctor.send('GET', `${url}/${leave}/evidence`)).status, 200)
    const [print] = /[0-9a-f]{64}/.exec(verdict.found[0] as string) as [string]
    assert.equal((await verifyEvidence(evidence, print.toUpperCase())).ok, true)
    for (const [changed, trusted] of [
      [{ ...evidence, statement: evidence.statement.replace('2026-03-10', '2026-03-11') }, null],
      [evidence, '0'.repeat(64)],
      [{ ...evidence, format: 'x' }, null],
      [{}, null],
    ])
      assert.equal((await verifyEvidence(changed, trusted)).ok, false)
    const stranger = await town.worker([])
    assert.equal((await town.as(stranger.account)('GET', `/sickleave/mine/${leave}/evidence`)).status, 404)
  })

  test('with a wrong key, place, time, act or letter is refused with a sentence, and nothing is stored', async () => {
    const other = await town.worker([{ employer: town.employers[0]?.id as number }])
    const at = `/sickleave/people/${other.handle}/leaves`
    const body = opening()
    const right = { act: 'opening', person: other.handle, leave: body.id, body }
    const send = (signed: object) => doctor.send('POST', at, signed)
    const good = doctor.signed(right)
    const [head, payload, value] = good.signed.split('.') as [string, string, string]
    const cases: [object, number, RegExp][] = [
      [{ signed: 'x' }, 400, /not a compact JWS/],
      [{ signed: null }, 400, /not a compact JWS/],
      [{ ...good, until: '2026-03-11' }, 400, /beside signed nothing/],
      [doctor.signed(right, { header: { alg: 'none' } }), 400, /ES256/],
      [doctor.signed(right, { header: { crit: ['b64'], b64: false } }), 400, /nothing else/],
      [doctor.signed(right, { payload: { extra: 1 } }), 400, /not known/],
      [doctor.signed(right, { payload: { at: 'yesterday' } }), 400, /is an instant/],
      [doctor.signed(right, { payload: { body: [] } }), 400, /fields of the act/],
      [doctor.signed(right, { key: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey }), 403, /does not fit/],
      [
        { signed: `${head}.${Buffer.from(Buffer.from(payload, 'base64url').toString().replace('2026-03-10', '2026-03-11')).toString('base64url')}.${value}` },
        403,
        /does not fit/,
      ],
      [{ signed: `${head}.${payload}.${value.slice(0, -1)}${value.endsWith('A') ? 'B' : 'A'}` }, 403, /does not fit/],
      [doctor.signed(right, { header: { kid: 'nobody' } }), 403, /not one of this session/],
      [doctor.signed({ ...right, act: 'correction' }), 422, /another act/],
      [doctor.signed({ ...right, person: person.handle }), 422, /another act, another person/],
      [doctor.signed({ ...right, leave: randomUUID() }), 422, /another leave/],
      [doctor.signed(right, { payload: { at: '2026-03-02T07:54:00Z' } }), 422, /too long ago/],
      [doctor.signed(right, { payload: { at: '2026-03-02T08:06:00Z' } }), 422, /in the future/],
      [doctor.signed({ ...right, body: { ...body, until: '2026-02-01' } }), 422, /would end/],
    ]
    for (const [sent, status, words] of cases) await refused(send(sent), status, words)
    const again = await signerOf(town, town.doctor)
    await refused(again.send('POST', at, good), 403, /not one of this session/)
    assert.deepEqual((await doctor.send('GET', at)).body.leaves, [])

    assert.equal((await send(good)).status, 201)
    assert.equal((await send(good)).status, 201, 'a double press is answered as done')
    const leave = `${at}/${body.id}`
    const extend = doctor.signed({ act: 'extension', person: other.handle, leave: body.id, body: { until: '2026-03-12' } })
    assert.equal((await doctor.send('POST', `${leave}/extension`, extend)).status, 200)
    const further = doctor.signed({ act: 'extension', person: other.handle, leave: body.id, body: { until: '2026-03-14' } })
    assert.equal((await doctor.send('POST', `${leave}/extension`, further)).status, 200)
    await refused(doctor.send('POST', `${leave}/closing`, further), 422, /another act/)
    await refused(doctor.send('POST', `${leave}/extension`, extend), 422, /reaches to 2026-03-14 already/)
    const correct = { act: 'correction', person: other.handle, leave: body.id, body: { ...opening(), why: 'дан', until: '2026-03-09' } }
    delete (correct.body as { id?: string }).id
    const corrected = doctor.signed(correct)
    assert.equal((await doctor.send('POST', `${leave}/correction`, corrected)).status, 200)
    await refused(doctor.send('POST', `${leave}/correction`, corrected), 409, /used already/)
  })

  test('ends with its time, with the session and by the doctor; where it is demanded nothing goes without it', async () => {
    const other = await town.worker([{ employer: town.employers[0]?.id as number }])
    const at = `/sickleave/people/${other.handle}/leaves`
    const mine = await signerOf(town, town.doctor)
    assert.equal((await mine.send('POST', '/sickleave/signature', { publicKey: mine.publicKey })).status, 201)
    const act = () => {
      const body = opening()
      return mine.signed({ act: 'opening', person: other.handle, leave: body.id, body })
    }
    assert.equal((await mine.send('DELETE', '/sickleave/signature')).status, 204)
    assert.deepEqual((await mine.send('GET', '/sickleave/signature')).body.keys, [])
    await refused(mine.send('POST', at, act()), 403, /locked or its time is over/)
    const config = town.world.config as { DOCTOR_SIGNATURE: string }
    config.DOCTOR_SIGNATURE = 'demanded'
    try {
      await refused(mine.send('POST', at, opening()), 422, /bears the doctor’s signature/)
    } finally {
      config.DOCTOR_SIGNATURE = 'offered'
    }
    assert.deepEqual((await mine.send('GET', at)).body.leaves, [])
  })
})
