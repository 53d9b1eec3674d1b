import type { Actor } from '../platform/actor.ts'
import { Refusal } from '../platform/refusal.ts'
import type { World } from '../platform/world.ts'
import { actorOfAccount } from './account.ts'
import { type Change, Changes } from './changes.ts'
import { actorOfClient, clientById } from './client.ts'
import { parseScopes, narrow, printScopes, type Grant } from './scope.ts'
import { sha256 } from './sealed.ts'
import { isOver, markSeen, seenEveryMs, type Session, sessionByCookie, sessionById } from './session.ts'
import { loadSigningKeys, type SigningKey } from './signing-keys.ts'
import { type Claims, verifyToken } from './token.ts'

/** Someone whose token or cookie was checked: kept by the hash of it until it ends or something they depend on changes. */
type Known = { actor: Actor; expiresAt: number; dependsOn: readonly string[]; session: Session | null; certificate?: string | null }

const knownMax = 20_000
const keysAgeMsMax = 600_000
const unknownKeyEveryMs = 1000

export class Principals {
  readonly #world: World
  readonly #known = new Map<string, Known>()
  readonly #lastTokens = new WeakMap<object, { token: string; name: string }>()
  readonly #changes = new Changes((change) => this.#forget(change))
  // Counts what was forgotten, so that a row read before a change is not kept after it.
  #generation = 0
  #keys: { list: SigningKey[]; at: number } | null = null

  constructor(world: World) {
    this.#world = world
  }

  /**
   * The actor of a bearer token, or a Refusal of kind unauthenticated is thrown; also when the system is registered with a certificate
   * that the connection does not have. `connection`: most send the same token again and again, so its hash is known.
   */
  async ofToken(token: string, certificate: string | null, connection: object): Promise<Actor> {
    await this.#changes.catchUp(this.#world)
    const name = this.#nameOf(token, connection)
    const known = this.#known.get(name)
    const now = this.#world.now()
    if (known && known.expiresAt > now.getTime() && !(known.session && isOver(known.session, now))) return holding(known, certificate)
    const generation = this.#generation
    const claims = await this.#verify(token)
    const found = claims.kind === 'system' ? await this.#systemOf(claims) : await this.#personOf(claims)
    this.#keep(name, found, generation)
    return holding(found, certificate)
  }

  #nameOf(token: string, connection: object): string {
    const last = this.#lastTokens.get(connection)
    if (last?.token === token) return last.name
    const name = `token ${sha256(token).toString('base64')}`
    this.#lastTokens.set(connection, { token, name })
    return name
  }

  /** The actor of a session cookie, or null. Being asked keeps the session awake. */
  async ofCookie(cookie: string): Promise<Actor | null> {
    await this.#changes.catchUp(this.#world)
    const name = `cookie ${sha256(cookie).toString('base64')}`
    const now = this.#world.now()
    let known = this.#known.get(name)
    if (!known?.session || isOver(known.session, now)) {
      const generation = this.#generation
      const session = await sessionByCookie(this.#world, cookie)
      if (!session) return null
      known = knownSession(session, session.expiresAt.getTime())
      this.#keep(name, known, generation)
    }
    const session = known.session as Session
    if (now.getTime() - session.seenAt.getTime() > seenEveryMs) {
      session.seenAt = now
      await markSeen(this.#world, session.id)
    }
    return known.actor
  }

  async signingKey(): Promise<SigningKey> {
    const current = (await this.publishedKeys()).find((key) => key.state === 'current')
    if (!current) throw new Error('there is no current signing key')
    return current
  }

  async publishedKeys(): Promise<SigningKey[]> {
    await this.#changes.catchUp(this.#world)
    if (this.#keys && performance.now() - this.#keys.at < keysAgeMsMax) return this.#keys.list
    return this.#loadKeys()
  }

  async #loadKeys(): Promise<SigningKey[]> {
    const generation = this.#generation
    const list = await loadSigningKeys(this.#world, 'token')
    if (generation === this.#generation) this.#keys = { list, at: performance.now() }
    return list
  }

  async #verify(token: string): Promise<Claims> {
    let keys = await this.publishedKeys()
    const kid = kidOf(token)
    const isUnknown = kid !== undefined && !keys.some((key) => key.kid === kid)
    // A key made in another process a moment ago; strangers' tokens may not make us read the table more than once a second.
    if (isUnknown && performance.now() - (this.#keys?.at ?? 0) > unknownKeyEveryMs) keys = await this.#loadKeys()
    return verifyToken(this.#world, token, (wanted) => keys.find((key) => key.kid === wanted)?.publicJwk)
  }

  async #systemOf(claims: Claims): Promise<Known> {
    const client = await clientById(this.#world.sql, claims.subject)
    if (!client || client.revokedAt) throw new Refusal('unauthenticated', 'this client is not registered any more', { hint: 'Ask the operator.' })
    const scopes = printScopes(narrow(asGrant(claims.scopes), asGrant(client.scopes)))
    const { certificate } = client
    return { actor: actorOfClient(client, scopes), expiresAt: claims.expiresAt * 1000, dependsOn: [`client ${client.id}`], session: null, certificate }
  }

  async #personOf(claims: Claims): Promise<Known> {
    const session = await sessionById(this.#world, claims.session as string)
    if (!session || session.account.id !== claims.subject) throw new Refusal('unauthenticated', 'the session of this token is over', { hint: 'Sign in again.' })
    return knownSession(session, claims.expiresAt * 1000)
  }

  #keep(name: string, known: Known, generation: number): void {
    if (generation !== this.#generation) return
    if (this.#known.size >= knownMax) this.#known.delete(this.#known.keys().next().value as string)
    this.#known.set(name, known)
  }

  #forget({ kind, subject }: Change): void {
    this.#generation++
    if (kind === 'key') {
      this.#keys = null
      this.#known.clear()
      return
    }
    for (const [name, known] of this.#known) if (known.dependsOn.includes(`${kind} ${subject}`)) this.#known.delete(name)
  }
}

/** RFC 8705, section 3: a token that is used on a connection without its certificate may be a stolen one. */
function holding({ actor, certificate = null }: Known, shown: string | null): Actor {
  if (certificate === null || certificate === shown) return actor
  throw new Refusal('unauthenticated', 'this client is registered with a certificate that the connection does not have', {
    hint: 'Connect with the registered client certificate (mutual TLS).',
  })
}

function knownSession(session: Session, expiresAt: number): Known {
  const dependsOn = [`account ${session.account.id}`, `session ${session.id}`]
  return { actor: actorOfAccount(session.account, session.id), expiresAt, dependsOn, session }
}

function asGrant(scopes: readonly string[]): Grant {
  const grant = parseScopes(scopes.join(' '))
  return grant instanceof Refusal ? new Map() : grant
}

/** Read before anything is verified, only to know whether the key table should be read again. */
function kidOf(token: string): string | undefined {
  try {
    const header: unknown = JSON.parse(Buffer.from(token.slice(0, token.indexOf('.')), 'base64url').toString('utf8'))
    const kid = (header as { kid?: unknown } | null)?.kid
    return typeof kid === 'string' ? kid : undefined
  } catch {
    return undefined
  }
}

const all = new WeakMap<World, Principals>()

/** The one of this world: a process has one world, a test may have two on one database. */
export function principalsOf(world: World): Principals {
  let found = all.get(world)
  if (!found) all.set(world, (found = new Principals(world)))
  return found
}
