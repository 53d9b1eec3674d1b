import { sign, verify, type KeyObject } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Runner } from '../../platform/sql.ts'
import type { World } from '../../platform/world.ts'
import { centreKey } from '../members/centre-key.ts'
import { sha256 } from './log.ts'
import { leafHash, rootOf } from '../../platform/merkle.ts'

/** What a seal says: the root over the log's rows of these transactions, and the seal before, so that none can be left out. */
export type SealText = { number: number; at: string; previous: string; fromTx: number; toTx: number; rows: number; root: string; kid: string }
export type SealRow = { number: number; fromTx: number; toTx: number; rows: number; seal: string; signature: string }

/** Advisory lock of sealing: of several processes one does it. */
const sealing = 730_417
const rowsMax = 100_000
const pageRows = 5000
const everyMsMax = 60_000
export const noSeal = '0'.repeat(64)

/**
 * Seals what lies below the watermark: nothing that is still to commit can belong under this seal. Traffic does not wait for it; after
 * a time without seals the next ones cover everything.
 */
export async function sealLog(world: World): Promise<number> {
  let sealed = 0
  for (;;) {
    const rows = await world.sql.begin(async (tx) => {
      await tx`select pg_advisory_xact_lock(${sealing})`
      return sealOnce(world, tx)
    })
    sealed += rows
    if (rows > 0) await copyLast(world)
    if (rows < rowsMax) return sealed
  }
}

/** The last seal also stands outside the database: whoever cuts the end of the table cannot cut this too. */
const copyOf = (world: World) => join(world.config.DATA_DIR, 'seals', 'bus.json')

/** What the table has lost stays in the copy: with the next seal over it, nobody would find the cut. */
async function copyLast(world: World): Promise<void> {
  const copy = readCopy(world)
  if (copy !== null && copy !== damaged && !(await isInTable(world, copy))) {
    world.log.error(
      { seal: copy.number },
      'the last seal outside the database is not in it: rows were cut off, or an older database was put back. `bus log verify` says more',
    )
    return
  }
  const [last] = await world.sql<SealRow>`select number, from_tx, to_tx, rows, seal, signature from bus.seal order by number desc limit 1`
  const file = copyOf(world)
  mkdirSync(join(world.config.DATA_DIR, 'seals'), { recursive: true, mode: 0o700 })
  // A disk that is full at this moment, or a process that is killed, would leave half of it. It begins beside the folder, all of which a backup reads.
  const half = join(world.config.DATA_DIR, 'bus-seal.new')
  writeFileSync(half, `${JSON.stringify(last)}\n`, { flush: true })
  renameSync(half, file)
}

async function isInTable(world: World, { number, seal }: SealRow): Promise<boolean> {
  const rows = await world.sql`select 1 as one from bus.seal where number = ${number} and seal = ${seal} limit 1`
  return rows.length > 0
}

const damaged = Symbol('damaged')

function readCopy(world: World): SealRow | null | typeof damaged {
  if (!existsSync(copyOf(world))) return null
  try {
    return JSON.parse(readFileSync(copyOf(world), 'utf8')) as SealRow
  } catch {
    return damaged
  }
}

async function sealOnce(world: World, tx: Runner): Promise<number> {
  const [last] = await tx<SealRow>`select number, from_tx, to_tx, rows, seal, signature from bus.seal order by number desc limit 1`
  const [mark] = await tx<{ xmin: number }>`select pg_snapshot_xmin(pg_current_snapshot())::text::int8 as xmin`
  const fromTx = last?.toTx ?? 0
  const read = await leavesOf(tx, fromTx, (mark as { xmin: number }).xmin, rowsMax)
  if (read.leaves.length === 0) return 0
  const { kid, key } = centreKey(world.keys)
  const text: SealText = {
    number: (last?.number ?? 0) + 1,
    at: world.now().toISOString(),
    previous: last ? sha256(last.seal).toString('hex') : noSeal,
    fromTx,
    toTx: read.toTx,
    rows: read.leaves.length,
    root: rootOf(read.leaves).toString('hex'),
    kid,
  }
  const seal = JSON.stringify(text)
  const signature = sign('sha256', Buffer.from(seal), { key, dsaEncoding: 'ieee-p1363' }).toString('base64')
  await tx`
    insert into bus.seal (number, from_tx, to_tx, rows, seal, signature)
    values (${text.number}, ${text.fromTx}, ${text.toTx}, ${text.rows}, ${seal}, ${signature})`
  return text.rows
}

