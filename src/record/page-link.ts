import { createCipheriv, createDecipheriv } from 'node:crypto'
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import type { Search } from '../fhir/fhir.ts'
import { Refusal } from '../platform/refusal.ts'
import type { Asking } from './asking.ts'
import type { SortKey } from './run-search.ts'
import type { Place } from './store.ts'

/** Everything the next page needs, so that any process can give it; sealed, because it may hold what was asked about a person. */
export type PageLink = { search: Search; self: string; after: Place | null; afterKey: SortKey | null; actor: string; expires: number }

const hoursValid = 24
const lengthMax = 12_000
const textMax = 200_000

export function sealLink(asking: Asking, link: Omit<PageLink, 'actor' | 'expires'>): string {
  const { world, actor } = asking
  const whole: PageLink = { ...link, actor: actor.id, expires: world.now().getTime() + hoursValid * 3_600_000 }
  const iv = world.random(12)
  const cipher = createCipheriv('aes-256-gcm', world.keys.derive('record-page-links'), iv)
  const text = Buffer.concat([cipher.update(deflateRawSync(JSON.stringify(whole))), cipher.final()])
  return Buffer.concat([iv, cipher.getAuthTag(), text]).toString('base64url')
}

export function openLink(asking: Asking, token: string): PageLink {
  const { world, actor } = asking
  const wrong = new Refusal('incorrect', 'this page link is not valid any more', { hint: 'Search again from the first page.' })
  if (!/^[A-Za-z0-9_-]{40,}$/.test(token) || token.length > lengthMax) throw wrong
  try {
    const bytes = Buffer.from(token, 'base64url')
    const decipher = createDecipheriv('aes-256-gcm', world.keys.derive('record-page-links'), bytes.subarray(0, 12))
    decipher.setAuthTag(bytes.subarray(12, 28))
    const text = Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()])
    const link = JSON.parse(inflateRawSync(text, { maxOutputLength: textMax }).toString()) as PageLink
    // A link works for whoever got it: another's is as good as none.
    if (link.actor !== actor.id || link.expires < world.now().getTime()) throw wrong
    return link
  } catch {
    throw wrong
  }
}
