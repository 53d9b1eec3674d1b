import { readFileSync } from 'node:fs'
import { mkdir, open, rename } from 'node:fs/promises'
import { request as askHttp } from 'node:http'
import { request as askHttps } from 'node:https'
import { join } from 'node:path'
import { connect, type Socket } from 'node:net'
import type { Delivery, Verdict } from '../centre/receive.ts'
import { Frames } from '../mllp/frames.ts'
import type { Contents } from './contents.ts'
import type { InboundSettings } from './shape.ts'

/** Hands one delivery to a local system; taken means that the system itself has said so. */
export type Way = { hand(delivery: Delivery, contents: Contents): Promise<Verdict>; close(): void }

export const taken: Verdict = { taken: true }
export const later = (reason: string): Verdict => ({ taken: false, reason, isFinal: false })
export const never = (reason: string): Verdict => ({ taken: false, reason, isFinal: true })

const answerBytesMax = 65_536
// Statuses that another attempt will not change (RFC 9110): the contents are refused, whatever the moment.
const finalStatuses = new Set([400, 410, 413, 415, 422])

export function webhook(settings: InboundSettings): Way {
  const target = new URL(settings.url as string)
  const ask = target.protocol === 'https:' ? askHttps : askHttp
  return {
    close: () => {},
    hand: ({ message, from, to, subject, outOfOrder }, { bytes, contentType }) =>
      new Promise((resolve) => {
        const headers = {
          'content-type': contentType,
          'content-length': bytes.length,
          'idempotency-key': message,
          'spona-message': message,
          'spona-from': from,
          'spona-service': to,
          ...(subject === undefined ? {} : { 'spona-subject': subject }),
          ...(outOfOrder ? { 'spona-out-of-order': 'true' } : {}),
          ...(settings.token === undefined ? {} : { authorization: `Bearer ${readFileSync(settings.token, 'utf8').trim()}` }),
        }
        const asked = ask(target, { method: 'POST', headers }, (answer) => {
          const status = answer.statusCode ?? 0
          let length = 0
          answer.on('data', (piece: Buffer) => (length += piece.length) > answerBytesMax && answer.destroy())
          answer.on('error', () => {})
          if (status >= 200 && status < 300) resolve(taken)
          else resolve((finalStatuses.has(status) ? never : later)(`the local system answered ${status}`))
        })
        const timer = setTimeout(() => asked.destroy(Object.assign(new Error(), { code: 'ETIMEDOUT' })), settings.timeoutSeconds * 1000)
        asked.once('close', () => clearTimeout(timer))
        asked.once('error', (error: NodeJS.ErrnoException) => resolve(later(`the local system cannot be reached (${error.code ?? 'no answer'})`)))
        asked.end(bytes)
      }),
  }
}

/** Writes a file under another name first, so that a reader of the folder never sees half a file; the same delivery gives the same file. */
export function file(settings: InboundSettings): Way {
  const folder = settings.folder as string
  return {
    close: () => {},
    async hand({ message, number }, { bytes, ending }) {
      // Names begin with the number on the bus, so that they sort in the order of arrival.
      const name = `${String(number ?? 0).padStart(12, '0')}-${message}.${ending}`
      try {
        await putWhole(folder, name, bytes, modes[settings.readableBy])
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException
        if (code === undefined) throw error
        return later(`the folder cannot be written (${code})`)
      }
      return taken
    },
  }
}

const modes = { owner: 0o600, group: 0o640 } as const

async function putWhole(folder: string, name: string, bytes: Buffer, mode: number): Promise<void> {
  await mkdir(folder, { recursive: true })
  const beside = join(folder, `.${name}.tmp`)
  const handle = await open(beside, 'w', 0o600)
  try {
    // Independent of the umask, and before the file gets the name that its reader waits for.
    if (mode !== modes.owner) await handle.chmod(mode)
    await handle.writeFile(bytes)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(beside, join(folder, name))
  const directory = await open(folder, 'r')
  await directory.sync().finally(() => directory.close())
}

const ackBytesMax = 1_048_576

/** One connection and one message at a time, each answered before the next: MLLP has no other order. */
export class MllpOut implements Way {
  readonly #settings: InboundSettings
  #socket: Socket | null = null
  #frames = new Frames(ackBytesMax)

  constructor(settings: InboundSettings) {
    this.#settings = settings
  }

  async hand(_delivery: Delivery, { bytes }: Contents): Promise<Verdict> {
    try {
      const answer = await this.#exchange(bytes)
      return verdictIn(answer, controlIdOf(bytes))
    } catch (error) {
      this.close()
      return later(`the local system cannot be reached (${(error as NodeJS.ErrnoException).code ?? 'no answer'})`)
    }
  }

  close(): void {
    this.#socket?.destroy()
    this.#socket = null
  }

  async #exchange(bytes: Buffer): Promise<string> {
    const socket = this.#socket ?? (await this.#open())
    return new Promise<string>((resolve, reject) => {
      const end = (error: Error | null, answer = '') => {
        clearTimeout(timer)
        socket.off('data', onData).off('error', onError).off('close', onClose)
        if (error) reject(error)
        else resolve(answer)
      }
      const onError = (error: Error) => end(error)
      const onClose = () => end(Object.assign(new Error(), { code: 'ECONNRESET' }))
      const onData = (chunk: Buffer) => {
        for (const frame of this.#frames.take(chunk)) if ('bytes' in frame) end(null, frame.bytes.toString('latin1'))
      }
      const timer = setTimeout(() => end(Object.assign(new Error(), { code: 'ETIMEDOUT' })), this.#settings.timeoutSeconds * 1000)
      socket.on('data', onData).on('error', onError).on('close', onClose)
      socket.write(Buffer.concat([Buffer.of(0x0b), bytes, Buffer.of(0x1c, 0x0d)]))
    })
  }

  #open(): Promise<Socket> {
    return new Promise((resolve, reject) => {
      this.#frames = new Frames(ackBytesMax)
      const socket = connect({ host: this.#settings.host, port: this.#settings.port as number, noDelay: true, timeout: this.#settings.timeoutSeconds * 1000 })
      socket.once('error', reject)
      socket.once('timeout', () => socket.destroy(Object.assign(new Error(), { code: 'ETIMEDOUT' })))
      socket.once('connect', () => {
        socket.setTimeout(0)
        socket.off('error', reject).on('error', () => {})
        socket.once('close', () => {
          if (this.#socket === socket) this.#socket = null
        })
        this.#socket = socket
        resolve(socket)
      })
    })
  }
}

const controlIdOf = (bytes: Buffer): string =>
  bytes
    .toString('latin1', 0, 1000)
    .split(/[\r\n]/, 1)[0]
    ?.split('|')[9] ?? ''

/** HL7 2.9.3: AA and CA mean taken; AE and CE that the contents are wrong, also next time; AR and CR that it cannot be taken now. */
function verdictIn(answer: string, controlId: string): Verdict {
  const msa = answer.split(/[\r\n]+/).find((line) => line.startsWith('MSA'))
  const [, code = '', about = ''] = msa?.split('|') ?? []
  if (about !== controlId) return later('the local system answered something else')
  if (code === 'AA' || code === 'CA') return taken
  return code === 'AE' || code === 'CE' ? never(`the local system refused it (${code})`) : later(`the local system could not take it (${code.slice(0, 2)})`)
}
