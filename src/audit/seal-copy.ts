import { createPublicKey, type KeyObject } from 'node:crypto'
import {
  closeSync,
  createReadStream,
  existsSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { keyIdOf, type Seal, sealLine, type SealKey } from './seal.ts'

// The witness outside the database: one file a month with a line for each seal, and the public keys beside them. Whoever keeps a copy of this folder
// elsewhere can prove later what the audit held then.

export const copyFolder = (dataDir: string) => join(dataDir, 'seals')
const isMonthFile = (name: string) => /^\d{4}-\d{2}\.jsonl$/.test(name)
const tailBytes = 1_048_576

export function monthFiles(folder: string): string[] {
  return existsSync(folder)
    ? readdirSync(folder)
        .filter(isMonthFile)
        .sort()
        .map((name) => join(folder, name))
    : []
}

/** Number of the last seal in the copy; 0 when there is none. */
export function lastCopied(folder: string): number {
  for (const file of monthFiles(folder).reverse()) {
    const line = readTail(file).trimEnd()
    if (line === '') continue
    const seal = parseSeal(line)
    if (!seal) throw new Error(`${file} ends with a line that is not a seal; move it away and the copy is made again from the table`)
    return seal.number
  }
  return 0
}

/** The end of a file, from the beginning of a line. A line that a crash left unfinished is cut off: nobody was promised it. */
function readTail(file: string): string {
  const handle = openSync(file, 'r+')
  try {
    const { size } = fstatSync(handle)
    for (let length = Math.min(size, tailBytes); ; length = Math.min(size, length * 2)) {
      const bytes = Buffer.alloc(length)
      readSync(handle, bytes, 0, length, size - length)
      const lineEnd = bytes.lastIndexOf('\n')
      const lineStart = lineEnd <= 0 ? -1 : bytes.lastIndexOf('\n', lineEnd - 1)
      if (lineStart < 0 && length < size) continue
      const fileEnd = size - length + lineEnd + 1
      if (fileEnd < size) ftruncateSync(handle, fileEnd)
      return bytes.subarray(lineStart + 1, lineEnd + 1).toString('utf8')
    }
  } finally {
    closeSync(handle)
  }
}

/** Adds lines and waits until the disk has them. */
export function appendToCopy(folder: string, seals: readonly Seal[], key: SealKey): void {
  mkdirSync(folder, { recursive: true })
  const keyFile = join(folder, `${key.id}.pub`)
  if (!existsSync(keyFile)) writeFileSync(keyFile, key.publicPem, { mode: 0o644, flush: true })
  const months = Map.groupBy(seals, (seal) => seal.at.slice(0, 7))
  for (const [month, ofMonth] of months) {
    const handle = openSync(join(folder, `${month}.jsonl`), 'a', 0o644)
    try {
      writeSync(handle, ofMonth.map((seal) => `${sealLine(seal)}\n`).join(''))
      fsyncSync(handle)
    } finally {
      closeSync(handle)
    }
  }
  // The folder is synced too, or a power cut could lose a new file.
  const handle = openSync(folder, 'r')
  fsyncSync(handle)
  closeSync(handle)
}

export type CopiedLine = { number: number; seal: Seal | null; line: string }

/** All lines in order. A line that cannot be read comes without a seal and with the number that it should have. */
export async function* readCopy(folder: string): AsyncGenerator<CopiedLine> {
  let number = 0
  for (const file of monthFiles(folder)) {
    for await (const line of createInterface({ input: createReadStream(file, 'utf8'), crlfDelay: Number.POSITIVE_INFINITY })) {
      const seal = parseSeal(line)
      number = seal?.number ?? number + 1
      yield { number, seal, line }
    }
  }
}

function parseSeal(line: string): Seal | null {
  try {
    const seal = JSON.parse(line) as Seal
    return Number.isSafeInteger(seal.number) && Array.isArray(seal.heads) && typeof seal.signature === 'string' ? seal : null
  } catch {
    return null
  }
}

/** Public keys of the folder by their names. A file counts only when its name is the one that follows from the key's bytes. */
export function publicKeys(folder: string): Map<string, KeyObject> {
  const found = new Map<string, KeyObject>()
  if (!existsSync(folder)) return found
  for (const name of readdirSync(folder).filter((file) => file.endsWith('.pub'))) {
    try {
      const key = createPublicKey(readFileSync(join(folder, name), 'utf8'))
      found.set(keyIdOf(key), key)
    } catch {
      // Not a key: seals that name it will be reported as signed by an unknown one.
    }
  }
  return found
}
