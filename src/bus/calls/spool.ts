import { createCipheriv, createDecipheriv } from 'node:crypto'
import { type FileHandle, mkdir, open, readdir, rm, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { Refusal } from '../../platform/refusal.ts'
import { noRoomToWrite } from '../../platform/room.ts'
import { uuidV7 } from '../../platform/uuid.ts'
import type { World } from '../../platform/world.ts'

/**
 * A body on disk while it passes. The file loses its name as soon as it is open, so whatever ends the process also ends the file, and
 * its bytes are sealed by a key that is only in memory: what lies on the disk afterwards says nothing.
 */
export type Spool = {
  write(chunk: Buffer): Promise<void>
  /** Ends the writing. */
  finish(): void
  /** Reads from the beginning. The last piece comes only when all pieces are as they were written. */
  read(): AsyncGenerator<Buffer>
  close(): Promise<void>
}

/** What the disk keeps free whatever passes: the database's log needs it (platform/room). */
const floorBytes = 64 * 1_048_576
const pieceBytes = 262_144
const folderOf = (world: World) => join(world.config.DATA_DIR, 'spool')
/** How many bytes the open spools may still write. */
const promised = new WeakMap<World, number>()
const promise = (world: World, bytes: number) => void promised.set(world, (promised.get(world) ?? 0) + bytes)

/** Opens a file for at most this many bytes. Refuses at once when the disk has no room for them. */
export async function openSpool(world: World, bytesMax: number): Promise<Spool> {
  const refusal = noRoomToWrite(world.room)
  if (refusal) throw refusal
  const folder = folderOf(world)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const disk = await statfs(folder)
  if (disk.bavail * disk.bsize - (promised.get(world) ?? 0) < bytesMax + floorBytes) throw noRoom()
  promise(world, bytesMax)
  try {
    const name = join(folder, uuidV7(world))
    const handle = await open(name, 'wx+', 0o600)
    await rm(name)
    return sealedFile(world, handle, bytesMax)
  } catch (error) {
    promise(world, -bytesMax)
    throw isFull(error) ? noRoom() : error
  }
}

function sealedFile(world: World, handle: FileHandle, bytesMax: number): Spool {
  const key = world.random(32)
  const nonce = world.random(12)
  const cipher = createCipheriv('aes-256-gcm', key, nonce)
  let left = bytesMax
  let length = 0
  let isClosed = false
  return {
    async write(chunk) {
      const sealed = cipher.update(chunk)
      try {
        for (let at = 0; at < sealed.length; ) at += (await handle.write(sealed, at, sealed.length - at, length + at)).bytesWritten
      } catch (error) {
        throw isFull(error) ? noRoom() : error
      }
      length += sealed.length
      const used = Math.min(left, sealed.length)
      left -= used
      promise(world, -used)
    },
    finish() {
      cipher.final()
      promise(world, -left)
      left = 0
    },
    async *read() {
      const decipher = createDecipheriv('aes-256-gcm', key, nonce).setAuthTag(cipher.getAuthTag())
      let held: Buffer | null = null
      for (let at = 0; at < length; ) {
        const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(Math.min(pieceBytes, length - at)), 0, null, at)
        if (bytesRead === 0) throw new Error('a spooled body is shorter than it was')
        at += bytesRead
        if (held) yield held
        held = decipher.update(buffer.subarray(0, bytesRead))
      }
      decipher.final()
      if (held) yield held
    },
    async close() {
      if (isClosed) return
      isClosed = true
      promise(world, -left)
      left = 0
      await handle.close()
    },
  }
}

/** Removes files of a process that was killed between opening a file and unlinking it. Nobody reads spools by name. */
export async function emptySpool(world: World): Promise<void> {
  const names = await readdir(folderOf(world)).catch(() => [])
  await Promise.all(names.map((name) => rm(join(folderOf(world), name), { force: true })))
}

const isFull = (error: unknown) => ['ENOSPC', 'EDQUOT'].includes((error as { code?: string }).code ?? '')
const noRoom = () =>
  new Refusal('full', 'the disk of the centre has no room for a body of this size; nothing was passed on', {
    hint: 'Smaller bodies pass. The operator must make room.',
    retryAfterSeconds: 60,
  })
