import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Refusal } from '../../platform/refusal.ts'

/**
 * Two edges on one store would send each message twice and take each other's files. The lock belongs to the operating system, so it ends with the
 * process, in whatever way. Commands that only look at the store beside a running edge do not take it.
 */
export function holdAlone(data: string): () => void {
  const folder = join(data, 'store')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const lock = new DatabaseSync(join(folder, 'running'))
  try {
    // A process that was killed a moment ago may still be ending, and its lock with it.
    lock.exec(`pragma busy_timeout = ${dyingMs}; begin exclusive`)
  } catch (error) {
    lock.close()
    const { errcode } = error as { errcode?: number }
    if (errcode !== busy) throw error
    throw new Refusal('conflict', `another edge runs with ${data}`, { hint: 'Stop that one, or give this one a folder of its own: data in its settings.' })
  }
  return () => lock.close()
}
const dyingMs = 5000
/** SQLITE_BUSY. */
const busy = 5
