import type { SigningKeys } from '../../../sickleave/wire.ts'
import { get, submit } from '../../shared/api.ts'

// The key of the session signature. This browser makes it, nobody can read it out, and it signs until the session or the working day ends.

export type Held = { kid: string; key: CryptoKey; until: string; aheadMs: number }
/** The signed content: the act, the person, the leave and the act's fields. */
export type Act = { act: string; person: string; leave: string; body: Record<string, unknown> }

const algorithm = { name: 'ECDSA', namedCurve: 'P-256' }
const address = '/sickleave/signature'
const bytesOf = (text: string) => new TextEncoder().encode(text)
const base64url = (bytes: Uint8Array) =>
  btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '')

/** How far this machine's clock is ahead of the server's, which checks the times of signatures. */
const aheadOf = ({ now }: SigningKeys) => Date.now() - Date.parse(now)

/** The key that was unlocked earlier in this session, even before the page was reloaded; null when the key is locked. */
export async function heldKey(): Promise<Held | null> {
  const known = await get<SigningKeys>(address, undefined, 'stay')
  const store = await openStore()
  const kids = new Map(known.keys.map(({ kid, until }) => [kid, until]))
  let held: Held | null = null
  for (const kid of (await ask(store, 'readonly', (keys) => keys.getAllKeys())) as string[]) {
    const until = kids.get(kid)
    if (until === undefined) await ask(store, 'readwrite', (keys) => keys.delete(kid))
    else held = { kid, key: await ask<CryptoKey>(store, 'readonly', (keys) => keys.get(kid) as IDBRequest<CryptoKey>), until, aheadMs: aheadOf(known) }
  }
  return held
}

/** Makes a key and registers its public half; the private one never leaves the browser. */
export async function unlockKey(password?: string): Promise<Held> {
  const pair = (await crypto.subtle.generateKey(algorithm, false, ['sign', 'verify'])) as CryptoKeyPair
  const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', pair.publicKey)
  const known = await submit<SigningKeys>('POST', address, { publicKey: { kty, crv, x, y }, ...(password === undefined ? {} : { password }) })
  // RFC 7638: the id of a key is the digest of its members in this order.
  const kid = base64url(new Uint8Array(await crypto.subtle.digest('SHA-256', bytesOf(JSON.stringify({ crv, kty, x, y })))))
  const until = known.keys.find((one) => one.kid === kid)?.until ?? known.now
  const store = await openStore()
  await ask(store, 'readwrite', (keys) => keys.put(pair.privateKey, kid))
  return { kid, key: pair.privateKey, until, aheadMs: aheadOf(known) }
}

/** A compact JWS (RFC 7515) of the act, in the body that the server reads. */
export async function signAct({ kid, key, aheadMs }: Held, act: Act): Promise<{ signed: string }> {
  const header = { alg: 'ES256', kid, typ: 'spona-sick-leave-act' }
  const payload = { ...act, at: new Date(Date.now() - aheadMs).toISOString(), nonce: crypto.randomUUID() }
  const text = [header, payload].map((part) => base64url(bytesOf(JSON.stringify(part)))).join('.')
  const value = new Uint8Array(await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, key, bytesOf(text)))
  return { signed: `${text}.${base64url(value)}` }
}

const storeName = 'keys'
const openStore = () =>
  new Promise<IDBDatabase>((resolve, reject) => {
    const asked = indexedDB.open('spona-signature', 1)
    asked.onupgradeneeded = () => asked.result.createObjectStore(storeName)
    asked.onsuccess = () => resolve(asked.result)
    asked.onerror = () => reject(asked.error ?? new Error('the store of this browser does not open'))
  })

const ask = <T>(store: IDBDatabase, mode: IDBTransactionMode, question: (keys: IDBObjectStore) => IDBRequest<T>) =>
  new Promise<T>((resolve, reject) => {
    const asked = question(store.transaction(storeName, mode).objectStore(storeName))
    asked.onsuccess = () => resolve(asked.result)
    asked.onerror = () => reject(asked.error ?? new Error('the store of this browser does not answer'))
  })
