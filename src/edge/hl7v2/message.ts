import { Refusal } from '../../platform/refusal.ts'
import { hasControls, withoutControls } from '../draft/characters.ts'
import { type Charset, decode } from './charset.ts'
import { type Delimiters, unescape } from './escapes.ts'
import { linesOf, unframed } from './lines.ts'
import { isBeyondAscii, mustBeAsSaid } from './misread.ts'

const bytesMax = 100_000_000
const segmentsMax = 20_000
const fieldsMax = 500
const repetitionsMax = 10_000

/**
 * A message as segments, fields, repetitions, components and subcomponents. Each part remembers whether it was read: parts that nobody read could not
 * be mapped, and the loss report names them.
 */
export type Message = {
  segments: Segment[]
  delimiters: Delimiters
  charset: Charset
  /** MSH-9: for example ADT, A01. */
  type: string
  event: string
  /** MSH-10; empty when the sender gave none. */
  controlId: string
  version: string
  /** Lines that are not segments, and other faults that were mended while reading. */
  oddities: { place: string; what: string }[]
}

/** The delimiters and the character set of a message, shared by all its parts. Delimiters that do not occur in it are not looked for in its parts. */
class Writing {
  readonly delimiters: Delimiters
  readonly charset: Charset
  readonly hasRepetitions: boolean
  readonly hasSubcomponents: boolean
  readonly hasEscapes: boolean
  #inner: Writing | undefined

  constructor(delimiters: Delimiters, charset: Charset, text: string) {
    const has = (mark: string) => mark !== '' && text.includes(mark)
    this.delimiters = delimiters
    this.charset = charset
    this.hasRepetitions = has(delimiters.repetition)
    this.hasSubcomponents = has(delimiters.subcomponent)
    this.hasEscapes = has(delimiters.escape)
  }

  /** The writing of a component whose subcomponents are read as components. */
  get inner(): Writing {
    const { delimiters } = this
    const found = this.hasEscapes ? delimiters.escape : ''
    this.#inner ??= new Writing({ ...delimiters, component: delimiters.subcomponent || '\u0000', subcomponent: '' }, this.charset, found)
    return this.#inner
  }
}

export class Segment {
  readonly name: string
  /** The name with its number among segments of that name: `OBX[3]`. */
  readonly place: string
  readonly #fields: string[]
  readonly #values: (Value[] | undefined)[]
  readonly #writing: Writing
  #skipped = 0

  constructor(name: string, number: number, fields: string[], writing: Writing) {
    this.name = name
    this.place = `${name}[${number}]`
    this.#fields = fields
    this.#values = new Array<Value[] | undefined>(fields.length)
    this.#writing = writing
  }

  get length(): number {
    return this.#fields.length - 1
  }

  /** All repetitions that have contents. `""` means "delete" (HL7 2.5.3) and has no contents that could be shown. */
  all(field: number): Value[] {
    const raw = field < this.#fields.length ? (this.#fields[field] as string) : ''
    if (raw === '') return none
    const known = this.#values[field]
    if (known !== undefined) return known
    const writing = this.#writing
    const isOfMsh = field <= 2 && this.name === 'MSH'
    const isOne = isOfMsh || !writing.hasRepetitions || !raw.includes(writing.delimiters.repetition)
    const parts = isOne ? null : repetitionsOf(raw, writing.delimiters.repetition, this.name).filter(isSaying)
    const values = parts?.map((part) => new Value(part, writing)) ?? (isSaying(raw) ? [new Value(raw, isOfMsh ? ofNone : writing)] : none)
    this.#values[field] = values
    return values
  }

  first(field: number): Value | undefined {
    const values = this.all(field)
    return values.length === 0 ? undefined : values[0]
  }

  /** Marks fields that are left out on purpose: they concern the exchange of messages, or only count. */
  skip(...fields: number[]): void {
    for (const field of fields) this.#skipped |= bit(field)
  }

  /** The first component of the first repetition, with its escapes replaced. */
  text(field: number): string | undefined {
    return this.first(field)?.part(1)
  }

  /** The field as it was sent, for the loss report and for counting. */
  raw(field: number): string {
    return this.#fields[field] ?? ''
  }

