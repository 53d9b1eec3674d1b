import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { dirname, join, relative } from 'node:path'
import { before, describe, test } from 'node:test'
import { anonymous } from '../../platform/actor.ts'
import { shortagesOf } from '../../platform/condition.ts'
import { connectAs } from '../../platform/connect.ts'
import { exchange } from '../../platform/exchange.ts'
import { Fragment } from '../../platform/sql.ts'
import { forFile } from '../../testing/for-file.ts'
import { until } from '../../testing/process.ts'
import { type LeaveTown, startLeaveTown, type Worker } from '../../testing/sickleave.ts'
import { keyNeedles, leaksOfProcess, textNeedles } from '../leak/leak-process.ts'
import { leakTest } from '../leak/leak-test.ts'
import { startEmployersSide } from './employers-side.ts'
import { heads } from './house.ts'
import { houseSecret } from './pass.ts'
import { sealTicket } from './ticket.ts'

let town: LeaveTown
let person: Worker
let clerk: string
let known: string
let side: Awaited<ReturnType<typeof startEmployersSide>>
const said: string[] = []
const pib = (place = 0) => town.employers[place]?.pib as string
const at = (path: string) => `/sickleave/employer/${pib()}${path}`
const ofPerson = `белешка о лечењу ${'x'.repeat(8)}`

const file = forFile()
before(async () => {
  town = await startLeaveTown(file)
  side = await startEmployersSide(town.world, town.ownerUrl, { say: (sentence) => void said.push(sentence) })
  file.after(() => side.stop())
  person = await town.worker([{ employer: town.employers[0]?.id as number }])
  clerk = await town.clerk(0, 'administrator')
  const opened = await town.as(town.doctor)('POST', `/sickleave/people/${person.handle}/leaves`, {
    ...{ from: '2026-03-02', until: '2026-03-13', reason: '01', diagnosis: 'C50.9', note: ofPerson },
  })
  assert.equal(opened.status, 201, opened.text)
  await until('it listens', async () => (await town.as(clerk)('GET', '/sickleave/employer')).status === 200, 120_000)
  known = (await town.as(clerk)('GET', at('/leaves'))).body.events[0].leave
})

