import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { TestContext } from 'node:test'
import type { Actor } from '../platform/actor.ts'
import type { TestServer } from './server.ts'

/** A second process that has written a resource and not committed it; `commit` lets it continue. */
export type PausedWriter = { commit(): Promise<void>; child: ChildProcess }

export async function pausedWriter(t: TestContext, server: TestServer, institution: number, resource: object): Promise<PausedWriter> {
  const actor: Actor = {
    kind: 'system',
    id: 'paused',
    name: 'paused',
    roles: [],
    scopes: ['system/*.cruds'],
    institution,
    institutionName: 'paused',
    unit: null,
    unitName: null,
    worker: null,
    patient: null,
    session: null,
  }
  const wish = JSON.stringify({ appUrl: server.appUrl, actor, resource })
  const child = spawn(process.execPath, [join(import.meta.dirname, 'paused-writer.ts'), wish], { stdio: ['pipe', 'pipe', 'inherit'] })
  t.after(() => child.kill())
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const next = async (word: string) => {
    const { value } = await lines.next()
    if (!String(value).startsWith(word)) throw new Error(`expected ${word}, heard ${value}`)
  }
  await next('waiting')
  return {
    child,
    async commit() {
      child.stdin.write('\n')
      await next('committed')
      if (child.exitCode === null) await once(child, 'exit')
    },
  }
}
