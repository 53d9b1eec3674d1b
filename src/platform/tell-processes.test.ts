import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'

const at = (file: string) => JSON.stringify(pathToFileURL(join(import.meta.dirname, file)).href)

/** A leader and two others: the leader says something, the first answers it to all, the second says that it heard the answer. */
const program = `
import cluster from 'node:cluster'
import { createServer } from 'node:net'
import { isOneOfSeveral, startProcesses } from ${at('processes.ts')}
import { hearOthers, tellOthers } from ${at('tell-processes.ts')}

const isLeader = !isOneOfSeveral()
const me = isLeader ? 'leader' : 'worker ' + cluster.worker.id
hearOthers((name) => {
  process.stdout.write(me + ' heard ' + name + '\\n')
  if (me === 'worker 1' && name === 'from the leader') tellOthers('from worker 1')
  if (me === 'worker 2' && name === 'from worker 1') tellOthers('the end')
  // Only when the last of them has heard it may all end.
  if (me === 'worker 1' && name === 'the end') process.send('all is heard')
})
if (isLeader) {
  const running = await startProcesses(2, () => {})
  cluster.on('message', (_, said) => void (said === 'all is heard' && running.stop()))
  for (let times = 0; times < 3; times++) tellOthers('from the leader')
} else {
  process.once('SIGTERM', () => process.exit(0))
  createServer().listen(0)
}
`

test('what one process of the server tells, the leader and all others hear once, and the one that told it does not', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'spona-news-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'program.mts')
  writeFileSync(file, program)
  const { stdout } = await promisify(execFile)(process.execPath, [file], { timeout: 120_000 })
  assert.deepEqual(stdout.trim().split('\n').toSorted(), [
    'leader heard from worker 1',
    'leader heard the end',
    'worker 1 heard from the leader',
    'worker 1 heard the end',
    'worker 2 heard from the leader',
    'worker 2 heard from worker 1',
  ])
})
