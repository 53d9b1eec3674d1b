#!/usr/bin/env node
// A member of the bus in one file, without packages: Node 20 or later. It is an example to copy from, and it works as it stands.
// node bus-member.mjs help
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, randomUUID, sign, verify } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'

const file = process.env.BUS_MEMBER ?? 'bus-member.json'
const [command = 'help', ...words] = process.argv.slice(2)
const options = new Map()
const places = []
for (let at = 0; at < words.length; at++) {
  if (words[at].startsWith('--')) options.set(words[at].slice(2), words[++at])
  else places.push(words[at])
}

const commands = {
  'join CODE --url URL --name NAME --mb MB --contact MAIL': join,
  'prove WORD': (word) => show(signed('POST', `/bus/members/${me().code}/proof`, json({ code: word }))),
  test: () => show(signed('POST', `/bus/members/${me().code}/self-test`, json({}))),
  activate: () => show(signed('POST', `/bus/members/${me().code}/activation`, json({}))),
  status: () => show(signed('GET', `/bus/members/${me().code}`)),
  'offer NAME KIND TITLE --basis LAW [--address URL]': offer,
  'ask PROVIDER/SERVICE --basis LAW [--endpoints "GET /x/*"]': ask,
  'send PROVIDER/SERVICE FILE [--type TYPE --key KEY --document NAME --subject Patient/ID --id NUMBER]': send,
  'send-all PROVIDER/SERVICE FOLDER [--type TYPE]': sendAll,
  'receive [--wait SECONDS]': receive,
  'call METHOD PROVIDER/SERVICE/PATH [FILE]': call,
  'serve http://127.0.0.1:PORT': serve,
}

const found = Object.entries(commands).find(([line]) => line.split(' ')[0] === command)
if (found) await Promise.resolve().then(() => found[1](...places)).catch(end)
else console.log(`node bus-member.mjs …\n${Object.keys(commands).map((line) => `  ${line}`).join('\n')}`)

// --- joining ---

async function join(code) {
  if (existsSync(file)) fail(`${file} is there already: one file is one member`)
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const url = options.get('url') ?? fail('--url is missing: the address of the centre')
  save({ code, url: url.replace(/\/$/, ''), client: null, key: privateKey.export({ format: 'jwk' }) })
  const { publicJwk } = keyOf(me())
  const about = { code, name: options.get('name'), mb: options.get('mb'), contact: options.get('contact'), key: publicJwk }
  await show(signed('POST', '/bus/members', json(about)))
}

function offer(name, kind, title) {
  const about = { kind, title, purpose: 'health-care', legalBasis: options.get('basis'), version: '1' }
  const addresses = options.has('address') ? { addresses: [options.get('address')] } : {}
  return show(signed('PUT', `/bus/services/${name}`, json({ ...about, ...addresses })))
}

function ask(target) {
  const [provider, service] = target.split('/')
  const endpoints = options.get('endpoints')?.split(',').map((one) => {
    const [method, path] = one.trim().split(' ')
    return { method, path }
  })
  const about = { provider, service, purpose: 'health-care', legalBasis: options.get('basis') }
  return show(signed('POST', '/bus/contracts', json({ ...about, ...(endpoints ? { endpoints } : {}) })))
}

// --- exchanging ---

/** A message keeps its number for ever: sent again with the same number after a broken line, it is still one message. */
function send(target, path) {
  const type = options.get('type') ?? 'application/fhir+json'
  const headers = { 'content-type': type, 'bus-to': target, 'bus-message-id': options.get('id') ?? randomUUID() }
  for (const name of ['key', 'document', 'subject']) if (options.has(name)) headers[`bus-${name}`] = options.get(name)
  return show(signed('POST', '/bus/messages', read(path), headers))
}

/** Sends up to 500 files of a folder under one signature; the name of a file is the number of its message. Each message gets its own receipt; ends with 1 when one was refused. */
async function sendAll(target, folder) {
  const contentType = options.get('type') ?? 'application/fhir+json'
  const lines = namesIn(folder).sort().map((name) => {
    const body = readFileSync(`${folder}/${name}`, 'utf8')
    return { to: target, messageId: name, contentType, digest: digestOf(Buffer.from(body)), body }
  })
  const texts = lines.map((one) => `"content-digest": ${one.digest}\n"content-type": ${contentType}\n"bus-to": ${target}\n"bus-message-id": ${one.messageId}`)
  const batch = `sha-256=:${rootOf(texts).toString('base64')}:;messages=${lines.length}`
  const body = Buffer.from(lines.map((one) => JSON.stringify(one)).join('\n'))
  const answer = await signed('POST', '/bus/messages', body, { 'content-type': 'application/x-ndjson', 'bus-batch': batch })
  for (const { text } of answer.body.verdicts) {
    console.log(text)
    if (JSON.parse(text).status >= 300) process.exitCode = 1
  }
}

