import { type LookupAddress, lookup } from 'node:dns'
import { type ClientRequest, type IncomingHttpHeaders, type IncomingMessage, request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { BlockList, isIP, type LookupFunction } from 'node:net'
import { pipeline } from 'node:stream/promises'
import { Refusal } from '../../platform/refusal.ts'
import type { World } from '../../platform/world.ts'
import { centreKey } from '../members/centre-key.ts'
import { type Contents, inMemory } from './contents.ts'
import { signMessage } from '../../platform/http-signature.ts'
import { watchPace } from './pace.ts'

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
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const)
  inside.addSubnet(net, bits, 'ipv4')
// Of IPv6 only global unicast is outside, and of it not what carries an IPv4 address inside (Teredo, 6to4) or nobody has.
const outside6 = new BlockList()
outside6.addSubnet('2000::', 3, 'ipv6')
for (const [net, bits] of [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const)
  inside.addSubnet(net, bits, 'ipv6')
const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')

function mayReach(world: World, address: string): boolean {
  const family = isIP(address) === 4 ? 'ipv4' : 'ipv6'
  if (world.config.DEMO && loopback.check(address, family)) return true
  // ::ffff:10.0.0.1 is an IPv4 address, which the lists of IPv4 know in this form too.
  const isMapped = /^::ffff:(?:[0-9a-f]{1,4}:[0-9a-f]{1,4}|[\d.]+)$/i.test(address)
  return !inside.check(address, family) && (family === 'ipv4' || isMapped || outside6.check(address, 'ipv6'))
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

const wrong = (sentence: string) =>
  new Refusal('incorrect', sentence, { expression: 'address', hint: 'An https address that the centre can reach from outside.' })

/** What can be said of an address that is registered without looking up its name: http only in the demo, no user name, no way inside. */
export function readAddress(world: World, text: string): URL {
  const url = URL.parse(text)
  if (!url || (url.protocol !== 'https:' && !(world.config.DEMO && url.protocol === 'http:'))) throw wrong('the address is no https address')
  if (url.username !== '' || url.password !== '' || url.hash !== '') throw wrong('the address holds a user name, a password or a fragment')
  const host = hostOf(url)
  if (isIP(host) && !mayReach(world, host)) throw wrong('the address leads inside')
  return url
}

const hostOf = (url: URL) => url.hostname.replace(/^\[|\]$/g, '')

/** The same, and its name leads outside now. */
export async function checkWebhook(world: World, text: string): Promise<URL> {
  const url = readAddress(world, text)
  const host = hostOf(url)
  if (!isIP(host)) {
    await new Promise<void>((resolve, reject) =>
      lookupFor(world)(host, {}, (error) => (error ? reject(wrong('the name of the address leads nowhere, or inside')) : resolve())),
    )
  }
  return url
}

export type Outgoing = { method: string; headers: Record<string, string>; body: Buffer; timeoutMs: number; answerBytesMax: number }
export type Answered = { status: number; headers: IncomingHttpHeaders; body: Buffer }

/** One small request to a member, without redirects, with a limit on everything. */
export async function send(world: World, url: URL, { method, headers, body, timeoutMs, answerBytesMax }: Outgoing): Promise<Answered> {
  const within = AbortSignal.timeout(timeoutMs)
  const { status, headers: answered, stream } = await ask(world, url, { method, headers, body: inMemory(body), headMs: timeoutMs, within })
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > answerBytesMax) throw new Error('the answer is too large')
    chunks.push(chunk)
  }
  return { status, headers: answered, body: Buffer.concat(chunks) }
}

export type Asking = { method: string; headers: Record<string, string>; body: Contents; headMs: number; within?: AbortSignal }
/** The head of an answer, and its body as it comes; `drop` ends what is still under way. */
export type Asked = { status: number; headers: IncomingHttpHeaders; stream: IncomingMessage; drop(): void }

/** Sends the body at its length; the head of the answer must come within `headMs` after the last byte has gone. */
export function ask(world: World, url: URL, { method, headers, body, headMs, within }: Asking): Promise<Asked> {
  const host = hostOf(url)
  // An address written as numbers is not looked up.
  if (isIP(host) && !mayReach(world, host)) return Promise.reject(new Error('the address leads inside'))
  const start = url.protocol === 'https:' ? httpsRequest : httpRequest
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined
    const outgoing = start(
      url,
      { method, headers: { ...headers, 'content-length': String(body.bytes) }, lookup: lookupFor(world), ...(within ? { signal: within } : {}) },
      (answer) => {
        clearTimeout(timer)
        resolve({
          status: answer.statusCode ?? 0,
          headers: answer.headers,
          stream: answer,
          drop: () => void (outgoing.writableFinished && answer.complete ? undefined : outgoing.destroy()),
        })
      },
    )
    outgoing.on('error', reject)
    outgoing.on('close', () => clearTimeout(timer))
    const untilHead = () => {
      timer = setTimeout(() => outgoing.destroy(new Error('no answer came in time')), headMs)
    }
    if (body.buffer) {
      outgoing.end(body.buffer)
      untilHead()
    } else pourInto(outgoing, body).then(untilHead, reject)
  })
}

/** A body from disk, as fast as the other side takes it; it gets its last bytes only when all before them are what they were. */
async function pourInto(outgoing: ClientRequest, body: Contents): Promise<void> {
  const pace = watchPace(() => outgoing.destroy(new Error('the body was taken too slowly')))
  try {
    await pipeline(async function* () {
      for await (const chunk of body.read()) {
        yield chunk
        pace.count(chunk.length)
      }
    }, outgoing)
  } finally {
    pace.end()
  }
}

/** A request of the centre, signed by it: the member checks it with the key of GET /bus/keys. */
export function signOutgoing(world: World, url: URL, method: string, headers: Record<string, string>, digest: string): Record<string, string> {
  const all: Record<string, string> = { ...headers, 'content-digest': digest }
  const derived: Record<string, string> = { '@method': method, '@target-uri': url.href }
  const components = ['"@method"', '"@target-uri"', ...Object.keys(all).map((name) => `"${name}"`)]
  const signed = signMessage(components, (name) => derived[name] ?? all[name] ?? null, centreKey(world.keys), world.now())
  return { ...all, ...signed.headers }
}
