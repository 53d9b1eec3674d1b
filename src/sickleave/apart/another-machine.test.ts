import assert from 'node:assert/strict'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { before, describe, test } from 'node:test'
import { SMTPServer } from 'smtp-server'
import { exchange } from '../../platform/exchange.ts'
import { setPassword } from '../../platform/migrate.ts'
import { newAuthority } from '../../testing/certificates.ts'
import { forFile } from '../../testing/for-file.ts'
import { freePort, linkOf, openFolder, removeData, until } from '../../testing/process.ts'
import { type LeaveTown, startLeaveTown, type Worker } from '../../testing/sickleave.ts'
import { employersHandOver, givenThere } from './employers.cli.ts'
import { startEmployersSide } from './employers-side.ts'
import { heads } from './house.ts'
import { houseSecret } from './pass.ts'
import { type Running, runProcess } from './run-process.ts'

// As docs/guides/employers-apart.md says: certificates of the line, a file that is carried over, the process separate from ours, and mail and
// webhooks sent from there. The other machine is this one with another folder.

type Line = { cert: string; key: string }
const here = '127.0.0.1'
let town: LeaveTown
let person: Worker
let boss: string
let side: Awaited<ReturnType<typeof startEmployersSide>>
let pid: number
let authority: Awaited<ReturnType<typeof newAuthority>>
let ours: Line
let folder: string
let listen: string
const printed: string[] = []
const mails: { to: string; text: string }[] = []
const pib = () => town.employers[0]?.pib as string
const ask = (method: string, path: string, body?: unknown) => town.as(boss)(method, `/sickleave/employer/${pib()}${path}`, body)

/** An employer's address, which notes which process of this machine opened the connection. */
type Heard = { pid: number | null; body: { pib: string; events: { employee: { jmbg: string } }[] } }
const heard: Heard[] = []
const endpoint = createServer(async (request: IncomingMessage, answer: ServerResponse) => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  heard.push({ pid: ownerOf(request.socket.remotePort ?? 0), body: JSON.parse(Buffer.concat(chunks).toString()) as Heard['body'] })
  answer.writeHead(204).end()
})
const smtp = new SMTPServer({
  authOptional: true,
  disabledCommands: ['STARTTLS'],
  onRcptTo: ({ address }, _session, done) => done(address.endsWith('@full.example') ? new Error('mailbox full') : undefined),
  onData(stream, { envelope }, done) {
    const chunks: Buffer[] = []
    stream.on('data', (chunk: Buffer) => chunks.push(chunk))
    stream.on('end', () => {
      const [head = '', body = ''] = Buffer.concat(chunks)
        .toString()
        .split(/\r\n\r\n([^]*)/)
      mails.push({ to: envelope.rcptTo[0]?.address ?? '', text: /base64/i.test(head) ? Buffer.from(body, 'base64').toString() : body.replaceAll('\r\n', '\n') })
      done()
    })
  },
})
smtp.on('error', () => {})

/** Which of the two holds the socket of this port, this process or the employers' process (/proc/net/tcp, fields 2 and 10). */
function ownerOf(port: number): number | null {
  const hex = port.toString(16).toUpperCase().padStart(4, '0')
  const line = readFileSync('/proc/net/tcp', 'utf8')
    .split('\n')
    .map((one) => one.trim().split(/\s+/))
    .find(([, local]) => local === `0100007F:${hex}`)
  const socket = `socket:[${line?.[9]}]`
  return [process.pid, pid].find((one) => readdirSync(`/proc/${one}/fd`).some((fd) => linkOf(`/proc/${one}/fd/${fd}`) === socket)) ?? null
}

/** As `employers-run` does; the process itself gets nothing of our environment. */
function runThere(given: string, tls: Line): Running {
  const [cert, key] = ['cert', 'key'].map((name) => join(folder, `there.${name}`)) as [string, string]
  writeFileSync(cert, tls.cert)
  writeFileSync(key, tls.key)
  return runProcess(givenThere({ given, 'tls-cert': cert, 'tls-key': key }), { say: (sentence) => void printed.push(sentence) })
}

