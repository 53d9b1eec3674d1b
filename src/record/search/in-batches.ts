import { setTimeout as sleep } from 'node:timers/promises'
import type { Runner } from '../../platform/sql.ts'
import type { World } from '../../platform/world.ts'

/** The pause between two batches as a share of the last batch's time, so that other work comes first. */
const restShare = 0.5

/** `lockNumber`: only one process at a time does this work. `batch` stores how far it has come, and answers whether there was anything left to do. */
type Work = { lockNumber: number; batch: (sql: Runner) => Promise<boolean>; isStopped: () => boolean }

/** Does work in batches beside the answering of requests; another process can go on when one is killed. Answers whether nothing was left to do. */
export async function inBatches(world: World, { lockNumber, batch, isStopped }: Work): Promise<boolean> {
  const connection = await world.connect()
  try {
    // The lock ends with the connection, so a process that dies leaves it to the next.
    const [lock] = await connection.sql<{ isMine: boolean }>`select pg_try_advisory_lock(${lockNumber}) as is_mine`
    if (!lock?.isMine) return false
    while (!isStopped()) {
      const began = performance.now()
      if (!(await batch(connection.sql))) return true
      await sleep((performance.now() - began) * restShare)
    }
    return false
  } finally {
    await connection.end()
  }
}
