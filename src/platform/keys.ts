import { hkdfSync, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Secrets of this installation: all come from one master key that lives outside the database and its backups. */
export type Keys = {
  /** A key for one purpose; the same label gives the same key for ever. */
  derive(label: string, bytes?: number): Buffer
}

const masterBytes = 32

export function keysFrom(master: Buffer): Keys {
  const known = new Map<string, Buffer>()
  return {
    derive(label, bytes = 32) {
      const name = `${label}/${bytes}`
      let key = known.get(name)
      if (!key) {
        key = Buffer.from(hkdfSync('sha256', master, 'spona', label, bytes))
        known.set(name, key)
      }
      return key
    },
  }
}

export const masterKeyFile = (dataDir: string) => join(dataDir, 'keys', 'master.key')

/** Reads the master key, or makes it on the first start; only its owner may read the file. */
export function openKeys(dataDir: string): Keys {
  const file = masterKeyFile(dataDir)
  if (!existsSync(file)) writeMaster(dataDir, randomBytes(masterBytes))
  return keysFrom(readMaster(file))
}

export function readMaster(file: string): Buffer {
  const master = Buffer.from(readFileSync(file, 'utf8').trim(), 'base64')
  if (master.length !== masterBytes) throw new Error(`${file} does not hold ${masterBytes} bytes in base64; restore it from where you keep it`)
  return master
}

/** On disk before anything is derived from it: data whose key was lost with the power would be lost too. */
export function writeMaster(dataDir: string, master: Buffer): void {
  const file = masterKeyFile(dataDir)
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  try {
    writeFileSync(file, `${master.toString('base64')}\n`, { mode: 0o600, flag: 'wx', flush: true })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error // Another process was first: its key counts.
  }
}
