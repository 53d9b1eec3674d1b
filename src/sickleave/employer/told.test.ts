import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { isFromCentre, payroll, PayrollError } from '../../../docs/guides/payroll.mjs'
import { startEndpoint, type Endpoint } from '../../testing/endpoint.ts'
import { forFile } from '../../testing/for-file.ts'
import { listen } from '../../testing/server.ts'
import { type LeaveTown, startLeaveTown, type Worker } from '../../testing/sickleave.ts'
import { fitsSchema } from '../../testing/xsd.ts'
import { addMember } from './members.ts'
import { tellDue } from './push.ts'

let town: LeaveTown
let endpoint: Endpoint
let boss: string
let worker: Worker
const firm = () => town.employers[0] as { id: number; pib: string }
const ask = (method: string, path: string, body?: unknown) => town.as(boss)(method, `/sickleave/employer${path}`, body)
const later = (seconds: number) => town.at(new Date(town.world.now().getTime() + seconds * 1000).toISOString())

async function openLeave(from: string, until: string): Promise<void> {
  const opened = await town.as(town.doctor)('POST', `/sickleave/people/${worker.handle}/leaves`, { from, until, reason: '01', diagnosis: 'C50.9' })
  assert.equal(opened.status, 201, opened.text)
}

const ending = forFile()
before(async () => {
  town = await startLeaveTown(ending)
  // The kit and the webhook's reader use the real clock.
  town.at(new Date(Date.now()).toISOString())
  endpoint = await startEndpoint(ending as Parameters<typeof startEndpoint>[0])
  boss = await town.account(['employer'], { name: 'Газда' })
  const { id: employer, pib } = firm()
  await town.sql.begin((tx) => addMember(tx, { member: boss, employer, pib, name: 'Фабрика', role: 'administrator', at: new Date('2020-01-01T00:00:00Z') }))
  worker = await town.worker([{ employer }])
})

test('a webhook is subscribed once and told everything, signed, in order, again after failures, and from any number on request', async () => {
  const day = (shift: number) => new Date(town.world.now().getTime() + shift * 86_400_000).toISOString().slice(0, 10)
  endpoint.status = 500
  const wish = { kind: 'webhook', address: endpoint.url }
  assert.equal((await ask('POST', `/${firm().pib}/channels`, wish)).status, 422, 'an address that does not answer is not kept')
  endpoint.status = 200
  const { id } = (await ask('POST', `/${firm().pib}/channels`, wish)).body
  await openLeave(day(0), day(5))
  endpoint.heard.length = 0
  await tellDue(town.world)
  const [heard] = endpoint.heard
  assert.deepEqual([heard?.body.pib, heard?.body.next, heard?.body.events[0].employee.jmbg], [firm().pib, 1, worker.jmbg])
  const withoutIds = (heard?.text ?? '').replaceAll(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '') // An id made at random may hold c50.
  assert.doesNotMatch(withoutIds, /C50|diagnos|онкол/i)
  const keys = (await town.app.inject('/bus/keys')).json().keys
  const request = { method: 'POST', address: endpoint.url, headers: heard?.headers ?? {}, body: Buffer.from(heard?.text ?? ''), keys }
  assert.equal(isFromCentre(request), true)
  for (const forged of [{ body: Buffer.from('{}') }, { address: 'http://other/' }, { keys: [] }, { headers: { ...heard?.headers, 'spona-delivery': 'x' } }])
    assert.equal(isFromCentre({ ...request, ...forged }), false)
  endpoint.status = 503
  const at = `/sickleave/people/${worker.handle}/leaves`
  const leave = (await town.as(town.doctor)('GET', at)).body.leaves[0].id
  assert.equal((await town.as(town.doctor)('POST', `${at}/${leave}/extension`, { until: day(8) })).status, 200)
  await tellDue(town.world)
  const line = async () => (await ask('GET', `/${firm().pib}/channels`)).body.channels[0]
  const failing = await line()
  assert.deepEqual([failing.waiting, failing.trouble, failing.failingSince], [1, 'the address answered 503', town.world.now().toISOString()])
  const operator = await town.account(['operator'])
  const troubles = (await town.as(operator)('GET', '/sickleave/channels')).body
  const { host } = new URL(endpoint.url)
  const seen = { id, name: 'Фабрика', host, trouble: failing.trouble, since: failing.failingSince, failures: 1, waiting: 1, isParked: false }
  assert.deepEqual(troubles, { mail: [], webhooks: [seen] }, 'the operator reads whom we do not reach, and no more of the address than its host')
  for (const other of [boss, town.doctor, worker.account]) assert.equal((await town.as(other)('GET', '/sickleave/channels')).status, 403)
  endpoint.status = 200
  endpoint.heard.length = 0
  assert.equal(await tellDue(town.world), 0, 'not before its time')
  later(2)
  await tellDue(town.world)
  assert.deepEqual(
    endpoint.heard.map(({ body }) => [body.after, body.next]),
    [[1, 2]],
  )
  assert.equal((await ask('POST', `/${firm().pib}/channels/${id}/replay`, { after: 0 })).body.streams, 1)
  await tellDue(town.world)
  assert.deepEqual(
    endpoint.heard.at(-1)?.body.events.map(({ seq }: { seq: number }) => seq),
    [1, 2],
  )
  assert.equal((await ask('DELETE', `/${firm().pib}/channels/${id}`)).status, 204)
})

