import type { Transaction, World } from '../platform/world.ts'
import { type Account, accountColumns } from './account.ts'
import { announce } from './changes.ts'
import { keyedHash, sha256 } from './sealed.ts'
import { uuidV4 } from '../platform/uuid.ts'

/** A signed-in browser. The cookie holds a random id; the table only its hash, so a copy of the database opens no session. */
export const cookieName = 'spona_session'
export const idleMinutes = 30
export const absoluteHours = 12
/** A session is marked as seen at most this often; the idle limit is exact to this much. */
export const seenEveryMs = 60_000

const cookiePattern = /^[\w-]{43}$/

export type Session = { id: string; seenAt: Date; expiresAt: Date; account: Account }

/** Answers the value of the cookie. */
export async function openSession(world: World, account: string): Promise<string> {
  const secret = world.random(32).toString('base64url')
  const now = world.now()
  const expiresAt = new Date(now.getTime() + absoluteHours * 3_600_000)
  await world.sql`
    insert into access.session (id_hash, id, account, created_at, seen_at, expires_at)
    values (${sha256(secret)}, ${uuidV4(world)}, ${account}, ${now}, ${now}, ${expiresAt})`
  return secret
}

type Row = Account & { sessionId: string; seenAt: Date; expiresAt: Date }

/** The session behind a cookie, when it still holds at this moment and its account does. */
export async function sessionByCookie(world: World, cookie: string): Promise<Session | null> {
  if (!cookiePattern.test(cookie)) return null
  return asSession(
    world,
    await world.sql<Row>`
    select session.id as session_id, session.seen_at, session.expires_at, ${accountColumns}
      from access.session as session join access.account as account on account.id = session.account
     where session.id_hash = ${sha256(cookie)} and session.ended_at is null`,
  )
}

export async function sessionById(world: World, id: string): Promise<Session | null> {
  return asSession(
    world,
    await world.sql<Row>`
    select session.id as session_id, session.seen_at, session.expires_at, ${accountColumns}
      from access.session as session join access.account as account on account.id = session.account
     where session.id = ${id}::uuid and session.ended_at is null`,
  )
}

function asSession(world: World, [row]: Row[]): Session | null {
  if (!row || row.revokedAt !== null || isOver(row, world.now())) return null
  const { sessionId: id, seenAt, expiresAt, ...account } = row
  return { id, seenAt, expiresAt, account }
}

export const isOver = (session: { seenAt: Date; expiresAt: Date }, now: Date) =>
  session.expiresAt <= now || now.getTime() - session.seenAt.getTime() > idleMinutes * 60_000

export async function markSeen(world: World, id: string): Promise<void> {
  await world.sql`update access.session set seen_at = greatest(seen_at, ${world.now()}) where id = ${id}::uuid and ended_at is null`
}

export async function endSession(tx: Transaction, id: string, at: Date): Promise<void> {
  await tx`update access.session set ended_at = ${at} where id = ${id}::uuid and ended_at is null`
  await announce(tx, 'session', id)
}

/** What a page sends back with every request that changes something; made from the session, so there is nothing to store. */
export const csrfOf = (world: World, session: string) => keyedHash(world, 'csrf', session).toString('base64url')
