import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import net from 'node:net'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { corpus, jsonFiles } from '../testing/corpora.ts'
import { type Answer, startServer } from '../testing/server.ts'

const patient = { resourceType: 'Patient', identifier: [{ system: 'urn:h', value: '1' }] }

/** Asserts a 4xx with an OperationOutcome that says nothing about the inside of the server. */
function assertRefused(answer: Answer, what: string): void {
  assert.ok(answer.status >= 400 && answer.status < 500, `${what}: ${answer.status} ${answer.text.slice(0, 300)}`)
  assert.equal(answer.body?.resourceType, 'OperationOutcome', `${what}: ${answer.text.slice(0, 300)}`)
  assert.doesNotMatch(answer.text, /\.(ts|js):\d|node_modules|\bat \w+ \(|select .* from|\bpg_/i, what)
}

test('no text that is not the JSON of a resource gets further than a 4xx', async (t) => {
  const folder = corpus(t, 'bad-input')
  if (folder === null) return
  const { app, institution, owner } = await startServer(t)
  const { token } = await institution('А')
  for (const file of [...jsonFiles(join(folder, 'json-parsing')), ...jsonFiles(join(folder, 'json-transform'))]) {
    for (const [method, url] of [
      ['POST', '/fhir/Patient'],
      ['PUT', '/fhir/Patient/a'],
      ['POST', '/fhir'],
    ] as const) {
      const response = await app.inject({
        method,
        url,
        payload: readFileSync(file),
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/fhir+json' },
      })
      assertRefused({ status: response.statusCode, headers: {}, text: response.body, body: JSON.parse(response.body) }, `${method} ${url} ${file}`)
    }
  }
  assert.deepEqual(await owner`select 1 as one from record.resource`, [])
})

const system = (json: string) => `{"resourceType":"Patient","identifier":[{"system":"urn:h","value":${json}}]}`
const finding = (json: string) => `{"resourceType":"Observation","status":"final","code":{"text":"x"},"valueQuantity":{"value":${json}}}`
const hostile: Record<string, string> = {
  'null byte': system('"a\\u0000b"'),
  'null byte in a name': '{"resourceType":"Patient","a\\u0000":1}',
  'lone surrogate': system('"\\ud800"'),
  'second surrogate': system('"\\udc00x"'),
  'control character': system('"\\u0007"'),
  'two million characters': system(`"${'x'.repeat(2_000_000)}"`),
  'deep arrays': `{"resourceType":"Patient","a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
  'deep objects': `{"resourceType":"Patient","contact":${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}}`,
  'deep extensions': `{"resourceType":"Patient","extension":[${'{"url":"x","extension":['.repeat(3000)}{"url":"x","valueInteger":1}${']}'.repeat(3000)}]}`,
  'a key twice': '{"resourceType":"Patient","gender":"male","gender":"female"}',
  'type twice': '{"resourceType":"Patient","resourceType":"Observation"}',
  __proto__: '{"resourceType":"Patient","__proto__":{"a":1}}',
  constructor: '{"resourceType":"Patient","constructor":{"prototype":{"a":1}}}',
  'type __proto__': '{"resourceType":"__proto__"}',
  'type is a number': '{"resourceType":5}',
  'type is a list': '{"resourceType":["Patient"]}',
  'huge integer': '{"resourceType":"Patient","multipleBirthInteger":99999999999999999999999}',
  'year 99999': '{"resourceType":"Patient","birthDate":"99999-99-99"}',
  'day 0': '{"resourceType":"Patient","birthDate":"0000-00-00"}',
  'long id': JSON.stringify({ ...patient, id: 'x'.repeat(10_000) }),
  'path as id': JSON.stringify({ ...patient, id: '../../etc' }),
  'meta is text': JSON.stringify({ ...patient, meta: 'x' }),
  'meta of objects': JSON.stringify({ ...patient, meta: { versionId: { a: 1 } } }),
  null: '{"resourceType":"Patient","name":null}',
  'empty list': '{"resourceType":"Patient","name":[]}',
  'empty object': '{"resourceType":"Patient","name":[{}]}',
  'null in a list': '{"resourceType":"Patient","identifier":[null]}',
  blank: '   ',
  nothing: '',
  'JMBG with a wrong check digit': '{"resourceType":"Patient","identifier":[{"system":"urn:rs:jmbg","value":"0101985710114"}]}',
  'JMBG of 31 February': '{"resourceType":"Patient","identifier":[{"system":"urn:rs:jmbg","value":"3102985710116"}]}',
  'JMBG with a letter': '{"resourceType":"Patient","identifier":[{"system":"urn:rs:jmbg","value":"01019857101A6"}]}',
  'LBO too short': '{"resourceType":"Patient","identifier":[{"system":"urn:rs:lbo","value":"1234567890"}]}',
  'script in the narrative':
    '{"resourceType":"Patient","text":{"status":"generated","div":"<div xmlns=\\"http://www.w3.org/1999/xhtml\\"><script>alert(1)</script></div>"}}',
}

test('hostile JSON is refused: bytes a database cannot hold, depths, lengths, prototypes, duplicate names, numbers that are not persons', async (t) => {
  const { institution, owner } = await startServer(t)
  const { send } = await institution('А')
  for (const [what, body] of Object.entries(hostile)) {
    const answer = await send('POST', '/fhir/Patient', body)
    assertRefused(answer, what)
    assert.doesNotMatch(answer.text, /\d{11}/, `${what}: no personal number comes back`)
    assertRefused(
      await send(
        'POST',
        '/fhir',
        `{"resourceType":"Bundle","type":"transaction","entry":[{"resource":${body || 'null'},"request":{"method":"POST","url":"Patient"}}]}`,
      ),
      `${what} in a transaction`,
    )
  }
  assert.equal(({} as Record<string, unknown>)['a'], undefined)
  assert.deepEqual(await owner`select 1 as one from record.resource`, [])
})

test('numbers keep every digit, however large, and the same digits are the same version', async (t) => {
  const { institution } = await startServer(t)
  const { send } = await institution('А')
  for (const number of ['1e99999', '9'.repeat(5000), '0.1000000000000000000000000000000000000001', '1.50E+2', '-0.0', '5.0', '0.000']) {
    const made = await send('POST', '/fhir/Observation', finding(number))
    assert.equal(made.status, 201, made.text)
    const read = await send('GET', `/fhir/Observation/${made.body.id}`)
    assert.ok(read.text.includes(`"value":${number}}`), number)
    assert.equal((await send('PUT', `/fhir/Observation/${made.body.id}`, read.text)).headers['etag'], 'W/"1"')
  }
  const made = await send('POST', '/fhir/Observation', finding('5.5'))
  const other = await send('PUT', `/fhir/Observation/${made.body.id}`, finding('5.50').replace('{', `{"id":"${made.body.id}",`))
  assert.equal(other.headers['etag'], 'W/"2"', 'another precision is another value')
})

test('SQL, HTML and other naughty strings in every field and parameter are kept exactly or refused, never a fault', async (t) => {
  const folder = corpus(t, 'bad-input')
  if (folder === null) return
  const { institution } = await startServer(t)
  const { send } = await institution('А')
  const naughty = JSON.parse(readFileSync(join(folder, 'naughty-strings/blns.json'), 'utf8')) as string[]
  let kept = 0
  for (const [at, text] of naughty.entries()) {
    const made = await send('POST', '/fhir/Patient', {
      resourceType: 'Patient',
      identifier: [{ system: 'urn:h', value: text }],
      name: [{ family: text, given: [text], text }],
      address: [{ line: [text], city: text }],
      telecom: [{ system: 'phone', value: text }],
    })
    if (made.status === 201) {
      kept++
      assert.equal(made.body.name[0].family, text)
    } else assertRefused(made, text)
    const value = encodeURIComponent(text)
    const queries = [
      `family=${value}`,
      `identifier=${value}`,
      `birthdate=${value}`,
      `${value}=x`,
      `_sort=${value}`,
      `_include=${value}`,
      `_id=${value}`,
      `general-practitioner=${value}`,
      `_lastUpdated=${value}`,
      `phone:missing=${value}`,
    ]
    // Each string is tried in a third of the places, and each place with a third of the strings.
    const urls = [
      ...queries.map((query) => `/fhir/Patient?${query}`),
      `/fhir/Patient/${value}`,
      `/fhir/${value}`,
      `/fhir/Patient/x/_history/${value}`,
      `/fhir?_page=${value}`,
      `/fhir/Patient/${value}/$everything`,
    ]
    for (const url of urls.filter((_, place) => (place + at) % 3 === 0)) {
      const answer = await send('GET', url)
      if (answer.status !== 200) assertRefused(answer, url)
    }
    const header = text.replace(/[^\x20-\x7e]/g, '')
    const conditions: Record<string, string>[] = [{ 'if-none-exist': `identifier=${value}` }, { 'if-none-exist': header }, { prefer: header }]
    for (const headers of conditions) {
      const answer = await send('POST', '/fhir/Patient', patient, headers)
      if (answer.status >= 300) assertRefused(answer, text)
    }
  }
  assert.ok(kept > naughty.length * 0.9, `${kept} of ${naughty.length}`)
})

test('a wrong kind of body, a wrong kind of answer and a wrong method are each refused as such', async (t) => {
  const { institution } = await startServer(t)
  const { send } = await institution('А')
  for (const type of ['text/plain', 'image/png', 'multipart/form-data; boundary=x', 'a', 'application/x-www-form-urlencoded']) {
    const answer = await send('POST', '/fhir/Patient', patient, { 'content-type': type })
    assertRefused(answer, type)
    assert.equal(answer.status, 415, type)
  }
  assert.equal((await send('GET', '/fhir/Patient', undefined, { accept: 'image/png' })).status, 406)
  assert.equal((await send('GET', '/fhir/Patient?_format=ttl')).status, 406)
  for (const [method, url] of [
    ['PATCH', '/fhir/Patient/a'],
    ['DELETE', '/fhir/Patient'],
    ['PUT', '/fhir/Patient'],
    ['POST', '/fhir/Patient/a'],
    ['DELETE', '/fhir'],
  ] as const) {
    const answer = await send(method, url)
    assertRefused(answer, `${method} ${url}`)
    // A method that does not exist here, or one of R4 without its body or its condition.
    assert.ok([400, 404, 405, 412, 415].includes(answer.status), `${method} ${url}: ${answer.status}`)
  }
  for (const url of [
    '/fhir/Patient/../../access/me',
    '/fhir/Patient/%2e%2e/%2e%2e/etc',
    '/fhir/Patient/%00',
    '/fhir/Patient/a%2fb',
    '/fhir/Patient/%',
    '/fhir/Patient/%ff',
    `/fhir/Patient/${'x'.repeat(10_000)}`,
    '/FHIR/metadata',
    '/fhir/patient',
    '/fhir/__proto__',
    '/fhir/constructor/x',
    '/fhir/Patient/__proto__',
    '/fhir/Patient/x/_history/0',
    '/fhir/Patient/x/_history/99999999999999',
    '/fhir/Patient/x/y/z',
    '/fhir/Patient?name=%00',
    '/fhir/Patient?name=a%00',
    '/fhir/Patient/x/$nothing',
    '/fhir/$export',
  ]) {
    assertRefused(await send('GET', url), url)
  }
})

const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

test('a token that is unsigned, changed, for another purpose or not there opens nothing', async (t) => {
  const { app, institution } = await startServer(t)
  const { token } = await institution('А')
  const [head, claims, signature] = token.split('.') as [string, string, string]
  const said = JSON.parse(Buffer.from(claims, 'base64url').toString())
  const wrong: Record<string, string> = {
    none: `Bearer ${base64({ alg: 'none' })}.${claims}.`,
    None: `Bearer ${base64({ alg: 'None' })}.${claims}.${signature}`,
    HS256: `Bearer ${base64({ alg: 'HS256' })}.${claims}.${signature}`,
    'other subject': `Bearer ${head}.${base64({ ...said, sub: 'x' })}.${signature}`,
    'later end': `Bearer ${head}.${base64({ ...said, exp: said.exp + 9999 })}.${signature}`,
    'other audience': `Bearer ${head}.${base64({ ...said, aud: 'x' })}.${signature}`,
    'no signature': `Bearer ${head}.${claims}.`,
    'cut signature': `Bearer ${token.slice(0, -4)}`,
    'other key': `Bearer ${base64({ alg: 'ES256', kid: '../../etc/passwd' })}.${claims}.${signature}`,
    basic: 'Basic YTpi',
    empty: 'Bearer ',
    two: `Bearer ${token} ${token}`,
    long: `Bearer ${'a'.repeat(7000)}`,
    'not JSON': 'Bearer a.b.c',
  }
  for (const [what, authorization] of Object.entries(wrong)) {
    for (const url of ['/fhir/Patient', '/fhir/Nothing', '/fhir/Patient/x']) {
      const response = await app.inject({ url, headers: { authorization } })
      assert.equal(response.statusCode, 401, `${what}: ${response.body}`)
      assert.equal(response.json().resourceType, 'OperationOutcome')
      assert.ok(response.headers['www-authenticate'], what)
    }
  }
  assert.equal((await app.inject({ url: `/fhir/Patient?access_token=${token}` })).statusCode, 401)
})

test('a system writes and reads only what its scope names', async (t) => {
  const { institution } = await startServer(t)
  const { send } = await institution('А', 'system/Patient.cr system/Observation.s')
  const made = await send('POST', '/fhir/Patient', patient)
  assert.equal(made.status, 201, made.text)
  for (const [method, url, body] of [
    ['PUT', `/fhir/Patient/${made.body.id}`, made.body],
    ['DELETE', `/fhir/Patient/${made.body.id}`],
    ['GET', '/fhir/Patient'],
    ['GET', '/fhir/Observation/x'],
    ['POST', '/fhir/Observation', {}],
    ['GET', '/fhir/Encounter'],
    ['POST', '/fhir', { resourceType: 'Bundle', type: 'transaction', entry: [{ request: { method: 'DELETE', url: `Patient/${made.body.id}` } }] }],
  ] as const) {
    const answer = await send(method, url, body)
    assert.equal(answer.status, 403, `${method} ${url}: ${answer.text}`)
    assertRefused(answer, url)
  }
  const batch = await send('POST', '/fhir', {
    resourceType: 'Bundle',
    type: 'batch',
    entry: [{ request: { method: 'GET', url: 'Patient' } }, { request: { method: 'GET', url: 'Observation' } }],
  })
  assert.deepEqual(
    batch.body.entry.map((one: any) => one.response.status.slice(0, 3)),
    ['403', '200'],
  )
})

async function listen(t: TestContext) {
  const { app, institution } = await startServer(t)
  const { token, send } = await institution('А')
  await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address() as net.AddressInfo
  const open = (headers: string, start = '{') => {
    const socket = net.connect(port, '127.0.0.1')
    socket.on('error', () => {})
    socket.write(
      `POST /fhir HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/fhir+json\r\nConnection: close\r\n${headers}\r\n\r\n${start}`,
    )
    let text = ''
    socket.on('data', (data) => {
      text += data.toString()
    })
    return { socket, text: () => text }
  }
  const post = async (body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) => {
    const answer = await fetch(`http://127.0.0.1:${port}/fhir`, {
      method: 'POST',
      body,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/fhir+json', ...headers },
    })
    return { status: answer.status, text: await answer.text() }
  }
  return { send, open, post, port }
}
const large = `{"resourceType":"Bundle","type":"document"${' '.repeat(5 * 1_048_576)}}`