/** RFC 6962, section 2.1. */
function rootOf(texts) {
  const sha256 = (...parts) => createHash('sha256').update(Buffer.concat(parts)).digest()
  if (texts.length === 1) return sha256(Buffer.from([0]), Buffer.from(texts[0]))
  const split = 2 ** Math.floor(Math.log2(texts.length - 1))
  return sha256(Buffer.from([1]), rootOf(texts.slice(0, split)), rootOf(texts.slice(split)))
}

/** The sender of a batch signed the root of a Merkle tree: the text of this message must lead to that root (RFC 6962). */
function isUnder({ text, index, path }, base) {
  const [, root, count] = /^"bus-batch": sha-256=:([^:]+):;messages=(\d+)$/m.exec(base) ?? []
  const sha256 = (...parts) => createHash('sha256').update(Buffer.concat(parts)).digest()
  const up = (at, size, steps) => {
    if (size === 1) return sha256(Buffer.from([0]), Buffer.from(text))
    const split = 2 ** Math.floor(Math.log2(size - 1))
    const beside = Buffer.from(steps.at(-1) ?? '', 'base64')
    const below = at < split ? up(at, split, steps.slice(0, -1)) : up(at - split, size - split, steps.slice(0, -1))
    return at < split ? sha256(Buffer.from([1]), below, beside) : sha256(Buffer.from([1]), beside, below)
  }
  return up(index, Number(count), path).toString('base64') === root
}

/** Prints each message as a line of JSON and then acknowledges it. Calls are left to `serve`. */
async function receive() {
  const { body } = await signed('POST', '/bus/deliveries/lease', json({ max: 50, only: 'messages', wait: Number(options.get('wait') ?? 0) }))
  const taken = []
  for (const one of body.deliveries) {
    if (one.body === null) fail(`the centre keeps the contents of ${one.message} no more`)
    const bytes = Buffer.from(one.body, 'base64')
    const isSigned = verifies(one.base, Buffer.from(one.signature, 'base64'), await senderKey(one))
    const isOwn = one.part === undefined || isUnder(one.part, one.base)
    const isWhole = isOwn && (one.part?.text ?? one.base).includes(`"content-digest": ${one.digest}`) && digestOf(bytes) === one.digest
    if (!isSigned || !isWhole) fail(`message ${one.message} is not what its sender signed`)
    const { message, from, number, answers, outOfOrder } = one
    console.log(JSON.stringify({ message, from, number, answers, outOfOrder, body: bytes.toString() }))
    taken.push(one.delivery)
  }
  if (taken.length > 0) await signed('POST', '/bus/deliveries/ack', json({ acknowledge: taken }))
}

/** A message that operators corrected is signed by the centre for its sender; the signature covers a header that says so. */
async function senderKey({ from, kid, base, corrects }) {
  const isForSender = corrects && base.includes(`"bus-on-behalf-of": ${from}\n"bus-corrects": ${corrects.message}\n`)
  const { body } = await signed('GET', isForSender ? '/bus/keys' : `/bus/members/${from}/keys`)
  return body.keys.find((key) => key.kid === kid) ?? fail(`${from} has no key ${kid}`)
}

async function call(method, target, path) {
  const body = path === undefined ? Buffer.alloc(0) : read(path)
  const type = body.length > 0 ? { 'content-type': options.get('type') ?? 'application/json' } : {}
  const answer = await signed(method, `/bus/call/${target}`, body, { 'bus-message-id': randomUUID(), ...type })
  console.error(`${answer.status} ${answer.headers.get('content-type') ?? ''}`)
  process.stdout.write(answer.text)
  if (answer.status < 200 || answer.status > 299) process.exitCode = 1
}

/** Answers calls from behind a firewall: fetches them, passes each to a server of our own, and posts the answers. */
async function serve(own) {
  if (!own) fail('the address of your own server is missing: http://127.0.0.1:PORT')
  console.error(`calls go to ${own}; Ctrl-C ends`)
  for (;;) {
    const { body } = await whenThere(() => signed('POST', '/bus/deliveries/lease', json({ max: 20, only: 'calls', wait: 25 })))
    // A call that cannot be answered any more is printed, and holds up none of the others.
    await Promise.all(body.deliveries.map((one) => answer(own, one).catch((error) => console.error(`call ${one.message}: ${error.message}`))))
  }
}

