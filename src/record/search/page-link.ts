import { randomUUID } from 'node:crypto'
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import type { Search } from '../../fhir/fhir.ts'
import { Refusal } from '../../platform/refusal.ts'
import type { Asking } from '../asking.ts'
import { linkMs, openBytes, sealBytes } from '../sealed-link.ts'
import type { SortKey } from './sorted-hits.ts'
import type { Place } from '../store.ts'

/** Where a page begins, as of which moment, and the total that its first page has found. */
export type PageStart = { after: Place | null; afterKey: SortKey | null; snapshot: string | null; total: number | null }
/** Where the pages before this one begin, the nearest last, for the links back. */
type Trail = readonly Pick<PageStart, 'after' | 'afterKey'>[]
/** This many pages can be followed back one by one; beyond that only the link `first` leads back. */
export const trailMax = 50
/** Everything that the next page needs, so that any process can give it. It is sealed, because it may hold what was asked about a person. */
export type PageLink = PageStart & { trail: Trail; search: Search; self: string; actor: string; expires: number }

/** Another name for another order of rows: a link of before would lead into the midst of them. */
const purpose = 'page-by-spot'
/** The longest link that fits into an address; a longer one is stored in a table, and the address has a short name for it. */
const addressBytesMax = 3000
const sealedBytesMax = 400_000
const textMax = 2_000_000
const forgottenAtOnce = 100
/** Below this compressing costs more than sealing. */
const plainMax = 1500
const asIs = Buffer.of(0)
const deflated = Buffer.of(1)

export async function sealLink(asking: Asking, link: Omit<PageLink, 'actor' | 'expires'>): Promise<string> {
  const { world, actor } = asking
  const expires = world.now().getTime() + linkMs
  const whole: PageLink = { ...link, actor: actor.id, expires }
  const json = Buffer.from(JSON.stringify(whole))
  const packed = json.length <= plainMax ? Buffer.concat([asIs, json]) : Buffer.concat([deflated, deflateRawSync(json)])
  const sealed = sealBytes(world, purpose, packed)
  return sealed.length <= addressBytesMax ? sealed.toString('base64url') : keep(asking, sealed, new Date(expires))
}

async function keep({ world }: Asking, sealed: Buffer, expires: Date): Promise<string> {
  if (sealed.length > sealedBytesMax) throw new Refusal('incorrect', 'this search is too long to be paged', { hint: 'Give fewer values at a time.' })
  const id = randomUUID()
  await world.sql`
    with forgotten as (
      delete from record.page_link
       where id in (select id from record.page_link where expires < ${world.now()} order by expires limit ${forgottenAtOnce}))
    insert into record.page_link (id, expires, sealed) values (${id}, ${expires}, ${sealed})`
  return id
}

export async function openLink(asking: Asking, token: string): Promise<PageLink> {
  const { world, actor } = asking
  const wrong = new Refusal('incorrect', 'this page link is not valid any more', { hint: 'Search again from the first page.' })
  const bytes = await sealedOf(asking, token)
  if (bytes === null) throw wrong
  try {
    const text = openBytes(world, purpose, bytes)
    const packed = text.subarray(1)
    const json = text[0] === asIs[0] ? packed : inflateRawSync(packed, { maxOutputLength: textMax })
    const link = JSON.parse(json.toString()) as PageLink
    // A link works only for the actor who got it.
    if (link.actor !== actor.id || link.expires < world.now().getTime()) throw wrong
    return link
  } catch {
    throw wrong
  }
}

async function sealedOf({ world }: Asking, token: string): Promise<Buffer | null> {
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(token)) {
    const [kept] = await world.sql<{ sealed: Buffer }>`select sealed from record.page_link where id = ${token}`
    return kept?.sealed ?? null
  }
  return /^[A-Za-z0-9_-]{40,5000}$/.test(token) ? Buffer.from(token, 'base64url') : null
}
