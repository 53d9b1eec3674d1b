import { execFile } from 'node:child_process'
import { chownSync, closeSync, existsSync, fsyncSync, mkdirSync, openSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { asEngineUser, cleanEnv, type Engine, makeSocketFolder, versionOf } from './engine.ts'

const run = promisify(execFile)

/**
 * Makes an empty cluster beside its place and moves it there when it is whole: an interrupted first start leaves nothing half-made.
 * It takes seconds of another process; `meanwhile` is what this one does then.
 */
export async function initialise(engine: Engine, ownerName: string, password: string, meanwhile: () => void): Promise<void> {
  if (existsSync(engine.data) && readdirSync(engine.data).length > 0) {
    throw new Error(`${engine.data} holds files but is no whole database (PG_VERSION is missing); move it away, or restore a backup`)
  }
  const half = `${engine.data}.new`
  rmSync(half, { recursive: true, force: true })
  mkdirSync(half, { recursive: true, mode: 0o700 })
  makeSocketFolder(engine)
  const passwordFile = join(engine.socket, `.pw-${process.pid}`)
  writeFileSync(passwordFile, password, { mode: 0o600 })
  giveToEngine(engine, half)
  giveToEngine(engine, passwordFile)
  try {
    const making = run(
      engine.bin('initdb'),
      [
        '-D',
        half,
        '-U',
        ownerName,
        '--auth=scram-sha-256',
        `--pwfile=${passwordFile}`,
        '--encoding=UTF8',
        ...localeOf(await versionOf(engine)),
        '--data-checksums',
        '--no-instructions',
      ],
      { ...asEngineUser(engine), cwd: '/', env: cleanEnv() },
    )
    meanwhile()
    await making
    putInPlace(half, engine.data)
  } catch (error) {
    rmSync(half, { recursive: true, force: true })
    throw new Error(`the embedded database could not be made: ${(error as { stderr?: string }).stderr || error}`)
  } finally {
    rmSync(passwordFile, { force: true })
  }
}

/** The order of text must not depend on the machine. Before 17 only libc's C is such a locale: it orders alike and folds ASCII only. */
const localeOf = (version: number) => (version >= 17 ? ['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C'] : ['--locale=C'])

export function giveToEngine(engine: Engine, path: string): void {
  if (engine.uid !== undefined) chownSync(path, engine.uid, engine.gid as number)
}

/** Moves a whole folder to its place so that it is still there after a power loss. An empty folder there is replaced. */
export function putInPlace(from: string, to: string): void {
  renameSync(from, to)
  const parent = openSync(dirname(to), 'r')
  fsyncSync(parent)
  closeSync(parent)
}