  /** Tells the place (`OBX[3]-5.2`) of every part that has contents and was not read. */
  unread(tell: (place: string) => void): void {
    for (let field = 1; field < this.#fields.length; field++) {
      const raw = this.#fields[field] as string
      if (raw === '' || (this.#skipped & bit(field)) !== 0 || !isSaying(raw) || (field <= 2 && this.name === 'MSH')) continue
      const values = this.#values[field]
      if (values === undefined) tell(`${this.place}-${field}`)
      else for (const value of values) if (!value.isRead) for (const part of value.unread()) tell(`${this.place}-${field}${part}`)
    }
  }
}

const isSaying = (text: string) => text !== '' && text !== '""' && (text.charCodeAt(0) > 0x20 || text.trim() !== '')
/** Whether neither end of the text could be white space, as in most texts. */
const hasBareEnds = (text: string) => isMark(text.charCodeAt(0)) && isMark(text.charCodeAt(text.length - 1))
const isMark = (code: number) => code > 0x20 && code < 0x7f
const none: Value[] = []
function repetitionsOf(raw: string, mark: string, segment: string): string[] {
  const all = raw.split(mark, repetitionsMax + 1)
  if (all.length > repetitionsMax)
    throw new Refusal('too-large', `a field may have ${repetitionsMax} repetitions`, {
      expression: segment,
      hint: 'A tilde that belongs to a text is written as \\R\\.',
    })
  return all
}

const ofNone = new Writing({ field: '', component: '\u0000', repetition: '', escape: '', subcomponent: '\u0000', truncation: '' }, 'utf-8', '')
/** A read part is a bit of its number. No type of HL7 has a component beyond 30; such a component stays unread. */
const bit = (number: number) => (number < 31 ? 1 << number : 0)

/** Most values have few components: walking over the characters is then quicker than splitting, and the array gets exactly the needed size. */
function componentsOf(text: string, mark: number): string[] {
  let count = 1
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) === mark) count++
  if (count === 1) return [text]
  const found = new Array<string>(count)
  let [from, part] = [0, 0]
  for (let at = 0; at < text.length; at++) {
    if (text.charCodeAt(at) !== mark) continue
    found[part++] = at === from ? '' : text.slice(from, at)
    from = at + 1
  }
  found[part] = text.slice(from)
  return found
}

/** One repetition of a field. */
export class Value {
  readonly #components: string[]
  readonly #writing: Writing
  #read = 0
  #readSubs: Map<number, number> | undefined

  constructor(text: string, writing: Writing) {
    const mark = writing.delimiters.component
    this.#components = componentsOf(text, mark.charCodeAt(0))
    this.#writing = writing
  }

  get length(): number {
    return this.#components.length
  }

  /** A component; the first subcomponent, when it has several. */
  part(component: number): string | undefined {
    return this.sub(component, 1)
  }

  sub(component: number, subcomponent: number): string | undefined {
    this.#read |= bit(component)
    const raw = this.#components[component - 1]
    if (raw === undefined || raw === '') return undefined
    const writing = this.#writing
    const mark = writing.delimiters.subcomponent
    if (!writing.hasSubcomponents || !raw.includes(mark)) return subcomponent === 1 ? this.#plain(raw) : undefined
    this.#readSubs ??= new Map()
    this.#readSubs.set(component, (this.#readSubs.get(component) ?? 0) | bit(subcomponent))
    return this.#plain(raw.split(mark)[subcomponent - 1] ?? '')
  }

  /** A component that is a text, with any ampersand that the sender forgot to escape. */
  words(component: number): string | undefined {
    this.#read |= bit(component)
    const raw = this.#components[component - 1]
    return raw === undefined || raw === '' ? undefined : this.#plain(raw)
  }

