import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { corpora } from '../testing/corpora.ts'
import { MllpSender, oru } from '../testing/edge.ts'
import { until } from '../testing/process.ts'
import { makeKeyFile } from './centre/key-file.ts'

const memoryMb = 300
// The long run uses all messages of third parties; the short one a part of them and fewer megabytes.
const isLong = process.env['SPONA_LONG'] === '1'
const largeMb = isLong ? 100 : 20
const everyHow = isLong ? 1 : 8

/** `edge start` as its own process, as it runs beside a local system; nobody answers at the centre. */
async function startProcess(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'spona-edge-'))
  for (const name of ['cda', 'csv', 'hl7', 'ndjson']) mkdirSync(join(folder, name))
  makeKeyFile(join(folder, 'key.json'), randomBytes)
  const set = { 'identifier[0].system': { value: 'urn:x' }, 'identifier[0].value': { column: 'a', required: true } }
  writeFileSync(join(folder, 'map.json'), JSON.stringify({ name: 'x', version: 1, resources: [{ as: 'p', type: 'Patient', set }] }))
  const drop = (format: string, more = '') =>
    `  - { name: ${format}-drop, path: ${format === 'hl7v2' ? 'hl7' : format}, format: ${format}, settleMs: 100, patienceSeconds: 0${more} }`
  const settings = [
    'member: bad-edge',
    `centre: { url: "http://127.0.0.1:9", key: key.json, signs: ${'a'.repeat(43)} }`,
    'mllp: [{ name: lis, port: 0 }]',
    'rest: { port: 0, token: token }',
  ]
  const folders = ['folders:', drop('cda'), drop('csv', ', mapping: map.json'), drop('hl7v2'), drop('ndjson')]
  writeFileSync(join(folder, 'edge.yaml'), [...settings, ...folders, 'status: { port: 0 }'].join('\n'))
  const child = spawn(process.execPath, ['src/cli.ts', 'edge', 'start', '--config', join(folder, 'edge.yaml')], { stdio: ['ignore', 'pipe', 'pipe'] })
  let printed = ''
  child.stdout.on('data', (piece) => (printed += piece))
  child.stderr.on('data', (piece) => (printed += piece))
  const gone = new Promise((resolve) => child.once('exit', resolve))
  t.after(async () => {
    child.kill()
    await gone
    rmSync(folder, { recursive: true, force: true })
  })
  await until('it listens', () => /Ctrl-C/.test(printed) || child.exitCode !== null, 60_000)
  const port = (speaks: string) => Number(new RegExp(`${speaks} \\(\\w+\\) on [\\d.]+:(\\d+)`).exec(printed)?.[1])
  return { child, folder, mllp: port('HL7 v2'), rest: port('FHIR'), printed: () => printed }
}

const header = 'MSH|^~\\&|LIS|B|SPONA|RS|20260301||ORU^R01|1|P|2.5'
/** Frames, each with the answers that are allowed; null for bytes that are no frame and get no answer. */
const framed = (bytes: Buffer | string) => Buffer.concat([Buffer.of(0x0b), Buffer.from(bytes), Buffer.of(0x1c, 0x0d)])
const odd: [string, Buffer | string, RegExp][] = [
  ['mixed line ends', oru('m', 'p1').replace('\rPID', '\r\nPID').replace('\rOBR', '\nOBR'), /MSA\|A[AE]/],
  ['nulls', oru('n', 'p1').replace('Проба', 'Про\0ба'), /MSA\|A[AER]/],
  ['a name without letters', `${header}\rPID|1||\x01\x02\x03\r`, /MSA\|A[AER]/],
  ['UTF-16', Buffer.from(oru('u', 'p1'), 'utf16le'), /MSA\|A[ER]/],
  ['bytes that contradict MSH-18', Buffer.concat([Buffer.from(`${header}||||||UNICODE UTF-8\rPID|1||p||`), Buffer.of(0xff, 0xfe)]), /MSA\|A[ER]/],
  ['a character set that nobody knows', Buffer.concat([Buffer.from(`${header}||||||KLINGON\rPID|1||p||`), Buffer.of(0xe8)]), /MSA\|A[ER]/],
  ['nothing', '', /MSA\|A[ER]/],
  ['XML', '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><ORU_R01>&x;</ORU_R01>', /MSA\|A[ER]/],
  ['a header and nothing else', 'MSH|^~\\&|', /MSA\|A[AER]/],
  ['delimiters that are letters', 'MSHaaaaa', /MSA\|A[ER]/],
  ['a hundred thousand segments', `${header}\r${'NTE|1\r'.repeat(100_000)}`, /MSA\|A[ER]/],
  ['a field of many repetitions', `${header}\rPID|1||${'a~'.repeat(200_000)}\r`, /MSA\|A[AER]/],
  ['an escape that never ends', `${header}\rPID|1||p1||\\X${'41'.repeat(100_000)}\r`, /MSA\|A[AER]/],
  ['a message longer than it may be', `${header}\rNTE|1||${'x'.repeat(6_000_000)}`, /MSA\|AR/],
]

