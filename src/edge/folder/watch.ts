import { type FileHandle, lstat, mkdir, open, readdir, rename, rm, stat, unlink, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { Refusal } from '../../platform/refusal.ts'
import { workSteadily } from '../../platform/steady-work.ts'
import { mappingOf } from '../csv/mapping-file.ts'
import type { Edge } from '../process/edge.ts'
import { looksWhole } from './formats.ts'
import type { FolderSettings } from './shape.ts'
import { shownName, takeFile } from './take.ts'

const lookMs = 200
const stuckMs = 5000
const filesAtOnce = 1000
const endBytes = 512
const pruneMs = 3_600_000
/** Names that programs give to unfinished files. */
const unfinished = /^[.~]|\.(?:tmp|temp|part|partial|filepart|writing|crdownload|swp)$|~$/i

type Seen = { size: number; mtimeMs: number; since: number }
type Found = { name: string; mtimeMs: number }

/**
 * Takes the files that a local system puts into a folder. A file is first moved aside, so that nobody reads it twice. Files that were aside when the
 * edge was killed are taken again, and nothing of them twice. At the end a file is in `done`, or in `failed` with the reason beside it.
 */
export async function watchFolder(edge: Edge, settings: FolderSettings): Promise<() => Promise<void>> {
  const watch = new Watch(edge, settings)
  await watch.open()
  return workSteadily(edge as never, { step: () => watch.look(), troubledMs: 1000, trouble: `the folder ${settings.name} could not be read` })
}

class Watch {
  readonly #edge: Edge
  readonly #settings: FolderSettings
  readonly #seen = new Map<string, Seen>()
  #prunedAt = -Infinity
  readonly #said = new Set<string>()

  constructor(edge: Edge, settings: FolderSettings) {
    this.#edge = edge
    this.#settings = settings
  }

  #at(...names: string[]): string {
    return join(this.#settings.path, ...names)
  }

  async open(): Promise<void> {
    // A wrong mapping is reported at the start, not with the first file.
    if (this.#settings.mapping !== undefined) mappingOf(this.#settings.mapping)
    try {
      for (const name of ours) await mkdir(this.#at(name), { recursive: true, mode: 0o700 })
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      throw new Refusal('incorrect', `the folder ${this.#settings.path} cannot be used (${code})`, {
        hint: 'The edge must be allowed to write and to rename in it.',
      })
    }
  }

  /** Files that were being taken when the edge ended. */
  async #left(): Promise<Found[]> {
    const names = await readdir(this.#at('.taking'))
    return names.slice(0, filesAtOnce).map((name) => ({ name, mtimeMs: 0 }))
  }

  async look(): Promise<number> {
    const left = await this.#left()
    if (left.length > 0) return (await this.#takeAll(left, true)) ? 0 : stuckMs
    const whole = await this.#whole()
    const isStuck = !(await this.#takeAll(whole, false))
    await this.#prune()
    return isStuck ? stuckMs : whole.length > 0 ? 0 : lookMs
  }

  /** Files that are completely written, the oldest first: the order is that of the local system. */
  async #whole(): Promise<Found[]> {
    const now = performance.now()
    const found: Found[] = []
    const there = new Set<string>()
    for (const entry of (await readdir(this.#settings.path, { withFileTypes: true })).slice(0, filesAtOnce * 10)) {
      if (!entry.isFile()) {
        this.#sayLeft(entry.name)
        continue
      }
      if (unfinished.test(entry.name) || (this.#settings.ending !== undefined && !entry.name.endsWith(this.#settings.ending))) continue
      there.add(entry.name)
      const mtimeMs = await this.#settled(entry.name, now)
      if (mtimeMs !== null) found.push({ name: entry.name, mtimeMs })
      if (found.length >= filesAtOnce) break
    }
    for (const name of this.#seen.keys()) if (!there.has(name)) this.#seen.delete(name)
    return found.sort((a, b) => a.mtimeMs - b.mtimeMs || (a.name < b.name ? -1 : 1))
  }

  /** Logs each once: links, folders and pipes are not followed, and their owner should not wait. */
  #sayLeft(name: string): void {
    if (ours.has(name) || this.#said.has(name) || this.#said.size >= leftMax) return
    this.#said.add(name)
    this.#edge.log.warn({ source: this.#settings.name, name: shownName(name) }, 'what is no plain file is left where it is')
  }

  /** The time of the last change, when it is long enough ago; null while somebody may still be writing. */
  async #settled(name: string, now: number): Promise<number | null> {
    const { settleMs, patienceSeconds } = this.#settings
    const { size, mtimeMs } = await stat(this.#at(name))
    const before = this.#seen.get(name)
    if (before === undefined || before.size !== size || before.mtimeMs !== mtimeMs) {
      // Measured by our own clock alone: the clock of a shared folder may differ.
      this.#seen.set(name, { size, mtimeMs, since: now })
      return null
    }
    const quietMs = now - before.since
    if (quietMs < settleMs) return null
    return quietMs >= settleMs + patienceSeconds * 1000 || (await this.#endsWell(name, size)) ? mtimeMs : null
  }

  async #endsWell(name: string, size: number): Promise<boolean> {
    let file: FileHandle | undefined
    try {
      file = await open(this.#at(name))
      const read = async (at: number) => (await file?.read(Buffer.alloc(endBytes), 0, endBytes, at))?.buffer.toString('latin1') ?? ''
      const tail = await read(Math.max(0, size - endBytes))
      return looksWhole(this.#settings, await read(0), tail.replace(/\0+$/, ''))
    } finally {
      await file?.close()
    }
  }

  /** Takes the files. False when the edge itself can take nothing now; then everything stays where it is. */
  async #takeAll(files: Found[], areTaken: boolean): Promise<boolean> {
    for (const { name } of files) {
      const path = this.#at('.taking', name)
      try {
        if (!areTaken) await rename(this.#at(name), path)
      } catch (error) {
        this.#edge.log.warn({ source: this.#settings.name, code: (error as NodeJS.ErrnoException).code }, 'a file could not be moved, and is left')
        continue
      }
      this.#seen.delete(name)
      if (!(await this.#takeOne(name, path))) return false
    }
    return true
  }

  async #takeOne(name: string, path: string): Promise<boolean> {
    try {
      const before = await lstat(path)
      // A link in the place of a file would make the edge read what it should not.
      if (!before.isFile()) throw new Refusal('incorrect', 'it is no plain file any more', { hint: 'Put files themselves into the folder, no links to them.' })
      const { problems } = await takeFile(this.#edge, this.#settings, path, name)
      const { size, mtimeMs } = await stat(path)
      if (size !== before.size || mtimeMs !== before.mtimeMs)
        throw new Refusal('conflict', 'somebody wrote into the file while it was read; what stood in it before was taken', {
          hint: 'Write files under another name (.tmp) and rename them when they are whole.',
        })
      if (problems.length > 0)
        this.#edge.log.warn(
          { source: this.#settings.name, name: shownName(name), problems: problems.slice(0, saidMax) },
          'a file was taken, and says of itself what is not so',
        )
      if (problems.length > 0) await writeFile(this.#at('done', beside(name, '.notes.txt')), `${problems.join('\n')}\n`)
      await this.#away(path, 'done', name)
    } catch (error) {
      if (isOfTheEdge(error)) {
        this.#edge.log.warn({ source: this.#settings.name, err: error }, 'a file waits')
        return false
      }
      if (!(error instanceof Refusal)) this.#edge.log.error({ source: this.#settings.name, err: error }, 'a file could not be taken')
      await this.#fail(name, path, error)
    }
    return true
  }

  async #fail(name: string, path: string, error: unknown): Promise<void> {
    const reason = error instanceof Refusal ? [error.message, error.expression && `Where: ${error.expression}`, error.hint] : ['the file could not be read']
    const text = [`${shownName(name)} was not taken (${this.#edge.now().toISOString()}).`, ...reason.filter(Boolean)].join('\n')
    const there = await this.#away(path, 'failed', name)
    if (there !== null) await writeFile(join(dirname(there), beside(basename(there), '.reason.txt')), `${text}\n`)
  }

  /** Moves a file to a name that is still free. A taken one is deleted when the settings say so. */
  async #away(path: string, folder: 'done' | 'failed', name: string): Promise<string | null> {
    if (folder === 'done' && this.#settings.after === 'delete') {
      await unlink(path)
      return null
    }
    for (let number = 1; ; number++) {
      const to = this.#at(folder, number === 1 ? name : withinName(`${number}-${name}`, nameBytesMax))
      if (await isThere(to)) continue
      await rename(path, to)
      return to
    }
  }

  /**
   * Deletes old files: taken ones are in the record, and the others have had their reason beside them for that time. They are contents about patients
   * and must not stay for ever. A file that was never taken is logged when it is deleted, because it exists nowhere else.
   */
  async #prune(): Promise<void> {
    if (performance.now() - this.#prunedAt < pruneMs) return
    this.#prunedAt = performance.now()
    const days = this.#settings.keepDays ?? this.#edge.config.keep.days
    const before = this.#edge.now().getTime() - days * 86_400_000
    for (const folder of ['done', 'failed'])
      for (const name of await readdir(this.#at(folder))) {
        const path = this.#at(folder, name)
        const found = await lstat(path)
        if (!found.isFile() || Math.max(found.mtimeMs, found.ctimeMs) >= before) continue
        await rm(path, { force: true })
        if (folder === 'failed' && !name.endsWith('.reason.txt'))
          this.#edge.log.warn(
            { source: this.#settings.name, name: shownName(name), days },
            'a file that was not taken, and that nobody mended, is deleted from failed',
          )
      }
  }
}

const ours = new Set(['.taking', 'done', 'failed'])
const leftMax = 1000
/** How many problems the log names; the notes beside the file have more. */
const saidMax = 5

/** The longest name that most file systems take, in bytes. */
const nameBytesMax = 255
/** The name of a note beside a file, shortened because the file's own name may have the full length. */
const beside = (name: string, ending: string) => withinName(name, nameBytesMax - ending.length) + ending
function withinName(name: string, bytes: number): string {
  let short = name
  while (Buffer.byteLength(short) > bytes) short = short.slice(0, -1)
  return short
}

/** Whether the fault is not the file's: the disk is full, the queue is long, the edge is stopping. */
const isOfTheEdge = (error: unknown): boolean => error instanceof Refusal && ['busy', 'full'].includes(error.kind)

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )
