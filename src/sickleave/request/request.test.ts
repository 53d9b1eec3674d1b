import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { approvedLeave, evidence, monthsBefore, reportOf } from '../../testing/approved-leave.ts'
import { forFile } from '../../testing/for-file.ts'
import { type LeaveTown, startLeaveTown, type Worker } from '../../testing/sickleave.ts'

let town: LeaveTown
let person: Worker
let signer: string
/** The leave as the employer knows it, and as everybody else does. */
let leave: string
let [own, ownUrl] = ['', '']
const pib = () => town.employers[0]?.pib as string
const at = (path = '') => `/sickleave/employer/${pib()}/requests${path}`
const wish = () => ({ kind: 'compensation', leave, from: '2026-04-01', until: '2026-04-20' })

const file = forFile()
before(async () => {
  town = await startLeaveTown(file)
  person = await town.worker([{ employer: town.employers[0]?.id as number }])
  signer = await town.clerk(0, 'signer')
  ;({ leave: own, url: ownUrl } = await approvedLeave(town, person))
  const { body: known } = await town.as(signer)('GET', `/sickleave/employer/${pib()}/leaves`)
  leave = known.events[0].leave
})

test('days at the Fund’s cost are listed until they are asked for; a request says what is missing, and goes when nothing is', async () => {
  const clerk = town.as(signer)
  const draft = await clerk('POST', at(), { ...wish(), id: '0f0e6a52-0f5d-4c0e-9a52-1f2f3f4f5f60' })
  assert.equal(draft.status, 201, draft.text)
  assert.deepEqual(
    draft.body.missing.map(({ code }: { code: string }) => code),
    ['report', 'payout-day', 'account', 'tax-return', 'earnings'],
  )
  await reportOf(town, ownUrl)
  const { body: before } = await clerk('GET', at('/expected'))
  assert.deepEqual(before.expected, [], 'a draft asks for them')
  const one = at(`/${draft.body.id}`)
  const refused = await clerk('POST', `${one}/submission`, {})
  assert.equal(refused.status, 422, refused.text)
  assert.deepEqual(
    refused.body.issue.map((issue: { expression: string[] }) => issue.expression[0]),
    ['payoutDay', 'account', 'evidence:tax-return', 'earnings'],
  )
  const firstIn = async (language?: string) =>
    (await clerk('POST', `${one}/submission`, {}, language === undefined ? {} : { 'accept-language': language })).body.issue[0].diagnostics
  const inEnglish = refused.body.issue[0].diagnostics
  assert.match(inEnglish, /^[ -~’]+$/, 'a program without a language gets English')
  assert.equal(await firstIn('en-GB, sr;q=0.5'), inEnglish)
  assert.match(await firstIn('sr'), /[а-ш]/)
  assert.match(await firstIn('de, sr-Latn;q=0.5'), /^[^а-ш]+$/)
  assert.notEqual(await firstIn('sr-Latn'), inEnglish)
  town.at('2026-05-06T08:00:00Z')
  const later = town.as(signer)
  const written = await later('PUT', one, {
    ...wish(),
    kind: undefined,
    leave: undefined,
    payoutDay: '2026-05-05',
    account: '840-4848-37',
    monthsWithoutWage: monthsBefore,
  })
  assert.equal(written.status, 200, written.text)
  for (const kind of ['tax-return', 'account-contract']) {
    const file = evidence(kind)
    assert.equal((await later('POST', `${one}/evidence`, file)).status, 200)
    assert.equal((await later('POST', `${one}/evidence`, file)).body.evidence.filter((line: { kind: string }) => line.kind === kind).length, 1, 'twice is once')
  }
  const submitted = await later('POST', `${one}/submission`, {})
  assert.equal(submitted.status, 200, submitted.text)
  assert.deepEqual([submitted.body.state, submitted.body.due.effective, submitted.body.waitsFor], ['submitted', '2026-05-27', 'fund'])
  assert.deepEqual([submitted.body.signature.level, submitted.body.signature.isQualified], ['seal', false])
  assert.equal((await later('POST', `${one}/submission`, {})).body.steps.length, submitted.body.steps.length, 'a double press is one submission')
  const { body: stream } = await later('GET', `/sickleave/employer/${pib()}/events?after=0`)
  assert.deepEqual(stream.events.map(({ seq, kind }: { seq: number; kind: string }) => [seq, kind]).slice(-1), [[stream.events.length, 'request']])
  assert.equal(stream.events.at(-1).about.state, 'submitted')
})

