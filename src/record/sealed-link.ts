import { createCipheriv, createDecipheriv } from 'node:crypto'
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import type { Keys } from '../platform/keys.ts'
import { Refusal } from '../platform/refusal.ts'
import type { World } from '../platform/world.ts'
import type { Asking } from './asking.ts'

/** How long a link works: a day. */
export const linkMs = 24 * 3_600_000
const lengthMax = 12_000
const textMax = 200_000

const ivBytes = 12
const headBytes = ivBytes + 16
const derived = new WeakMap<Keys, Map<string, Buffer>>()

/** The key of one purpose, kept because deriving costs more than sealing a link. */
function linkKey(keys: Keys, purpose: string): Buffer {
  let ofKeys = derived.get(keys)
  if (!ofKeys) derived.set(keys, (ofKeys = new Map()))
  let key = ofKeys.get(purpose)
  if (!key) ofKeys.set(purpose, (key = keys.derive(`record-${purpose}-links`)))
  return key
}

export function sealBytes(world: World, purpose: string, plain: Buffer): Buffer {
  const iv = world.random(ivBytes)
  const cipher = createCipheriv('aes-256-gcm', linkKey(world.keys, purpose), iv)
  const text = Buffer.concat([cipher.update(plain), cipher.final()])
  return Buffer.concat([iv, cipher.getAuthTag(), text])
}

/** Opens sealed bytes; throws when they were not sealed here for this purpose. */
export function openBytes(world: World, purpose: string, sealed: Buffer): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', linkKey(world.keys, purpose), sealed.subarray(0, ivBytes))
  decipher.setAuthTag(sealed.subarray(ivBytes, headBytes))
  return Buffer.concat([decipher.update(sealed.subarray(headBytes)), decipher.final()])
}

/**
 * The words that the next page of an answer needs, so that any process can give it. They are sealed, because they may tell what was asked about a
 * person.
 */
export function sealWords(asking: Asking, purpose: string, words: object): string {
  const { world, actor } = asking
  const whole = { words, actor: actor.id, expires: world.now().getTime() + linkMs }
  return sealBytes(world, purpose, deflateRawSync(JSON.stringify(whole))).toString('base64url')
}

/** A link works for the actor who got it, for its purpose and for a day; any other is refused. */
export function openWords<Words>(asking: Asking, purpose: string, token: string): Words {
  const { world, actor } = asking
  const wrong = new Refusal('incorrect', 'this page link is not valid any more', { hint: 'Ask again from the first page.' })
  if (!/^[A-Za-z0-9_-]{40,}$/.test(token) || token.length > lengthMax) throw wrong
  try {
    const text = openBytes(world, purpose, Buffer.from(token, 'base64url'))
    const link = JSON.parse(inflateRawSync(text, { maxOutputLength: textMax }).toString()) as { words: Words; actor: string; expires: number }
    if (link.actor !== actor.id || link.expires < world.now().getTime()) throw wrong
    return link.words
  } catch {
    throw wrong
  }
}
