import { fold } from '../../platform/text.ts'
import { flatten, type Flat } from './flatten.ts'
import type { CodeSystemResource, Concept } from './resources.ts'

/** One opened code system. Concepts are known by their number, in the order of the definition; -1 is no concept. */
export type CodeSystem = {
  url: string
  /** The definition without its concepts. */
  about: CodeSystemResource
  /** All codes are here, so a code that is not here is none. */
  isComplete: boolean
  size: number
  find(code: string): number
  codeOf(at: number): string
  /** The concept as defined, read when asked. */
  concept(at: number): Concept
  parents(at: number): Iterable<number>
  children(at: number): Iterable<number>
  /** Is the concept, or something above it, this ancestor? */
  isBelow(at: number, ancestor: number): boolean
  isInactive(at: number): boolean
  isAbstract(at: number): boolean
  /** The concepts whose code, display or a designation contains every one of these folded words, in order. */
  search(words: string[]): Generator<number>
  /** Bytes held in memory, for the cache that holds it. */
  weight: number
}

/** Bytes in memory or a part of a file. */
export type Bytes = { length: number; read(at: number, length: number): Buffer }
export const bytesOf = (buffer: Buffer): Bytes => ({ length: buffer.length, read: (at, length) => buffer.subarray(at, at + length) })

const sections = ['codes', 'flags', 'parentStart', 'parentList', 'recordStart', 'records', 'textStart', 'texts'] as const
type Section = (typeof sections)[number]
type Header = { about: CodeSystemResource; size: number; at: Record<Section, [at: number, length: number]> }

/** Measured: the code as text, its place in the map, parents and offsets. */
const bytesPerConcept = 105
const inactiveFlag = 1
const abstractFlag = 2

/**
 * One code system as bytes: the codes and the hierarchy are read when it is opened, the concepts themselves and the folded text
 * stay where they are. 400,000 concepts take 42 MB in memory this way instead of 116 MB and more as objects.
 */
export function compileCodeSystem(resource: CodeSystemResource): Buffer {
  const { concept: _, ...about } = resource
  const flat = flatten(resource)
  const size = flat.concepts.length
  const records = packed(size, (at) => JSON.stringify(flat.concepts[at]))
  const texts = packed(size, (at) => `${textOf(flat.concepts[at] as Concept)}\n`)
  const parts: Record<Section, Buffer> = {
    codes: Buffer.from(flat.concepts.map(({ code }) => code).join('\n')),
    flags: Buffer.from(flat.concepts.map((_one, at) => (flat.inactive.has(at) ? inactiveFlag : 0) | (flat.abstract.has(at) ? abstractFlag : 0))),
    ...parentsOf(flat),
    recordStart: records.start,
    records: records.bytes,
    textStart: texts.start,
    texts: texts.bytes,
  }
  let end = 0
  const at = {} as Header['at']
  for (const name of sections) {
    at[name] = [end, parts[name].length]
    end += parts[name].length
  }
  const header = Buffer.from(JSON.stringify({ about, size, at } satisfies Header))
  const length = Buffer.alloc(4)
  length.writeUInt32LE(header.length)
  return Buffer.concat([length, header, ...sections.map((name) => parts[name])])
}

const textOf = ({ code, display, designation }: Concept): string =>
  fold([code, display ?? '', ...(designation ?? []).map(({ value }) => value)].join('\t')).replaceAll('\n', ' ')

/** Texts one after another, and where each begins. One growing buffer: half a million small ones take seconds to make and to join. */
function packed(size: number, textAt: (at: number) => string): { start: Buffer; bytes: Buffer } {
  const start = new Uint32Array(size + 1)
  let bytes = Buffer.allocUnsafe(1 << 16)
  let end = 0
  for (let at = 0; at < size; at++) {
    const text = textAt(at)
    const most = text.length * 3 // UTF-8 of one UTF-16 unit
    if (end + most > bytes.length) bytes = Buffer.concat([bytes.subarray(0, end)], Math.max(bytes.length * 2, end + most))
    end += bytes.write(text, end)
    start[at + 1] = end
  }
  return { start: bufferOf(start), bytes: bytes.subarray(0, end) }
}

