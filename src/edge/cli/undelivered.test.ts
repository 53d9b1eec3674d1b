import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { loneEdge } from '../../testing/lone-edge.ts'
import { commands } from '../commands.ts'
import { statusOf } from '../local/status.ts'
import { noteBehind, noteUndelivered } from '../store/undelivered.ts'

test('deliveries that did not reach their local system are listed beside a running edge, and settled by a person', async (t) => {
  const { edge, folder, statusPort } = await loneEdge(t, () => 'inbound: [{ name: his, service: his/results, by: mllp, port: 9 }]')
  const { store } = edge
  const config = join(folder, 'edge.yaml')
  const run = async (name: string, options: Record<string, string | boolean> = {}) => {
    const lines: string[] = []
    const code = await commands.find((one) => one.name === name)?.run(edge as never, { config, ...options }, (line) => lines.push(line))
    return { code, said: lines.join('\n') }
  }
  assert.deepEqual(await run('edge undelivered list'), { code: 0, said: 'Everything that came was handed on.' })
  const about = { service: 'his/results', target: 'his', at: Date.parse('2026-03-01T10:00:00Z') }
  await store.write(() => noteUndelivered(store, { ...about, message: 'm-1', reason: 'the local system refused it (AE)', isFinal: true }))
  await store.write(() => noteBehind(store, { ...about, message: 'm-2' }))
  const { code, said } = await run('edge undelivered list')
  assert.equal(code, 1)
  assert.match(said, /^m-1 {2}2026-03-01T10:00:00\.000Z {2}refused {2}his \(his\/results\)\n {2}the local system refused it \(AE\); tried 1 times, last 2026/)
  assert.match(said, /m-2 .* waits .*\n {2}not tried yet: another one waits before it/)
  const [first] = JSON.parse((await run('edge undelivered list', { json: true })).said)
  assert.deepEqual([first.message, first.isFinal, first.since], ['m-1', true, '2026-03-01T10:00:00.000Z'])

  await assert.rejects(run('edge undelivered forget', { argument: 'm-9' }), /no message of this number waits for its local system/)
  assert.equal((await run('edge undelivered forget', { argument: 'm-1' })).said, '1 are told no more')
  assert.deepEqual(
    statusOf(edge).undelivered.map(({ waiting, refused }) => [waiting, refused]),
    [[1, 0]],
  )
  const status = await run('edge status', { config: withPort(config, statusPort) })
  assert.match(status.said, /undelivered his: 1 waiting of his\/results since 2026-03-01T10:00:00\.000Z: the one before it was not taken yet\n/)
  await run('edge undelivered forget', { argument: 'all' })
  assert.deepEqual(statusOf(edge).undelivered, [])
})

/** The settings with the port that the status page got. */
function withPort(config: string, port: number): string {
  const file = config.replace('edge.yaml', 'running.yaml')
  writeFileSync(file, readFileSync(config, 'utf8').replace('port: 0', `port: ${port}`))
  return file
}