const file = forFile()
before(async () => {
  folder = openFolder('other-machine')
  file.after(() => removeData(folder))
  for (const server of [endpoint, smtp]) await new Promise<void>((resolve) => void server.listen(0, here, resolve))
  file.after(() => endpoint.close())
  file.after(() => new Promise<void>((resolve) => smtp.close(() => resolve())))
  town = await startLeaveTown(file)
  authority = await newAuthority('Спона, линија')
  ours = await authority.sign('врата', here)
  listen = `${here}:${await freePort()}`
  const smtpPort = (smtp.server.address() as AddressInfo).port
  Object.assign(town.world.config, { EMPLOYERS_TLS_CERT: ours.cert, EMPLOYERS_TLS_KEY: ours.key, EMPLOYERS_TLS_CA: authority.ca })
  Object.assign(town.world.config, { EMPLOYERS_URL: `https://${listen}`, SMTP_URL: `smtp://${here}:${smtpPort}`, MAIL_MINUTES: 0 })
  side = await startEmployersSide(town.world, town.ownerUrl, { say: () => {} })
  file.after(() => side.stop())
  await setPassword(town.ownerUrl, 'spona_employers', town.world.keys.derive('database-employers').toString('hex'))
  const given = join(folder, 'employers.json')
  await employersHandOver.run(town.world, { out: given, listen, door: side.door }, (line) => void printed.push(line))
  const running = runThere(given, await authority.sign('послодавци', here))
  file.after(() => running.stop())
  await running.ready
  pid = running.pid() as number
  person = await town.worker([{ employer: town.employers[0]?.id as number }])
  boss = await town.clerk(0, 'administrator')
})

const openLeave = async (from: string, until: string) => {
  const opened = await town.as(town.doctor)('POST', `/sickleave/people/${person.handle}/leaves`, { from, until, reason: '01', diagnosis: 'C50.9' })
  assert.equal(opened.status, 201, opened.text)
}

describe('the employers’ process on another machine', () => {
  test('is given keys by name and no master key, in a file that only its owner reads, and answers employers over the line', async () => {
    const given = readFileSync(join(folder, 'employers.json'), 'utf8')
    assert.equal(statSync(join(folder, 'employers.json')).mode & 0o777, 0o600)
    assert.deepEqual(Object.keys(JSON.parse(given).keys), ['sickleave-check/32', 'sickleave-seal/40'])
    assert.match(printed[0] ?? '', /carry it by a safe way/)
    await assert.rejects(async () => employersHandOver.run(town.world, { out: join(folder, 'employers.json'), listen, door: side.door }, () => {}), /EEXIST/)
    const answer = await ask('GET', '/events')
    assert.deepEqual([answer.status, answer.body], [200, { events: [], next: 0 }])
  })

  test('tells webhooks and mails itself: the process with the keys of the record opens no connection to an address that an employer named', async () => {
    const address = `http://${here}:${(endpoint.address() as AddressInfo).port}/hook`
    const hook = await ask('POST', '/channels', { kind: 'webhook', address })
    assert.equal(hook.status, 201, hook.text)
    const mail = await ask('POST', '/channels', { kind: 'email', address: 'plate@firma.rs' })
    assert.equal(mail.status, 201, mail.text)
    const code = /\n\n([\w-]{8})\n\n/.exec(mails[0]?.text ?? '')?.[1]
    assert.equal((await ask('POST', `/channels/${mail.body.id}/confirmation`, { code })).status, 204)
    await openLeave('2026-03-02', '2026-03-06')
    await until('both are told', () => heard.length === 2 && mails.length === 2)
    assert.deepEqual(
      heard.map(({ pid: by, body }) => [by, body.pib, body.events.map(({ employee }) => employee.jmbg)]),
      [
        [pid, '', []],
        [pid, pib(), [person.jmbg]],
      ],
    )
    assert.match(mails[1]?.text ?? '', /Sign in and look/)
    const rows = await town.owner<{ n: number }>`
      select count(*)::int4 as n from audit.entry where patient = ${person.root} and entry::text like ${`%sick-leave channel ${hook.body.id}%`}`
    assert.equal(rows[0]?.n, 1, 'the person reads that it was told')
    await until('it is settled', async () => (await ask('GET', '/channels')).body.channels.every(({ waiting }: { waiting: number }) => waiting === 0))
  })

  test('an address that does not answer the test is not kept, nor one whose mail is refused', async () => {
    const nobody = await ask('POST', '/channels', { kind: 'webhook', address: `http://${here}:1/` })
    assert.deepEqual([nobody.status, nobody.body.issue[0].expression], [422, ['address']])
    const full = await ask('POST', '/channels', { kind: 'email', address: 'a@full.example' })
    assert.deepEqual([full.status, full.body.issue[0].expression], [422, ['address']])
    assert.equal((await ask('GET', '/channels')).body.channels.length, 2)
  })
})