/** Asks a centre that is away or busy again after 1, 2, 4 … 60 seconds, or when `Retry-After` says. A refusal of the centre ends the program. */
async function whenThere(ask) {
  for (let seconds = 1, away = false; ; seconds = Math.min(60, seconds * 2)) {
    try {
      const answer = await ask()
      if (away) console.error('the centre is there again')
      return answer
    } catch (error) {
      if (!isAway(error)) throw error
      away = true
      const wait = error.retryAfter || seconds
      console.error(`${sentenceOf(error)}; asked again in ${wait} s`)
      await new Promise((resolve) => setTimeout(resolve, wait * 1000))
    }
  }
}

/** True when no whole answer came, or an answer that means "not now". */
function isAway(error) {
  return error.cause?.code !== undefined || error.status === 429 || error.status >= 500
}

/** Our own server is told who asks and by which call, as the centre tells servers that it reaches itself. */
async function answer(own, { message, from, call: { method, path, headers: asked = {} }, contentType, body, bodyAt }) {
  const bytes = bodyAt ? (await signed('GET', bodyAt)).bytes : Buffer.from(body ?? '', 'base64')
  const headers = { ...asked, 'bus-call': message, 'bus-from': from, ...(bytes.length > 0 ? { 'content-type': contentType } : {}) }
  const given = await askOwn(`${own}${path}`, { method, headers, ...(bytes.length > 0 ? { body: bytes } : {}) })
  await signed('POST', `/bus/calls/${message}/answer`, given.bytes, { ...given.more, 'bus-status': String(given.status), 'content-type': given.type })
}

/** Our own server may be down: then the caller is told so, and the next call tries it again. */
async function askOwn(url, question) {
  try {
    const given = await fetch(url, { ...question, signal: AbortSignal.timeout(20_000) })
    const more = ['etag', 'location', 'last-modified'].flatMap((name) => (given.headers.has(name) ? [[`bus-${name}`, given.headers.get(name)]] : []))
    const type = given.headers.get('content-type') ?? 'application/octet-stream'
    return { status: given.status, type, more: Object.fromEntries(more), bytes: Buffer.from(await given.arrayBuffer()) }
  } catch (error) {
    console.error(`${url} does not answer (${error.cause?.code ?? error.name})`)
    return { status: 502, type: 'application/json', bytes: json({ error: 'the system behind this service does not answer' }) }
  }
}

// --- signing (RFC 9421, RFC 9530) ---

/** Sends a signed request, with a token when this member has a client, and checks the centre's signature of the answer. */
async function signed(method, path, body = Buffer.alloc(0), more = {}) {
  const member = me()
  const { key, publicJwk } = keyOf(member)
  const type = body.length > 0 && !more['content-type'] ? { 'content-type': 'application/json' } : {}
  const headers = { 'content-digest': digestOf(body), ...type, ...more }
  const covered = { '@method': method, '@target-uri': `${member.url}${path}`, ...headers }
  const params = `(${Object.keys(covered).map((name) => `"${name}"`).join(' ')});created=${Math.floor(Date.now() / 1000)};keyid="${publicJwk.kid}"`
  const base = [...Object.entries(covered).map(([name, value]) => `"${name}": ${value}`), `"@signature-params": ${params}`].join('\n')
  const signature = `sig=:${sign('sha256', Buffer.from(base), { key, dsaEncoding: 'ieee-p1363' }).toString('base64')}:`
  const all = { ...headers, 'signature-input': `sig=${params}`, signature }
  if (member.client) all.authorization = `Bearer ${await token(member, key, publicJwk.kid)}`
  const response = await fetch(`${member.url}${path}`, { method, headers: all, ...(body.length > 0 ? { body } : {}) })
  const bytes = Buffer.from(await response.arrayBuffer())
  const text = bytes.toString()
  if (response.headers.has('signature')) await checkAnswer(member, response, bytes, signature)
  // An attacker on the line could remove the signature and answer in the centre's place. Deliveries carry their senders' signatures instead; the keys carry none.
  else if (response.ok && !['/bus/deliveries/lease', '/bus/keys'].includes(path)) fail(`the answer of ${path} is not signed by the centre: it is not believed`)
  const isJson = (response.headers.get('content-type') ?? '').includes('json')
  const isCall = path.startsWith('/bus/call/')
  if (!response.ok && !isCall) throw refused(response, text)
  return { status: response.status, headers: response.headers, bytes, text, body: isJson && !isCall ? JSON.parse(text) : null }
}

