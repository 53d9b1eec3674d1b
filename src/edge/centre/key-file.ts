import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, statSync, writeSync } from 'node:fs'
import { WrongUse } from '../../platform/cli.ts'
import { type PublicJwk, thumbprint } from '../../platform/http-signature.ts'

/**
 * The identity of this edge as a member, in one file that only its owner may read: the private key that signs, the client that tokens are for, and
 * the secret that seals the store. An institution that loses the file must join anew; anybody who copies it can act as the institution.
 */
export type KeyFile = { kid: string; key: KeyObject; jwk: PublicJwk; client: string | null; secret: Buffer }
type Stored = { key: Record<string, string>; client: string | null; store: string }

/** Makes a new key; it keeps the secret of the store and the client of `old`. */
export function makeKeyFile(file: string, random: (bytes: number) => Buffer, old?: KeyFile): KeyFile {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  writeWhole(file, {
    key: privateKey.export({ format: 'jwk' }) as Record<string, string>,
    client: old?.client ?? null,
    store: (old?.secret ?? random(32)).toString('base64url'),
  })
  return readKeyFile(file)
}

export function readKeyFile(file: string): KeyFile {
  let stored: Stored
  try {
    // Windows and network folders lack these bits; where they exist, others must not be able to read.
    if ((statSync(file).mode & 0o077) !== 0) throw new WrongUse(`${file} may be read by others: chmod 600 ${file}`)
    stored = JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    if (error instanceof WrongUse) throw error
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT'
    throw new WrongUse(isMissing ? `${file} is not there: npm run spona -- edge init makes the key` : `${file} is no key file of an edge`)
  }
  try {
    const key = createPrivateKey({ key: stored.key, format: 'jwk' })
    const { x = '', y = '' } = stored.key
    const kid = thumbprint({ crv: 'P-256', kty: 'EC', x, y })
    const secret = Buffer.from(stored.store, 'base64url')
    if (secret.length !== 32) throw new Error('short')
    return { kid, key, jwk: { kty: 'EC', crv: 'P-256', x, y, kid, alg: 'ES256', use: 'sig' }, client: stored.client, secret }
  } catch {
    throw new WrongUse(`${file} is no key file of an edge`)
  }
}

export function keepClient(file: string, client: string): void {
  writeWhole(file, { ...(JSON.parse(readFileSync(file, 'utf8')) as Stored), client })
}

/** Writes the file completely or not at all, also when the power fails. */
function writeWhole(file: string, stored: Stored): void {
  const handle = openSync(`${file}.new`, 'w', 0o600)
  try {
    writeSync(handle, `${JSON.stringify(stored, null, 1)}\n`)
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
  renameSync(`${file}.new`, file)
}
