import { Refusal } from '../../platform/refusal.ts'

const depthMax = 100
const [quote, escape] = [0x22, 0x5c]

/**
 * Parses JSON from outside. Its depth is counted first: two million brackets, two megabytes, would otherwise take hundreds of megabytes of memory.
 * Throws a SyntaxError when it is not JSON, a TypeError when it is not UTF-8.
 */
export function parseShallow(bytes: Uint8Array): unknown {
  let depth = 0
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] as number
    if (byte === quote) at = endOfString(bytes, at)
    else if (byte === 0x7b || byte === 0x5b) depth++
    else if (byte === 0x7d || byte === 0x5d) depth--
    if (depth > depthMax) throw new Refusal('unprocessable', `the resource stands more than ${depthMax} levels deep`)
  }
  return JSON.parse(strictUtf8.decode(bytes))
}
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function endOfString(bytes: Uint8Array, from: number): number {
  let at = from + 1
  while (at < bytes.length && bytes[at] !== quote) at += bytes[at] === escape ? 2 : 1
  return at
}
