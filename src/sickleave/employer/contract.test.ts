import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { bulk, numberHash } from '../../registry/registry.ts'
import { approvedLeave, reportOf } from '../../testing/approved-leave.ts'
import { type Contract, contractOf } from '../../testing/contract.ts'
import { operationsOf } from '../../testing/contract-types.ts'
import { type Endpoint, startEndpoint } from '../../testing/endpoint.ts'
import { forFile } from '../../testing/for-file.ts'
import { type Answer, sender } from '../../testing/server.ts'
import { type LeaveTown, startLeaveTown, type Worker } from '../../testing/sickleave.ts'
import { signDetached } from '../document/seal.ts'
import { demoSigner } from '../signed/demo-authority.ts'

// The payroll API as it is published, held against what it really takes and answers: every route, what it is sent and every answer and error.

let town: LeaveTown
let contract: Contract
let endpoint: Endpoint
let boss: Worker
let person: Worker
let leave: string
const file = forFile()
const firm = (at = 0) => town.employers[at] as { id: number; pib: string }
const own = (path: string) => `/sickleave/employer/${firm().pib}${path}`
const below = ['/sickleave/employer', '/sickleave/mine/requests', '/sickleave/mine/objections', '/sickleave/schemas']

/** Asks as somebody (null: nobody), and holds question and answer against the document. */
async function ask(who: string | null, method: string, url: string, body?: unknown, type: string | null = null): Promise<Answer> {
  const answer = await send(who, method, url, body, type ?? 'application/json')
  const answerType = String(answer.headers['content-type'] ?? '') || null
  contract.hold({ method, url, body, type, status: answer.status, answer: answer.text, answerType })
  return answer
}
/** One session for each account and moment. */
const sessions = new Map<string, Record<string, string>>()
async function send(who: string | null, method: string, url: string, body: unknown, type: string): Promise<Answer> {
  const key = `${who} ${town.world.now().toISOString()}`
  if (who !== null && !sessions.has(key)) {
    const { cookie, csrf } = await town.cookie(who)
    sessions.set(key, { cookie, 'x-spona-csrf': csrf })
  }
  return sender(town.app, sessions.get(key) ?? {})(method, url, body, body === undefined ? {} : { 'content-type': type })
}
const asBoss = (method: string, path: string, body?: unknown, type: string | null = null) => ask(boss.account, method, own(path), body, type)
async function done(answer: Promise<Answer>, status = 200): Promise<any> {
  const { status: found, text, body } = await answer
  assert.equal(found, status, text)
  return body
}

async function named(who: Worker, employer: number): Promise<void> {
  const at = { personHash: numberHash(town.world, 'jmbg', who.jmbg), employer, register: 'companies' as const, capacity: 'representative' as const }
  await town.sql.begin((tx) => bulk.registerAuthorities(tx, [{ ...at, fromDate: '2020-01-01', untilDate: null }]))
}

before(async () => {
  town = await startLeaveTown(file)
  contract = await contractOf(town.app, below)
  endpoint = await startEndpoint(file as Parameters<typeof startEndpoint>[0])
  boss = await town.worker([])
  person = await town.worker([{ employer: firm().id }])
  await named(boss, firm().id)
  await done(ask(boss.account, 'POST', '/sickleave/employer/registration', { pib: firm().pib }), 201)
  const approved = await approvedLeave(town, person)
  await reportOf(town, approved.url)
  await done(town.as(person.account)('PUT', `/sickleave/mine/${approved.leave}/sharing/${firm().pib}`, { until: '2026-12-31' }), 204)
  ;[{ leave }] = (await asBoss('GET', '/leaves')).body.events
  town.at('2026-05-05T08:00:00Z')
})