describe('the employers’ process', () => {
  test('answers what the employer is told, with the number on the paper, and the person reads that it looked', async () => {
    const { status, body, text } = await town.as(clerk)('GET', at('/events'))
    assert.equal(status, 200, text)
    assert.equal(body.events[0].employee.jmbg, person.jmbg)
    const rows = await town.owner<{ n: number }>`
      select count(*)::int4 as n from audit.entry where patient = ${person.root} and entry::text like ${`%${clerk}%`}`
    assert.equal(rows[0]?.n, 2)
    const paper = await town.as(clerk)('GET', at(`/leaves/${known}/documents/${body.events[0].document.number}/1/xml`))
    assert.deepEqual([paper.status, paper.headers['content-type']], [200, 'application/xml'])
    assert.match(String(paper.headers['content-disposition']), /^attachment; filename="/)
  })

  test('hands on every change, and passes its refusals back unchanged', async () => {
    const marks = await town.as(clerk)('POST', at('/marks'), { leaves: [{ leave: known, seq: 1 }], done: true })
    assert.deepEqual([marks.status, marks.body], [200, { marked: 1 }])
    const objection = await town.as(clerk)('POST', at('/objections'), { kind: 'control', leave: known, text: 'Виђен на послу.' })
    assert.equal(objection.status, 201, objection.text)
    const wrong = await town.as(clerk)('POST', at('/earnings'), 'jmbg;x\r\n1;2\r\n', { 'content-type': 'text/csv' })
    assert.equal(wrong.status, 400, wrong.text)
    const none = await town.as(clerk)('DELETE', at('/channels/ffffffff-ffff-4fff-8fff-ffffffffffff'))
    assert.equal(none.status, 404)
    assert.equal(none.body.resourceType, 'OperationOutcome')
  })

  test('keeps nobody waiting for a body that is too large, breaks off or drips', async (t) => {
    await town.app.listen({ port: 0, host: '127.0.0.1' })
    const { port } = town.app.server.address() as AddressInfo
    const { cookie, csrf } = await town.cookie(clerk)
    const head = (length: string) =>
      `POST ${at('/earnings')} HTTP/1.1\r\nHost: localhost\r\nCookie: ${cookie}\r\nx-spona-csrf: ${csrf}\r\nContent-Type: text/csv\r\n${length}\r\n\r\n`
    const sent = (length: string, body: Buffer) =>
      new Promise<string>((resolve) => {
        let text = ''
        const socket = connect(port, '127.0.0.1', () => {
          socket.write(head(length))
          socket.write(body)
        })
        t.after(() => void socket.destroy())
        socket.on('data', (piece: Buffer) => resolve((text += piece.toString())))
        socket.on('error', () => resolve(text))
      })
    for (const bytes of [4_500_000, 9_000_000]) {
      assert.match(await sent(`Content-Length: ${bytes}`, Buffer.alloc(bytes, '"')), /^HTTP\/1\.1 413 /, String(bytes))
      const piece = Buffer.concat([Buffer.from(`${bytes.toString(16)}\r\n`), Buffer.alloc(bytes, '"'), Buffer.from('\r\n0\r\n\r\n')])
      assert.match(await sent('Transfer-Encoding: chunked', piece), /^HTTP\/1\.1 413 /, `${bytes} in pieces`)
    }
    // More of them than there are connections between the two processes.
    for (let at = 0; at < 80; at++) void sent('Content-Length: 1000', Buffer.from('jmbg'))
    const began = performance.now()
    const answers = await Promise.all(Array.from({ length: 20 }, () => town.as(clerk)('GET', at('/events'))))
    assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]))
    assert.ok(performance.now() - began < 20_000, 'at once, and not when a connection of the house is given up')
  })

  test('goes only to the path that was judged, however the URL is written; a strange URL is 404 and does not count as the process being away', async () => {
    const { port } = town.app.server.address() as AddressInfo
    const { cookie } = await town.cookie(clerk)
    const status = (address: string) =>
      new Promise<string>((resolve, reject) => {
        const socket = connect(port, '127.0.0.1', () =>
          socket.write(`GET ${address} HTTP/1.1\r\nHost: localhost\r\nCookie: ${cookie}\r\nConnection: close\r\n\r\n`),
        )
        socket.once('data', (piece: Buffer) => resolve(piece.toString().slice(9, 12)))
        socket.once('error', reject)
      })
    assert.equal(await status(`http://evil.example${at('/events')}?after=0`), '200')
    for (const address of ['/sickleave/employer/../leaves/../documents/../../teller', at('/leaves/%2e%2e'), `http://evil.example${at('/leaves/..')}`])
      assert.equal(await status(address), '404', address)
    assert.ok(!shortagesOf(town.world).some(({ reason }) => reason === 'employers-away'))
  })

  test('refuses a member of another employer, and a removed member from the next question on', async () => {
    assert.equal((await town.as(clerk)('GET', `/sickleave/employer/${pib(1)}/events`)).status, 403)
    const gone = await town.clerk(0)
    assert.equal((await town.as(gone)('GET', at('/events'))).status, 200)
    assert.equal((await town.as(clerk)('DELETE', at(`/members/${gone}`))).status, 204)
    assert.equal((await town.as(gone)('GET', at('/events'))).status, 403)
    assert.equal((await town.app.inject(at('/events'))).statusCode, 401)
  })

  test('is given no cookie, no token and no address of who asks, and can set no cookie', async (t) => {
    let got: IncomingHttpHeaders = {}
    const other = createServer(({ headers }, answer) => {
      got = headers
      answer.setHeader('set-cookie', 'spona_session=theirs').setHeader('content-type', 'application/json').end('{}')
    })
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    const own = town.world.employersSide
    t.after(() => other.close())
    town.world.employersSide = { origin: `http://127.0.0.1:${(other.address() as AddressInfo).port}`, ready: Promise.resolve() }
    const answer = await town.as(clerk)('GET', at('/events'), undefined, { 'x-forwarded-for': '10.1.2.3', host: 'evil.example', origin: 'http://evil.example' })
    if (own) town.world.employersSide = own
    assert.equal(answer.status, 200)
    assert.equal(answer.headers['set-cookie'], undefined)
    const names = Object.keys(got).filter((name) => !['host', 'connection', 'accept', 'accept-language'].includes(name))
    assert.deepEqual(names.sort(), Object.values(heads).sort())
    assert.ok(!JSON.stringify(got).includes('evil.example'))
  })
})