function parentsOf({ concepts, parents }: Flat): { parentStart: Buffer; parentList: Buffer } {
  const start = new Uint32Array(concepts.length + 1)
  const list: number[] = []
  concepts.forEach((_one, at) => {
    list.push(...(parents.get(at) ?? []))
    start[at + 1] = list.length
  })
  return { parentStart: bufferOf(start), parentList: bufferOf(Uint32Array.from(list)) }
}

const bufferOf = (numbers: Uint32Array): Buffer => Buffer.from(numbers.buffer, numbers.byteOffset, numbers.byteLength)
/** A copy, because a part of a file need not begin at a multiple of four. */
const numbersOf = (buffer: Buffer): Uint32Array => new Uint32Array(Uint8Array.from(buffer).buffer)

export function openCodeSystem(bytes: Bytes): CodeSystem {
  const headerLength = bytes.read(0, 4).readUInt32LE()
  const { about, size, at } = JSON.parse(bytes.read(4, headerLength).toString()) as Header
  const base = 4 + headerLength
  const part = (name: Section, from = 0, length = at[name][1] - from): Buffer => bytes.read(base + at[name][0] + from, length)
  const codes = size === 0 ? [] : part('codes').toString().split('\n')
  const isCaseless = about.caseSensitive === false
  const numbers = new Map(codes.map((code, number) => [isCaseless ? code.toLowerCase() : code, number]))
  const flags = Buffer.from(part('flags'))
  const recordStart = numbersOf(part('recordStart'))
  return {
    url: about.url ?? '',
    about,
    isComplete: about.content === 'complete',
    size,
    find: (code) => numbers.get(isCaseless ? code.toLowerCase() : code) ?? -1,
    codeOf: (number) => codes[number] as string,
    concept: (number) => {
      const [from, to] = [recordStart[number] as number, recordStart[number + 1] as number]
      return JSON.parse(part('records', from, to - from).toString()) as Concept
    },
    ...hierarchy(size, numbersOf(part('parentStart')), numbersOf(part('parentList'))),
    isInactive: (number) => ((flags[number] as number) & inactiveFlag) !== 0,
    isAbstract: (number) => ((flags[number] as number) & abstractFlag) !== 0,
    search: searcher(numbersOf(part('textStart')), (from, length) => part('texts', from, length)),
    weight: headerLength + size * bytesPerConcept,
  }
}

function hierarchy(size: number, start: Uint32Array, list: Uint32Array): Pick<CodeSystem, 'parents' | 'children' | 'isBelow'> {
  const parents = (at: number) => list.subarray(start[at], start[at + 1])
  let childrenOf: Map<number, number[]> | undefined
  // Which concepts were met in the present walk: a number of the walk instead of a new set each time.
  const met = new Uint32Array(size)
  let walk = 0
  return {
    parents,
    children(at) {
      if (childrenOf === undefined) {
        childrenOf = new Map()
        for (let child = 0; child < size; child++) {
          for (const parent of parents(child)) {
            const known = childrenOf.get(parent)
            if (known) known.push(child)
            else childrenOf.set(parent, [child])
          }
        }
      }
      return childrenOf.get(at) ?? []
    },
    isBelow(at, ancestor) {
      walk++
      const open = [at]
      for (let one = open.pop(); one !== undefined; one = open.pop()) {
        if (one === ancestor) return true
        if (met[one] === walk) continue
        met[one] = walk
        open.push(...parents(one))
      }
      return false
    },
  }
}

const windowBytes = 1 << 20

/** Reads the folded text a megabyte at a time; a text ends with a line feed, so none is found across two concepts. */
function searcher(start: Uint32Array, text: (from: number, length: number) => Buffer): CodeSystem['search'] {
  return function* (words) {
    const last = start.length - 1
    for (let at = 0; at < last; ) {
      let end = at + 1
      while (end < last && (start[end + 1] as number) - (start[at] as number) <= windowBytes) end++
      const base = start[at] as number
      const window = text(base, (start[end] as number) - base)
      for (; at < end; at++) {
        const own = window.subarray((start[at] as number) - base, (start[at + 1] as number) - base)
        if (words.every((word) => own.includes(word))) yield at
      }
    }
  }
}