async function overMllp(port: number, messages: string | null): Promise<Record<string, number>> {
  const sender = new MllpSender(port)
  const answers: Record<string, number> = {}
  for (const [name, bytes, expected] of odd) assert.match((await sender.send(bytes)) ?? 'no answer', expected, name)
  // Megabytes piece by piece, then an end: the connection stays open and its sender gets the reason.
  sender.write(Buffer.concat([Buffer.of(0x0b), Buffer.from(header)]))
  for (let piece = 0; piece < largeMb; piece++) {
    sender.write(Buffer.alloc(1_000_000, 0x41))
    await new Promise((resolve) => setImmediate(resolve))
  }
  sender.write(Buffer.of(0x1c, 0x0d))
  assert.match((await sender.answer()) ?? '', /MSA\|AR[\s\S]*MB/)
  // Noise, a frame that begins twice, an end without its carriage return.
  sender.write(Buffer.concat([Buffer.from('GET / HTTP/1.1\r\n\r\n'), framed(oru('after-noise', 'p2'))]))
  assert.match((await sender.answer()) ?? '', /MSA\|AA\|after-noise/)
  if (messages !== null)
    for (const file of readdirSync(messages, { recursive: true, encoding: 'utf8' }).filter((name, at) => name.endsWith('.hl7') && at % everyHow === 0)) {
      const code = /MSA\|(\w\w)/.exec((await sender.send(readFileSync(join(messages, file)))) ?? '')?.[1] ?? 'none'
      answers[code] = (answers[code] ?? 0) + 1
    }
  sender.end()
  for (const bytes of [Buffer.of(0x0b), Buffer.concat([Buffer.of(0x0b), Buffer.from(header)]), Buffer.concat([framed(header).subarray(0, -1)])])
    await new Promise<void>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => socket.end(bytes))
      socket.on('error', () => {}).on('close', () => resolve())
      socket.resume()
    })
  return answers
}

function intoFolders(folder: string): void {
  const put = (kind: string, name: string, bytes: Buffer | string) => writeFileSync(join(folder, kind, name), bytes)
  const bomb = Array.from({ length: 20 }, (_, at) => `<!ENTITY e${at + 1} "&e${at};&e${at};&e${at};&e${at};">`).join('')
  put('cda', 'bomb.xml', `<!DOCTYPE a [<!ENTITY e0 "ha">${bomb}]><ClinicalDocument>&e20;</ClinicalDocument>`)
  put('cda', 'external.xml', '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><ClinicalDocument><title>&x;</title></ClinicalDocument>')
  put('cda', 'deep.xml', `<ClinicalDocument>${'<a>'.repeat(100_000)}`)
  put('cda', 'many.xml', `<ClinicalDocument ${Array.from({ length: 50_000 }, (_, at) => `a${at}="1"`).join(' ')}/>`)
  put('cda', 'binary.xml', randomBytes(100_000))
  put('cda', 'utf16.xml', Buffer.from('\ufeff<?xml version="1.0" encoding="UTF-16"?><ClinicalDocument/>', 'utf16le'))
  put('cda', 'large.xml', Buffer.alloc(largeMb * 1_000_000, 0x20))
  put('csv', 'binary.csv', randomBytes(200_000))
  put('csv', 'one-line.csv', Buffer.concat([Buffer.from('a\n"'), Buffer.alloc(largeMb * 200_000, 0x41)]))
  put('csv', 'nulls.csv', 'a\n\0\0\0\nok\n')
  put('csv', 'mixed.csv', 'a\r1\n2\r\n3')
  put('hl7', 'nothing.hl7', 'no message\n'.repeat(1000))
  put('hl7', 'large.hl7', Buffer.concat([Buffer.from(`${header}\rNTE|1||`), Buffer.alloc(largeMb * 1_000_000, 0x41), Buffer.from(`\r${header}\rPID|1||p9\r`)]))
  put('ndjson', 'binary.ndjson', randomBytes(100_000))
  put('ndjson', 'deep.ndjson', `{"resourceType":"Basic","a":${'['.repeat(50_000)}\n{"resourceType":"Basic"}\n`)
  const attacks = join(corpora, 'bad-input/xml-attacks')
  if (existsSync(attacks)) for (const name of readdirSync(attacks)) put('cda', `third-${name}`, readFileSync(join(attacks, name)))
}

