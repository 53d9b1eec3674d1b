import { Refusal } from '../platform/refusal.ts'

declare global {
  interface JSON {
    rawJSON(text: string): object
    isRawJSON(value: unknown): boolean
  }
}

/** No clinical document nests this deep. Without a limit a document could make the parser run out of stack. */
const jsonDepthMax = 128

/**
 * Parses JSON without loss: a number that a double would print differently (1.50, 1e3, twenty digits) becomes a JSON.rawJSON object that
 * keeps its text, every other number is a number. Refused are broken JSON, nesting over the limit and a property given twice, because two
 * readers could each take another value of it.
 */
export function parseJson(text: string): unknown {
  const json = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text
  const { names, exact } = scanJson(json)
  const hasMark = exact.length > 0 && json.includes('\\u0000')
  const box = { '': parseKeeping(json, exact, hasMark) }
  // JSON.parse keeps the last of two properties with the same name: if it gives fewer properties than the text has, some were given twice.
  if (names !== (exact.length === 0 ? count(box) : restore(box, !hasMark)) - 1) {
    throw new Refusal('incorrect', 'the JSON gives a property twice in one object', { hint: 'Keep one of the two.' })
  }
  return box['']
}

/** The counterpart of parseJson: numbers are written with the digits they were read with. */
export function printJson(value: unknown): string {
  return JSON.stringify(value)
}

/**
 * A reviver would get the text of every number, at ten times the cost of parsing. So the few numbers that need their digits are given to
 * the parser as marked strings. A text that contains the mark itself (FHIR forbids that character) takes the slow way with a reviver.
 */
const mark = '\u0000#'
const markWritten = '\\u0000#'

function parseKeeping(json: string, exact: number[], hasMark: boolean): unknown {
  try {
    if (exact.length === 0) return JSON.parse(json)
    if (hasMark) return JSON.parse(json, keepNumber as (key: string, value: unknown) => unknown)
    return JSON.parse(marked(json, exact))
  } catch (error) {
    throw syntaxRefusal(json, exact.length === 0 ? error : errorOf(json))
  }
}

// The original text is parsed once more for the error: in the marked text the positions have moved.
function errorOf(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch (error) {
    return error
  }
}

function keepNumber(_: string, value: unknown, context: { source?: string }): unknown {
  if (typeof value !== 'number' || context.source === undefined || String(value) === context.source) return value
  return JSON.rawJSON(context.source)
}

function marked(json: string, exact: number[]): string {
  const pieces: string[] = []
  let from = 0
  for (let i = 0; i < exact.length; i += 2) {
    const [start, end] = [exact[i] as number, exact[i + 1] as number]
    pieces.push(json.slice(from, start), '"', markWritten, json.slice(start, end), '"')
    from = end
  }
  pieces.push(json.slice(from))
  return pieces.join('')
}

type Holder = Record<string | number, unknown>

/** Counts the properties of a text without exact numbers. The recursion is safe: the depth was checked before. */
function count(holder: Holder): number {
  let names = 0
  for (const name in holder) {
    names++
    const value = holder[name]
    if (typeof value === 'object' && value !== null) names += Array.isArray(value) ? countItems(value) : count(value as Holder)
  }
  return names
}

function countItems(items: unknown[]): number {
  let names = 0
  for (let index = 0; index < items.length; index++) {
    const item = items[index]
    if (typeof item === 'object' && item !== null) names += Array.isArray(item) ? countItems(item) : count(item as Holder)
  }
  return names
}

/** Counts the properties, and turns marked strings into exact numbers. */
function restore(holder: Holder, hasMarks: boolean): number {
  let names = 0
  for (const name in holder) {
    names++
    const value = holder[name]
    if (typeof value === 'object') names += restoreObject(value, hasMarks)
    else if (hasMarks && isMarked(value)) holder[name] = JSON.rawJSON(value.slice(mark.length))
  }
  return names
}

function restoreObject(value: object | null, hasMarks: boolean): number {
  if (value === null || JSON.isRawJSON(value)) return 0
  if (!Array.isArray(value)) return restore(value as Holder, hasMarks)
  let names = 0
  for (let index = 0; index < value.length; index++) {
    const item: unknown = value[index]
    if (typeof item === 'object') names += restoreObject(item, hasMarks)
    else if (hasMarks && isMarked(item)) value[index] = JSON.rawJSON(item.slice(mark.length))
  }
  return names
}

const isMarked = (value: unknown): value is string => typeof value === 'string' && value.charCodeAt(0) === 0 && value.startsWith(mark)

