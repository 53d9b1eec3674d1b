import { closeSync, openSync, readdirSync, readFileSync, readlinkSync, readSync } from 'node:fs'

// What the employers' process holds, seen from outside through /proc: how it was started, which files it has open, and every byte of its writable
// memory.

export type Needle = { name: string; bytes: Buffer }

const windowBytes = 4 * 1_048_576
/** Shorter texts occur in any memory by chance. */
const needleBytesMin = 5
const needlesMax = 400

/** The forms in which JavaScript keeps a secret text: one byte a letter, two bytes, or UTF-8. */
export function textNeedles(name: string, text: string): Needle[] {
  if (text.length < needleBytesMin) return []
  const isLatin = Buffer.from(text, 'latin1').toString('latin1') === text
  const forms = [Buffer.from(text), Buffer.from(text, 'utf16le'), ...(isLatin && /[\x80-\xff]/.test(text) ? [Buffer.from(text, 'latin1')] : [])]
  return forms.map((bytes) => ({ name, bytes }))
}

/** A key as it is, and in the two forms in which it would be written as text. */
export const keyNeedles = (name: string, key: Buffer): Needle[] => [
  { name, bytes: key },
  { name: `${name} in base64`, bytes: Buffer.from(key.toString('base64')) },
  { name: `${name} in hex`, bytes: Buffer.from(key.toString('hex')) },
]

/** Null when the system allows nobody to look. */
export function leaksOfProcess(pid: number, needles: readonly Needle[]): string[] | null {
  const few = needles.slice(0, needlesMax)
  const found = new Set<string>()
  const look = (where: string, bytes: Buffer) => {
    for (const { name, bytes: needle } of few) if (bytes.includes(needle)) found.add(`${where} of the employers’ process holds ${name}`)
  }
  try {
    look('the environment', readFileSync(`/proc/${pid}/environ`))
    look('the command line', readFileSync(`/proc/${pid}/cmdline`))
    for (const path of openFiles(pid)) found.add(`the employers’ process has ${path} open`)
    memoryOf(pid, (bytes) => look('the memory', bytes))
  } catch {
    return null
  }
  return [...found]
}

/** Pipes, sockets and what Node itself opens do not count; a file of ours does. */
function openFiles(pid: number): string[] {
  const paths = readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${fd}`)
    } catch {
      return []
    }
  })
  return paths.filter((path) => /\/(keys|postgres|mail|exports|jobs)\//.test(path) || path.endsWith('.key'))
}

function memoryOf(pid: number, look: (bytes: Buffer) => void): void {
  const memory = openSync(`/proc/${pid}/mem`, 'r')
  const window = Buffer.alloc(windowBytes)
  try {
    for (const [, from = '', to = ''] of readFileSync(`/proc/${pid}/maps`, 'latin1').matchAll(/^([0-9a-f]+)-([0-9a-f]+) rw/gm)) {
      const end = Number.parseInt(to, 16)
      // Windows overlap, because a needle may cross the edge of one.
      for (let at = Number.parseInt(from, 16); at < end; at += windowBytes - 256) {
        const count = readSome(memory, window, Math.min(windowBytes, end - at), at)
        if (count > 0) look(window.subarray(0, count))
      }
    }
  } finally {
    closeSync(memory)
  }
}

/** A page that was freed between the listing and the look cannot be read. */
function readSome(file: number, into: Buffer, bytes: number, at: number): number {
  try {
    return readSync(file, into, 0, bytes, at)
  } catch {
    return 0
  }
}
