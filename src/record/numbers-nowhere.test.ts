import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { test, type TestContext } from 'node:test'
import { makeLog } from '../platform/world.ts'
import { tokenOfSystem, withoutCountry } from '../testing/plain-server.ts'
import { freePort, openFolder, removeData, runCommand, spawnServer, stopServer } from '../testing/process.ts'
import { type Send, startServer } from '../testing/server.ts'

// Personal numbers in clear stand only inside accepted bodies (design decision 13). Each case uses the numbers in every way a client may, then
// searches everything that the server stores or says.

const jmbg = '1503972710186'
const second = '2412005755127'
const ebs = '6612345678901'
const lbo = '04512345678'
const numbers = [jmbg, second, ebs, lbo]
const bad = '1503972710187'

const patient = (value: string, ...identifiers: [string, string][]) => ({
  resourceType: 'Patient',
  name: [{ family: 'Бројић' }],
  birthDate: '1972-03-15',
  identifier: [{ system: 'urn:h', value }, ...identifiers.map(([system, number]) => ({ system: `urn:rs:${system}`, value: number }))],
})
const finding = (subject: string) => ({ resourceType: 'Observation', status: 'final', code: { text: 'x' }, subject: { reference: subject } })
const entry = (resource: object & { resourceType: string }, more: object = {}) => ({
  resource,
  request: { method: 'POST', url: resource.resourceType, ...more },
})
const transaction = (...entries: unknown[]) => ({ resourceType: 'Bundle', type: 'transaction', entry: entries })
const form = { 'content-type': 'application/x-www-form-urlencoded' }

type Heard = { what: string; text: string; headers: string }

/** Uses the numbers in every possible place. Keeps the answers without the bodies of resources, where numbers may stand. */
async function useEverywhere(send: Send): Promise<Heard[]> {
  const heard: Heard[] = []
  const ask: Send = async (method, url, body, headers) => {
    const answer = await send(method, url, body, headers)
    assert.ok(answer.status < 500, `${method} ${url}: ${answer.text}`)
    const outside =
      answer.body === null
        ? answer.text
        : JSON.stringify(answer.body, (_, value) =>
            typeof value?.resourceType === 'string' && !['Bundle', 'OperationOutcome'].includes(value.resourceType)
              ? { resourceType: value.resourceType, id: value.id }
              : value,
          )
    heard.push({ what: `${method} ${url}`, text: outside, headers: JSON.stringify(answer.headers) })
    return answer
  }
  await ask('POST', '/fhir/Patient', patient('1', ['jmbg', jmbg], ['lbo', lbo]))
  await ask('POST', '/fhir/Patient', patient('2', ['ebs', ebs]))
  const late = (await ask('POST', '/fhir/Patient', patient('3'))).body
  await ask('PUT', `/fhir/Patient/${late.id}`, { ...patient('3', ['jmbg', second]), id: late.id })
  await ask('PUT', '/fhir/Patient/p-4', { ...patient('4', ['jmbg', second]), id: 'p-4' })
  await ask('POST', '/fhir/Patient', patient('5', ['jmbg', bad]))
  await ask('POST', '/fhir/Patient', patient('6', ['lbo', `${lbo}0`]))
  await ask('POST', '/fhir/Patient', patient('1', ['jmbg', jmbg]), { 'if-none-exist': `identifier=urn:rs:jmbg|${jmbg}` })
  await ask('POST', '/fhir/Patient', patient('1', ['jmbg', jmbg]), { 'if-none-exist': `identifer=urn:rs:jmbg|${jmbg}` })
  await ask(
    'POST',
    '/fhir',
    transaction(entry(patient('7', ['jmbg', jmbg]), { ifNoneExist: `identifier=urn:rs:jmbg|${jmbg}` }), entry(finding(`Patient?identifier=urn:rs:lbo|${lbo}`))),
  )
  await ask('POST', '/fhir', transaction(entry(patient('7', ['jmbg', bad])), entry(finding(`Patient?identifier=urn:rs:jmbg|${second}&favourite=${jmbg}`))))
  await ask('POST', '/fhir', { ...transaction({ request: { method: 'GET', url: `Patient?identifier=urn:rs:jmbg|${jmbg}` } }), type: 'batch' })
  await ask('POST', '/fhir/Observation', finding(`Patient?identifier=urn:rs:jmbg|${jmbg}`))
  await ask('POST', '/fhir/Observation', {
    ...finding('Patient/p-4'),
    subject: { reference: 'Patient/p-4', identifier: { system: 'urn:rs:jmbg', value: second } },
  })
  for (const number of numbers) {
    await ask('GET', `/fhir/Patient/${number}`)
    await ask('PUT', `/fhir/Patient/${number}`, { ...patient('8'), id: number })
    await ask('POST', '/fhir/Observation', finding(`Patient/${number}`))
    await ask('GET', `/fhir/Observation?subject=Patient/${number}`)
    await ask('GET', `/fhir/Patient/${number}/$everything`)
    for (const query of [
      `identifier=${number}`,
      `identifier=urn:rs:jmbg|${number}`,
      `identifier=urn:rs:lbo|${number},urn:rs:ebs|${number}`,
      `name=${number}`,
      `_id=${number}`,
      `${number}=1`,
      `identifier:${number}=1`,
      `birthdate=${number}`,
      `_count=${number}`,
      `_sort=${number}`,
      `_include=${number}`,
      `_lastUpdated=${number}`,
      `gender:missing=${number}`,
      `identifier=urn:rs:jmbg|${number}&_count=1`,
    ]) {
      await ask('GET', `/fhir/Patient?${query}`)
      await ask('GET', `/fhir/Patient?${query}`, undefined, { prefer: 'handling=lenient' })
      await ask('POST', '/fhir/Patient/_search', query, form)
    }
    await ask('GET', `/fhir/${number}`)
    await ask('GET', `/fhir?_page=${number}`)
    await ask('GET', `/fhir/Patient/p-4/_history/${number}`)
    await ask('GET', `/fhir/Patient/p-4/_history?${number}=1`)
    await ask('GET', `/fhir/Patient/p-4/$everything?${number}=1`)
    await ask('POST', '/fhir/Patient', `{"resourceType":"Patient","${number}":1}`)
    await ask('POST', '/fhir/Patient', `{"resourceType":"${number}"}`)
    await ask('POST', '/fhir/Patient', `{"resourceType":"Patient","gender":"${number}"}`)
    await ask('POST', '/fhir/Patient', `{"resourceType":"Patient","birthDate":"${number}"`)
    await ask('PUT', '/fhir/Patient/p-4', { ...patient('4'), id: 'p-4' }, { 'if-match': `W/"${number}"` })
  }
  await ask('DELETE', '/fhir/Patient/p-4')
  return heard
}

