import type { Socket } from 'node:net'
import type { Edge } from '../process/edge.ts'
import { isBeginning } from './frames.ts'

/**
 * Bytes that arrive at a port of HL7 v2 without the MLLP frame. The protocol has no answer for them, and the sender could take an answer for that to
 * another message. So nothing is answered and the status of the edge tells it, because the sender only waits.
 */
export type Unframed = { kind: 'hl7' | 'http' | 'tls' | 'other'; connections: number; lastAt: Date }

/** After this many bytes, or this long, the connection is ended, so that its sender at least sees that something is wrong. */
export const unframedLimits = { bytesMax: 65_536, waitMs: 30_000 }
/**
 * How long after the last bytes the status still tells of them. Lost messages are told for a day, because they may come at night and 24 hours are the
 * law's limit for what was documented.
 */
const toldMs = 3_600_000
const toldOfMessagesMs = 86_400_000

const kept = new WeakMap<Edge, Map<string, Unframed>>()
/** Lost messages are remembered beyond a restart of the edge: their sender may not come again before somebody looks. */
const factName = 'unframed'
type Fact = Record<string, { connections: number; lastAt: string }>

/** What the status tells, by the names of the ways in. */
export function unframedOf(edge: Edge): { name: string; unframed: Unframed }[] {
  const now = edge.now().getTime()
  return [...portsOf(edge)]
    .filter(([, { kind, lastAt }]) => lastAt.getTime() > now - (kind === 'hl7' ? toldOfMessagesMs : toldMs))
    .map(([name, unframed]) => ({ name, unframed }))
}

function portsOf(edge: Edge): Map<string, Unframed> {
  const known = kept.get(edge)
  if (known !== undefined) return known
  const before = JSON.parse(edge.store.fact(factName) ?? '{}') as Fact
  const ports = new Map(
    edge.config.mllp.flatMap(({ name }): [string, Unframed][] => {
      const fact = before[name]
      return fact === undefined ? [] : [[name, { kind: 'hl7', connections: fact.connections, lastAt: new Date(fact.lastAt) }]]
    }),
  )
  kept.set(edge, ports)
  return ports
}

/** Watches one connection. */
export class UnframedWatch {
  readonly #edge: Edge
  readonly #source: string
  readonly #socket: Socket
  #bytes = 0
  #hasTold = false
  #hasFramed = false
  #timer: NodeJS.Timeout | undefined

  constructor(edge: Edge, source: string, socket: Socket) {
    this.#edge = edge
    this.#source = source
    this.#socket = socket
    socket.once('close', () => clearTimeout(this.#timer))
  }

  /** Counts bytes outside any frame. */
  saw(beginning: Buffer, length: number): void {
    const { log } = this.#edge
    this.#bytes += length
    const kind = kindOf(beginning)
    if (!this.#hasTold && !(this.#hasFramed && kind === 'other')) {
      this.#hasTold = true
      note(this.#edge, this.#source, kind)
      log.warn({ source: this.#source, from: this.#socket.remoteAddress, kind }, 'bytes outside of a frame; nothing of them is taken or answered')
    }
    if (!this.#hasFramed) this.#timer ??= setTimeout(() => this.#end(), unframedLimits.waitMs).unref()
    if (this.#bytes > unframedLimits.bytesMax) this.#end()
  }

  /** A frame began: a program that also writes something between frames, such as a sign of life, does speak MLLP. */
  framed(): void {
    this.#hasFramed = true
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#bytes = 0
  }

  #end(): void {
    this.#edge.log.warn({ source: this.#source, from: this.#socket.remoteAddress, bytes: this.#bytes }, 'a connection without frames was closed')
    this.#socket.destroy()
  }
}

function note(edge: Edge, source: string, kind: Unframed['kind']): void {
  const ports = portsOf(edge)
  const before = ports.get(source)
  // Once HL7 was seen the port stays reported as HL7, since somebody's message was lost.
  ports.set(source, { kind: before?.kind === 'hl7' ? 'hl7' : kind, connections: (before?.connections ?? 0) + 1, lastAt: edge.now() })
  if (ports.get(source)?.kind !== 'hl7') return
  const lost = [...ports]
    .filter(([, one]) => one.kind === 'hl7')
    .map(([name, { connections, lastAt }]) => [name, { connections, lastAt: lastAt.toISOString() }])
  edge.store.write(() => edge.store.setFact(factName, JSON.stringify(Object.fromEntries(lost)))).catch(() => {})
}

function kindOf(bytes: Buffer): Unframed['kind'] {
  if (isBeginning(bytes)) return 'hl7'
  // The handshake record of TLS (RFC 8446, section 5.1).
  if (bytes[0] === 0x16 && bytes[1] === 0x03) return 'tls'
  return /^[A-Z]{3,8} \S+ HTTP\//.test(bytes.toString('latin1', 0, 200)) ? 'http' : 'other'
}
