import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { isFromCentre } from '../../docs/guides/payroll.mjs'
import { newJmbg } from '../testing/identity.ts'
import { forFile } from '../testing/for-file.ts'
import { type LeaveTown, startLeaveTown, type Worker } from '../testing/sickleave.ts'

// Bad input, one kind after the other: each gets a sentence in the reader's language at the right place, without a number of a person, and nothing is
// half done.

let town: LeaveTown
let person: Worker
let other: Worker
let clerk: string
let leave: string
let known: string
let request: string
const file = forFile()
const firm = () => `/sickleave/employer/${town.employers[0]?.pib}`
const ofDoctor = (who = person) => `/sickleave/people/${who.handle}/leaves`

before(async () => {
  town = await startLeaveTown(file)
  person = await town.worker([{ employer: town.employers[0]?.id as number }])
  other = await town.worker([{ employer: town.employers[1]?.id as number }])
  clerk = await town.clerk(0, 'administrator')
  town.at('2026-07-01T08:00:00Z')
  const opened = await town.as(town.doctor)('POST', ofDoctor(), { from: '2026-07-01', until: '2026-07-10', reason: '01', diagnosis: 'J06.9' })
  assert.equal(opened.status, 201, opened.text)
  leave = opened.body.id
  known = (await town.as(clerk)('GET', `${firm()}/leaves`)).body.events[0].leave
  const written = await town.as(clerk)('POST', `${firm()}/requests`, { kind: 'refund', leave: known, from: '2026-07-01', until: '2026-07-03' })
  assert.equal(written.status, 201, written.text)
  request = written.body.id
})

async function stateOf() {
  const [row] = await town.owner`
    select (select count(*)::int4 from sickleave.leave) as leaves, (select count(*)::int4 from sickleave.step) as steps,
           (select count(*)::int4 from sickleave.day) as days, (select count(*)::int4 from sickleave.document) as documents,
           (select count(*)::int4 from sickleave.earning) as earnings, (select count(*)::int4 from sickleave.request) as requests,
           (select count(*)::int4 from sickleave.request_step) as request_steps, (select count(*)::int4 from sickleave.request_day) as request_days,
           (select count(*)::int4 from sickleave.evidence) as evidence, (select count(*)::int4 from sickleave.employer_event) as events,
           (select count(*)::int4 from sickleave.objection) as objections, (select count(*)::int4 from sickleave.mandate) as mandates`
  return row
}

const languages = ['en', 'sr', 'sr-Latn'] as const
const looks = { en: /^[^\u0400-\u04ff]*$/, sr: /[\u0400-\u04ff]{3}/, 'sr-Latn': /^[^\u0400-\u04ff]*$/ }
type Wrong = {
  who: () => string
  method?: string
  path: () => string
  body: () => unknown
  type?: string
  status: number
  at: string | null
  en: RegExp
  sr: RegExp
}

/** Asks in three languages: the sentence comes in each, the place is the same, and the database does not change. */
async function isRefused({ who, method = 'POST', path, body, type, status, at, en, sr }: Wrong): Promise<void> {
  const before = await stateOf()
  for (const language of languages) {
    const headers = { 'accept-language': language, ...(type ? { 'content-type': type } : {}) }
    const answer = await town.as(who())(method, path(), body(), headers)
    assert.equal(answer.status, status, answer.text)
    const issues = answer.body.issue as { diagnostics: string; expression?: string[]; details?: { text?: string } }[]
    const said = issues.map(({ diagnostics, details }) => `${diagnostics} ${details?.text ?? ''}`).join(' ')
    assert.match(issues[0]?.diagnostics ?? '', looks[language], said)
    if (language !== 'sr-Latn') assert.match(said, language === 'en' ? en : sr)
    if (at !== null) assert.equal(issues[0]?.expression?.[0], at, said)
    for (const number of [person.jmbg, other.jmbg]) assert.ok(!answer.text.includes(number), 'a personal number is repeated')
  }
  assert.deepEqual(await stateOf(), before)
}