async function overRest(port: number, folder: string): Promise<void> {
  const token = readFileSync(join(folder, 'token'), 'utf8').trim()
  const post = async (body: Buffer | string) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/fhir+json' }
    const answer = await fetch(`http://127.0.0.1:${port}/fhir/Basic`, { method: 'POST', headers: { ...headers, connection: 'close' }, body: body as never })
    return `${answer.status} ${await answer.text()}`
  }
  const folders = ['json-parsing', 'json-transform'].map((name) => join(corpora, 'bad-input', name)).filter((name) => existsSync(name))
  for (const name of folders.flatMap((one) =>
    readdirSync(one)
      .filter((_, at) => at % everyHow === 0)
      .map((file) => join(one, file)),
  ))
    assert.match(await post(readFileSync(name)), /^4\d\d .*OperationOutcome/, name)
  assert.match(await post('{"resourceType":"Basic","__proto__":{"a":1},"constructor":{"prototype":{}}}'), /^202/)
  assert.match(await post(`{"resourceType":"Basic","a":"${'\\u0000'.repeat(1000)}"}`), /^202/)
}

test('whatever arrives is answered, set aside or refused with a reason; the edge lives, logs nothing of it, and needs little memory', async (t) => {
  const { child, folder, mllp, rest, printed } = await startProcess(t)
  intoFolders(folder)
  const messages = join(corpora, 'hl7v2')
  const answers = await overMllp(mllp, existsSync(messages) ? messages : null)
  t.diagnostic(`third-party messages over MLLP: ${JSON.stringify(answers)}`)
  assert.equal(answers['none'], undefined)
  await overRest(rest, folder)
  const isEmpty = (name: string) =>
    readdirSync(join(folder, name), { withFileTypes: true }).every((one) => !one.isFile()) && readdirSync(join(folder, name, '.taking')).length === 0
  await until('every file is taken or has failed', () => ['cda', 'csv', 'hl7', 'ndjson'].every(isEmpty), 60_000)
  const failed = (name: string) => readdirSync(join(folder, name, 'failed')).filter((file) => !file.endsWith('.reason.txt'))
  for (const name of ['cda', 'csv', 'hl7', 'ndjson'])
    for (const file of failed(name)) assert.ok(readFileSync(join(folder, name, 'failed', `${file}.reason.txt`), 'utf8').length > 40, file)
  for (const file of ['bomb.xml', 'external.xml', 'deep.xml', 'many.xml', 'binary.xml', 'large.xml']) assert.ok(failed('cda').includes(file), file)
  assert.deepEqual(failed('hl7'), ['nothing.hl7'])
  const sender = new MllpSender(mllp)
  t.after(() => sender.end())
  assert.match((await sender.send(oru('last', 'p3'))) ?? '', /MSA\|AA\|last/)
  const peakMb = Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) / 1024
  t.diagnostic(`most memory of the process: ${Math.round(peakMb)} MB`)
  assert.ok(peakMb < memoryMb, `${peakMb} MB`)
  assert.equal(child.exitCode, null)
  // No unexpected error happened inside (level 50), and the log holds nothing of the input.
  assert.equal(/"level":50[^\n]*|root:[^\n]*|Проба[^\n]*/.exec(printed())?.[0], undefined)
})
