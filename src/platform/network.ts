import { isIP } from 'node:net'

const groupsOfNetwork = 4

/**
 * Whose limits an address counts to. Of IPv6 whoever has one address has the 2^64 of its network (RFC 6177), and could ask from another each time;
 * an IPv4 address stands for itself, in the form of IPv6 (::ffff:192.0.2.1), too.
 */
export function networkOf(address: string): string {
  if (isIP(address) !== 6) return address
  const plain = address.toLowerCase().replace(/%.*$/, '')
  const mapped = /^::ffff:(\d+(?:\.\d+){3})$/.exec(plain)?.[1]
  if (mapped !== undefined) return mapped
  const [before = '', after] = plain.split('::')
  const head = before === '' ? [] : before.split(':')
  const tail = after === undefined || after === '' ? [] : after.split(':')
  const zeros = Array.from({ length: Math.max(0, 8 - head.length - tail.length) }, () => '0')
  const groups = [...head, ...zeros, ...tail].slice(0, groupsOfNetwork).map((group) => group.replace(/^0+(?=.)/, ''))
  return `${groups.join(':')}::/64`
}
