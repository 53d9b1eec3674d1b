import { createReadStream, existsSync, readdirSync } from 'node:fs'
import { chown, mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createZstdDecompress } from 'node:zlib'
import { type Engine, locateEngine, versionOf } from '../engine.ts'
import { putInPlace } from '../initialise.ts'
import { keysFrom, masterKeyFile, readMaster, writeMaster } from '../keys.ts'
import { holdDatabase } from '../postgres.ts'
import { endOrphan } from '../postmaster.ts'
import { startServer, stopServer } from '../postmaster-process.ts'
import { Refusal } from '../refusal.ts'
import { type Frame, readFrames } from './frames.ts'
import { unseal } from './sealed-stream.ts'
import { type Manifest, syncFolder } from './take-backup.ts'

export type Restored = { at: string; movedAside: string[]; seconds: number }
export type RestoreRequest = { dataDir: string; file: string; keyFile: string | null; force: boolean; now: Date }

/**
 * Reads the backup into folders of its own, lets the engine make it consistent there, and only then moves it into place. What
 * was there before is moved aside and never deleted; a backup that is not whole changes nothing.
 */
export async function restoreBackup(request: RestoreRequest): Promise<Restored> {
  const began = performance.now()
  const { dataDir, file, force } = request
  if (!existsSync(file)) throw new Refusal('not-found', `there is no file ${file}`)
  const master = masterOf(request)
  const keys = keysFrom(master)
  const engine = await locateEngine(dataDir)
  const seals = join(dataDir, 'seals')
  const hold = await holdDatabase(engine, keys)
  const half = { data: `${engine.data}.restoring`, seals: `${seals}.restoring` }
  try {
    await endOrphan(engine)
    const standing = standingIn(engine.data, seals, dataDir, master)
    if (standing.length > 0 && !force) {
      throw new Refusal('conflict', `${standing.join(' and ')} would be replaced`, {
        hint: 'With --force it is moved aside (not deleted) and the backup takes its place',
      })
    }
    await clear(half)
    const manifest = await readInto(half, keys.derive('backup'), file, engine)
    await recover(engine, half.data)
    const stamp = request.now.toISOString().replaceAll(':', '-').replace(/\.\d+/, '')
    const movedAside = []
    for (const old of standing) {
      await rename(old, `${old}.before-restore-${stamp}`)
      movedAside.push(`${old}.before-restore-${stamp}`)
    }
    if (!existsSync(masterKeyFile(dataDir))) writeMaster(dataDir, master)
    putInPlace(half.seals, seals)
    putInPlace(half.data, engine.data) // Last: until now a start would have found no database.
    return { at: manifest.at, movedAside, seconds: (performance.now() - began) / 1000 }
  } finally {
    await clear(half)
    await hold.free()
  }
}

function masterOf({ dataDir, keyFile }: RestoreRequest): Buffer {
  const file = keyFile ?? masterKeyFile(dataDir)
  if (existsSync(file)) return readMaster(file)
  throw new Refusal('not-found', `there is no master key at ${file}`, {
    hint: 'A backup opens only with the key of the installation it was made on: give it by --key FILE',
  })
}

function standingIn(data: string, seals: string, dataDir: string, master: Buffer): string[] {
  const isFull = (folder: string) => existsSync(folder) && readdirSync(folder).length > 0
  const key = masterKeyFile(dataDir)
  return [...[data, seals].filter(isFull), ...(existsSync(key) && !readMaster(key).equals(master) ? [key] : [])]
}

async function clear(half: { data: string; seals: string }): Promise<void> {
  for (const folder of [half.data, half.seals]) await rm(folder, { recursive: true, force: true })
}

async function readInto(half: { data: string; seals: string }, key: Buffer, file: string, engine: Engine): Promise<Manifest> {
  let manifest: Manifest | undefined
  let isWhole = false
  const version = await versionOf(engine)
  await mkdir(dirname(half.data), { recursive: true })
  await pipeline(createReadStream(file, { highWaterMark: 1_048_576 }), unseal(key), createZstdDecompress(), async (source: AsyncIterable<Buffer>) => {
    for await (const frame of readFrames(source)) {
      if (frame.path === 'manifest') manifest = requireReadable(JSON.parse(await textOf(frame.bytes())), version)
      else if (frame.path === 'end') isWhole = true
      else await writeFrame(frame, placeOf(frame.path, half), engine)
    }
  })
  if (!manifest || !isWhole) throw new Refusal('unprocessable', 'the backup is not whole')
  return manifest
}

/** The data files are of one major version, so the programs must be too. */
function requireReadable(manifest: Manifest, version: number): Manifest {
  if (manifest.format === 1 && manifest.postgres === version) return manifest
  throw new Refusal(
    'unprocessable',
    `the backup is of PostgreSQL ${manifest.postgres}, format ${manifest.format}; these programs are PostgreSQL ${version} and read format 1`,
    { hint: 'POSTGRES_DIR names the programs of another version.' },
  )
}

function placeOf(path: string, half: { data: string; seals: string }): string {
  const [, root, inside] = /^(data|seals)\/(.*)$/.exec(path) ?? []
  if (!root || inside === undefined || inside.split('/').includes('..')) throw new Refusal('unprocessable', 'the backup names a file outside its folders')
  return join(root === 'data' ? half.data : half.seals, inside)
}

async function writeFrame(frame: Frame & { bytes(): AsyncGenerator<Buffer> }, place: string, engine: Engine): Promise<void> {
  const isData = frame.path.startsWith('data/')
  if (frame.path.endsWith('/')) {
    await mkdir(place, { recursive: true, mode: isData ? frame.mode : 0o755 })
  } else {
    const handle = await open(place, 'wx', frame.mode)
    try {
      for await (const bytes of frame.bytes()) await handle.writeFile(bytes)
      if (!isData) await handle.sync() // The engine brings its own files to the disk before it replays the log.
    } finally {
      await handle.close()
    }
  }
  if (engine.uid !== undefined && isData) await chown(place, engine.uid, engine.gid as number)
}

/** The engine replays the log of the backup; if it cannot, the restore fails before anything was moved. */
async function recover(engine: Engine, data: string): Promise<void> {
  if (!existsSync(join(data, 'PG_VERSION'))) throw new Refusal('unprocessable', 'the backup holds no database')
  await syncFolder(data)
  await stopServer(await startServer({ ...engine, data }, {}))
}

async function textOf(bytes: AsyncIterable<Buffer>): Promise<string> {
  let text = ''
  for await (const piece of bytes) text += piece.toString('utf8')
  return text
}