  /** The component as a value of its own whose components are the subcomponents: an HD in a CX, an XCN in an NDL. */
  inside(component: number): Value | undefined {
    const raw = this.#components[component - 1]
    this.#read |= bit(component)
    return raw === undefined || !isSaying(raw) ? undefined : new Value(raw, this.#writing.inner)
  }

  /** Everything as text, with its delimiters: a text field whose sender forgot to escape them. */
  whole(): string {
    this.#read = -1
    const { delimiters, charset } = this.#writing
    return unescape(this.#components.join(delimiters.component), delimiters, charset)
  }

  /** Marks components that are left out on purpose although they are understood. */
  skip(...components: number[]): void {
    for (const component of components) this.#read |= bit(component)
  }

  /** Marks the other subcomponents as read, when the first one already says everything. */
  skipSubs(component: number): void {
    if (this.#writing.hasSubcomponents) for (let sub = 2; sub <= 5; sub++) this.sub(component, sub)
  }

  /** Whether everything is certainly read, without a look at the parts. */
  get isRead(): boolean {
    if (this.#read === -1) return true
    if (this.#readSubs !== undefined || this.#components.length > 30) return false
    for (let at = 0; at < this.#components.length; at++) if (this.#components[at] !== '' && (this.#read & (2 << at)) === 0) return false
    return true
  }

  unread(): string[] {
    if (this.isRead) return []
    const found: string[] = []
    for (let component = 1; component <= this.#components.length; component++) {
      const raw = this.#components[component - 1] as string
      if (raw === '' || !isSaying(raw)) continue
      if ((this.#read & bit(component)) === 0) found.push(`.${component}`)
      else found.push(...this.#unreadSubs(component, raw))
    }
    return found
  }

  #unreadSubs(component: number, raw: string): string[] {
    const read = this.#readSubs?.get(component)
    if (read === undefined) return []
    return raw
      .split(this.#writing.delimiters.subcomponent)
      .flatMap((sub, index) => (isSaying(sub) && (read & bit(index + 1)) === 0 ? [`.${component}.${index + 1}`] : []))
  }

  #plain(raw: string): string | undefined {
    if (!isSaying(raw)) return undefined
    const { hasEscapes, delimiters, charset } = this.#writing
    const text = hasEscapes ? unescape(raw, delimiters, charset) : raw
    if (hasBareEnds(text)) return text
    return text.trim() || undefined
  }
}

/** `fallback` is used when MSH-18 is empty and the bytes are not UTF-8. */
export function readMessage(bytes: Uint8Array, fallback: Charset = 'windows-1250'): Message {
  if (bytes.length > bytesMax)
    throw new Refusal('too-large', `a message may have ${bytesMax} bytes`, { hint: 'Send large documents as a reference, or in parts.' })
  const said = charsetSaid(bytes)
  const { text, charset } = decode(bytes, said, fallback)
  if (charset !== 'utf-8' && isBeyondAscii(bytes)) mustBeAsSaid(bytes, text, charset, said)
  return readText(text, charset)
}

/** MSH-18 from the bytes, before anything is decoded: the header is ASCII in every character set that is taken. */
function charsetSaid(bytes: Uint8Array): string {
  const length = Math.min(bytes.length, 2000)
  let at = 0
  while (at < length && !(bytes[at] === 0x4d && bytes[at + 1] === 0x53 && bytes[at + 2] === 0x48)) at++
  at += 3
  const mark = bytes[at]
  let from = at
  for (let field = 0; field < 17; at++) {
    if (at >= length || bytes[at] === 0x0d || bytes[at] === 0x0a) return ''
    if (bytes[at] !== mark) continue
    field++
    from = at + 1
  }
  while (at < length && !endsCharset(bytes[at] as number, mark as number)) at++
  return Buffer.from(bytes.buffer, bytes.byteOffset + from, at - from)
    .toString('latin1')
    .trim()
}
/** What ends a character set: the field delimiter, a line end, a tilde before the next set, an escape. */
const endsCharset = (byte: number, mark: number) => byte === mark || byte === 0x0d || byte === 0x0a || byte === 0x7e || byte === 0x5c

/** Reads a message that is already text. */
export function readText(text: string, charset: Charset = 'utf-8'): Message {
  const bare = unframed(text)
  const isPlain = !hasControls(bare)
  // Without MLLP (a file, a corrected item) two messages may be run together, and one patient's result would become the next one's.
  if (!isPlain && begunInside.test(bare)) throw beginsInside('MSH')
  const lines = linesOf(isPlain ? bare : withoutControls(bare), segmentsMax)
  // Looked at unchanged: UTF-16 without its mark would look like a message once its null characters are removed.
  const head = bare.startsWith('MSH') ? (lines[0] ?? '') : bare.slice(0, 8)
  if (!head.startsWith('MSH'))
    throw new Refusal('incorrect', whatElse(head), {
      expression: 'MSH',
      hint: /^[FB]HS/.test(head)
        ? 'Put the file into a folder that is read as hl7v2, or send its messages one by one.'
        : 'Send HL7 v2 with the delimiters of the standard: MSH|^~\\&|…, segments ended by a carriage return.',
    })
  const delimiters = delimitersOf(head)
  const message: Message = { segments: [], delimiters, charset, type: '', event: '', controlId: '', version: '', oddities: [] }
  if (!isPlain) message.oddities.push({ place: 'the message', what: 'has control characters, which were left out' })
  const counts = new Map<string, number>()
  const writing = new Writing(delimiters, charset, text.slice(text.indexOf('MSH') + 8))
  for (const line of lines) addSegment(message, line, counts, writing)
  // Two messages in one frame would share the sender, the time and the number of the first.
  if ((counts.get('MSH') ?? 0) > 1) throw beginsInside('MSH[2]')
  const msh = message.segments[0] as Segment
  const kind = msh.first(9)
  message.type = kind?.part(1)?.toUpperCase() ?? ''
  message.event = kind?.part(2)?.toUpperCase() ?? kind?.part(3)?.split('_')[1]?.toUpperCase() ?? ''
  message.controlId = msh.text(10) ?? ''
  message.version = msh.text(12) ?? ''
  return message
}

const beginsInside = (expression: string) =>
  new Refusal('incorrect', 'another message begins inside of this one, which was cut off', {
    expression,
    hint: 'Send each of the two whole, as a message of its own.',
  })

/** The frame of another message (MLLP) inside this one. */
const begunInside = /\u000b\s*(?:MSH|FHS|BHS)/

function whatElse(head: string): string {
  if (head.startsWith('<')) return 'the message is XML, and the pipe-delimited encoding is expected'
  return /^[FB]HS/.test(head) ? 'a batch of messages stands where one message is expected' : 'a message begins with MSH'
}

function addSegment(message: Message, line: string, counts: Map<string, number>, writing: Writing): void {
  const { field } = message.delimiters
  const start = line.trimStart()
  if (start === '') return
  if (message.segments.length >= segmentsMax)
    throw new Refusal('too-large', `a message may have ${segmentsMax} segments`, { hint: 'Send it in several messages, for example one for each order.' })
  const name = segmentName(start)
  if (name === undefined || (start.length > 3 && start[3] !== field)) {
    message.oddities.push({
      place: `line after ${message.segments.at(-1)?.place ?? 'the beginning'}`,
      what: 'is no segment: it does not begin with a name and a delimiter',
    })
    return
  }
  const fields = start.split(field)
  if (fields.length > fieldsMax)
    throw new Refusal('too-large', `a segment may have ${fieldsMax} fields`, {
      expression: name,
      hint: 'A delimiter that belongs to a text is written as \\F\\.',
    })
  if (name === 'MSH') fields.splice(1, 0, field)
  const number = (counts.get(name) ?? 0) + 1
  counts.set(name, number)
  message.segments.push(new Segment(name, number, fields, writing))
}

// All messages have the same few segment names: each is kept as one string with a known hash and found by its three letters as one number.
const names = new Map<number, string>()
const namesMax = 1000
function segmentName(line: string): string | undefined {
  const [first, second, third] = [line.charCodeAt(0), line.charCodeAt(1), line.charCodeAt(2)]
  if ((first | second | third) > 0x7f) return undefined
  const letters = (first << 14) | (second << 7) | third
  const known = names.get(letters)
  if (known !== undefined) return known
  const given = line.slice(0, 3)
  if (!/^[A-Z][A-Z0-9]{2}$/.test(given)) return undefined
  if (names.size < namesMax) names.set(letters, given)
  return given
}

/** MSH-1 and MSH-2. A missing delimiter gets the value that the standard recommends, unless another delimiter has taken it. */
function delimitersOf(head: string): Delimiters {
  const field = head[3] ?? ''
  // ^~\\& comes from a program that escaped its own constant twice; two delimiters can never be the same.
  const rest = (head.slice(4).split(field, 1)[0] ?? '').replace('\\\\', '\\')
  const [component = '^', repetition = '~', escape = '\\', subcomponent = '&', truncation = '#'] = rest
  const given = { field, component, repetition, escape, subcomponent, truncation }
  const marks = [field, component, repetition, ...(rest.length > 2 ? [escape] : []), ...(rest.length > 3 ? [subcomponent] : [])]
  if (marks.some((mark) => mark === '' || /[A-Za-z0-9\s]/.test(mark)) || new Set(marks).size < marks.length)
    throw new Refusal('incorrect', 'MSH-1 and MSH-2 must be different characters that are neither letters, digits nor spaces', {
      expression: 'MSH-2',
      hint: 'The usual beginning of a message is MSH|^~\\&|',
    })
  return given
}
