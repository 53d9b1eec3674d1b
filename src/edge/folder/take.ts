import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { Refusal } from '../../platform/refusal.ts'
import type { Edge } from '../process/edge.ts'
import type { Accepted, Arrival } from '../store/items.ts'
import { type Cut, checkBeginning, checkHead, checkWhole, cutOf, isOfExcel, pieceBytesMax } from './formats.ts'
import type { Piece } from './pieces.ts'
import type { FolderSettings } from './shape.ts'

export type Taken = { count: number; repeated: number; problems: string[] }

/** How many rows are being written at a time; the file is read no faster than they are written. */
const atOnce = 500
const chunkBytes = 262_144

/** The name as it is shown and stored, without a possible personal number. */
export const shownName = (file: string): string => file.replace(/\d{11,}/g, '…').slice(0, 120)

/** Takes a file; everything is on the disk when it resolves. Taking the same file again takes nothing twice. */
export async function takeFile(edge: Edge, settings: FolderSettings, path: string, name: string): Promise<Taken> {
  const { size } = await stat(path)
  if (size > settings.fileMb * 1_048_576)
    throw new Refusal('too-large', `a file may have ${settings.fileMb} MB here`, { hint: 'fileMb in the settings of the folder is the limit.' })
  const cut = cutOf(settings)
  return cut === null ? takeWhole(edge, settings, path, name) : takePieces(edge, settings, cut, path, name)
}

async function takeWhole(edge: Edge, settings: FolderSettings, path: string, name: string): Promise<Taken> {
  const { size } = await stat(path)
  if (size > pieceBytesMax)
    throw new Refusal('too-large', `a document may have ${pieceBytesMax / 1_048_576} MB`, { hint: 'Send large files apart from the document.' })
  const original = await readFile(path)
  await checkWhole(settings, original)
  const accepted = await edge.intake.accept({
    source: settings.name,
    protocol: settings.format,
    name: shownName(name),
    original,
    meta: { folder: settings.name },
  })
  return { count: 1, repeated: accepted.isRepeated ? 1 : 0, problems: [] }
}

async function takePieces(edge: Edge, settings: FolderSettings, cut: Cut, path: string, name: string): Promise<Taken> {
  const digest = cut.isByPlace ? await digestOf(path) : ''
  const taken: Taken = { count: 0, repeated: 0, problems: [] }
  let under: Promise<Accepted>[] = []
  const settle = async () => {
    for (const { isRepeated } of await Promise.all(under)) if (isRepeated) taken.repeated++
    under = []
  }
  const keep = async (pieces: Piece[]) => {
    for (const piece of pieces) {
      if (cut.head?.length === 0 && isOfExcel(piece)) continue
      if (cut.head?.length === 0) {
        await checkHead(settings, piece)
        cut.head = Buffer.concat([piece.bytes, Buffer.from('\r\n')])
        continue
      }
      const accepted = edge.intake.accept(arrivalOf(settings, cut, piece, name, digest))
      // `settle` sees the refusal later; until then it must not end the process.
      accepted.catch(() => {})
      under.push(accepted)
      taken.count++
      if (under.length >= atOnce) await settle()
    }
  }
  let isBegun = false
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: chunkBytes }) as AsyncIterable<Buffer>) {
      if (!isBegun) await checkBeginning(settings, chunk)
      isBegun = true
      await keep(cut.cutter.take(chunk))
    }
    await keep(cut.cutter.end())
  } finally {
    // Waits for all that are being written, also after a failure: their outcome would be lost otherwise.
    await Promise.allSettled(under)
  }
  await settle()
  taken.problems = cut.problems()
  if (taken.count === 0)
    throw new Refusal('incorrect', cut.head === null ? 'nothing begins in the file' : 'the file has no rows', { hint: hints[settings.format] ?? '' })
  return taken
}

const hints: Record<string, string> = {
  hl7v2: 'A message begins with MSH at the beginning of a line.',
  ndjson: 'Each line is one whole JSON object.',
  csv: 'The first line is the header, each other one a row.',
}

function arrivalOf(settings: FolderSettings, cut: Cut, { bytes, line }: Piece, file: string, digest: string): Arrival {
  const shown = shownName(file)
  return {
    source: settings.name,
    protocol: cut.protocol,
    name: `${shown}, line ${line}`,
    original: cut.head === null ? bytes : Buffer.concat([cut.head, bytes]),
    meta: { folder: settings.name, file: shown, line },
    ...(cut.isByPlace ? { once: `${digest}:${line}` } : {}),
  }
}

/** Identifies the file of a row whatever the file is called, so that a file that is put there again is the same. */
async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path, { highWaterMark: chunkBytes }) as AsyncIterable<Buffer>) hash.update(chunk)
  return hash.digest('base64url')
}
