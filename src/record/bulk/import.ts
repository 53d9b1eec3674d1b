import { basename } from 'node:path'
import { createReadStream } from 'node:fs'
import { Refusal } from '../../platform/refusal.ts'
import { isDiskFull } from '../../platform/sql.ts'
import type { Asking } from '../asking.ts'
import { insertParts, spool, type SpooledPart } from './import-spool.ts'
import { makeFolder, removeFolder } from './job-files.ts'
import { uuidV4 } from '../../platform/uuid.ts'
import { requireRoom, submit } from './jobs.ts'
import { requireSystem } from '../scope.ts'

export type ImportWish = { request: string }
export type Source = { name: string; bytes: AsyncIterable<Buffer> }

const uploadsMax = 4
let uploads = 0

/** Writes the lines to disk and stores the job: from then on it will be finished, whatever happens to this process. */
export async function startImport(asking: Asking, sources: readonly Source[], request: string): Promise<string> {
  const { world } = asking
  requireSystem(asking.actor)
  await requireRoom(asking)
  if (uploads >= uploadsMax) throw new Refusal('busy', 'other imports are being received; send this one again in a moment', { retryAfterSeconds: 10 })
  const id = uuidV4(world)
  uploads++
  try {
    await makeFolder(world, id)
    const parts: SpooledPart[] = []
    for (const { name, bytes } of sources) await spool(world, id, bytes, name, parts)
    if (parts.length === 0) throw new Refusal('incorrect', 'there is nothing to import', { hint: 'Send one resource a line.' })
    await submit(asking, 'import', { request } satisfies ImportWish, id, (tx) => insertParts(tx, id, parts))
    return id
  } catch (error) {
    await removeFolder(world, id)
    throw isDiskFull(error) ? new Refusal('full', 'the disk is full; nothing of this import was kept') : error
  } finally {
    uploads--
  }
}

/** Files of this machine. Readers of the errors see the name, so a possible personal number in it is replaced. */
export const fileSource = (path: string): Source => ({
  name: basename(path).replace(/\d{11,}/g, '…'),
  bytes: createReadStream(path, { highWaterMark: 1_048_576 }),
})
