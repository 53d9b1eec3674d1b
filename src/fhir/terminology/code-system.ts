import { fold } from '../../platform/text.ts'
import { flatten, type Flat } from './flatten.ts'
import type { CodeSystemResource, Concept } from './resources.ts'

/** An opened code system. A concept is named by its number in the order of the definition; -1 is no concept. */
export type CodeSystem = {
  url: string
  /** The definition without its concepts. */
  about: CodeSystemResource
  /** The definition has all codes, so a code that is not here does not exist. */
  isComplete: boolean
  size: number
  find(code: string): number
  codeOf(at: number): string
  /** The concept as defined, read at each call. */
  concept(at: number): Concept
  parents(at: number): Iterable<number>
  children(at: number): Iterable<number>
  /** Whether the concept is this ancestor or stands below it. */
  isBelow(at: number, ancestor: number): boolean
  isInactive(at: number): boolean
  isAbstract(at: number): boolean
  /** The concepts whose code, display or a designation contains every one of these folded words, in order. */
  search(words: string[]): Generator<number>
  /** Bytes in memory, for the cache that keeps the code system. */
  weight: number
}

/** Bytes in memory or a part of a file. */
export type Bytes = { length: number; read(at: number, length: number): Buffer }
export const bytesOf = (buffer: Buffer): Bytes => ({ length: buffer.length, read: (at, length) => buffer.subarray(at, at + length) })

const sections = ['codes', 'flags', 'parentStart', 'parentList', 'recordStart', 'records', 'textStart', 'texts'] as const
type Section = (typeof sections)[number]
type Header = { about: CodeSystemResource; size: number; at: Record<Section, [at: number, length: number]> }

/** Measured: the code as text, its entry in the map, parents and offsets. */
const bytesPerConcept = 105
const inactiveFlag = 1
const abstractFlag = 2

/**
 * Packs a code system into bytes. Opening it reads the codes and the hierarchy; the concepts themselves and the folded text stay in the file.
 * 400,000 concepts take 42 MB in memory this way, and 116 MB or more as objects.
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

/** Joins texts, and notes where each begins. One growing buffer: half a million small ones would take seconds to make and to join. */
function packed(size: number, textAt: (at: number) => string): { start: Buffer; bytes: Buffer } {
  const start = new Uint32Array(size + 1)
  let bytes = Buffer.allocUnsafe(1 << 16)
  let end = 0
  for (let at = 0; at < size; at++) {
    const text = textAt(at)
    const most = text.length * 3 // A UTF-16 unit takes at most three bytes in UTF-8.
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
/** Copies, because a part of a file need not begin at a multiple of four. */
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
  // For each concept the number of the last walk that met it; a new set for each walk would cost more.
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

/** Searches the folded text, reading a megabyte at a time. Each concept is searched alone, so no text is found across two of them. */
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