describe('between the two processes', () => {
  const ask = (origin: string, path: string, headers: Record<string, string>, body = '{}') =>
    exchange({ origin, method: 'POST', path, headers: { 'content-type': 'application/json', ...headers }, body: Buffer.from(body), timeoutMs: 5_000 })
  const house = () => ({ [heads.house]: houseSecret(town.world) })

  test('neither answers without the secret of the house, and the door nobody without a ticket that it made itself, a moment ago', async () => {
    assert.equal((await ask(side.origin, at('/events'), {})).status, 404)
    assert.equal((await ask(side.door, '/desk/looks', {})).status, 404)
    const actor = { ...anonymous, kind: 'person' as const, id: clerk, roles: ['employer'] }
    const old = { ...town.world, now: () => new Date(town.world.now().getTime() - 91_000) }
    const good = sealTicket(town.world, actor, 'проба')
    const forged = `${good.slice(0, -6)}AAAAAA`
    for (const ticket of ['', 'x', forged, sealTicket(old, actor, 'проба')])
      assert.equal((await ask(side.door, '/desk/words', { ...house(), [heads.ticket]: ticket }, '[]')).status, 401, ticket.slice(0, 5))
    assert.equal((await ask(side.door, '/desk/words', { ...house(), [heads.ticket]: good }, '[]')).status, 200)
  })

  test('the door shows a ticket’s owner no number, no key and no act of another employer', async () => {
    const stranger = await town.clerk(1)
    const ticket = { ...house(), [heads.ticket]: sealTicket(town.world, { ...anonymous, kind: 'person', id: stranger, roles: ['employer'] }, 'проба') }
    const employer = town.employers[0]?.id as number
    const looks = (employers: number[]) => JSON.stringify({ employers, leaves: [known], look: { action: 'read', basis: 'employer' }, numbers: true })
    assert.equal((await ask(side.door, '/desk/looks', ticket, looks([employer]))).status, 403)
    const own = await ask(side.door, '/desk/looks', ticket, looks([town.employers[1]?.id as number]))
    assert.deepEqual([own.status, own.body.toString()], [200, '{}'], 'a leave of another employer has no number')
    assert.equal((await ask(side.door, '/desk/share-key', ticket, JSON.stringify({ pib: pib(), leave: known }))).status, 403)
    assert.equal((await ask(side.door, at('/marks'), ticket, JSON.stringify({ leaves: [{ leave: known, seq: 1 }] }))).status, 403)
    const rows = await town.owner<{ n: number }>`
      select count(*)::int4 as n from audit.entry where entry::text like ${`%${stranger}%`} and entry::text like '%"deny"%'`
    assert.equal(rows[0]?.n, 2)
  })

  test('its database role reaches what is the employer’s and nothing else', async (t) => {
    const { keys } = town.world
    const role = connectAs({ ...town.ownerUrl, user: 'spona_employers', password: keys.derive('database-employers').toString('hex') }, 1)
    t.after(role.end)
    const run = (text: string) => role.sql.run(new Fragment([text], []))
    const no = ['sickleave.employer_event', 'sickleave.step', 'sickleave.leave', 'sickleave.document', 'sickleave.shared', 'sickleave_medical.part']
    const others = [
      'identity.person',
      'identity.number',
      'record.resource',
      'access.session',
      'access.account',
      'audit.entry',
      'registry.employer',
      'bus.member',
    ]
    for (const name of [...no, ...others]) await assert.rejects(run(`select 1 from ${name} limit 1`), /permission denied/, name)
    for (const other of ['spona_app', 'spona_sickleave_medical', 'spona_identity']) await assert.rejects(run(`set role ${other}`), /permission denied/, other)
    await assert.rejects(run(`select sickleave_medical.parts_of(1, '${known}')`), /permission denied/)
    await assert.rejects(run(`insert into sickleave.checkable (hash, kind, ending) values (decode('00','hex'), 'report', '0000')`), /permission denied/)
    const rights = await town.owner<{ name: string }>`
      select n.nspname || '.' || c.relname as name
        from pg_class c
        join pg_namespace n on n.oid = c.relnamespace
       where n.nspname not in ('pg_catalog', 'information_schema') and c.relkind in ('r', 'p', 'v', 'm') and has_any_column_privilege('spona_employers', c.oid, 'select')
         and has_schema_privilege('spona_employers', n.oid, 'usage')`
    assert.deepEqual(
      rights.map(({ name }) => name).sort(),
      ['sickleave.channel', 'sickleave.channel_place', 'sickleave.checkable', 'sickleave.mandate'],
      'by itself genuine papers and whom to tell; the rest only as spona_employer, under row security',
    )
    for (const more of ['code_hash', 'by_name']) await assert.rejects(run(`select ${more} from sickleave.channel`), /permission denied/, more)
    // The role may write how far a channel was told. It may not change whom a channel is told of, nor where.
    await run('update sickleave.channel_place set sent = sent where false')
    for (const change of [
      'channel_place set wanted = 9',
      'channel_place set employer = 1',
      "channel set address = 'https://x.rs/'",
      'mandate set ended_at = null',
    ])
      await assert.rejects(run(`update sickleave.${change}`), /permission denied/, change)
    for (const change of ['delete from sickleave.channel_place', `insert into sickleave.channel_place select * from sickleave.channel_place`])
      await assert.rejects(run(change), /permission denied/, change)
  })

  test('its program loads no module that knows of persons, sessions, the record or the medical part', () => {
    const root = join(import.meta.dirname, '../..')
    const loaded = new Set<string>()
    const load = (path: string): void => {
      if (loaded.has(path)) return
      loaded.add(path)
      const text = readFileSync(path, 'utf8')
      for (const [, isType, from] of text.matchAll(/^\s*(?:import|export)\s(type\s)?[^'"]*?from\s+'(\.[^']+)'/gm))
        if (!isType) load(join(dirname(path), from as string))
    }
    load(join(import.meta.dirname, 'process.ts'))
    const names = [...loaded].map((path) => relative(root, path))
    assert.ok(names.includes('sickleave/employer/told-routes.ts'))
    const allowed = /^(platform|sickleave\/(apart|employer|document|said))\/|^sickleave\/rules\/days\.ts$|^sickleave\/(asking|read-body|sealed|table)\.ts$/
    assert.deepEqual(
      names.filter((name) => !allowed.test(name)),
      [],
    )
  })
})

describe('the trial of leaks', () => {
  test('goes through the process, then looks into its memory, and finds nothing there', async () => {
    const report = await leakTest(town.world, { only: '/leaves', apart: true })
    assert.deepEqual(report.found, [])
    assert.deepEqual(report.untried, [])
    assert.ok(report.answers > 30)
  })

  test('would find a key or a word in the memory, the environment or the command line of a process', async (t) => {
    const key = randomBytes(32)
    const script = `globalThis.kept = [Buffer.from(process.argv[1], 'hex'), process.argv[2]].map(String); setInterval(() => globalThis.kept, 1000); console.log('on')`
    const leaky = spawn(process.execPath, ['-e', script, key.toString('hex'), 'белешка'], {
      env: { SECRET: 'C50.9 тајно' },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    t.after(() => leaky.kill())
    await once(leaky.stdout, 'data')
    const found = leaksOfProcess(leaky.pid as number, [
      ...keyNeedles('the key', key),
      ...textNeedles('the word', 'белешка'),
      ...textNeedles('the code', 'C50.9'),
      ...textNeedles('nothing', 'чега нема нигде'),
    ])
    const where = ['the memory of the employers’ process holds the key', 'the memory of the employers’ process holds the word']
    const told = ['the environment of the employers’ process holds the code', 'the command line of the employers’ process holds the key in hex']
    for (const one of [...where, ...told])
      assert.ok(
        found?.some((line) => line.startsWith(one)),
        `${one}: ${found?.join()}`,
      )
    assert.ok(!found?.some((line) => line.includes('nothing')))
  })
})

describe('when the employers’ process dies', () => {
  test('in the middle of telling, the answer not written down: the same events are told again under the same numbers, and none is left out', async (t) => {
    const heard: { after: number; next: number; events: { seq: number }[] }[] = []
    let isHeld = true
    const address = createServer((request, response) => {
      const pieces: Buffer[] = []
      request.on('data', (piece: Buffer) => pieces.push(piece))
      request.on('end', () => {
        const body = JSON.parse(Buffer.concat(pieces).toString())
        const isTest = body.events.length === 0
        if (!isTest) heard.push(body)
        if (isTest || !isHeld) response.end()
      })
    })
    await new Promise<void>((resolve) => address.listen(0, '127.0.0.1', resolve))
    t.after(() => address.close())
    const hook = await town.as(clerk)('POST', at('/channels'), { kind: 'webhook', address: `http://127.0.0.1:${(address.address() as AddressInfo).port}/` })
    assert.equal(hook.status, 201, hook.text)
    const other = await town.worker([{ employer: town.employers[0]?.id as number }])
    const open = { from: '2026-03-02', until: '2026-03-04', reason: '01', diagnosis: 'J06.9' }
    assert.equal((await town.as(town.doctor)('POST', `/sickleave/people/${other.handle}/leaves`, open)).status, 201)
    await until('it is sent', () => heard.length === 1, 60_000)
    const pid = side.pid() as number
    process.kill(pid, 'SIGKILL')
    await until('it is gone', () => side.pid() !== pid, 60_000)
    isHeld = false
    // The test does not wait until the lease of the dead process ends by itself.
    await town.owner`update sickleave.channel_place set leased_until = null`
    await until('it is sent again', () => heard.length > 1, 60_000)
    assert.deepEqual(heard[1], heard[0])
    const waits = async () => (await town.as(clerk)('GET', at('/channels'))).body?.channels?.[0]?.waiting
    await until('it is settled', async () => (await waits()) === 0, 60_000)
    const seqs = [...new Set(heard.flatMap(({ events }) => events.map(({ seq }) => seq)))]
    assert.deepEqual(
      seqs,
      Array.from({ length: seqs.length }, (_, place) => (seqs[0] as number) + place),
    )
    const { next } = (await town.as(clerk)('GET', at('/events'))).body
    assert.equal(heard.at(-1)?.next, next)
    said.length = 0
  })

  test('employers hear that they should try again, /status says so, and it is started again', async () => {
    const pid = side.pid() as number
    process.kill(pid, 'SIGKILL')
    await until('503', async () => (await town.as(clerk)('GET', at('/events'))).status === 503)
    assert.deepEqual(
      shortagesOf(town.world).map(({ reason }) => reason),
      ['employers-away'],
    )
    const status = await town.app.inject('/status')
    assert.match(status.body, /employers-away/)
    await until('200 again', async () => (await town.as(clerk)('GET', at('/events'))).status === 200, 60_000)
    assert.notEqual(side.pid(), pid)
    assert.deepEqual(shortagesOf(town.world), [])
    assert.equal(said.length, 2)
  })
})
