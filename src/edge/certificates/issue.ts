import { createHash, sign } from 'node:crypto'
import { dayOf } from '../../platform/calendar.ts'
import { Refusal } from '../../platform/refusal.ts'
import { uuidV4, uuidV7 } from '../../platform/uuid.ts'
import type { KeyFile } from '../centre/key-file.ts'
import { storeItem } from '../store/items.ts'
import type { Store } from '../store/store.ts'
import type { Vault } from '../store/vault.ts'
import { limitsOf, takeNumber } from './numbers.ts'
import { readWish } from './wish.ts'

/** What issuing needs; the running edge and the command line both have it. */
export type Issuer = { store: Store; vault: Vault; key: KeyFile; now(): Date; random(bytes: number): Buffer }
export type Issued = { id: string; number: string; issuedAt: string; isRepeated: boolean }

/** The source of these items; items of local systems have the names of their adapters. */
export const certificateSource = 'certificates'
const jwsType = 'spona-offline-certificate'

/**
 * Writes number, seal and item in one commit: when it resolves the certificate is on the disk, and nobody else can get its number, whatever happens
 * next. A repeated id gives the same certificate.
 */
export async function issue(issuer: Issuer, given: unknown): Promise<Issued> {
  const { store, vault, key, random } = issuer
  const at = issuer.now()
  const today = dayOf(at)
  const wish = readWish(given, today, limitsOf(store))
  const id = wish.id ?? uuidV4(issuer)
  const digest = createHash('sha256').update(JSON.stringify(wish)).digest()
  return store.write(() => {
    const same = store.one<{ number: string; at: number; digest: Uint8Array }>('select number, at, digest from certificate where id = ?', id)
    if (same) {
      if (Buffer.compare(same.digest, digest) !== 0) throw new Refusal('conflict', 'another certificate was issued under this id', { expression: 'id' })
      return { id, number: same.number, issuedAt: new Date(same.at).toISOString(), isRepeated: true }
    }
    const number = takeNumber(store, Number(today.slice(0, 4)), at.getTime())
    const issuedAt = at.toISOString()
    const certificate = sealed(key, { leave: id, number, at: issuedAt, doctor: wish.doctor, person: wish.person, body: wish.body })
    const { seq } = storeItem(store, vault, {
      ...{ source: certificateSource, protocol: 'certificate', name: number, original: Buffer.from(JSON.stringify({ certificate })) },
      ...{ id: uuidV7({ now: issuer.now, random }), digest: createHash('sha256').update(`certificate ${id}`).digest(), at: at.getTime() },
    })
    store.run('insert into certificate (id, number, seq, at, digest) values (?, ?, ?, ?, ?)', id, number, seq, at.getTime(), digest)
    return { id, number, issuedAt, isRepeated: false }
  })
}

/** A compact JWS (RFC 7515, ES256) under the key with which this institution takes part in the bus. */
function sealed({ key, kid }: KeyFile, payload: object): string {
  const text = [{ alg: 'ES256', kid, typ: jwsType }, payload].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
  return `${text}.${sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`
}

export type Standing = { id: string; number: string; issuedAt: string; state: string; sentence: string | null; hint: string | null }
const listedMax = 200

/** The states of certificates, newest first. Items that ended long ago have been removed. */
export function issued(store: Store, id?: string): Standing[] {
  const rows = store.all<{ id: string; number: string; at: number; state: string | null; reason: string | null }>(
    `select certificate.id, certificate.number, certificate.at, item.state, item.reason
       from certificate left join item on item.seq = certificate.seq
      where ?1 is null or certificate.id = ?1
      order by certificate.at desc, certificate.number desc
      limit ?2`,
    id ?? null,
    listedMax,
  )
  return rows.map(({ id: leave, number, at, state, reason }) => {
    const why = reason === null ? null : (JSON.parse(reason) as { sentence: string; hint?: string })
    const standing = states[state ?? 'acknowledged'] ?? 'waiting'
    return { id: leave, number, issuedAt: new Date(at).toISOString(), state: standing, sentence: why?.sentence ?? null, hint: why?.hint ?? null }
  })
}

const states: Record<string, string> = {
  waiting: 'waiting',
  ready: 'waiting',
  sent: 'sent',
  acknowledged: 'taken',
  quarantined: 'refused',
  parked: 'parked',
  discarded: 'discarded',
}
