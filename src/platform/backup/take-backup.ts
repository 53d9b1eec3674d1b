import { randomBytes } from 'node:crypto'
import { createWriteStream, existsSync, type Dirent } from 'node:fs'
import { open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { constants, createZstdCompress } from 'node:zlib'
import pg from 'pg'
import type { Keys } from '../keys.ts'
import { startPostgres } from '../postgres.ts'
import { Refusal } from '../refusal.ts'
import { frameOf, frameOfFile, head } from './frames.ts'
import { seal } from './sealed-stream.ts'

export type Manifest = { format: 1; at: string; postgres: number }
export type Taken = { file: string; bytes: number; dataBytes: number; seconds: number }

/**
 * A consistent copy of the embedded database and of the audit's seals while the server works (PostgreSQL, "Making a Base
 * Backup Using the Low Level API"): the files as they are, and the write-ahead log that makes them one moment. That moment is
 * the end of the copy, so everything acknowledged before the command was given is in it.
 */
export async function takeBackup(dataDir: string, keys: Keys, file: string, now: Date): Promise<Taken> {
  if (existsSync(file)) throw new Refusal('conflict', `${file} exists already; a backup never overwrites a file`)
  const began = performance.now()
  const postgres = await startPostgres(dataDir, keys, { mode: 'share' })
  const client = new pg.Client(postgres.owner)
  client.on('error', () => {}) // The next statement fails with it.
  const part = `${file}.part`
  const counted = { bytes: 0 }
  try {
    await client.connect()
    const frames = Readable.from(framesOf(client, postgres.data, dataDir, now, counted), { objectMode: false })
    const zstd = createZstdCompress({ params: { [constants.ZSTD_c_compressionLevel]: 3 } })
    await pipeline(frames, zstd, seal(keys.derive('backup')), createWriteStream(part, { mode: 0o600, flags: 'wx', flush: true }))
    await rename(part, file)
    await syncFolder(dirname(file))
    return { file, bytes: (await stat(file)).size, dataBytes: counted.bytes, seconds: (performance.now() - began) / 1000 }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') await rm(part, { force: true })
    throw error
  } finally {
    await client.end().catch(() => {})
    await postgres.stop({ patient: true })
  }
}

async function* framesOf(client: pg.Client, data: string, dataDir: string, now: Date, counted: { bytes: number }): AsyncGenerator<Buffer> {
  const {
    rows: [server],
  } = await client.query(`select current_setting('server_version_num')::int / 10000 as version`)
  yield frameOf('manifest', Buffer.from(JSON.stringify({ format: 1, at: now.toISOString(), postgres: server.version } satisfies Manifest)))
  // The slot keeps the log that the copy needs; it goes with this connection.
  await client.query(`select pg_create_physical_replication_slot($1, true, true)`, [`backup_${randomBytes(6).toString('hex')}`])
  const {
    rows: [start],
  } = await client.query(`select pg_walfile_name(pg_backup_start('spona', true)) as file`)
  for await (const bytes of dataFrames(data)) {
    counted.bytes += bytes.length
    yield bytes
  }
  // Seals before the end: a seal that is in the copy outside is then always in the database too.
  yield* folderFrames(join(dataDir, 'seals'), 'seals', () => true)
  const {
    rows: [stop],
  } = await client.query(`select pg_walfile_name(lsn) as file, labelfile as label from pg_backup_stop(false)`)
  yield frameOf('data/backup_label', Buffer.from(stop.label))
  yield* logFrames(join(data, 'pg_wal'), start.file, stop.file)
  yield frameOf('end', Buffer.alloc(0))
}

// What a new start makes itself, or what belongs to this machine only (the same list as pg_basebackup's).
const emptied = new Set(['pg_wal', 'pg_replslot', 'pg_dynshmem', 'pg_notify', 'pg_serial', 'pg_snapshots', 'pg_stat_tmp', 'pg_subtrans'])
const isLeftOut = (name: string) =>
  /^(postmaster\.(pid|opts)|backup_label(\.old)?|tablespace_map(\.old)?|server\.log(\.1)?|current_logfiles)$/.test(name) ||
  /^pgsql_tmp|^pg_internal\.init/.test(name)

async function* dataFrames(data: string): AsyncGenerator<Buffer> {
  yield* folderFrames(data, 'data', (path, name) => !isLeftOut(name) && path !== 'data/global/pg_control' && !emptied.has(path.split('/')[1] ?? ''))
  for (const name of [...emptied, 'pg_wal/archive_status', 'pg_wal/summaries']) yield folderHead(`data/${name}`)
  // The control file last, and never half-written: two equal readings.
  const control = join(data, 'global/pg_control')
  let content = await readFile(control)
  for (let again = await readFile(control); !again.equals(content); again = await readFile(control)) content = again
  yield frameOf('data/global/pg_control', content)
}

/** A folder has a name that ends in a stroke, and no content. */
const folderHead = (path: string) => head({ path: `${path}/`, mode: 0o700, size: 0 })

async function* folderFrames(folder: string, path: string, isWanted: (path: string, name: string) => boolean): AsyncGenerator<Buffer> {
  yield folderHead(path)
  for (const entry of await entriesOf(folder)) {
    const inside = `${path}/${entry.name}`
    if (!isWanted(inside, entry.name)) continue
    if (entry.isDirectory()) yield* folderFrames(join(folder, entry.name), inside, isWanted)
    else if (entry.isFile()) yield* frameOfFile(join(folder, entry.name), inside)
    else throw new Refusal('unprocessable', `${join(folder, entry.name)} is not a plain file; tablespaces cannot be backed up by this command`)
  }
}

async function entriesOf(folder: string): Promise<Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

async function* logFrames(folder: string, first: string, last: string): AsyncGenerator<Buffer> {
  const names = (await readdir(folder)).filter((name) => /^[0-9A-F]{8}\.history$/.test(name) || (/^[0-9A-F]{24}$/.test(name) && name >= first && name <= last))
  if (!names.includes(first) || !names.includes(last)) throw new Error('the write-ahead log of this backup is not whole')
  for (const name of names.sort()) yield* frameOfFile(join(folder, name), `data/pg_wal/${name}`)
}

export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  await handle.sync()
  await handle.close()
}
