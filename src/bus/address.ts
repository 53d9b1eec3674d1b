import { type LookupAddress, lookup } from 'node:dns'
import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { BlockList, isIP, type LookupFunction } from 'node:net'
import { Refusal } from '../platform/refusal.ts'
import type { World } from '../platform/world.ts'
import { centreKey } from './centre-key.ts'
import { contentDigest, signMessage } from './http-signature.ts'

/**
 * The centre speaks to addresses that members registered. One that leads inside (loopback, private, link-local, the cloud's
 * metadata) would let a member ask our own network through us, so it is refused when registered and, because names change
 * their meaning, again when the connection is made. In the demo members run beside the server, and loopback is let through.
 */
const inside = new BlockList()
for (const [net, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
] as const)
  inside.addSubnet(net, bits, 'ipv4')
for (const [net, bits] of [
  ['::', 127],
  ['64:ff9b::', 96],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const)
  inside.addSubnet(net, bits, 'ipv6')
const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')

function mayReach(world: World, address: string): boolean {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '')
  const family = isIP(plain) === 4 ? 'ipv4' : 'ipv6'
  return (world.config.DEMO && loopback.check(plain, family)) || !inside.check(plain, family)
}

/** Names are looked up by us, and only what may be reached is given to the connection. */
export function lookupFor(world: World): LookupFunction {
  return (name, options, callback) => {
    lookup(name, { all: true, family: options.family ?? 0 }, (error, found: LookupAddress[]) => {
      if (error) return callback(error, '', 0)
      const open = found.filter(({ address }) => mayReach(world, address))
      const [first] = open
      if (!first) return callback(Object.assign(new Error('the address leads inside'), { code: 'EBUSADDRESS' }), '', 0)
      if (options.all) return (callback as unknown as (error: null, all: LookupAddress[]) => void)(null, open)
      callback(null, first.address, first.family)
    })
  }
}

/** An address that a member registers: http only in the demo, no user name, no way inside. */
export async function checkWebhook(world: World, text: string): Promise<URL> {
  const url = URL.parse(text)
  const wrong = (sentence: string) =>
    new Refusal('incorrect', sentence, { expression: 'address', hint: 'An https address that the centre can reach from outside.' })
  if (!url || (url.protocol !== 'https:' && !(world.config.DEMO && url.protocol === 'http:'))) throw wrong('the address is no https address')
  if (url.username !== '' || url.password !== '' || url.hash !== '') throw wrong('the address holds a user name, a password or a fragment')
  const host = url.hostname.replace(/^\[|\]$/g, '')
  if (isIP(host) && !mayReach(world, host)) throw wrong('the address leads inside')
  if (!isIP(host)) {
    await new Promise<void>((resolve, reject) =>
      lookupFor(world)(host, {}, (error) => (error ? reject(wrong('the name of the address leads nowhere, or inside')) : resolve())),
    )
  }
  return url
}

export type Outgoing = { method: string; headers: Record<string, string>; body: Buffer; timeoutMs: number; answerBytesMax: number }
export type Answered = { status: number; headers: Record<string, string | string[] | undefined>; body: Buffer }

/** One request to a member, without redirects, with a limit on everything. */
export function send(world: World, url: URL, { method, headers, body, timeoutMs, answerBytesMax }: Outgoing): Promise<Answered> {
  const host = url.hostname.replace(/^\[|\]$/g, '')
  // An address written as numbers is not looked up.
  if (isIP(host) && !mayReach(world, host)) return Promise.reject(new Error('the address leads inside'))
  const start = url.protocol === 'https:' ? httpsRequest : httpRequest
  return new Promise((resolve, reject) => {
    const outgoing = start(
      url,
      { method, headers: { ...headers, 'content-length': String(body.length) }, lookup: lookupFor(world), signal: AbortSignal.timeout(timeoutMs) },
      (answer) => {
        const chunks: Buffer[] = []
        let bytes = 0
        answer.on('data', (chunk: Buffer) => {
          bytes += chunk.length
          if (bytes > answerBytesMax) outgoing.destroy(new Error('the answer is too large'))
          else chunks.push(chunk)
        })
        answer.on('error', reject)
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(chunks) }))
      },
    )
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

/** A request of the centre, signed by it: the member checks it with the key of GET /bus/keys. */
export function signOutgoing(world: World, url: URL, method: string, headers: Record<string, string>, body: Buffer): Record<string, string> {
  const all: Record<string, string> = { ...headers, 'content-digest': contentDigest(body) }
  const derived: Record<string, string> = { '@method': method, '@target-uri': url.href }
  const components = ['"@method"', '"@target-uri"', ...Object.keys(all).map((name) => `"${name}"`)]
  const signed = signMessage(components, (name) => derived[name] ?? all[name] ?? null, centreKey(world.keys), world.now())
  return { ...all, ...signed.headers }
}

const testMs = 5000

/** Does the address answer 2xx to a signed empty message? */
export async function isReachable(world: World, address: string): Promise<boolean> {
  try {
    const url = await checkWebhook(world, address)
    const headers = signOutgoing(world, url, 'POST', { 'bus-self-test': 'true', 'content-type': 'application/octet-stream' }, Buffer.alloc(0))
    const { status } = await send(world, url, { method: 'POST', headers, body: Buffer.alloc(0), timeoutMs: testMs, answerBytesMax: 65_536 })
    return status >= 200 && status < 300
  } catch {
    return false
  }
}