test('what an employer is told: events, leaves, papers, search, calendar, files', async () => {
  await done(ask(boss.account, 'GET', '/sickleave/employer'))
  await done(ask(boss.account, 'GET', '/sickleave/employer/latest'))
  const { events } = await done(asBoss('GET', '/events?after=0&limit=100'))
  await done(asBoss('GET', `/leaves/${leave}`))
  await done(asBoss('GET', `/leaves/${leave}/shared`))
  const { document } = events.find((event: { document: unknown }) => event.document)
  for (const form of ['pdf', 'xml', 'slip'])
    await done(asBoss('GET', `/leaves/${leave}/documents/${document.number}/${document.version}/${form}?language=sr-Latn`))
  const { cases } = await done(ask(boss.account, 'POST', '/sickleave/employer/search', { text: 'petrovic', unread: true, state: 'open', limit: 5 }))
  await done(asBoss('POST', '/marks', { leaves: [{ leave, seq: cases[0].seq }], done: true }))
  await done(ask(boss.account, 'POST', '/sickleave/employer/search', { pib: firm().pib }))
  await done(asBoss('GET', '/calendar?month=2026-04'))
  for (const format of ['xml', 'csv']) await done(ask(boss.account, 'POST', '/sickleave/employer/documents', { format, pib: firm().pib }))
  await done(ask(boss.account, 'GET', '/sickleave/employer/schema/employer-documents.xsd'))
  await done(ask(null, 'GET', '/sickleave/schemas/earnings.xsd'))
})

test('the firm: members, invitations, mandates, channels, systems', async () => {
  await done(ask(boss.account, 'GET', '/sickleave/employer/registration'))
  const colleague = await town.account(['employer'], { name: 'Оља' })
  const { code } = await done(asBoss('POST', '/invitations', { role: 'operator', note: 'плате' }), 201)
  await done(ask(colleague, 'POST', '/sickleave/employer/invitations', { code }), 201)
  const { id: pending } = await done(asBoss('POST', '/invitations', { role: 'viewer', note: 'приправник' }), 201)
  await done(asBoss('GET', '/members'))
  await done(asBoss('DELETE', `/invitations/${pending}`), 204)
  await done(asBoss('PUT', `/members/${colleague}`, { role: 'viewer' }), 204)
  await done(asBoss('DELETE', `/members/${colleague}`), 204)

  const owner = await town.worker([])
  const rows = ['100000049', '100000057'].map((pib, at) => ({ pib, mb: `0800000${at}`, name: `Клијент ${at}`, municipality: 'Ниш' }))
  const [agency, client] = await town.sql.begin((tx) => bulk.registerEmployers(tx, rows))
  await named(owner, agency as number)
  await named(boss, client as number)
  const at = (who: Worker, place: 0 | 1, method: string, path: string, body?: unknown) =>
    ask(who.account, method, `/sickleave/employer/${rows[place]?.pib}${path}`, body)
  await done(ask(owner.account, 'POST', '/sickleave/employer/registration', { pib: rows[0]?.pib }), 201)
  await done(ask(boss.account, 'POST', '/sickleave/employer/registration', { pib: rows[1]?.pib }), 201)
  const content = `ПИБ;број;улога;до\n${rows[1]?.pib};П-1;оператер;31.12.2026.\n1;;;`
  await done(at(owner, 0, 'POST', '/mandate-file', { content, keepGood: true }))
  const { given } = await done(at(boss, 1, 'GET', '/mandates'))
  await done(at(boss, 1, 'POST', `/mandates/${given[0].id}/confirmation`), 204)
  await done(at(owner, 0, 'GET', '/mandates'))
  await done(ask(owner.account, 'GET', '/sickleave/employer'))
  await done(at(boss, 1, 'DELETE', `/mandates/${given[0].id}`), 204)
  await done(asBoss('POST', '/mandates', { agency: rows[0]?.pib, role: 'viewer', number: '7', until: '2026-12-31' }), 201)

  const { id: hook } = await done(asBoss('POST', '/channels', { kind: 'webhook', address: endpoint.url, content: 'full', clients: false }), 201)
  const { id: mail } = await done(asBoss('POST', '/channels', { kind: 'email', address: 'plate@firma.rs' }), 201)
  await done(asBoss('GET', '/channels'))
  await done(asBoss('POST', `/channels/${hook}/replay`, { after: 0 }))
  await done(asBoss('POST', `/channels/${hook}/test`), 204)
  const folder = join(town.world.config.DATA_DIR, 'mail')
  const [letter = ''] = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'))
  const plain = Buffer.from(letter.split('\n\n')[1]?.replaceAll('\n', '') ?? '', 'base64').toString()
  const [, secret] = /\n\n([\w-]{8})\n\n/.exec(plain || letter) ?? []
  await done(asBoss('POST', `/channels/${mail}/confirmation`, { code: secret }), 204)
  await done(asBoss('DELETE', `/channels/${hook}`), 204)

  const { client: system } = await done(asBoss('POST', '/systems', { name: 'Плате', role: 'signer' }), 201)
  await done(asBoss('GET', '/systems'))
  await done(asBoss('DELETE', `/systems/${system}`), 204)
})