const quote = 0x22
const backslash = 0x5c

/** Characters are read from this buffer, a block at a time: several times faster than asking the string for each. */
const blockLength = 16_384
const block = new Uint16Array(blockLength)
const blockBytes = Buffer.from(block.buffer)

/** One pass over the text before the parser: checks the depth, counts the properties, and notes the places of numbers that need their digits. */
function scanJson(json: string): { names: number; exact: number[] } {
  let depth = 0
  let names = 0
  const exact: number[] = []
  let next = 0 // A string or number that crosses the end of a block ends here.
  for (let from = 0; from < json.length; from = next) {
    const length = Math.min(blockLength, json.length - from)
    blockBytes.write(json.slice(from, from + length), 'utf16le')
    let at = 0
    while (at < length) {
      const code = block[at] as number
      if (code <= 0x20) at++
      else if (code === quote) {
        do at++
        while (at < length && block[at] !== quote && block[at] !== backslash)
        at = at < length && block[at] === quote ? at + 1 : endOfString(json, from + at) + 1 - from
      } else if (code === 0x2d || (code >= 0x30 && code <= 0x39)) {
        const start = at
        do at++
        while (at < length && isOfNumber(block[at] as number))
        if (at === length) at = endOfNumber(json, from + at) - from
        if (at - start > 1) noteNumber(json, from + start, from + at, exact)
      } else {
        if (code === 0x3a) names++
        else if (code === 0x7b || code === 0x5b) {
          if (++depth > jsonDepthMax) throw tooDeep(json, from + at)
        } else if (code === 0x7d || code === 0x5d) depth--
        at++
      }
    }
    next = from + at
  }
  return { names, exact }
}

/** The end of a string that goes on at `from`: the first quote with an even number of backslashes before it. */
function endOfString(json: string, from: number): number {
  let at = json.indexOf('"', from)
  while (at > 0) {
    let slashes = 0
    while (json.charCodeAt(at - 1 - slashes) === backslash) slashes++
    if (slashes % 2 === 0) return at
    at = json.indexOf('"', at + 1)
  }
  return json.length
}

function endOfNumber(json: string, from: number): number {
  let at = from
  while (isOfNumber(json.charCodeAt(at))) at++
  return at
}

const isOfNumber = (code: number) => (code >= 0x30 && code <= 0x39) || code === 0x2e || code === 0x65 || code === 0x45 || code === 0x2d || code === 0x2b

function noteNumber(json: string, from: number, end: number, exact: number[]): void {
  if (needsDigits(json, from, end) && !isName(json, end)) exact.push(from, end)
}

// Text that is no number of JSON, such as 01, is left for the parser to refuse.
const numberForm = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/

function needsDigits(json: string, from: number, end: number): boolean {
  if (isPlain(json, from, end)) return false
  const text = json.slice(from, end)
  return String(Number(text)) !== text && numberForm.test(text)
}

/**
 * A number of up to fifteen digits survives a double (IEEE 754). It is printed as it was written, unless it begins with a zero or its fraction
 * ends with one.
 */
function isPlain(json: string, from: number, end: number): boolean {
  const first = json.charCodeAt(from)
  if (end - from > 15 || first < 0x31 || first > 0x39) return false
  let hasPoint = false
  for (let at = from + 1; at < end; at++) {
    const code = json.charCodeAt(at)
    if (code === 0x2e) hasPoint = true
    else if (code < 0x30 || code > 0x39) return false
  }
  return !hasPoint || json.charCodeAt(end - 1) !== 0x30
}

// A name is not marked: {1.50: 1} is not JSON, and the mark's quotes would make it valid.
function isName(json: string, end: number): boolean {
  let at = end
  while (json.charCodeAt(at) <= 0x20) at++
  return json.charCodeAt(at) === 0x3a
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

/** V8's message sometimes tells the position. It also quotes the text, which may hold a personal number, so only the position is taken from it. */
function syntaxRefusal(json: string, error: unknown): Refusal {
  if (json.trim() === '') return new Refusal('incorrect', 'the body is empty where JSON is expected', { hint: 'Send a JSON document.' })
  const message = error instanceof Error ? error.message : ''
  const position = /at position (\d+)/.exec(message)?.[1]
  const where = position !== undefined ? ` at ${place(json, Number(position))}` : /end of JSON/.test(message) ? ' at its end' : ''
  return new Refusal('incorrect', `the body is not valid JSON${where}`, { hint: 'Check brackets, commas and quotes there.' })
}