const doctor = () => town.doctor
const boss = () => clerk
const good = { from: '2026-07-13', until: '2026-07-17', reason: '01', diagnosis: 'J06.9' }
const opening = (change: object): Pick<Wrong, 'who' | 'path' | 'body'> => ({ who: doctor, path: () => ofDoctor(), body: () => ({ ...good, ...change }) })
const asked = (change: object): Pick<Wrong, 'who' | 'path' | 'body'> => ({
  ...{ who: boss, path: () => `${firm()}/requests` },
  body: () => ({ kind: 'refund', leave: known, from: '2026-07-06', until: '2026-07-08', ...change }),
})
const sheet = (rows: () => string[]): Pick<Wrong, 'who' | 'path' | 'body' | 'type'> => ({
  ...{ who: boss, path: () => `${firm()}/earnings`, type: 'text/csv' },
  body: () => ['jmbg;month;hours;net;gross;paid', ...rows()].join('\n'),
})
const row = (number: string, gross = '120000,00') => `${number};2026-06;176;84000,00;${gross};2026-06-30`
const cases: Record<string, Wrong> = {
  'overlapping leaves': {
    ...opening({ from: '2026-07-04' }),
    status: 409,
    at: 'from',
    en: /covers 2026-07-01 to 2026-07-10/,
    sr: /друго боловање ове особе покрива/,
  },
  'an end before the start': { ...opening({ until: '2026-07-12' }), status: 422, at: 'until', en: /would end/, sr: /завршило .* пре него што почиње/ },
  'retroactive beyond the limit': {
    ...opening({ from: '2026-06-20', until: '2026-06-25' }),
    path: () => ofDoctor(other),
    status: 422,
    at: 'from',
    en: /may open a leave from/,
    sr: /лекар може отворити боловање од/,
  },
  'a day that is none': { ...opening({ from: '2026-02-30' }), status: 400, at: 'from', en: /is a day, written/, sr: /први дан: упишите дан/ },
  'a request that ends before it begins': { ...asked({ until: '2026-07-05' }), status: 422, at: 'until', en: /would end/, sr: /период би се завршио/ },
  'days that are asked for already': { ...asked({ from: '2026-07-02' }), status: 409, at: 'from', en: /asked for in another request/, sr: /већ су тражени/ },
  'an account with a wrong control': { ...asked({ account: '840-4848-38' }), status: 400, at: 'account', en: /control digits/, sr: /контролне цифре рачуна/ },
  'a payout that is still to come': { ...asked({ payoutDay: '2026-08-01' }), status: 422, at: 'payoutDay', en: /still to come/, sr: /још није наступио/ },
  'a leave of nobody here': {
    ...asked({ leave: '00000000-0000-4000-8000-000000000000' }),
    status: 404,
    at: 'leave',
    en: /no such leave/,
    sr: /нема такво боловање/,
  },
  'a submission of what is not complete': {
    who: boss,
    path: () => `${firm()}/requests/${request}/submission`,
    body: () => ({}),
    status: 422,
    at: null,
    en: /./,
    sr: /./,
  },
  'a step over what somebody did meanwhile': {
    who: boss,
    method: 'PUT',
    path: () => `${firm()}/requests/${request}`,
    body: () => ({ from: '2026-07-01', until: '2026-07-03', seen: 7 }),
    status: 409,
    at: 'seen',
    en: /has changed since/,
    sr: /промењен откако је приказан/,
  },
  'evidence that is not what it says': {
    who: boss,
    path: () => `${firm()}/requests/${request}/evidence`,
    body: () => ({ kind: 'other', name: 'a.pdf', type: 'application/pdf', content: 'AAAA' }),
    status: 400,
    at: 'content',
    en: /choose the file again/,
    sr: /изаберите датотеку поново/,
  },
  'a wrong JMBG': { ...sheet(() => [row('1234567890123')]), status: 422, at: 'row 2, jmbg', en: /not a valid JMBG/, sr: /није исправан ЈМБГ/ },
  'a JMBG without its first zero': { ...sheet(() => [row('101985710012')]), status: 422, at: 'row 2, jmbg', en: /first zero/, sr: /почетна нула/ },
  'a foreign JMBG: an employee of another firm': {
    ...sheet(() => [row(other.jmbg)]),
    status: 422,
    at: 'row 2, jmbg',
    en: /not insured through you/,
    sr: /осигуран/,
  },
  'a JMBG of nobody, in the same words': {
    ...sheet(() => [row(newJmbg('1961-02-03', '72'))]),
    status: 422,
    at: 'row 2, jmbg',
    en: /not insured through you/,
    sr: /осигуран/,
  },
  'an amount with three decimals': {
    ...sheet(() => [row(person.jmbg, '84000,123')]),
    status: 422,
    at: 'row 2, gross',
    en: /more than two decimals/,
    sr: /више од две децимале/,
  },
  'one bad row of a long file': {
    ...sheet(() => [
      ...Array.from({ length: 30 }, (_, at) => row(person.jmbg).replace('2026-06', `20${23 + Math.floor(at / 12)}-${String(1 + (at % 12)).padStart(2, '0')}`)),
      row(person.jmbg, 'дванаест'),
    ]),
    status: 422,
    at: 'row 32, gross',
    en: /is not a number/,
    sr: /није број/,
  },
  'a file that is no sheet': {
    ...sheet(() => []),
    body: () => 'а;б\n1;2\n',
    status: 400,
    at: 'row 1, column 1',
    en: /head is not known/,
    sr: /у заглављу није позната/,
  },
  'XML that is none': {
    who: boss,
    path: () => `${firm()}/earnings`,
    body: () => '<earnings',
    type: 'application/xml',
    status: 400,
    at: 'line 1',
    en: /well-formed XML/,
    sr: /није исправан XML/,
  },
  'XML with an entity': {
    who: boss,
    path: () => `${firm()}/earnings`,
    body: () => '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
    type: 'application/xml',
    status: 400,
    at: 'line 1',
    en: /document type is not read/,
    sr: /тип документа се не чита/,
  },
  'XML of another firm': {
    who: boss,
    path: () => `${firm()}/earnings`,
    body: () => '<earnings xmlns="urn:spona:sickleave:earnings:1" employer="100000002"/>',
    type: 'application/xml',
    status: 400,
    at: 'line 1',
    en: /another employer/,
    sr: /другог послодавца/,
  },
  'a firm that is not mine': {
    who: boss,
    path: () => `/sickleave/employer/${town.employers[1]?.pib}/requests`,
    body: () => ({}),
    status: 403,
    at: null,
    en: /do not act for this employer/,
    sr: /не радите у име овог послодавца/,
  },
  'an objection without words': {
    who: boss,
    path: () => `${firm()}/objections`,
    body: () => ({ kind: 'control', leave: known, text: ' ' }),
    status: 400,
    at: 'text',
    en: /is a text of 1 to/,
    sr: /образложење: упишите текст/,
  },
  'a personal number where a text stands': {
    who: boss,
    path: () => `${firm()}/objections`,
    body: () => ({ kind: 'control', leave: known, text: `ЈМБГ ${person.jmbg}` }),
    status: 400,
    at: 'text',
    en: /must not hold a personal number/,
    sr: /не сме да садржи лични број/,
  },
  'a mandate to nobody': {
    who: boss,
    path: () => `${firm()}/mandates`,
    body: () => ({ agency: '999999999', role: 'signer', number: '1' }),
    status: 422,
    at: 'agency',
    en: /no legal entity/,
    sr: /ниједно правно лице/,
  },
  'a webhook inside the house': {
    who: boss,
    path: () => `${firm()}/channels`,
    body: () => ({ kind: 'webhook', address: 'https://10.0.0.1/' }),
    status: 400,
    at: 'address',
    en: /./,
    sr: /[\u0400-\u04ff]/,
  },
}
for (const [title, wrong] of Object.entries(cases))
  test(`${title}: a sentence where it happened, in three scripts, and nothing half done`, () => isRefused(wrong))