/** Leaves in the order of a seal. With a limit it ends after a whole transaction, and says where the next seal begins. */
export async function leavesOf(sql: Runner, fromTx: number, toTx: number, most: number): Promise<{ leaves: Buffer[]; ids: string[]; toTx: number }> {
  const leaves: Buffer[] = []
  const ids: string[] = []
  let at = { tx: fromTx, id: '00000000-0000-0000-0000-000000000000' }
  for (;;) {
    const rows = await sql<{ tx: number; id: string; entry: string }>`
      select tx, id, entry
        from bus.log
       where (tx, id) > (${at.tx}, ${at.id}::uuid) and tx < ${toTx}
       order by tx, id
       limit ${pageRows}`
    for (const { tx, id, entry } of rows) {
      if (leaves.length >= most && tx !== at.tx) return { leaves, ids, toTx: tx }
      leaves.push(leafHash(entry))
      ids.push(id)
      at = { tx, id }
    }
    if (rows.length < pageRows) return { leaves, ids, toTx }
  }
}

export const isSealSigned = ({ seal, signature }: { seal: string; signature: string }, key: KeyObject): boolean =>
  verify('sha256', Buffer.from(seal), { key, dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64'))

/** Seals while the server runs; the last time when it stops. */
export function startSealingLog(world: World): () => Promise<void> {
  let running: Promise<void> = Promise.resolve()
  const once = () =>
    (running = running.then(async () => {
      try {
        await sealLog(world)
      } catch (error) {
        world.log.error({ err: error }, 'the log of the bus could not be sealed; traffic goes on, the next seal covers it')
      }
    }))
  const timer = setInterval(() => void once(), Math.min(everyMsMax, world.config.SEAL_SECONDS * 1000))
  timer.unref()
  return () => {
    clearInterval(timer)
    return once()
  }
}

export type LogReport = { ok: boolean; rows: number; seals: number; unsealed: number; problems: string[]; seconds: number }
const sealsMax = 10_000_000
const problemsMax = 20

/** Recomputes every seal from the rows: a changed, added or removed row, a changed or dropped seal is named. */
export async function verifyLog(world: World): Promise<LogReport> {
  const began = performance.now()
  const { publicKey, kid } = centreKey(world.keys)
  const problems: string[] = []
  let previous = noSeal
  let rows = 0
  let number = 0
  let toTx = 0
  while (number < sealsMax && problems.length < problemsMax) {
    const [row] = await world.sql<SealRow>`select number, from_tx, to_tx, rows, seal, signature from bus.seal where number > ${number} order by number limit 1`
    if (!row) break
    const text = JSON.parse(row.seal) as SealText
    if (row.number !== number + 1 || text.number !== row.number) problems.push(`seal ${number + 1} is gone`)
    if (text.kid !== kid || !isSealSigned(row, publicKey)) problems.push(`seal ${row.number} is not signed by the centre`)
    if (text.previous !== previous) problems.push(`seal ${row.number} does not follow the one before it`)
    const { leaves } = await leavesOf(world.sql, text.fromTx, text.toTx, Number.POSITIVE_INFINITY)
    if (text.fromTx !== toTx || leaves.length !== text.rows || rootOf(leaves).toString('hex') !== text.root)
      problems.push(`rows under seal ${row.number} (${text.at}) were changed, added or removed`)
    rows += leaves.length
    previous = sha256(row.seal).toString('hex')
    number = row.number
    toTx = text.toTx
  }
  const copy = readCopy(world)
  if (copy === damaged) problems.push('the copy of the last seal outside the database cannot be read; the next seal writes it anew')
  else if (copy && !(await isInTable(world, copy))) problems.push(`seal ${copy.number} stands in the copy outside the database and not in the table`)
  const [left] = await world.sql<{ count: number }>`select count(*)::int as count from bus.log where tx >= ${toTx}`
  return { ok: problems.length === 0, rows, seals: number, unsealed: left?.count ?? 0, problems, seconds: (performance.now() - began) / 1000 }
}
