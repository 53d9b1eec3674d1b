import { type KeyObject } from 'node:crypto'
import type { Runner } from '../platform/sql.ts'
import { isSigned, noSeal, rootOf, type Seal, sealHash, sealLine } from './seal.ts'
import { type CopiedLine, publicKeys, readCopy } from './seal-copy.ts'
import { sealsAfter } from './seal-store.ts'
import type { Broken } from './verify.ts'

/** What the seals say about one stream: the heads that it must have passed through, oldest first, and whether the last one was its end. */
export type Checkpoints = { passed: { seq: number; hash: string; seal: number }[]; isFinal: boolean }

export type SealsReport = {
  count: number
  broken: Broken[]
  checkpoints: Map<number, Checkpoints>
  /** The hash that the chain of streams must have at a given number of streams. */
  streams: Map<number, { hash: string; seal: number }>
  lastAt: string | null
  copy: { folder: string; last: number; behind: number }
}

const pageRows = 500
/** So many seals may be missing in the copy: after a crash between table and copy, or on a host that seals less often. Its next round adds them. */
const behindMax = 2

/** Walks table and copy side by side. The numbers must have no hole, and each seal must be bound to the one before, signed, and the same in both places. */
export async function verifySeals(sql: Runner, folder: string): Promise<SealsReport> {
  const keys = publicKeys(folder)
  const report: SealsReport = {
    count: 0,
    broken: [],
    checkpoints: new Map(),
    streams: new Map(),
    lastAt: null,
    copy: { folder, last: 0, behind: 0 },
  }
  const add = (where: 'seal' | 'copy', seal: number, problem: string) => report.broken.push({ where, seal, problem })
  let previous: { number: number; hash: string } = { number: 0, hash: noSeal.hash }

  for await (const { stored, copied, number } of sideBySide(tableSeals(sql), readCopy(folder), add)) {
    if (stored) {
      report.count++
      const problem = problemOf(stored, previous, keys)
      if (problem) add('seal', number, problem)
      previous = { number, hash: sealHash(stored) }
    } else add('seal', number, 'is missing from the table, the copy outside has it')

    if (copied) {
      if (!copied.seal) add('copy', number, 'the line of the copy cannot be read')
      else if (stored && sealLine(stored) !== copied.line) add('copy', number, 'the copy outside says something else than the table')
      if (report.copy.last > 0 && number > report.copy.last + 1) add('copy', report.copy.last + 1, 'is missing from the copy outside')
      report.copy.last = number
    }
    // A seal that only the copy still has is evidence too: it shows what was cut off together with its row.
    for (const witness of [copied?.seal, stored]) if (witness && isTrusted(witness, keys)) takeEvidence(report, witness)
  }
  report.copy.behind = Math.max(0, previous.number - report.copy.last)
  if (report.copy.behind > behindMax || (report.copy.last === 0 && report.count > 0)) {
    add('copy', report.copy.last + 1, `is missing from the copy in ${folder}, with ${report.copy.behind} seals in all`)
  }
  return report
}

async function* tableSeals(sql: Runner): AsyncGenerator<Seal> {
  for (let last = 0; ; ) {
    const page = await sealsAfter(sql, last, pageRows)
    yield* page
    last = page.at(-1)?.number ?? last
    if (page.length < pageRows) return
  }
}

type Pair = { number: number; stored: Seal | null; copied: CopiedLine | null }

async function* sideBySide(
  table: AsyncGenerator<Seal>,
  copy: AsyncGenerator<CopiedLine>,
  add: (where: 'copy', seal: number, problem: string) => void,
): AsyncGenerator<Pair> {
  let stored = (await table.next()).value as Seal | undefined
  let copied = (await copy.next()).value as CopiedLine | undefined
  let last = 0
  while (stored || copied) {
    if (copied && copied.number <= last) {
      add('copy', copied.number, 'stands in the copy out of its order')
      copied = (await copy.next()).value as CopiedLine | undefined
      continue
    }
    const number = Math.min(stored?.number ?? Number.MAX_SAFE_INTEGER, copied?.number ?? Number.MAX_SAFE_INTEGER)
    const here = { number, stored: stored?.number === number ? stored : null, copied: copied?.number === number ? copied : null }
    last = number
    yield here
    if (here.stored) stored = (await table.next()).value as Seal | undefined
    if (here.copied) copied = (await copy.next()).value as CopiedLine | undefined
  }
}

function problemOf(seal: Seal, previous: { number: number; hash: string }, keys: Map<string, KeyObject>): string | null {
  if (seal.number !== previous.number + 1) return `follows seal ${previous.number}: those between are missing from the table`
  if (seal.previous !== previous.hash) return 'does not continue the seal before it'
  if (seal.root !== rootOf(seal.heads)) return 'has a root that is not the root of its heads'
  const key = keys.get(seal.keyId)
  if (!key) return `is signed with a key that is not beside the copy (${seal.keyId})`
  return isSigned(seal, key) ? null : 'has a wrong signature'
}

const isTrusted = (seal: Seal, keys: Map<string, KeyObject>) => {
  const key = keys.get(seal.keyId)
  return key !== undefined && isSigned(seal, key)
}

function takeEvidence(report: SealsReport, seal: Seal): void {
  report.lastAt = seal.at
  if (!report.streams.has(seal.streams)) report.streams.set(seal.streams, { hash: seal.streamsHash, seal: seal.number })
  for (const { stream, seq, hash, final } of seal.heads) {
    const known = report.checkpoints.get(stream) ?? { passed: [], isFinal: false }
    const last = known.passed.at(-1)
    if (last?.seq !== seq || last.hash !== hash) known.passed.push({ seq, hash, seal: seal.number })
    known.isFinal ||= final
    report.checkpoints.set(stream, known)
  }
}
