import { createHash } from 'node:crypto'
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { WrongUse } from '../../platform/cli.ts'
import { CentreSaysNo, type Centre } from '../centre/centre.ts'
import { LineCut } from '../centre/line.ts'
import { Frames } from '../mllp/frames.ts'
import { shownName } from '../folder/take.ts'
import type { EdgeConfig } from '../process/config.ts'
import type { Made } from './settle.ts'

/** The answer that a local system gets to a document; `made` is the item that it became at the edge. */
export type Heard = { answer: 'taken' | 'refused' | 'none'; detail: string; made?: Made }
export type LocalSystem = (name: string, bytes: Buffer) => Promise<Heard>
export type Protocol = 'hl7v2' | 'cda' | 'csv' | 'rest' | 'bus'

const answerMs = 30_000
const fileMs = 60_000
const lookEveryMs = 200
const frameBytesMax = 1_048_576

/** The protocols in these settings; the bus itself is always among them. */
export function protocolsOf({ mllp, folders, rest }: EdgeConfig): Protocol[] {
  const found: Protocol[] = []
  if (mllp.length > 0) found.push('hl7v2')
  if (folders.some(({ format }) => format === 'cda')) found.push('cda')
  if (folders.some(({ format }) => format === 'csv')) found.push('csv')
  if (rest !== undefined) found.push('rest')
  return [...found, 'bus']
}

/** Hands documents over as a local system does: to the port, folder or address in the settings. */
export function localSystem(config: EdgeConfig, centre: Centre, protocol: Protocol): LocalSystem {
  if (protocol === 'hl7v2') return byMllp(config)
  if (protocol === 'rest') return byRest(config)
  if (protocol === 'bus') return byBus(centre)
  return byFolder(config, protocol)
}

const missing = (what: string) => new WrongUse(`the settings have no ${what}: add it to the file and start the edge again`)

function byMllp({ mllp: [first] }: EdgeConfig): LocalSystem {
  if (!first) throw missing('mllp')
  const { host, port, name: source } = first
  return (_name, bytes) =>
    new Promise((resolve) => {
      const socket = connect({ host, port })
      const frames = new Frames(frameBytesMax)
      const end = (heard: Heard) => {
        socket.destroy()
        resolve(heard)
      }
      socket.setTimeout(answerMs, () => end({ answer: 'none', detail: `no acknowledgement within ${answerMs / 1000} seconds` }))
      socket.once('error', () => end({ answer: 'none', detail: `nothing listens on ${host}:${port}: is the edge started?` }))
      socket.once('close', () => end({ answer: 'none', detail: 'the connection was closed without an acknowledgement' }))
      socket.on('data', (piece: Buffer) => {
        for (const frame of frames.take(piece))
          if ('bytes' in frame) end({ ...acknowledgementIn(frame.bytes.toString('utf8')), made: { source, name: `ORU R01 ${controlIdOf(bytes)}` } })
      })
      socket.write(Buffer.concat([Buffer.from([0x0b]), bytes, Buffer.from([0x1c, 0x0d])]))
    })
}

/** MSH-10, the message number. */
const controlIdOf = (bytes: Buffer): string => bytes.toString('latin1', 0, 500).split('|')[9] ?? ''

function acknowledgementIn(text: string): Heard {
  const msa = text
    .split('\r')
    .find((line) => line.startsWith('MSA|'))
    ?.split('|')
  const code = msa?.[1] ?? ''
  return { answer: code === 'AA' || code === 'CA' ? 'taken' : 'refused', detail: `MSA-1 ${code}`.trim() }
}

/** Writes the file under another name and renames it, so that nobody reads half a file. */
function byFolder({ folders }: EdgeConfig, format: 'cda' | 'csv'): LocalSystem {
  const folder = folders.find((one) => one.format === format)
  if (!folder) throw missing(`folder of the format ${format}`)
  const { path, ending } = folder
  let serial = 0
  return async (name, bytes) => {
    const file = `certify-${createHash('sha256').update(bytes).digest('hex').slice(0, 12)}-${++serial}${ending ?? (format === 'cda' ? '.xml' : '.csv')}`
    try {
      writeFileSync(join(path, `.${file}`), bytes)
      renameSync(join(path, `.${file}`), join(path, file))
    } catch {
      return { answer: 'none', detail: `the folder of ${folder.name} cannot be written to: is the edge started?` }
    }
    for (let waited = 0; waited < fileMs; waited += lookEveryMs) {
      if (!existsSync(join(path, file))) break
      await sleep(lookEveryMs)
    }
    if (existsSync(join(path, file))) return { answer: 'none', detail: `document ${name} still lies in the folder` }
    if (!existsSync(join(path, 'failed', file))) return { answer: 'taken', detail: 'the file was taken', made: { source: folder.name, name: shownName(file) } }
    return { answer: 'refused', detail: readReason(join(path, 'failed', `${file}.reason.txt`)) }
  }
}

function readReason(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8').trim().slice(0, 300) : 'the file was put aside'
}

function byRest({ rest }: EdgeConfig): LocalSystem {
  if (rest === undefined) throw missing('rest')
  const { host, port, token } = rest
  return async (_name, bytes) => {
    try {
      const answer = await fetch(`http://${host}:${port}/fhir`, {
        method: 'POST',
        headers: { authorization: `Bearer ${readFileSync(token, 'utf8').trim()}`, 'content-type': 'application/fhir+json' },
        body: new Uint8Array(bytes),
        signal: AbortSignal.timeout(answerMs),
      })
      const id = answer.headers.get('location')?.split('/').at(-1)
      return { answer: answer.ok ? 'taken' : 'refused', detail: `HTTP ${answer.status}`, ...(id === undefined ? {} : { made: { id } }) }
    } catch {
      return { answer: 'none', detail: `nothing answers on ${host}:${port}: is the edge started?` }
    }
  }
}

/** A digest without digits: eleven digits in a row, which hexadecimal has now and then, would be taken for a personal number and refused. */
const inLetters = (content: Buffer | string): string =>
  createHash('sha256')
    .update(content)
    .digest('hex')
    .replace(/\d/g, (figure) => 'ghijklmnop'[Number(figure)] as string)

/** Without an edge: the member signs and sends by itself, and repeats with the same number while the line is cut. */
function byBus(centre: Centre): LocalSystem {
  return async (_name, bytes) => {
    const number = inLetters(bytes).slice(0, 40)
    const key = inLetters(JSON.stringify((JSON.parse(bytes.toString('utf8')) as { entry: unknown[] }).entry[0])).slice(0, 20)
    const headers = { 'content-type': 'application/fhir+json', 'bus-to': 'record/documents', 'bus-message-id': number, 'bus-key': key }
    for (let waited = 0; ; waited += 1000) {
      try {
        await centre.ask({ method: 'POST', path: '/bus/messages', body: bytes, headers })
        return { answer: 'taken', detail: 'receipt' }
      } catch (error) {
        if (error instanceof CentreSaysNo) return { answer: 'refused', detail: error.message }
        if (!(error instanceof LineCut)) throw error
        if (waited >= answerMs) return { answer: 'none', detail: error.message }
        await sleep(1000)
      }
    }
  }
}