test('a body over the limit is refused by its announced length, and a chunked or compressed one as soon as it is too long', async (t) => {
  const { open, post } = await listen(t)
  const announced = open('Content-Length: 70000000')
  await new Promise((resolve) => announced.socket.once('close', resolve))
  assert.match(announced.text(), /^HTTP\/1\.1 413 [\s\S]*OperationOutcome/)
  const bomb = gzipSync(Buffer.alloc(200 * 1_048_576, 0x20), { level: 9 })
  const unpacked = await post(bomb, { 'content-encoding': 'gzip' })
  assert.equal(unpacked.status, 413, unpacked.text)
  const pieces = open('Transfer-Encoding: chunked', '')
  const piece = Buffer.concat([Buffer.from('100000\r\n'), Buffer.alloc(1_048_576, 0x20), Buffer.from('\r\n')])
  const closed = new Promise((resolve) => pieces.socket.once('close', resolve))
  let sent = 0
  for (; sent < 200 && pieces.text() === '' && !pieces.socket.destroyed; sent++) {
    await new Promise((resolve) => pieces.socket.write(piece, resolve))
  }
  pieces.socket.end()
  await closed
  // A client that goes on sending may lose the answer in the reset that follows it (RFC 9112, section 9.6).
  t.diagnostic(`${sent} MB sent, then ${pieces.text().split('\r')[0] || 'a reset'}`)
  assert.match(pieces.text(), /^(HTTP\/1\.1 413 |$)/)
  assert.ok(sent < 100, `${sent} MB were taken`)
})

test('large bodies wait for each other, some are refused with 503, and small ones pass meanwhile', async (t) => {
  const { open, post, send } = await listen(t)
  const holder = open('Content-Length: 6000000')
  await sleep(200)
  const waiting = Array.from({ length: 12 }, () => post(large))
  await sleep(300)
  assert.equal((await send('POST', '/fhir/Patient', patient)).status, 201)
  holder.socket.destroy()
  const statuses = (await Promise.all(waiting)).map((one) => one.status).sort()
  assert.deepEqual(statuses, [...Array.from({ length: 8 }, () => 400), ...Array.from({ length: 4 }, () => 503)])
})

test('clients that disappear in the middle of a body, or fall silent, hold up nobody for long', async (t) => {
  const { open, post } = await listen(t)
  const gone = Array.from({ length: 6 }, () => open('Content-Length: 6000000'))
  await sleep(200)
  for (const { socket } of gone) socket.destroy()
  await sleep(100)
  assert.equal((await post(large)).status, 400)
  const silent = open('Content-Length: 6000000')
  await sleep(200)
  const began = Date.now()
  assert.equal((await post(large)).status, 400, 'the silent one was dropped')
  assert.ok(Date.now() - began < 15_000)
  silent.socket.destroy()
})