/** Checks that the centre signed this answer to our request (`"signature";req`) and these bytes. */
async function checkAnswer(member, response, bytes, asked) {
  const [, params] = /^sig=(.*)$/.exec(response.headers.get('signature-input')) ?? fail('the answer’s signature cannot be read')
  const names = [...params.slice(1, params.indexOf(')')).matchAll(/"([^"]+)"(;req)?/g)]
  const covered = names.map(([, name, ofRequest]) => `${name}${ofRequest ?? ''}`)
  if (!['@status', 'content-digest', 'signature;req'].every((name) => covered.includes(name))) fail('the answer’s signature leaves out what it answers')
  const lines = names.map(([, name, ofRequest]) => {
    const value = ofRequest ? asked : name === '@status' ? String(response.status) : response.headers.get(name)
    return `"${name}"${ofRequest ?? ''}: ${value}`
  })
  const base = [...lines, `"@signature-params": ${params}`].join('\n')
  const value = Buffer.from(/:([^:]+):/.exec(response.headers.get('signature'))?.[1] ?? '', 'base64')
  const { keys } = await (await fetch(`${member.url}/bus/keys`)).json()
  const key = keys.find(({ kid }) => params.includes(`keyid="${kid}"`)) ?? fail('the answer is signed by a key that is not the centre’s')
  if (!verifies(base, value, key) || response.headers.get('content-digest') !== digestOf(bytes)) fail('the answer is not what the centre signed')
}

/** SMART Backend Services: an assertion signed by the same key gets a token for five minutes. */
async function token(member, key, kid) {
  if (member.token && member.tokenUntil > Date.now() + 30_000) return member.token
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const [endpoint, now] = [`${member.url}/access/token`, Math.floor(Date.now() / 1000)]
  const claims = { iss: member.client, sub: member.client, aud: endpoint, iat: now, exp: now + 60, jti: randomUUID() }
  const text = `${part({ alg: 'ES256', kid, typ: 'JWT' })}.${part(claims)}`
  const assertion = `${text}.${sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`
  const kind = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
  const form = { grant_type: 'client_credentials', client_assertion_type: kind, client_assertion: assertion }
  const response = await fetch(endpoint, { method: 'POST', body: new URLSearchParams(form) })
  const said = await response.text()
  if (!response.ok) throw refused(response, said)
  const body = JSON.parse(said)
  save({ ...me(), token: body.access_token, tokenUntil: Date.now() + body.expires_in * 1000 })
  return body.access_token
}

function keyOf({ key: jwk }) {
  const { kty, crv, x, y } = jwk
  const kid = createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url')
  return { key: createPrivateKey({ key: jwk, format: 'jwk' }), publicJwk: { kty, crv, x, y, kid, alg: 'ES256', use: 'sig' } }
}

function verifies(base, signature, jwk) {
  const key = createPublicKey({ key: jwk, format: 'jwk' })
  return verify('sha256', Buffer.from(base), { key, dsaEncoding: 'ieee-p1363' }, signature)
}

// --- small things ---

function digestOf(bytes) {
  return `sha-256=:${createHash('sha256').update(bytes).digest('base64')}:`
}

function json(value) {
  return Buffer.from(JSON.stringify(value))
}

function me() {
  if (!existsSync(file)) fail(`${file} is not there: join first`)
  return JSON.parse(readFileSync(file, 'utf8'))
}

function save(member) {
  writeFileSync(file, JSON.stringify(member, null, 1), { mode: 0o600 })
}

async function show(answer) {
  const { body } = await answer
  if (body?.client_id && body.client_id !== me().client) save({ ...me(), client: body.client_id })
  console.log(JSON.stringify(body, null, 1))
}

function read(path) {
  if (!path) fail('the file is missing: name it behind the service')
  return fromDisk(path, () => readFileSync(path))
}

function namesIn(folder) {
  if (!folder) fail('the folder is missing: name it behind the service')
  return fromDisk(folder, () => readdirSync(folder))
}

function fromDisk(path, look) {
  try {
    return look()
  } catch (error) {
    return fail(error.code === 'ENOENT' ? `${path} is not there` : `${path} cannot be read (${error.code})`)
  }
}

function fail(sentence) {
  throw new Error(sentence)
}

function refused({ status, headers }, text) {
  return Object.assign(new Error(text), { status, retryAfter: Number(headers.get('retry-after')) })
}

function sentenceOf(error) {
  if (error.cause?.code) return `the centre cannot be reached (${error.cause.code})`
  return isAway(error) ? `the centre answered ${error.status}` : error.message
}

function end(error) {
  console.error(error.cause?.code ? sentenceOf(error) : error.message)
  process.exitCode = 1
}
