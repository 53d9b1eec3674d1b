import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { test } from 'node:test'
import { freePort, until } from '../testing/process.ts'

test('a member that answers calls outlives its centre: it says that it waits, and for how long, and ends only when it is refused', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'spona-kit-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const port = await freePort()
  const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' })
  writeFileSync(join(folder, 'lab.json'), JSON.stringify({ code: 'lab', url: `http://127.0.0.1:${port}`, client: null, key }))
  const own = createServer((_request, response) => response.end('120')).listen(0, '127.0.0.1')
  t.after(() => own.close())
  await once(own, 'listening')
  const { port: ownPort } = own.address() as { port: number }

  const kit = spawn(process.execPath, [resolve('docs/guides/bus-member.mjs'), 'serve', `http://127.0.0.1:${ownPort}`], {
    cwd: folder,
    env: { ...process.env, BUS_MEMBER: 'lab.json' },
  })
  t.after(() => kit.kill())
  const ended = once(kit, 'exit')
  let said = ''
  kit.stderr.on('data', (piece: Buffer) => (said += piece.toString()))
  await until('it says that it waits', () => /cannot be reached \(ECONNREFUSED\); asked again in 1 s\n/.test(said))
  await until('longer each time', () => /asked again in 2 s\n/.test(said))

  // The centre: busy at first, then with a call, then it has suspended the member.
  const answers: string[] = []
  const turns = [
    { status: 503, headers: { 'retry-after': '1' }, body: '' },
    { status: 200, headers: {}, body: JSON.stringify({ deliveries: [{ message: 'c-1', call: { method: 'GET', path: '/today' }, body: null }] }) },
    { status: 403, headers: {}, body: 'the member is suspended' },
  ]
  const centre = createServer((request, response) => {
    let body = ''
    request.on('data', (piece) => (body += piece))
    request.on('end', () => {
      const isLease = request.url === '/bus/deliveries/lease'
      if (!isLease) answers.push(`${request.url} ${String(request.headers['bus-status'])} ${body}`)
      const { status, headers, body: text } = isLease ? (turns.shift() as (typeof turns)[number]) : { status: 200, headers: {}, body: '{}' }
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(text)
    })
  }).listen(port, '127.0.0.1')
  t.after(() => centre.close())
  assert.deepEqual((await ended)[0], 1)
  assert.match(said, /the centre answered 503; asked again in 1 s\nthe centre is there again\nthe member is suspended\n$/)
  assert.deepEqual(answers, ['/bus/calls/c-1/answer 200 120'])
})
