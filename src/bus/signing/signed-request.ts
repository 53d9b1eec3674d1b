import type { FastifyRequest } from 'fastify'
import { baseUrl } from '../../platform/config.ts'
import { givenTwice } from '../../platform/given-twice.ts'
import { Refusal } from '../../platform/refusal.ts'
import type { World } from '../../platform/world.ts'
import { type Directory, type Member, type MemberKey, directoryOf } from '../members/directory.ts'
import { checkDigest, isSigned, isSignedAsync, type Proof, readSignature, type Signature, signatureBase, type ValueOf } from '../../platform/http-signature.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Whose signature of this request was proved; null when none was. */
    signer: Member | null
  }
}

/** A request whose signature and digest hold: who signed it, and the exact text that was signed. */
export type Signed = { key: MemberKey; member: Member; signature: Signature; base: string; digest: string }

/** What the log keeps of a signed request, so that others can check it. */
export const proofOf = ({ key, base, signature }: Signed): Proof => ({ kid: key.kid, base, signature: signature.value.toString('base64') })

/** How far the clocks of a member and the centre may stand apart, and how old a request may be. */
const skewSecondsMax = 300

/** Our own headers of a request and what says how its body is read: each must be under the signature when it is there. */
const mustBeCovered = (name: string): boolean => name.startsWith('bus-') || name === 'content-type'

export async function requireSigned(request: FastifyRequest, body: Buffer): Promise<Signed> {
  const wrong = checkDigest(request.headers['content-digest'], body)
  if (wrong) throw wrong
  return requireSigner(request)
}

/** Who signed the request, before its body has come: the digest is under the signature and is compared when the body is there. */
export async function requireSigner(request: FastifyRequest): Promise<Signed> {
  const { world } = request
  const { signature, base, digest } = readHead(request)
  const directory = await directoryOf(world)
  const key = directory.keys.get(signature.keyid)
  if (!key)
    throw new Refusal('unauthenticated', 'the key of the signature is not known', {
      expression: 'signature-input',
      hint: 'keyid is the RFC 7638 thumbprint of a registered key.',
    })
  requireUsable(key, world.now())
  // Another thread costs a third more, and where every core has a process of ours there is none that is idle.
  const isRight = world.config.PROCESSES > 1 ? isSigned(base, signature.value, key.key) : await isSignedAsync(base, signature.value, key.key)
  if (!isRight) throw wrongSignature()
  const member = memberOf(directory, key)
  request.signer = member
  return { key, member, signature, base, digest }
}

/** Everything but whose key it is: for a registration, whose key comes with it. */
export function readSigned(request: FastifyRequest, body: Buffer): Head {
  const wrong = checkDigest(request.headers['content-digest'], body)
  if (wrong) throw wrong
  return readHead(request)
}

type Head = { signature: Signature; base: string; digest: string }

function readHead(request: FastifyRequest): Head {
  const { headers } = request
  requireOnce(request)
  const taken = centresOwn.find((name) => headers[name] !== undefined)
  if (taken) throw new Refusal('incorrect', `the header ${taken} is written by the centre alone`, { expression: taken, hint: 'Leave it out.' })
  const signature = readSignature(headers['signature-input'], headers['signature'])
  if (signature instanceof Refusal) throw signature
  requireCovered(request, signature.components)
  requireTimely(signature, request.world.now())
  const base = signatureBase(signature.components, signature.params, valuesOf(request))
  if (base instanceof Refusal) throw base
  return { signature, base, digest: headers['content-digest'] as string }
}

/** Who sends, for whom, and what a message stands in place of: the centre says it under its own signature, and a sender's word of it would stand in the evidence. */
const centresOwn = ['bus-on-behalf-of', 'bus-corrects', 'bus-corrected-by', 'bus-from', 'bus-call', 'bus-contract', 'bus-purpose']

/** Of these Node keeps the first and drops the others without a word; a proxy before it may have read another. All others are joined. */
const keptOnce = ['authorization', 'content-type', 'host']

function requireOnce({ raw: { rawHeaders } }: FastifyRequest): void {
  const name = givenTwice(rawHeaders, keptOnce)
  if (name !== undefined) throw new Refusal('incorrect', `the header ${name} is given twice`, { expression: name, hint: 'Send each header once.' })
}

export const wrongSignature = () =>
  new Refusal('unauthenticated', 'the signature is not that of the request', {
    expression: 'signature',
    hint: 'Compare the signature base with RFC 9421, section 2.5.',
  })

function requireCovered({ headers }: FastifyRequest, components: readonly string[]): void {
  const has = (name: string) => components.includes(`"${name}"`)
  const missing = ['@method', 'content-digest', ...Object.keys(headers).filter(mustBeCovered)].filter((name) => !has(name))
  if (!has('@target-uri') && !has('@path') && !has('@request-target')) missing.push('@target-uri')
  // A question that is not signed could be another one.
  if (has('@path') && !has('@target-uri') && !has('@request-target') && !has('@query')) missing.push('@query')
  if (missing.length === 0) return
  throw new Refusal('unauthenticated', `the signature must cover ${missing.join(', ')}`, {
    expression: 'signature-input',
    hint: 'Sign method, address, content-digest and every bus- header.',
  })
}

function requireTimely({ created, expires }: Signature, now: Date): void {
  const seconds = now.getTime() / 1000
  if (Math.abs(seconds - created) > skewSecondsMax) {
    throw new Refusal('unauthenticated', `the signature was made more than ${skewSecondsMax} seconds from now`, {
      expression: 'signature-input',
      hint: `The centre’s clock says ${now.toISOString()}.`,
    })
  }
  if (expires !== null && !(expires > seconds)) throw new Refusal('unauthenticated', 'the signature has expired', { expression: 'signature-input' })
}

function requireUsable(key: MemberKey, now: Date): void {
  if (key.withdrawnAt !== null) throw new Refusal('unauthenticated', 'the key of the signature was withdrawn')
  if (key.validFrom > now || key.validUntil <= now) {
    throw new Refusal('unauthenticated', 'the key of the signature is not valid now', {
      hint: 'POST a new key to /bus/members/CODE/keys, signed by one that is valid.',
    })
  }
}

function memberOf(directory: Directory, key: MemberKey): Member {
  const member = directory.members.get(key.member)
  if (!member) throw new Error('a key belongs to no member')
  return member
}

/** RFC 9421, section 2.2, and header fields as section 2.1 has them. */
function valuesOf(request: FastifyRequest): ValueOf {
  const { headers, method, url, world } = request
  const [path, query] = splitOnce(url)
  const derived: Record<string, string> = {
    '@method': method,
    '@path': path,
    '@query': `?${query ?? ''}`,
    '@request-target': url,
    '@authority': (headers.host ?? '').toLowerCase(),
    '@target-uri': `${baseOf(world)}${url}`,
  }
  return (name) => {
    if (name.startsWith('@')) return derived[name] ?? null
    const value = headers[name]
    return typeof value === 'string' ? value.trim() : null
  }
}

const baseOf = (world: World) => baseUrl(world.config)

function splitOnce(url: string): [string, string | undefined] {
  const at = url.indexOf('?')
  return at < 0 ? [url, undefined] : [url.slice(0, at), url.slice(at + 1)]
}
