import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { parse, stringify } from 'yaml'
import { forBus, submittedSince } from '../record/record.ts'
import { MllpSender } from '../testing/edge.ts'
import { freePort } from '../testing/process.ts'
import { listen, startServer } from '../testing/server.ts'

const blocks = (name: string, language: string): string[] =>
  [...readFileSync(`docs/guides/${name}.md`, 'utf8').matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, 'gm'))].map(([, text]) => text as string)
const example = (name: string, language: string): string => {
  const [found] = blocks(name, language)
  assert.ok(found, `${name} has an example of ${language}`)
  return found
}

test('the guide, word for word: sign up, join, every protocol’s settings and document, five certificates, verified', { timeout: 580_000 }, async (t) => {
  const server = await startServer(t)
  t.after(forBus.startIntake(server.world))
  const port = await listen(server)
  const folder = mkdtempSync(join(tmpdir(), 'spona-guide-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const ports = { hl7: await freePort(), rest: await freePort(), status: await freePort() }
  const local = await localSystem(t)

  // Only the ports differ from the guide, because its ports may be taken on this machine. `npm run` in the program's folder is the command itself.
  const npm = `npm() { while [ "$1" != "--" ]; do shift; done; shift; node ${resolve('src/cli.ts')} "$@"; }\n`
  const script = (text: string) => npm + text.replaceAll('localhost:8080', `localhost:${port}`).replaceAll('127.0.0.1:7080', `127.0.0.1:${ports.status}`)
  const shell = (text: string): Promise<{ code: number | null; said: string }> =>
    new Promise((done) => {
      const child = spawn('bash', ['-e', '-c', script(text)], { cwd: folder })
      let said = ''
      for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece: Buffer) => void (said += piece.toString()))
      child.on('close', (code) => done({ code, said }))
    })
  const [signUp = '', joining = '', start = '', certify = '', verify = ''] = blocks('edge-certificate', 'sh')
  for (const text of [signUp, joining]) {
    const { code, said } = await shell(text)
    assert.equal(code, 0, said)
  }

  const settings = parse(readFileSync(join(folder, 'edge.yaml'), 'utf8'))
  for (const name of ['edge-hl7v2', 'edge-cda', 'edge-csv', 'edge-rest', 'edge-inbound', 'edge-calls']) {
    const more = parse(example(name, 'yaml'))
    for (const [key, value] of Object.entries(more)) settings[key] = Array.isArray(value) && key === 'folders' ? [...(settings[key] ?? []), ...value] : value
  }
  settings.mllp[0].port = ports.hl7
  settings.rest.port = ports.rest
  settings.calls[0].to = local
  settings.status = { port: ports.status }
  writeFileSync(join(folder, 'edge.yaml'), stringify(settings))
  spawnSync('bash', ['-c', example('edge-csv', 'sh').replaceAll('docs/guides', resolve('docs/guides'))], { cwd: folder })

  const edge = spawn('bash', ['-c', script(`exec() { "$@"; }\n${start}`).replace('node ', 'exec node ')], { cwd: folder, detached: true, stdio: 'ignore' })
  t.after(() => {
    try {
      process.kill(-(edge.pid as number), 'SIGTERM')
    } catch {
      // The process has ended already.
    }
  })
  const status = async (): Promise<any> => {
    for (let tries = 0; tries < 100; tries++) {
      const answer = await fetch(`http://127.0.0.1:${ports.status}/status.json`).catch(() => null)
      if (answer) return answer.json()
      await sleep(200)
    }
    return assert.fail('the edge does not start')
  }
  await status()
  const [doctor = '', all = ''] = certify.split('\n')
  assert.match((await shell(doctor)).said, /right: documents may be filed/)

  const sender = new MllpSender(ports.hl7)
  assert.match((await sender.send(example('edge-hl7v2', 'hl7').replaceAll('\n', '\r'))) ?? '', /MSA\|(AA|CA)/)
  sender.end()
  const drop = (way: string, name: string, text: string) => {
    writeFileSync(join(folder, way, `.${name}`), text)
    renameSync(join(folder, way, `.${name}`), join(folder, way, name))
  }
  drop('letters', 'one.xml', example('edge-cda', 'xml'))
  drop('tables', 'one.csv', example('edge-csv', 'csv'))
  const token = readFileSync(join(folder, 'rest.token'), 'utf8').trim()
  const posted = await fetch(`http://127.0.0.1:${ports.rest}/fhir`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/fhir+json' },
    body: example('edge-rest', 'json'),
  })
  assert.ok(posted.ok, await posted.text())
  const [system] = await server.sql<{ institution: number; id: string }>`select institution, id from vendor.system`
  const types = async () => (await submittedSince(server.world, system?.institution as number, 0)).map(({ resourceType }) => resourceType)
  const wanted = { Composition: 1, Observation: 3 }
  const has = (all: string[]) => Object.entries(wanted).every(([type, count]) => all.filter((one) => one === type).length >= count)
  for (let tries = 0; tries < 300 && !has(await types()); tries++) await sleep(200)
  assert.ok(has(await types()), JSON.stringify([await types(), (await status()).queue]))
  assert.equal((await status()).queue.quarantined, 0)

  const [offerCalls = '', callSelf = ''] = blocks('edge-calls', 'sh')
  assert.match((await shell(offerCalls)).said, /acme-lis\/appointments is in the catalogue\.\nOthers ask/)
  assert.equal((await shell(callSelf)).said, 'GET /today')
  writeFileSync(join(folder, 'result.json'), example('edge-inbound', 'json'))
  const tried = await shell(example('edge-inbound', 'sh'))
  assert.match(tried.said, /acme-lis\/results is in the catalogue\.[^]*The bus has it for acme-lis\/results/)
  const arrived = (): string[] => (existsSync(join(folder, 'arrived')) ? readdirSync(join(folder, 'arrived')) : [])
  for (let tries = 0; tries < 100 && arrived().length === 0; tries++) await sleep(200)
  const [result = ''] = arrived()
  assert.match(readFileSync(join(folder, 'arrived', result), 'utf8'), /^MSH\|[^]*\|ORU\^R01[^]*OBX\|1\|NM\|14749-6.*\|5\.37\|/)

  const { code, said } = await shell(all)
  assert.equal(code, 0, said)
  assert.equal((await status()).queue.quarantined, 0, 'and nothing of the scenarios waits for a person')
  assert.deepEqual(
    [...said.matchAll(/^(\w+): passed, 100 of 100$/gm)].map(([, protocol]) => protocol),
    ['hl7v2', 'cda', 'csv', 'rest', 'bus'],
  )
  const verified = await shell(verify)
  assert.match(verified.said, /^holds$/m)
  const page = await (await fetch(`http://127.0.0.1:${port}/vendor/systems/${system?.id}`)).json()
  assert.equal((page as { certificates: unknown[] }).certificates.length, 5)
})

/** The local system that answers the calls of the guide. */
async function localSystem(t: TestContext): Promise<string> {
  const server = createServer((request, response) => response.end(`${request.method} ${request.url}`)).listen(0, '127.0.0.1')
  t.after(() => server.close())
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