test('an e-mail says only that something waits, once for all, and only to an address that said yes', async () => {
  const folder = join(town.world.config.DATA_DIR, 'mail')
  const mails = () =>
    readdirSync(folder)
      .sort()
      .map((name) => readFileSync(join(folder, name), 'utf8'))
  const { id } = (await ask('POST', `/${firm().pib}/channels`, { kind: 'email', address: 'plate@firma.rs' })).body
  const text = Buffer.from((mails()[0] ?? '').split('\n\n')[1]?.replaceAll('\n', '') ?? '', 'base64').toString()
  const code = (text || (mails()[0] as string)).match(/\n\n([\w-]{8})\n\n/)?.[1]
  await openLeave('2026-01-01', '2026-01-02').catch(() => undefined)
  await tellDue(town.world)
  assert.equal(mails().length, 1)
  assert.equal((await ask('POST', `/${firm().pib}/channels/${id}/confirmation`, { code: 'wrong' })).status, 422)
  assert.equal((await ask('POST', `/${firm().pib}/channels/${id}/confirmation`, { code })).status, 204)
  const at = `/sickleave/people/${worker.handle}/leaves`
  const leave = (await town.as(town.doctor)('GET', at)).body.leaves[0]
  for (const days of [1, 2]) {
    const until = new Date(Date.parse(leave.until) + days * 86_400_000).toISOString().slice(0, 10)
    assert.equal((await town.as(town.doctor)('POST', `${at}/${leave.id}/extension`, { until })).status, 200)
    await tellDue(town.world)
  }
  assert.equal(mails().length, 2, 'the second word within a quarter of an hour waits')
  assert.doesNotMatch(mails()[1] as string, /Петровић|Ана|Фабрика|2026-|leaves/)
  for (const bad of ['x', 'a@b.rs\r\nBcc: c@d.rs', 'Ana <a@b.rs>'])
    assert.equal((await ask('POST', `/${firm().pib}/channels`, { kind: 'email', address: bad })).status, 400, bad)
})

test('an administrator lets a payroll system in, and the kit of the guide takes events and papers with the key that was answered', async () => {
  const made = (await ask('POST', `/${firm().pib}/systems`, { name: 'Плате', role: 'viewer' })).body
  await listen(town)
  const client = payroll({ url: `http://localhost:${town.world.config.PORT}`, client: made.client, privateKey: made.privateKey })
  assert.deepEqual(
    (await client.employers()).map(({ pib }) => pib),
    [firm().pib],
  )
  const seen = []
  for await (const event of client.events(firm().pib)) seen.push(event.seq)
  assert.deepEqual(
    seen,
    [...seen.keys()].map((n) => n + 1),
  )
  const documents = await client.documents({ format: 'xml', pib: firm().pib })
  assert.match(documents, /<document kind="certificate"/)
  await fitsSchema(documents, readFileSync(new URL('employer-documents.xsd', import.meta.url), 'utf8'))
  assert.match(await client.documents({ format: 'csv', pib: firm().pib }), /ПИБ;Послодавац/)
  await assert.rejects(async () => client.documents({ format: 'xml', pib: town.employers[1]?.pib }), /403/)
  const [head = ''] = /^jmbg;.*$/m.exec(readFileSync('docs/guides/payroll.md', 'utf8')) ?? []
  const other = (await ask('POST', `/${firm().pib}/systems`, { name: 'Зараде', role: 'operator' })).body
  const { call } = payroll({ url: `http://localhost:${town.world.config.PORT}`, client: other.client, privateKey: other.privateKey })
  const wrong = call('POST /{pib}/earnings', {
    params: { pib: firm().pib },
    query: { check: 'true' },
    body: head.replace(';month', ''),
    type: 'text/csv',
  })
  await assert.rejects(wrong, (error) => {
    assert.ok(error instanceof PayrollError)
    assert.deepEqual([error.status, error.expression, error.outcome?.issue?.[0]?.diagnostics], [400, 'row 1', 'the head lacks month'])
    assert.match(error.hint ?? '', /^The head is: jmbg/)
    return error.message.startsWith('400 row 1: the head lacks month. The head is: jmbg')
  })
  const empty = call('POST /{pib}/earnings', {
    params: { pib: firm().pib },
    query: { check: 'true' },
    body: `${head}\n`,
    type: 'text/csv',
  })
  await assert.rejects(empty, /400 the file has no row of earnings/, 'the head of the guide is right')
  assert.equal((await ask('DELETE', `/${firm().pib}/systems/${made.client}`)).status, 204)
  await assert.rejects(async () => client.documents({ format: 'xml', pib: firm().pib }), /40[13]/)
})

test('unread cases stand first, are found in either script, and an event after the one seen stays unread', async () => {
  const search = async (more: object) => (await ask('POST', '/search', more)).body
  const [first] = (await search({ unread: true, text: 'petrovic' })).cases
  assert.equal(first.employee.family, 'Петровић')
  const mark = (seq: number) => ask('POST', `/${firm().pib}/marks`, { leaves: [{ leave: first.leave, seq }], done: true })
  await mark(first.seq - 1)
  assert.equal((await search({})).cases[0].isUnread, true)
  await mark(first.seq)
  assert.equal((await search({ unread: true })).cases.length, 0)
  assert.equal((await search({ text: '%' })).cases.length, 0)
  const month = first.from.slice(0, 7)
  assert.equal((await ask('GET', `/${firm().pib}/calendar?month=${month}`)).body.rows[0].leave, first.leave)
})