test('a double submission is one request, and of two at once one stands', async () => {
  const id = '5f0e6a52-0f5d-4c0e-9a52-1f2f3f4f5f61'
  const wish = { id, kind: 'refund', leave: known, from: '2026-07-09', until: '2026-07-10' }
  const twice = await Promise.all([1, 2].map(() => town.as(clerk)('POST', `${firm()}/requests`, wish)))
  assert.deepEqual(
    twice.map(({ status, body }) => [status, body.id]),
    [
      [201, id],
      [201, id],
    ],
  )
  const both = await Promise.all(
    ['withdrawal', 'withdrawal'].map((act) => town.as(clerk)('POST', `${firm()}/requests/${id}/${act}`, { why: 'двапут', seen: 1 })),
  )
  assert.ok(both.some(({ status }) => status === 200) && both.every(({ status }) => status === 200 || status === 409), both.map(({ text }) => text).join())
  const doctors = await Promise.all(
    ['11', '12'].map((day) => town.as(town.doctor)('POST', `${ofDoctor()}/${leave}/extension`, { until: `2026-07-${day}`, seen: 1 })),
  )
  assert.deepEqual(doctors.map(({ status }) => status).sort(), [200, 409])
})

test('a leave of somebody whom no employer insures is valid, and no firm hears of it', async () => {
  const alone = await town.worker([])
  const opened = await town.as(town.doctor)('POST', ofDoctor(alone), { ...good, from: '2026-07-01', until: '2026-07-05' })
  assert.equal(opened.status, 201, opened.text)
  assert.deepEqual((await town.as(clerk)('GET', `${firm()}/leaves`)).body.events.length, 1)
})

test('a forged webhook is known by who gets it: without a signature, with another’s, with another body', async () => {
  const keys = (await town.app.inject('/bus/keys')).json().keys
  const body = Buffer.from('{"pib":"100000001","after":0,"next":1,"events":[]}')
  const signed = {
    'signature-input': 'sig1=("@method" "@target-uri" "content-digest");created=1;keyid="x"',
    signature: 'sig1=:AAAA:',
    'content-digest': 'sha-256=:AAAA:',
  }
  for (const headers of [{}, signed, { signature: 'sig1=:!!:' }])
    assert.equal(isFromCentre({ method: 'POST', address: 'https://payroll.example/hook', headers, body, keys }), false)
})
