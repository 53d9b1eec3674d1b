import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { freshDirectory } from '../../bus/members/directory.ts'
import { freePort, until } from '../../testing/process.ts'
import { listen, startServer } from '../../testing/server.ts'
import { commands } from '../commands.ts'
import { readConfig } from '../process/config.ts'
import { openEdge } from '../process/open.ts'

test('in the sandbox one call joins from nothing to the rights to file documents and to issue certificates, and the doctor command then names these rights', async (t) => {
  const server = await startServer(t)
  const { app, world } = server
  await listen({ app, world })
  const folder = mkdtempSync(join(tmpdir(), 'spona-sandbox-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const about = { vendor: 'АКМЕ', name: 'АКМЕ ЛИС', version: '4.2', contact: 'it@acme.example' }
  const signed = (await app.inject({ method: 'POST', url: '/vendor/systems', payload: about })).json()
  const given = {
    member: 'acme-box',
    name: 'АКМЕ ЛИС',
    mb: signed.institution.mb,
    contact: 'it@acme.example',
    code: signed.word,
    sandbox: signed.system,
    certificates: '20',
  }
  writeFileSync(join(folder, 'answers.json'), JSON.stringify({ ...given, url: `http://localhost:${world.config.PORT}` }))
  const lines: string[] = []
  const init = commands.find((one) => one.name === 'edge init')
  const code = await init?.run(world, { config: join(folder, 'edge.yaml'), answers: join(folder, 'answers.json') }, (line) => lines.push(line))
  assert.equal(code, 0, lines.join('\n'))
  assert.equal(lines.at(-1), `Everything is ready: npm run spona -- edge start --config ${join(folder, 'edge.yaml')}`)
  assert.match(lines.join('\n'), /contract with sickleave\/certificates is asked for\.[^]*contract with sickleave\/certificates is granted\.\nEverything/)
  const looked: string[] = []
  const doctor = commands.find((one) => one.name === 'edge doctor')
  assert.equal(await doctor?.run(world, { config: join(folder, 'edge.yaml') }, (line) => looked.push(line)), 1)
  assert.match(looked.join('\n'), /well {3}right to certificates: certificates may be issued without a connection/)
  assert.match(looked.join('\n'), /WRONG {2}certificates: 0 numbers stand ready\n +They come by themselves/)
  const wish = join(folder, 'wish.json')
  writeFileSync(wish, '{}')
  const issue = commands.find((one) => one.name === 'edge certificate issue')
  await assert.rejects(async () => issue?.run(world, { config: join(folder, 'edge.yaml'), file: wish }, () => undefined), /has sent no numbers and limits/)

  // A service is stopped by SIGTERM to npm alone. Before, the edge behind it went on holding its ports and its store.
  const settings = readFileSync(join(folder, 'edge.yaml'), 'utf8')
  writeFileSync(join(folder, 'edge.yaml'), settings.replace('port: 2575', `port: ${await freePort()}`).replace('port: 7080', `port: ${await freePort()}`))
  const npm = spawn('npm', ['run', '-s', 'spona', '--', 'edge', 'start', '--config', join(folder, 'edge.yaml')], { stdio: ['ignore', 'pipe', 'inherit'] })
  let said = ''
  npm.stdout.on('data', (text: Buffer) => (said += text.toString()))
  await until('the edge is there', () => said.includes('Ctrl-C stops it'))
  const [edge] = readFileSync(`/proc/${npm.pid}/task/${npm.pid}/children`, 'utf8').trim().split(' ')
  npm.kill('SIGTERM')
  await once(npm, 'exit')
  try {
    await until('the edge has ended, too', () => !existsSync(`/proc/${edge}`) && npm.stdout.readableEnded)
  } finally {
    npm.stdout.destroy()
    if (existsSync(`/proc/${edge}`)) process.kill(Number(edge))
  }
})

test('a vendor with the guide alone joins, is told what is wrong, and settles the items that stand aside', async (t) => {
  const server = await startServer(t)
  const { app, world } = server
  await listen({ app, world })
  const folder = mkdtempSync(join(tmpdir(), 'spona-commands-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const config = join(folder, 'edge.yaml')
  const run = async (name: string, options: Record<string, string | boolean> = {}) => {
    const lines: string[] = []
    const command = commands.find((one) => one.name === name)
    assert.ok(command, name)
    const code = await command.run(world, { config, ...options }, (line) => lines.push(line))
    return { code, said: lines.join('\n') }
  }
  const post = async (url: string, payload: object) => (await app.inject({ method: 'POST', url, payload })).json()

  const signed = await post('/vendor/systems', { vendor: 'АКМЕ', name: 'АКМЕ ЛИС', version: '4.2', contact: 'it@acme.example' })
  const answers = join(folder, 'answers.json')
  const given = { member: 'acme-cli', name: 'АКМЕ ЛИС', mb: signed.institution.mb, contact: 'it@acme.example', port: '0', code: signed.word }
  writeFileSync(answers, JSON.stringify({ ...given, url: `http://localhost:${world.config.PORT}` }))
  for (const stops of [/operator decides/, /operator grants the contract/]) {
    const { code, said } = await run('edge init', { answers })
    assert.equal(code, 1)
    assert.match(said, stops)
    await post(`/vendor/systems/${signed.system}/admission`, {})
    await freshDirectory(world)
  }
  const elsewhere = join(folder, 'elsewhere.json')
  writeFileSync(elsewhere, JSON.stringify({ ...given, member: 'acme-two', url: `http://localhost:${world.config.PORT}` }))
  await assert.rejects(run('edge init', { answers: elsewhere }), /edge\.yaml says member: acme-cli, and the answers acme-two\. Mend/)
  await assert.rejects(run('edge init', { answers: join(folder, 'none.json') }), /none\.json is not there/)
  const slips = join(folder, 'slips.json')
  writeFileSync(slips, JSON.stringify({ ...given, member: 'Acme_1', mb: undefined, port: '99999', charset: 'UTF-9' }))
  await assert.rejects(
    run('edge init', { answers: slips }),
    /member has another form.*\n.*mb is missing.*\n.*port has another form.*\n.*charset has another form/,
  )
  const last = await run('edge init', { answers })
  assert.deepEqual([last.code, /Everything is ready/.test(last.said)], [0, true], last.said)

  copyFileSync('docs/guides/edge/laboratory.json', join(folder, 'laboratory.json'))
  mkdirSync(join(folder, 'tables'))
  writeFileSync(config, readFileSync(config, 'utf8').replace('port: 7080', 'port: 0').replace('charset: windows-1250', 'charset: CP1250'))
  appendFileSync(config, 'folders: [{ name: tables, path: ./tables, format: csv, mapping: ./laboratory.json, patienceSeconds: 1 }]\n')
  const wrong = join(folder, 'wrong.yaml')
  writeFileSync(wrong, readFileSync(config, 'utf8').replace('member: acme-cli', 'member: acme-two').replace('laboratory.json', 'none.json'))
  const { said: wrongs } = await run('edge doctor', { config: wrong })
  assert.match(wrongs, /WRONG {2}member: .*belongs to another member\n +member in the settings is acme-two/)
  assert.match(wrongs, /WRONG {2}mapping of tables: the mapping .*none\.json is not there/)
  const before = await run('edge doctor')
  assert.match(before.said, /well {3}right: documents may be filed/)
  assert.match(before.said, /well {3}clock: agrees|well {3}clock: \d+ seconds/)

  const header = 'Karton;JMBG;Prezime;Ime;Rodjen;Pol;Broj nalaza;Analiza;Vrednost;Jedinica;Uzeto'
  const row = 'T12345;;Petrovic;Ana;01.01.1990;Z;R80;14749-6;5,37;mmol/L;2026-99-28 09:00'
  writeFileSync(join(folder, 'tables', 'wrong.csv'), `${header}\n${row}\n`)
  const edge = await openEdge(world, readConfig(config))
  t.after(() => edge.close())
  let listed = await run('edge quarantine list')
  for (let tries = 0; listed.code === 0 && tries < 50; tries++) {
    await sleep(100)
    listed = await run('edge quarantine list')
  }
  assert.match(listed.said, /wrong\.csv, line 2\n {2}line 2, column Uzeto: is no date/)
  const doctor = await run('edge doctor')
  assert.equal(doctor.code, 1)
  assert.match(doctor.said, /1 stand aside\n +npm run spona -- edge quarantine list/)
  const argument = listed.said.split(' ')[0] ?? ''
  assert.match((await run('edge quarantine show', { argument })).said, /"state": "quarantined"/)
  await assert.rejects(run('edge quarantine show', { argument: 'nothing' }), /no item of this number/)
  assert.equal((await run('edge quarantine discard', { argument, reason: 'a slip of the typist' })).code, 0)
  assert.deepEqual(await run('edge quarantine list'), { code: 0, said: 'Nothing waits for a person.' })

  const old = readFileSync(join(folder, 'edge-key.json'), 'utf8')
  assert.equal((await run('edge key renew')).code, 0)
  assert.notEqual(readFileSync(join(folder, 'edge-key.json'), 'utf8'), old)
  assert.match((await run('edge doctor')).said, /well {3}key: valid for/)
})
