import assert from 'node:assert/strict'
import type { AddressInfo } from 'node:net'
import { after, beforeEach, test } from 'node:test'
import { SMTPServer } from 'smtp-server'
import { isMailAddress, sendMail } from './mail.ts'
import type { World } from './world.ts'

// A mail server that nobody here wrote: it asks for a password and knows no reader at full.example.
const received: { from: string; to: string[]; text: string }[] = []
const server = new SMTPServer({
  authOptional: false,
  allowInsecureAuth: true,
  disabledCommands: ['STARTTLS'],
  onAuth: ({ username, password }, _session, done) =>
    username === 'spona' && password === 'p@ss:1' ? done(null, { user: username }) : done(new Error('no such user')),
  onRcptTo: ({ address }, _session, done) => done(address.endsWith('@full.example') ? new Error('mailbox full') : undefined),
  onData(stream, { envelope }, done) {
    const chunks: Buffer[] = []
    stream.on('data', (chunk: Buffer) => chunks.push(chunk))
    stream.on('end', () => {
      const from = envelope.mailFrom === false ? '' : envelope.mailFrom.address
      received.push({ from, to: envelope.rcptTo.map(({ address }) => address), text: Buffer.concat(chunks).toString() })
      done()
    })
  },
})
server.on('error', () => {}) // What a client did wrong is told to the client.
const port = new Promise<number>((resolve) => {
  const inner = server.listen(0, '127.0.0.1', () => resolve((inner.address() as AddressInfo).port))
})
after(() => new Promise<void>((resolve) => server.close(() => resolve())))
beforeEach(() => {
  received.length = 0
})

const worldWith = (url: string) => ({ config: { SMTP_URL: url, MAIL_FROM: 'spona@example.rs', DEMO: false } }) as World
const mail = { to: 'plate@firma.rs', subject: 'Нешто Вас чека', text: 'Пријавите се на портал послодавца.' }

test('a mail is given to the server under name and password, as it was written, in Cyrillic', async () => {
  await sendMail(worldWith(`smtp://spona:${encodeURIComponent('p@ss:1')}@127.0.0.1:${await port}`), mail)
  const [one] = received
  assert.deepEqual([received.length, one?.from, one?.to], [1, 'spona@example.rs', ['plate@firma.rs']])
  const body = one?.text.slice(one.text.indexOf('\r\n\r\n') + 4) ?? ''
  assert.equal(Buffer.from(body, 'base64').toString().trim(), mail.text)
})

test('a wrong password, a reader who is refused and a server that is away are errors, so that the mail is tried again', async () => {
  const there = await port
  await assert.rejects(sendMail(worldWith(`smtp://spona:wrong@127.0.0.1:${there}`), mail), /535|no such user/i)
  const right = worldWith(`smtp://spona:${encodeURIComponent('p@ss:1')}@127.0.0.1:${there}`)
  await assert.rejects(sendMail(right, { ...mail, to: 'plate@full.example' }), /mailbox full/)
  await assert.rejects(sendMail(worldWith('smtp://spona:x@127.0.0.1:1'), mail), /ECONNREFUSED/)
  assert.equal(received.length, 0)
})

test('a server under TLS whose certificate nobody vouches for gets nothing', async () => {
  const strange = new SMTPServer({ secure: true, authOptional: true, onData: (_stream, _session, done) => done() })
  strange.on('error', () => {})
  const at = await new Promise<number>((resolve) => {
    const inner = strange.listen(0, '127.0.0.1', () => resolve((inner.address() as AddressInfo).port))
  })
  try {
    await assert.rejects(sendMail(worldWith(`smtps://127.0.0.1:${at}`), mail), /certificate/i)
  } finally {
    await new Promise<void>((resolve) => strange.close(() => resolve()))
  }
})

test('an address is one plain address: no name, no second reader, no line', () => {
  for (const right of ['plate@firma.rs', "o'neil+1@mail.firma.co.rs"]) assert.ok(isMailAddress(right), right)
  for (const wrong of ['a@b', 'A <a@b.rs>', 'a@b.rs,c@d.rs', 'a@b.rs\nBcc: c@d.rs', '@b.rs', 'a b@c.rs', `${'a'.repeat(300)}@b.rs`])
    assert.ok(!isMailAddress(wrong), wrong)
})