test('earnings, a request to its confirmation and objections, of the employer and of the person', async () => {
  const rows = `jmbg;month;hours;net;gross;paid\n${person.jmbg};2026-01;176;84000.00;120000.00;2026-02-05\n`
  await done(asBoss('POST', '/earnings?check=true', `${rows}1;;;;;`, 'text/csv'))
  const { errors } = await done(asBoss('POST', '/earnings?mode=good', `${rows}1;;;;;`, 'text/csv'))
  assert.ok(errors.length > 0)
  await done(asBoss('POST', '/earnings', '<a/>', 'application/xml'), 400)
  await done(
    asBoss('PUT', `/leaves/${leave}/earnings`, { rows: [{ month: '2026-02', hours: '160', net: '84000,00', gross: '120.000,00', paid: '5.3.2026.' }] }),
  )
  await done(asBoss('GET', `/leaves/${leave}/earnings`))

  await done(asBoss('GET', '/requests/expected'))
  const toDo = (query = '') => done(ask(boss.account, 'GET', `/sickleave/employer/work${query}`))
  const untouched = await toDo()
  assert.deepEqual(
    untouched.lines.map(({ what, from, until, request }: Record<string, unknown>) => ({ what, from, until, request })),
    [{ what: 'expected', from: '2026-04-01', until: '2026-04-20', request: null }],
  )
  const monthsWithoutWage = Array.from({ length: 10 }, (_, month) => new Date(Date.UTC(2025, 2 + month, 1)).toISOString().slice(0, 7))
  const wish = { from: '2026-04-01', until: '2026-04-20', payoutDay: '2026-05-04', account: '840-4848-37', monthsWithoutWage }
  const { id } = await done(asBoss('POST', '/requests', { kind: 'compensation', leave, ...wish, week: [800, 800, 800, 800, 800, 0, 0] }), 201)
  const one = `/requests/${id}`
  const [draft, ...others] = (await toDo(`?pib=${firm().pib}&what=draft`)).lines
  assert.deepEqual([draft.request.id, draft.due, others.length], [id, '2026-05-19', 0])
  const all = await done(ask(boss.account, 'GET', '/sickleave/employer/requests'))
  assert.deepEqual(
    all.requests.map(({ pib, id: request, state, due }: Record<string, unknown>) => [pib, request, state, due]),
    [[firm().pib, id, 'draft', '2026-05-19']],
  )
  assert.deepEqual((await done(ask((await town.worker([])).account, 'GET', '/sickleave/employer/requests'))).requests, [], 'who acts for nobody sees nothing')
  assert.deepEqual((await toDo('?overdue=true')).lines, [])
  assert.deepEqual((await toDo('?what=expected')).lines, [], 'what is asked for in a draft waits no more')
  assert.equal((await asBoss('POST', '/requests', { kind: 'compensation', leave, ...wish })).status, 409)
  await done(asBoss('POST', `${one}/submission`, {}), 422)
  const { steps } = await done(asBoss('PUT', one, { ...wish, note: 'допуњено', seen: 1 }))
  assert.equal((await asBoss('PUT', one, { ...wish, seen: 1 })).status, 409, 'what was shown has changed')
  assert.equal((await asBoss('POST', `${one}/withdrawal`, { why: 'старо', seen: 1 })).status, 409)
  assert.equal((await asBoss('POST', `${one}/submission`, { seen: 1 })).status, 409)
  assert.equal(steps.length, 2)
  for (const kind of ['tax-return', 'account-contract'])
    await done(asBoss('POST', `${one}/evidence`, { kind, name: 'a.pdf', type: 'application/pdf', content: Buffer.from(`%PDF-1.7 ${kind}`).toString('base64') }))
  const { text: form } = await asBoss('GET', `${one}/form.xml?language=sr-Cyrl`)
  await done(ask(person.account, 'GET', `/sickleave/mine/requests/${id}/form.xml`))
  const { key, certificate } = await demoSigner(town.world, 'Ана Петровић')
  const signed = await signDetached({ key, certificate: certificate.raw, name: '', isQualified: false }, Buffer.from(form))
  town.world.config.DEMO = true
  const submitted = await done(asBoss('POST', `${one}/submission`, { seen: 4, signed: signed.toString('base64') }))
  town.world.config.DEMO = false
  await done(asBoss('GET', `${one}/signed`))
  await done(ask(person.account, 'GET', `/sickleave/mine/requests/${id}/signed`))
  assert.equal(submitted.state, 'submitted')
  await payOut(id)
  const paid = await done(asBoss('GET', one))
  assert.equal(paid.state, 'paid')
  await done(asBoss('POST', `${one}/confirmation`, { on: '2026-05-05', seen: paid.steps.length }))
  await done(asBoss('GET', '/requests'))
  await done(asBoss('GET', '/requests/lists.csv?kind=compensation'))
  await done(ask(person.account, 'GET', '/sickleave/mine/requests'))
  await done(ask(person.account, 'GET', `/sickleave/mine/requests/${id}`))
  await done(ask(person.account, 'GET', `/sickleave/mine/requests/${id}/calculation`))
  const wrong = await done(asBoss('POST', '/objections', { kind: 'calculation', leave, request: id, text: 'Просек није тачан.' }), 201)
  await done(asBoss('GET', '/objections'))
  const ofAll = await done(ask(boss.account, 'GET', '/sickleave/employer/objections'))
  assert.deepEqual([ofAll.objections[0].pib, ofAll.objections[0].id, ofAll.objections[0].state, ofAll.more], [firm().pib, wrong.id, 'open', false])
  assert.deepEqual(
    (await done(ask((await town.worker([])).account, 'GET', '/sickleave/employer/objections'))).objections,
    [],
    'who acts for nobody sees nothing',
  )
  await done(asBoss('POST', `/objections/${wrong.id}/withdrawal`, { why: 'погрешно' }))
  const [{ id: mine }] = (await town.as(person.account)('GET', '/sickleave/mine')).body.leaves
  const theirs = await done(ask(person.account, 'POST', '/sickleave/mine/objections', { kind: 'correction', leave: mine, text: 'Погрешан дан.' }), 201)
  await done(ask(person.account, 'GET', '/sickleave/mine/objections'))
  await done(ask(person.account, 'POST', `/sickleave/mine/objections/${theirs.id}/withdrawal`, { why: 'у реду је' }))
  const { events } = await done(asBoss('GET', '/events?after=0'))
  assert.ok(events.some(({ about }: { about?: object }) => about !== undefined))
})