test('the same days cannot be asked for twice; a withdrawn request frees them, and what is wrong is said where it is', async () => {
  const clerk = town.as(signer)
  assert.equal((await clerk('POST', at(), { ...wish(), from: '2026-04-20' })).status, 409)
  for (const [change, status, words] of [
    [{ until: '2026-03-01' }, 422, /would end/],
    [{ account: '840-4848-38' }, 400, /control digits/],
    [{ payoutDay: '2027-01-01' }, 422, /still to come/],
    [{ leave: '0f0e6a52-0f5d-4c0e-9a52-1f2f3f4f5f61' }, 404, /no such leave/],
    [{ kind: 'gift' }, 400, /kind is one of/],
    [{ week: [8] }, 400, /Monday to Sunday/],
    [{ note: person.jmbg }, 400, /personal number/],
    [{ more: 1 }, 400, /not known/],
  ] as const) {
    const answer = await clerk('POST', at(), { ...wish(), ...change })
    assert.equal(answer.status, status, answer.text)
    assert.match(answer.text, words)
  }
  const { body } = await clerk('GET', at())
  const [first] = body.requests
  const one = at(`/${first.id}`)
  assert.equal((await clerk('PUT', one, { from: '2026-04-01', until: '2026-04-20' })).status, 409, 'what was submitted is not rewritten')
  assert.equal((await clerk('POST', `${one}/evidence`, { kind: 'other', name: 'a.pdf', type: 'application/pdf', content: 'AAAA' })).status, 400)
  assert.equal((await clerk('POST', `${one}/withdrawal`, { why: 'погрешан месец' })).body.state, 'withdrawn')
  const { body: free } = await clerk('GET', at('/expected'))
  assert.deepEqual(
    free.expected.map(({ from, until, days }: Record<string, unknown>) => [from, until, days]),
    [['2026-04-01', '2026-04-20', 20]],
  )
  assert.equal((await clerk('POST', at(), wish())).status, 201)
})

test('a viewer looks and changes nothing; another employer, another person and a doctor get nothing; the person follows what was submitted', async () => {
  const clerk = town.as(signer)
  const { body } = await clerk('GET', at())
  const draft = body.requests.find(({ state }: { state: string }) => state === 'draft')
  const viewer = await town.clerk(0, 'viewer')
  assert.equal((await town.as(viewer)('GET', at(`/${draft.id}`))).status, 200)
  assert.equal((await town.as(viewer)('POST', at(), wish())).status, 403)
  assert.equal((await town.as(await town.clerk(0, 'operator'))('POST', at(`/${draft.id}/submission`), {})).status, 403)
  const other = await town.clerk(1, 'administrator')
  assert.equal((await town.as(other)('GET', at(`/${draft.id}`))).status, 403)
  assert.equal((await town.as(other)('GET', `/sickleave/employer/${town.employers[1]?.pib}/requests/${draft.id}`)).status, 404)
  assert.equal((await town.as(town.doctor)('GET', at())).status, 403)
  const mine = await town.as(person.account)('GET', '/sickleave/mine/requests')
  assert.deepEqual(
    mine.body.requests.map(({ state }: { state: string }) => state),
    ['withdrawn'],
    'drafts are the employer’s own',
  )
  assert.equal((await town.as(person.account)('POST', `/sickleave/mine/requests/${draft.id}/withdrawal`, { why: 'не' })).status, 403)
  const asked = await town.as(person.account)('POST', '/sickleave/mine/requests', { ...wish(), leave: own })
  assert.equal(asked.status, 404)
  assert.match(asked.text, /your employer makes the request/)
})