describe('the line between two machines', () => {
  const house = () => ({ [heads.house]: houseSecret(town.world), 'content-type': 'application/json' })
  const tell = (path: string, body: object, more: Record<string, string> = house(), origin = side.door) => {
    const tls = { ...ours, ca: authority.ca }
    return exchange({ origin, tls, method: 'POST', path, headers: more, body: Buffer.from(JSON.stringify(body)), timeoutMs: 5_000 })
  }

  test('neither end speaks to somebody whose certificate another authority signed, or who shows none', async () => {
    const other = await newAuthority('туђа')
    const stranger = { ...(await other.sign('туђин', here)), ca: authority.ca }
    for (const origin of [side.door, `https://${listen}`]) {
      const question = { origin, method: 'POST', path: '/telling/numbers', headers: house(), body: Buffer.from('{}'), timeoutMs: 5_000 }
      await assert.rejects(exchange({ ...question, tls: stranger }))
      await assert.rejects(exchange({ ...question, tls: { cert: '', key: '', ca: authority.ca } }))
      await assert.rejects(exchange({ ...question, tls: { ...ours, ca: other.ca } }), /self-signed|unable to verify/)
      await assert.rejects(exchange({ ...question, origin: origin.replace('https', 'http') }))
    }
    const impostor = createSecureServer(await other.sign('послодавци', here), (_request, answer) => answer.end('{}'))
    await new Promise<void>((resolve) => void impostor.listen(0, here, resolve))
    const { employersSide } = town.world
    town.world.employersSide = {
      origin: `https://${here}:${(impostor.address() as AddressInfo).port}`,
      tls: { ...ours, ca: authority.ca },
      ready: Promise.resolve(),
    }
    assert.equal((await ask('GET', '/events')).status, 503, 'whoever stands in for the employers’ process is told nothing')
    assert.equal((await ask('POST', '/channels', { kind: 'webhook', address: `http://${here}:1/` })).status, 503)
    if (employersSide) town.world.employersSide = employersSide
    impostor.close()
  })

  test('beyond this machine nothing is carried without TLS', async () => {
    const { world } = town
    const plain = { ...world, config: { ...world.config, EMPLOYERS_TLS_CERT: '', EMPLOYERS_TLS_KEY: '', EMPLOYERS_TLS_CA: '' } }
    const withSettings = (more: object) => ({ ...plain, config: { ...plain.config, ...more } })
    const told = { say: () => {} }
    await assert.rejects(startEmployersSide(withSettings({ EMPLOYERS_DOOR: '10.0.0.5:9091' }), null, told), /EMPLOYERS_DOOR leads to 10\.0\.0\.5.*without TLS/)
    await assert.rejects(startEmployersSide(withSettings({ EMPLOYERS_URL: 'http://10.0.0.6:9090' }), null, told), /EMPLOYERS_URL leads to 10\.0\.0\.6/)
    const out = join(folder, 'never.json')
    const handOver = (more: object) => async () => employersHandOver.run(plain, { out, listen, door: side.door, ...more }, () => {})
    await assert.rejects(handOver({ listen: '10.0.0.6:9090' }), /--listen leads to/)
    await assert.rejects(handOver({ door: 'http://10.0.0.5:9091' }), /--door leads to/)
    writeFileSync(out, JSON.stringify({ listen: { host: '10.0.0.6', port: 9090 }, door: { origin: 'https://10.0.0.5:9091' }, ca: null }))
    assert.throws(() => givenThere({ given: out }), /without TLS/)
    writeFileSync(out, JSON.stringify({ listen: { host: '10.0.0.6', port: 9090 }, door: { origin: 'https://10.0.0.5:9091' }, ca: authority.ca }))
    assert.throws(() => givenThere({ given: out }), /--tls-cert and --tls-key are missing/)
    assert.throws(() => givenThere({ given: join(folder, 'nowhere') }), /ENOENT/)
  })

  test('the door signs and shows only what a channel is to be told at this moment', async () => {
    const { channels } = (await ask('GET', '/channels')).body
    const [hook, mail] = ['webhook', 'email'].map((kind) => channels.find((one: { kind: string }) => one.kind === kind).id) as [string, string]
    const employer = town.employers[0]?.id as number
    const { knownAs } = (await town.owner<{ knownAs: string }>`select known_as from sickleave.employer_event where employer = ${employer} limit 1`)[0] as {
      knownAs: string
    }
    const digest = `sha-256=:${Buffer.alloc(32).toString('base64')}:`
    const sent = { digest, delivery: '00000000-0000-4000-8000-000000000000' }
    const numbers = (more: object) => tell('/telling/numbers', { channel: hook, employer, leaves: [knownAs], ...more })
    assert.equal((await numbers({})).status, 403, 'it was told already')
    assert.equal((await tell('/telling/signature', { channel: hook, employer, ...sent })).status, 403)
    assert.equal((await tell('/telling/numbers', { channel: hook, employer, leaves: [] }, { 'content-type': 'application/json' })).status, 404, 'no secret')
    await town.owner`
      update sickleave.channel_place set sent = 0, due_at = 'infinity', leased_until = '2100-01-01' where employer = ${employer}`
    assert.deepEqual(JSON.parse((await numbers({})).body.toString()), { [knownAs]: person.jmbg })
    assert.equal((await numbers({ leaves: [knownAs, 'ffffffff-ffff-4fff-8fff-ffffffffffff'] })).status, 403)
    assert.equal((await numbers({ employer: town.employers[1]?.id })).status, 403)
    assert.equal((await numbers({ channel: mail })).status, 403, 'an e-mail never says a number')
    assert.equal((await numbers({ channel: "x' or true" })).status, 403)
    assert.equal((await numbers({ channel: 7 })).status, 403)
    assert.equal((await tell('/telling/signature', { channel: hook, employer, ...sent })).status, 200)
    assert.equal((await tell('/telling/signature', { channel: mail, employer, ...sent })).status, 403)
    for (const wrong of [{ digest: 'x' }, { digest: `${digest}\r\nx: y` }, { delivery: 'x' }])
      assert.equal((await tell('/telling/signature', { channel: hook, employer, ...sent, ...wrong })).status, 403, JSON.stringify(wrong))
    assert.equal((await tell('/telling/mail', { channel: mail, employer })).status, 403, 'there is a mail server')
    await town.owner`update sickleave.channel set ended_at = now() where id = ${hook}`
    assert.equal((await numbers({})).status, 403, 'it was taken away')
  })
})
