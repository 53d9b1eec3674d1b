import assert from 'node:assert/strict'
import net from 'node:net'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { say } from '../testing/raw-http.ts'
import { startServer } from '../testing/server.ts'

// What only a raw socket can say: two requests where one seems to be, headers without end, answers that nobody reads.

async function listen(t: TestContext) {
  const { app, institution } = await startServer(t)
  const { token, send } = await institution('А')
  await app.listen({ port: 0, host: '127.0.0.1' })
  t.after(() => app.server.closeAllConnections())
  const { port } = app.server.address() as net.AddressInfo
  return { send, port, token, head: `Host: localhost\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/fhir+json\r\n` }
}

const hidden = 'GET /fhir/Patient?family=hidden HTTP/1.1\r\nHost: localhost\r\n\r\n'
const shapes: Record<string, (head: string) => string> = {
  'a length and chunks': (head) => `POST /fhir/Patient HTTP/1.1\r\n${head}Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${hidden}`,
  'two lengths': (head) => `POST /fhir/Patient HTTP/1.1\r\n${head}Content-Length: 2\r\nContent-Length: 60\r\n\r\n{}${hidden}`,
  'two lengths in one': (head) => `POST /fhir/Patient HTTP/1.1\r\n${head}Content-Length: 2, 60\r\n\r\n{}${hidden}`,
  'a length with a sign': (head) => `POST /fhir/Patient HTTP/1.1\r\n${head}Content-Length: +2\r\n\r\n{}${hidden}`,
  'a length in hex': (head) => `POST /fhir/Patient HTTP/1.1\r\n${head}Content-Length: 0x2\r\n\r\n{}${hidden}`,
  'a negative length': (head) => `POST /fhir/Patient HTTP/1.1\r\n${head}Content-Length: -1\r\n\r\n${hidden}`,
  'an unknown coding': (head) => `POST /fhir/Patient HTTP/1.1\r\n${head}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${hidden}`,
  'chunks and then something': (head) => `POST /fhir/Patient HTTP/1.1\r\n${head}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n${hidden}`,
  'a space before the colon': (head) => `POST /fhir/Patient HTTP/1.1\r\n${head}Transfer-Encoding : chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n${hidden}`,
  'a folded header': (head) =>
    `POST /fhir/Patient HTTP/1.1\r\n${head}Content-Length: 2\r\nX-A: b\r\n Transfer-Encoding: chunked\r\n\r\n{}${hidden.slice(0, 0)}`,
  'a chunk larger than any number': (head) => `POST /fhir/Patient HTTP/1.1\r\n${head}Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\n{}\r\n0\r\n\r\n`,
  'a chunk that ends in the wrong place': (head) => `POST /fhir/Patient HTTP/1.1\r\n${head}Transfer-Encoding: chunked\r\n\r\n2\r\n{}X\r\n0\r\n\r\n`,
  'a zero byte in a header': (head) => `GET /fhir/Patient HTTP/1.1\r\n${head}X-A: b\0c\r\n\r\n`,
  'a lone return in a header': (head) => `GET /fhir/Patient HTTP/1.1\r\n${head}X-A: b\rX-C: d\r\n\r\n`,
  'no host': () => `GET /fhir/Patient HTTP/1.1\r\n\r\n`,
  'two hosts': (head) => `GET /fhir/metadata HTTP/1.1\r\n${head}Host: elsewhere\r\n\r\n`,
  'two tokens': (head) => `GET /fhir/Patient HTTP/1.1\r\n${head}Authorization: Bearer other\r\n\r\n`,
  'a line without a version': () => `GET /fhir/Patient\r\n\r\n`,
  'another protocol': () => `PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n`,
  'a TLS greeting': () => '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
  'an unknown method': (head) => `TRACK /fhir/Patient HTTP/1.1\r\n${head}\r\n`,
  'headers without end': (head) =>
    `GET /fhir/Patient HTTP/1.1\r\n${head}${Array.from({ length: 3000 }, (_, n) => `X-${n}: ${'a'.repeat(40)}\r\n`).join('')}\r\n`,
  'one header without end': (head) => `GET /fhir/Patient HTTP/1.1\r\n${head}X-A: ${'a'.repeat(200_000)}\r\n\r\n`,
  'an address without end': (head) => `GET /fhir/Patient?name=${'a'.repeat(200_000)} HTTP/1.1\r\n${head}\r\n`,
}

test('requests that two servers could read in two ways are refused, and what hides in them is not answered', { timeout: 60_000 }, async (t) => {
  const { port, head, send } = await listen(t)
  const wrong: string[] = []
  await Promise.all(
    Object.entries(shapes).map(async ([what, shape]) => {
      const text = await say(port, shape(head))
      const answers = text.match(/HTTP\/1\.1 \d{3}/g) ?? []
      if (answers.length !== 1 || answers.some((line) => !/ 4\d\d$| 501$| 505$/.test(line))) wrong.push(`${what}: ${answers.join(', ')}`)
      if (/\n\s+at /.test(text)) wrong.push(`${what}: a stack trace`)
    }),
  )
  assert.deepEqual(wrong, [])
  assert.equal((await send('GET', '/fhir/Patient?_summary=count')).body.total, 0, 'nothing was stored')
})

test('two requests behind one another on a connection are answered in their order', async (t) => {
  const { port, head } = await listen(t)
  const text = await say(port, `GET /fhir/metadata HTTP/1.1\r\n${head}\r\nGET /fhir/Nothing HTTP/1.1\r\n${head}\r\n`, 2)
  assert.deepEqual(
    [...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => status),
    ['200', '404'],
  )
})

test('clients that read a large answer slowly, or go in its middle, hold up nobody and break nothing', { timeout: 60_000 }, async (t) => {
  const { port, head, send } = await listen(t)
  const text = 'ђ'.repeat(50_000)
  const made = await send('POST', '/fhir/Patient', { resourceType: 'Patient', address: Array.from({ length: 20 }, () => ({ text })) })
  assert.equal(made.status, 201, made.text.slice(0, 300))
  const sockets = Array.from({ length: 24 }, () => {
    const socket = net.connect(port, '127.0.0.1')
    socket.on('error', () => {})
    socket.pause()
    socket.write(`GET /fhir/Patient/${made.body.id} HTTP/1.1\r\n${head}\r\n`)
    return socket
  })
  await sleep(500)
  for (const socket of sockets.slice(0, 12)) socket.destroy()
  for (let n = 0; n < 5; n++) assert.equal((await send('GET', '/fhir/Patient?_count=1')).status, 200)
  let bytes = 0
  const [slow] = sockets.slice(12) as [net.Socket]
  slow.on('data', (data) => {
    bytes += data.length
  })
  slow.resume()
  for (let n = 0; n < 100 && bytes < made.text.length; n++) await sleep(20)
  assert.ok(bytes >= made.text.length, 'who reads in the end gets all of it')
  for (const socket of sockets) socket.destroy()
})
