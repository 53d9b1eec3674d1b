import { createCipheriv, createDecipheriv } from 'node:crypto'
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { Refusal } from '../platform/refusal.ts'
import type { Asking } from './asking.ts'

const hoursValid = 24
const lengthMax = 12_000
const textMax = 200_000

/** What the next page of an answer needs, so that any process can give it; sealed, because it may tell what was asked about a person. */
export function sealWords(asking: Asking, purpose: string, words: object): string {
  const { world, actor } = asking
  const whole = { words, actor: actor.id, expires: world.now().getTime() + hoursValid * 3_600_000 }
  const iv = world.random(12)
  const cipher = createCipheriv('aes-256-gcm', world.keys.derive(`record-${purpose}-links`), iv)
  const text = Buffer.concat([cipher.update(deflateRawSync(JSON.stringify(whole))), cipher.final()])
  return Buffer.concat([iv, cipher.getAuthTag(), text]).toString('base64url')
}

/** A link works for whoever got it, for its purpose and for a day: any other is as good as none. */
export function openWords<Words>(asking: Asking, purpose: string, token: string): Words {
  const { world, actor } = asking
  const wrong = new Refusal('incorrect', 'this page link is not valid any more', { hint: 'Ask again from the first page.' })
  if (!/^[A-Za-z0-9_-]{40,}$/.test(token) || token.length > lengthMax) throw wrong
  try {
    const bytes = Buffer.from(token, 'base64url')
    const decipher = createDecipheriv('aes-256-gcm', world.keys.derive(`record-${purpose}-links`), bytes.subarray(0, 12))
    decipher.setAuthTag(bytes.subarray(12, 28))
    const text = Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()])
    const link = JSON.parse(inflateRawSync(text, { maxOutputLength: textMax }).toString()) as { words: Words; actor: string; expires: number }
    if (link.actor !== actor.id || link.expires < world.now().getTime()) throw wrong
    return link.words
  } catch {
    throw wrong
  }
}