async function start(t: TestContext) {
  const server = await startServer(t)
  let logged = ''
  server.world.log = makeLog(
    'trace',
    new Writable({
      write(chunk, _, done) {
        logged += String(chunk)
        done()
      },
    }),
  )
  const { send } = await server.institution('А')
  return { ...server, send, logged: () => logged }
}

/** Where accepted bodies are stored. No other column may hold a number. */
const bodies = ['record.resource.body', 'record.superseded.body', 'record.chunk.body']

test('no link, header, error, log line or table shows a personal number, however clients use them', async (t) => {
  const { send, owner, logged } = await start(t)
  const heard = await useEverywhere(send)
  for (const { what, text, headers } of heard) {
    for (const number of [...numbers, bad]) {
      assert.ok(!headers.includes(number), `a header of ${what}: ${headers}`)
      assert.ok(!text.includes(number), `the answer to ${what}: ${text.slice(0, 600)}`)
    }
  }
  for (const number of [...numbers, bad]) assert.ok(!logged().includes(number), 'the log')
  const columns = await owner<{ place: string; name: string; column: string }>`
    select c.table_schema || '.' || c.table_name as place, quote_ident(c.table_schema) || '.' || quote_ident(c.table_name) as name, c.column_name as column
      from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
     where t.table_type = 'BASE TABLE' and c.table_schema not in ('pg_catalog', 'information_schema')`
  assert.ok(columns.length > 100, `${columns.length} columns`)
  const found: string[] = []
  for (const { place, name, column } of columns) {
    if (bodies.includes(`${place}.${column}`)) continue
    const hex = [...numbers, bad].map((number) => Buffer.from(number).toString('hex'))
    const pattern = [...numbers, bad, ...hex].join('|')
    const text = { strings: [`select count(*)::int as n from ${name} where "${column}"::text ~ `, ''], values: [pattern] }
    const [{ n } = { n: 0 }] = await owner.run<{ n: number }>(text as never)
    if (n > 0) found.push(`${place}.${column}: ${n}`)
  }
  assert.deepEqual(found, [])
})

test('the real server at its highest log level prints none, and no file beside the tables and the sealed backup holds one', { timeout: 180_000 }, async (t) => {
  const folder = openFolder('numbers')
  const dataDir = join(folder, 'var')
  const port = await freePort()
  const env = { ...withoutCountry(port), DATA_DIR: dataDir, PORT: String(port), LOG_LEVEL: 'trace' }
  const server = spawnServer(env)
  let printed = ''
  server.child.stdout?.on('data', (more: string) => {
    printed += more
  })
  t.after(async () => {
    if (server.child.exitCode === null) await stopServer(server)
    removeData(dataDir)
    removeData(folder)
  })
  await server.ready
  const token = await tokenOfSystem(env)
  await useEverywhere(async (method, url, body, headers = {}) => {
    const payload = body === undefined || typeof body === 'string' ? body : JSON.stringify(body)
    const type: Record<string, string> = payload === undefined ? {} : { 'content-type': 'application/fhir+json' }
    const answer = await fetch(`http://127.0.0.1:${port}${encodeURI(decodeURI(url))}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...type, ...headers },
      ...(payload === undefined ? {} : { body: payload }),
    })
    const text = await answer.text()
    return { status: answer.status, headers: Object.fromEntries(answer.headers), text, body: text.startsWith('{') ? JSON.parse(text) : null }
  })
  const backup = join(folder, 'backup')
  const kept = await runCommand(['platform', 'backup', '--to', backup], env)
  assert.equal(kept.code, 0, kept.errors)
  await stopServer(server)
  const isTable = (file: string) => /postgres\/(base|global|pg_\w+)\//.test(file)
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((one) => one.isFile())
    .map((one) => join(one.parentPath, one.name))
    .filter((file) => !isTable(file))
  assert.ok(files.some((file) => file.endsWith('server.log')) && files.some((file) => file.startsWith(backup)), files.join('\n'))
  for (const number of [...numbers, bad]) {
    assert.ok(!printed.includes(number) && !server.errors().includes(number), 'the log')
    for (const file of files) assert.ok(!readFileSync(file).includes(number), file)
  }
})
