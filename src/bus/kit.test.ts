import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { test } from 'node:test'
import { contentDigest, signMessage } from '../platform/http-signature.ts'
import { newKey } from '../testing/bus-member.ts'
import { freePort, until } from '../testing/process.ts'

/** The headers under which the centre answers a request, over `covered`. */
function answerSigned(
  centre: ReturnType<typeof newKey>,
  asked: unknown,
  body: string,
  covered = ['"@status"', '"content-digest"', '"content-type"', '"signature";req'],
) {
  const values: Record<string, string> = {
    '@status': '200',
    'content-digest': contentDigest(Buffer.from(body)),
    'content-type': 'application/json',
    'signature;req': String(asked),
  }
  const { headers } = signMessage(covered, (name) => values[name] ?? null, { kid: centre.jwk.kid, key: centre.key }, new Date())
  return { 'content-type': 'application/json', 'content-digest': values['content-digest'] as string, ...headers }
}

test('a member that answers calls outlives its centre: it says that it waits, and for how long, and ends only when it is refused', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'spona-kit-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const port = await freePort()
  const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' })
  writeFileSync(join(folder, 'lab.json'), JSON.stringify({ code: 'lab', url: `http://127.0.0.1:${port}`, client: null, key }))
  const own = createServer(({ headers }, response) =>
    response.setHeader('etag', '"2"').end(`120 for ${String(headers['bus-from'])} by ${String(headers['bus-call'])} unless ${headers['if-none-match']}`),
  ).listen(0, '127.0.0.1')
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
    {
      status: 200,
      headers: {},
      body: JSON.stringify({
        deliveries: [{ message: 'c-1', from: 'clinic', call: { method: 'GET', path: '/today', headers: { 'if-none-match': '"1"' } }, body: null }],
      }),
    },
    { status: 403, headers: {}, body: 'the member is suspended' },
  ]
  const centreKey = newKey()
  const centre = createServer((request, response) => {
    let body = ''
    request.on('data', (piece) => (body += piece))
    request.on('end', () => {
      if (request.url === '/bus/keys') return response.end(JSON.stringify({ keys: [centreKey.jwk] }))
      const isLease = request.url === '/bus/deliveries/lease'
      if (!isLease) answers.push(`${request.url} ${String(request.headers['bus-status'])} ${String(request.headers['bus-etag'])} ${body}`)
      const done = { status: 200, headers: answerSigned(centreKey, request.headers['signature'], '{}'), body: '{}' }
      const { status, headers, body: text } = isLease ? (turns.shift() as (typeof turns)[number]) : done
      return response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(text)
    })
  }).listen(port, '127.0.0.1')
  t.after(() => centre.close())
  assert.deepEqual((await ended)[0], 1)
  assert.match(said, /the centre answered 503; asked again in 1 s\nthe centre is there again\nthe member is suspended\n$/)
  assert.deepEqual(answers, ['/bus/calls/c-1/answer 200 "2" 120 for clinic by c-1 unless "1"'])
})

test('a member believes no receipt that the centre has not signed over its own request: neither one without a signature nor one whose signature leaves the request out', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'spona-kit-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const centre = newKey()
  const body = '{"message":"1"}'
  const ways: Record<string, (asked: unknown) => Record<string, string>> = {
    signed: (asked) => answerSigned(centre, asked, body),
    stripped: () => ({ 'content-type': 'application/json' }),
    loose: (asked) => answerSigned(centre, asked, body, ['"@status"', '"content-digest"', '"content-type"']),
    replayed: () => answerSigned(centre, 'sig=:of another request:', body),
  }
  let way = 'signed'
  const between = createServer((request, response) => {
    request.resume()
    request.on('end', () => {
      if (request.url === '/bus/keys') return response.end(JSON.stringify({ keys: [centre.jwk] }))
      return response.writeHead(200, ways[way]?.(request.headers['signature'])).end(body)
    })
  }).listen(0, '127.0.0.1')
  t.after(() => between.close())
  await once(between, 'listening')
  const { port } = between.address() as { port: number }
  const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' })
  writeFileSync(join(folder, 'lab.json'), JSON.stringify({ code: 'lab', url: `http://127.0.0.1:${port}`, client: null, key }))
  writeFileSync(join(folder, 'result.json'), '{}')
  const send = async (): Promise<[number, string]> => {
    const kit = spawn(process.execPath, [resolve('docs/guides/bus-member.mjs'), 'send', 'clinic/results', 'result.json'], {
      cwd: folder,
      env: { ...process.env, BUS_MEMBER: 'lab.json' },
    })
    let said = ''
    kit.stderr.on('data', (piece: Buffer) => (said += piece.toString()))
    const [code] = await once(kit, 'close')
    return [code, said]
  }
  assert.deepEqual(await send(), [0, ''])
  way = 'stripped'
  assert.deepEqual(await send(), [1, 'the answer of /bus/messages is not signed by the centre: it is not believed\n'])
  way = 'loose'
  assert.deepEqual(await send(), [1, 'the answer’s signature leaves out what it answers\n'])
  way = 'replayed'
  assert.deepEqual(await send(), [1, 'the answer is not what the centre signed\n'])
})
