import { type LookupAddress, lookup } from 'node:dns'
import { type ClientRequest, type IncomingHttpHeaders, type IncomingMessage, request as httpRequest } from 'node:http'
import { type RequestOptions, request as httpsRequest } from 'node:https'
import { BlockList, connect, isIP, type LookupFunction } from 'node:net'
import { connect as connectSecurely } from 'node:tls'
import { Refusal } from './refusal.ts'
import type { World } from './world.ts'

type Settings = Pick<World, 'config'>

/**
 * The centre speaks to addresses that others registered: members, employers. One that leads inside (loopback, private, link-local, the cloud's
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

function mayReach(world: Settings, address: string): boolean {
  const family = isIP(address) === 4 ? 'ipv4' : 'ipv6'
  if (world.config.DEMO && loopback.check(address, family)) return true
  // ::ffff:10.0.0.1 is an IPv4 address, which the lists of IPv4 know in this form too.
  const isMapped = /^::ffff:(?:[0-9a-f]{1,4}:[0-9a-f]{1,4}|[\d.]+)$/i.test(address)
  return !inside.check(address, family) && (family === 'ipv4' || isMapped || outside6.check(address, 'ipv6'))
}

/** Names are looked up by us, and only what may be reached is given to the connection. */
function lookupFor(world: Settings): LookupFunction {
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

/** Judges an address as it is written, without looking up its name: https (http only in the demo), no user name, no inside address. */
export function readAddress(world: Settings, text: string): URL {
  const url = URL.parse(text)
  if (!url || (url.protocol !== 'https:' && !(world.config.DEMO && url.protocol === 'http:'))) throw wrong('the address is no https address')
  if (url.username !== '' || url.password !== '' || url.hash !== '') throw wrong('the address holds a user name, a password or a fragment')
  const host = hostOf(url)
  if (isIP(host) && !mayReach(world, host)) throw wrong('the address leads inside')
  return url
}

const hostOf = (url: URL) => url.hostname.replace(/^\[|\]$/g, '')

/** The same, and its name must lead outside at this moment. */
export async function checkWebhook(world: Settings, text: string): Promise<URL> {
  const url = readAddress(world, text)
  const host = hostOf(url)
  if (!isIP(host)) {
    await new Promise<void>((resolve, reject) =>
      lookupFor(world)(host, {}, (error) => (error ? reject(wrong('the name of the address leads nowhere, or inside')) : resolve())),
    )
  }
  return url
}

/** A request that reaches outside addresses only: names are looked up by us, and an IP address is judged as it is written. */
export function requestTo(world: Settings, url: URL, options: RequestOptions, answered: (answer: IncomingMessage) => void): ClientRequest {
  const host = hostOf(url)
  if (isIP(host) && !mayReach(world, host)) throw new Error('the address leads inside')
  const start = url.protocol === 'https:' ? httpsRequest : httpRequest
  return start(url, { ...options, lookup: lookupFor(world) }, answered)
}

/** Whether somebody takes connections at this address, over https with a valid certificate. No request is sent. */
export async function takesConnections(world: Settings, text: string, timeoutMs: number): Promise<boolean> {
  try {
    const url = await checkWebhook(world, text)
    const host = hostOf(url)
    const isSecure = url.protocol === 'https:'
    const way = { host, port: Number(url.port) || (isSecure ? 443 : 80), lookup: lookupFor(world), timeout: timeoutMs }
    await new Promise<void>((resolve, reject) => {
      const socket = isSecure ? connectSecurely({ ...way, ...(isIP(host) ? {} : { servername: host }) }) : connect(way)
      socket.once('timeout', () => socket.destroy(new Error('nobody took the connection in time')))
      socket.once('error', reject)
      socket.once(isSecure ? 'secureConnect' : 'connect', () => {
        socket.destroy()
        resolve()
      })
    })
    return true
  } catch {
    return false
  }
}

export type Outgoing = { method: string; headers: Record<string, string>; body: Buffer; timeoutMs: number; answerBytesMax: number }
export type Answered = { status: number; headers: IncomingHttpHeaders; body: Buffer }

/** One small request, without redirects, with a limit on everything. */
export async function send(world: Settings, url: URL, { method, headers, body, timeoutMs, answerBytesMax }: Outgoing): Promise<Answered> {
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const signal = AbortSignal.timeout(timeoutMs)
    requestTo(world, url, { method, headers: { ...headers, 'content-length': String(body.length) }, signal }, resolve)
      .on('error', reject)
      .end(body)
  })
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > answerBytesMax) throw new Error('the answer is too large')
    chunks.push(chunk)
  }
  return { status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(chunks) }
}

export const isTaken = (status: number): boolean => status >= 200 && status < 300