test('a person whom the Fund pays asks for it alone', async () => {
  const alone = await town.worker([])
  const opened = await town.as(town.doctor)('POST', `/sickleave/people/${alone.handle}/leaves`, {
    ...{ from: '2026-05-05', until: '2026-05-12', reason: '05', diagnosis: 'B05.9' },
  })
  const { id: own } = await done(Promise.resolve(opened), 201)
  const mine = (method: string, path: string, body?: unknown) => ask(alone.account, method, `/sickleave/mine${path}`, body)
  const wish = { from: '2026-05-05', until: '2026-05-12' }
  const { id } = await done(mine('POST', '/requests', { ...wish, kind: 'compensation', leave: own, account: '840-4848-37' }), 201)
  await done(mine('PUT', `/requests/${id}`, { ...wish, account: '840-4848-37' }))
  const content = Buffer.from('%PDF-1.7 a').toString('base64')
  await done(mine('POST', `/requests/${id}/evidence`, { kind: 'other', name: 'a.pdf', type: 'application/pdf', content }))
  await done(mine('POST', `/requests/${id}/withdrawal`, { why: 'касније' }))
})

async function payOut(request: string): Promise<void> {
  const [one, other] = [await town.account(['fund'], { name: 'Зора' }), await town.account(['fund'], { name: 'Мира' })]
  const act = (who: string, path: string, body: object) => town.as(who)('POST', `/sickleave/fund/${path}`, body)
  const { calculation } = await done(act(one, `requests/${request}/calculation`, {}))
  await done(act(one, `requests/${request}/proposal`, { decision: 'pay', number: '1', why: 'потпун', calculation: calculation.id }))
  await done(act(other, `requests/${request}/approval`, { accept: true }))
  const { id, lines, total } = await done(act(one, 'payments', {}), 201)
  await done(act(other, `payments/${id}/execution`, { on: '2026-05-05', lines, total }))
}

