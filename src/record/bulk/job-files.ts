import { createReadStream, createWriteStream, type WriteStream } from 'node:fs'
import { mkdir, open, readdir, rm, stat, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline, type Readable } from 'node:stream'
import { createZstdCompress, createZstdDecompress, type ZstdCompress, constants } from 'node:zlib'
import { seal, unseal } from '../../platform/backup/sealed-stream.ts'
import type { World } from '../../platform/world.ts'

/**
 * Files of exports and imports. They hold data of the record, so each is compressed and then sealed with a key that is not on the disk where the file
 * is: DATA_DIR/jobs/<job>/<name>, readable only by the server.
 */
const fileKey = (world: World) => world.keys.derive('record-job-files')
const rootOf = (world: World) => join(world.config.DATA_DIR, 'jobs')
const folderOf = (world: World, job: string) => join(rootOf(world), job)

export const makeFolder = (world: World, job: string) => mkdir(folderOf(world, job), { recursive: true, mode: 0o700 })
export const removeFolder = (world: World, job: string) => rm(folderOf(world, job), { recursive: true, force: true })

const youngMs = 3_600_000

/** Folders that are older than a job in the making; those that no table knows were left by a crash. */
export async function foldersOf(world: World): Promise<string[]> {
  const names = await readdir(rootOf(world)).catch(() => [])
  const old: string[] = []
  for (const name of names) {
    const made = await stat(folderOf(world, name)).catch(() => null)
    if (made && made.mtimeMs < world.now().getTime() - youngMs) old.push(name)
  }
  return old
}

/** Removes files that the job does not know: a crash left them, and they are made anew. */
export async function keepOnly(world: World, job: string, names: readonly string[]): Promise<void> {
  const kept = new Set(names)
  for (const name of await readdir(folderOf(world, job))) if (!kept.has(name)) await unlink(join(folderOf(world, job), name))
}

export type Part = { write(bytes: Buffer): Promise<void>; end(): Promise<void>; abandon(): void }

/** A file that is being written. `end` resolves when it is on disk. */
export function createPart(world: World, job: string, name: string): Part {
  const path = join(folderOf(world, job), name)
  const file: WriteStream = createWriteStream(path, { mode: 0o600, flags: 'wx' })
  const packer: ZstdCompress = createZstdCompress({ params: { [constants.ZSTD_c_compressionLevel]: 1 } })
  let failure: Error | undefined
  const written = new Promise<void>((resolve) => {
    pipeline(packer, seal(fileKey(world)), file, (error) => {
      if (error) failure = error
      resolve()
    })
  })
  const orThrow = () => {
    if (failure) throw failure
  }
  return {
    async write(bytes) {
      orThrow()
      if (!packer.write(bytes)) await Promise.race([new Promise<void>((resolve) => void packer.once('drain', () => resolve())), written])
      orThrow()
    },
    async end() {
      packer.end()
      await written
      orThrow()
      await flushed(path)
    },
    abandon() {
      packer.destroy()
    },
  }
}

async function flushed(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.datasync()
  } finally {
    await handle.close()
  }
}

/** Reads a file back as it was written; an error, or a reader that goes away, closes the whole pipeline. */
export function readPart(world: World, job: string, name: string): Readable {
  const unpacked = createZstdDecompress()
  pipeline(createReadStream(join(folderOf(world, job), name)), unseal(fileKey(world)), unpacked, () => {})
  return unpacked
}
