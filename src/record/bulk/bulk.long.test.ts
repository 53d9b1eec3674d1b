import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort, openFolder, removeData, runCommand, type ServerProcess, spawnServer, stopServer } from '../../testing/process.ts'

type Json = Record<string, any>
const lines = 20_000

test('kill -9 of the server in the middle of an import, three times, loses no line and doubles none', async (t) => {
  const folder = openFolder('bulk')
  const port = await freePort()
  const env = { DATA_DIR: folder, PORT: String(port), DEMO: 'true' }
  let server: ServerProcess = spawnServer(env)
  t.after(async () => {
    await stopServer(server)
    removeData(folder)
  })
  await server.ready
  const added = await runCommand(['access', 'client', 'add', '--name', 'Bulk', '--scope', 'system/*.cruds', '--json'], env)
  const { client_id: client } = JSON.parse(added.output) as { client_id: string }
  const token = (await runCommand(['access', 'token', '--client', client], env)).output.trim()
  const ask = (path: string, more: RequestInit = {}) =>
    fetch(path.startsWith('http') ? path : `http://localhost:${port}/fhir${path}`, {
      ...more,
      headers: { authorization: `Bearer ${token}`, prefer: 'respond-async', ...(more.headers as Record<string, string>) },
    })
  /** Follows a job through each kill of its server; `dies` is how often the server must die. */
  const follow = async (status: string, dies: number): Promise<Json> => {
    for (let deaths = 0; ; await sleep(50)) {
      const answer = await ask(status)
      if (answer.status === 200) {
        assert.equal(deaths, dies, 'the server died in the middle')
        return (await answer.json()) as Json
      }
      assert.equal(answer.status, 202, await answer.text())
      const done = Number(/\((\d+) of/.exec(answer.headers.get('x-progress') ?? '')?.[1] ?? 0)
      if (deaths < dies && done > deaths * 4000 + 500) {
        deaths++
        server.child.kill('SIGKILL')
        await server.ended
        server = spawnServer(env)
        await server.ready
      }
    }
  }
  const put = await ask('/Patient/p-1', {
    method: 'PUT',
    headers: { 'content-type': 'application/fhir+json' },
    body: JSON.stringify({ resourceType: 'Patient', id: 'p-1', identifier: [{ system: 'urn:h', value: 'p-1' }] }),
  })
  assert.equal(put.status, 201)
  const line = (n: number) =>
    JSON.stringify({ resourceType: 'Observation', status: 'final', code: { text: 'x' }, subject: { reference: 'Patient/p-1' }, valueInteger: n })
  const begun = await ask('/$import', {
    method: 'POST',
    headers: { 'content-type': 'application/fhir+ndjson' },
    body: Array.from({ length: lines }, (_, n) => line(n)).join('\n'),
  })
  assert.equal(begun.status, 202, await begun.text())
  const imported = await follow(begun.headers.get('content-location') as string, 3)
  assert.deepEqual([imported['output'][0].count, imported['error']], [lines, []])

  const exporting = await ask('/$export?_type=Observation')
  const exported = await follow(exporting.headers.get('content-location') as string, 0)
  const found: number[] = []
  for (const { url } of exported['output']) {
    for (const one of (await (await ask(url)).text()).trim().split('\n')) found.push((JSON.parse(one) as Json)['valueInteger'])
  }
  assert.equal(found.length, lines, 'each line once')
  assert.equal(new Set(found).size, lines)
})