const hostile: unknown[] = [[], { unknown: 1 }, { pib: 1, code: {}, rows: 'x', leaves: 7, kind: 'gift', seen: -1, on: '2026-02-31' }]

test('whatever else is asked is refused as the document says: nobody, somebody else, nothing there, a body of another shape', async () => {
  const stranger = await town.account(['employer'])
  const nothing = '00000000-0000-4000-8000-000000000000'
  for (const operation of contract.operations) {
    const [method = '', path = ''] = operation.split(' ')
    const url = path
      .replace('{pib}', firm().pib)
      .replace('{act}', 'submission')
      .replace('{form}', 'pdf')
      .replace('{version}', '1')
      .replace(/\{[^}]+\}/g, nothing)
    const isBodied = method === 'POST' || method === 'PUT'
    const isOpen = path.startsWith('/sickleave/schemas')
    const nobody = await ask(null, method, url, isBodied ? {} : undefined)
    assert.equal(nobody.status, isOpen ? 200 : 401, operation)
    if (isOpen) continue
    const answers = [await ask(stranger, method, url, isBodied ? {} : undefined)]
    if (isBodied) for (const body of hostile) answers.push(await ask(boss.account, method, url, body))
    else answers.push(await ask(boss.account, method, url))
    for (const { status, text } of answers) assert.ok(status < 500, `${operation} ${status} ${text}`)
  }
})

test('the types of the kit are made of the document', async () => {
  const document = (await town.app.inject('/openapi.json')).json()
  const made = `// Made of /openapi.json: what each route below /sickleave/employer takes and answers.\n\n${operationsOf(document, '/sickleave/employer')}`
  const fresh = join(tmpdir(), 'payroll-api.d.mts')
  writeFileSync(fresh, made)
  const objects = [...made.matchAll(/(?<=[:<|] )\{\n[^]*?\n\s*\}/g)].map(([type]) => type.replace(/\s+/g, ' '))
  assert.deepEqual(
    objects.filter((type, at) => objects.indexOf(type) !== at && type.length > 80),
    [],
    'an object that is used twice has a name',
  )
  assert.ok(made === readFileSync('docs/guides/payroll-api.d.mts', 'utf8'), `docs/guides/payroll-api.d.mts is old: copy ${fresh} there`)
})

test('every documented route has answered, and every kind of refusal came', () => {
  const good = contract.operations.filter((operation) => ![200, 201, 204].some((status) => contract.seen.has(`${operation} ${status}`)))
  assert.deepEqual(good, [])
  for (const status of [400, 401, 403, 404, 409, 415, 422])
    assert.ok(
      [...contract.seen].some((line) => line.endsWith(` ${status}`)),
      `${status} never came`,
    )
})
