import { hkdfSync, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Secrets of this installation: all come from one master key that lives outside the database and its backups. */
export type Keys = {
  /** A key for one purpose; the same label gives the same key for ever. */
  derive(label: string, bytes?: number): Buffer
}

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

/** Reads the master key, or makes it on the first start; only its owner may read the file. */
export function openKeys(dataDir: string): Keys {
  const folder = join(dataDir, 'keys')
  const file = join(folder, 'master.key')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  if (!existsSync(file)) writeFileSync(file, `${randomBytes(32).toString('base64')}\n`, { mode: 0o600, flag: 'wx' })
  const master = Buffer.from(readFileSync(file, 'utf8').trim(), 'base64')
  if (master.length !== 32) throw new Error(`${file} does not hold 32 bytes in base64; restore it from where you keep it`)
  return keysFrom(master)
}
