import { Refusal } from '../platform/refusal.ts'

declare global {
  interface JSON {
    rawJSON(text: string): object
    isRawJSON(value: unknown): boolean
  }
}

/** No clinical document nests this deep; a parser that follows any depth can be made to run out of stack. */
export const jsonDepthMax = 128

/**
 * JSON in, exactly: a number that a double would print differently (1.50, 1e3, twenty digits) becomes a JSON.rawJSON object that
 * keeps its text, every other number is a number. Refused are broken JSON, nesting over the limit and a property given twice,
 * of which two readers could each see another one.
 */
export function parseJson(text: string): unknown {
  const json = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text
  const scan = scanJson(json)
  let parsed: unknown
  try {
    parsed = scan.hasExactNumbers ? JSON.parse(json, keepNumbers as (key: string, value: unknown) => unknown) : JSON.parse(json)
  } catch (error) {
    throw syntaxRefusal(json, error)
  }
  // JSON.parse keeps the last of two equal names: fewer properties than were written means that some were given twice.
  if (scan.names !== countNames(parsed)) {
    throw new Refusal('incorrect', 'the JSON gives a property twice in one object', { hint: 'Keep one of the two.' })
  }
  return parsed
}

/** The counterpart: what parseJson read is written with the same digits. */
export function printJson(value: unknown): string {
  return JSON.stringify(value)
}

function keepNumbers(_: string, value: unknown, context: { source?: string }): unknown {
  if (typeof value !== 'number' || context.source === undefined || String(value) === context.source) return value
  return JSON.rawJSON(context.source)
}

const quote = 0x22
const backslash = 0x5c

/** One pass over the text before the parser: how deep it goes, how many properties it names, whether a number needs its digits kept. */
function scanJson(json: string): { names: number; hasExactNumbers: boolean } {
  let depth = 0
  let names = 0
  let hasExactNumbers = false
  for (let at = 0; at < json.length; at++) {
    const code = json.charCodeAt(at)
    if (code === quote) {
      at = endOfString(json, at)
    } else if (code === 0x7b || code === 0x5b) {
      depth++
      if (depth > jsonDepthMax) throw tooDeep(json, at)
    } else if (code === 0x7d || code === 0x5d) {
      depth--
    } else if (code === 0x3a) {
      names++
    } else if (code === 0x2d || (code >= 0x30 && code <= 0x39)) {
      const end = endOfNumber(json, at)
      hasExactNumbers ||= isExact(json, at, end)
      at = end - 1
    }
  }
  return { names, hasExactNumbers }
}

function endOfString(json: string, from: number): number {
  let at = json.indexOf('"', from + 1)
  while (at > 0) {
    let slashes = 0
    while (json.charCodeAt(at - 1 - slashes) === backslash) slashes++
    if (slashes % 2 === 0) return at
    at = json.indexOf('"', at + 1)
  }
  return json.length
}

function endOfNumber(json: string, from: number): number {
  for (let at = from + 1; ; at++) {
    const code = json.charCodeAt(at)
    const isPart = (code >= 0x30 && code <= 0x39) || code === 0x2e || code === 0x65 || code === 0x45 || code === 0x2d || code === 0x2b
    if (!isPart) return at
  }
}

function isExact(json: string, from: number, end: number): boolean {
  if (end - from === 1) return false
  const text = json.slice(from, end)
  return String(Number(text)) !== text
}

function countNames(root: unknown): number {
  let count = 0
  const waiting: unknown[] = [root]
  for (let value = waiting.pop(); waiting.length > 0 || value !== undefined; value = waiting.pop()) {
    if (typeof value !== 'object' || value === null || JSON.isRawJSON(value)) continue
    if (Array.isArray(value)) {
      for (const item of value) if (typeof item === 'object') waiting.push(item)
      continue
    }
    for (const name in value) {
      count++
      const inner = (value as Record<string, unknown>)[name]
      if (typeof inner === 'object') waiting.push(inner)
    }
  }
  return count
}

function tooDeep(json: string, at: number): Refusal {
  const sentence = `the JSON is nested more than ${jsonDepthMax} levels deep at ${place(json, at)}`
  return new Refusal('incorrect', sentence, { hint: 'Send a flatter document.' })
}

function place(json: string, at: number): string {
  let line = 1
  let start = 0
  for (let end = json.indexOf('\n'); end >= 0 && end < at; end = json.indexOf('\n', end + 1)) {
    line++
    start = end + 1
  }
  return `line ${line}, column ${at - start + 1}`
}

/** V8 says where, sometimes; its message quotes the text, which may hold a personal number, so only the position is taken. */
function syntaxRefusal(json: string, error: unknown): Refusal {
  if (json.trim() === '') return new Refusal('incorrect', 'the body is empty where JSON is expected', { hint: 'Send a JSON document.' })
  const message = error instanceof Error ? error.message : ''
  const position = /at position (\d+)/.exec(message)?.[1]
  const where = position !== undefined ? ` at ${place(json, Number(position))}` : /end of JSON/.test(message) ? ' at its end' : ''
  return new Refusal('incorrect', `the body is not valid JSON${where}`, { hint: 'Check brackets, commas and quotes there.' })
}
