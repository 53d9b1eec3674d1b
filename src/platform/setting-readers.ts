import { accessSync, constants } from 'node:fs'
import { BlockList, isIP } from 'node:net'

/** Each turns the text of a setting into its value, or throws half a sentence that says what is wrong ("must be a whole number"). */
export const text = (value: string) => value
export const whole = (low: number, high: number) => (value: string) => {
  const number = Number(value)
  if (/^\d+$/.test(value) && number >= low && number <= high) return number
  throw new Error(`must be a whole number from ${low} to ${high}`)
}
export const oneOf =
  (...allowed: string[]) =>
  (value: string) => {
    if (allowed.includes(value)) return value
    throw new Error(`must be one of ${allowed.join(', ')}`)
  }
export const url =
  (...schemes: string[]) =>
  (value: string) => {
    if (value === '') return ''
    const parsed = URL.parse(value)
    if (parsed && schemes.includes(parsed.protocol.replace(':', ''))) return value
    throw new Error(`must be a URL that begins with ${schemes.map((scheme) => `${scheme}://`).join(' or ')}`)
  }
export const urls =
  (...schemes: string[]) =>
  (value: string) =>
    value === ''
      ? ''
      : value
          .split(',')
          .map((one) => url(...schemes)(one.trim()))
          .join(',')
export const file = (value: string) => {
  try {
    if (value !== '') accessSync(value, constants.R_OK)
    return value
  } catch (error) {
    throw new Error(`cannot be read (${(error as NodeJS.ErrnoException).code})`)
  }
}
export const list = (value: string) =>
  value
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean)

/** Addresses and networks, as `10.1.2.3` and `10.0.0.0/8`. */
export type Networks = { has(address: string): boolean }
export const networks = (value: string): Networks => {
  const known = new BlockList()
  for (const one of list(value)) {
    const [address = '', bits = String(isIP(address) === 4 ? 32 : 128), ...more] = one.split('/')
    const isNetwork = isIP(address) > 0 && more.length === 0 && /^[1-9]\d{0,2}$/.test(bits) && Number(bits) <= (isIP(address) === 4 ? 32 : 128)
    if (!isNetwork) throw new Error(`must be addresses or networks such as 10.1.2.3 or 10.0.0.0/8, and ${JSON.stringify(one)} is none`)
    known.addSubnet(address, Number(bits), familyOf(address))
  }
  return { has: (address) => isIP(address) > 0 && known.check(address, familyOf(address)) }
}
const familyOf = (address: string) => (isIP(address) === 4 ? 'ipv4' : 'ipv6')

const isHere = (host: string) => host === 'localhost' || host === '127.0.0.1' || host === '[::1]'
/** Origins as a browser writes them: scheme, host and any unusual port, without a path. */
export const origins = (value: string) =>
  list(value).map((one) => {
    const parsed = URL.parse(one)
    if (parsed === null || parsed.origin !== one) throw new Error('must be origins such as https://app.example.rs, without a path, and not * or null')
    if (parsed.protocol !== 'https:' && !isHere(parsed.hostname)) throw new Error('must be origins with https://; http:// is for pages of this machine only')
    return one
  })
