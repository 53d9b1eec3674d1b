import type { Connection, Runner } from '../platform/sql.ts'
import type { World } from '../platform/world.ts'
import { rootOf, type Seal, type SealedHead, sealHash, sealKey, signSeal, noSeal } from './seal.ts'
import { appendToCopy, copyFolder, lastCopied } from './seal-copy.ts'
import { insertSeal, lastSeal, lastStream, openHeads, sealsAfter, streamsHeld } from './seal-store.ts'
import { locks } from './store.ts'

const lockLimitMs = 30_000
const copiedAtOnceMax = 1_000

/**
 * Signs how far every stream has come, if anything has come since the last seal, and writes the same line outside the database. The lock is held
 * until the copy is on disk, so no verification sees one without the other.
 */
export async function seal(world: World, options: { unlessYoungerThanMs?: number } = {}): Promise<Seal | null> {
  const connection = await world.connect()
  try {
    await connection.client.query(`set lock_timeout = ${lockLimitMs}`)
    await connection.sql`select pg_advisory_lock(${locks.seals}::int4, 0)`
    const made = await makeSeal(world, connection, options.unlessYoungerThanMs ?? 0)
    await completeCopy(world, connection.sql)
    return made
  } finally {
    await connection.end() // ends the lock too
  }
}

async function makeSeal(world: World, connection: Connection, youngMs: number): Promise<Seal | null> {
  // These questions come before the snapshot. A stream that nobody holds now cannot get entries that the snapshot does not show. A stream that is
  // opened after the questions counts as not ended: the next seal looks at it.
  const { id: asked } = await lastStream(connection.sql)
  const held = await streamsHeld(connection.sql)
  return connection.sql.begin(async (tx) => {
    await tx`set transaction isolation level repeatable read`
    const last = await lastSeal(tx)
    const now = world.now()
    if (last && now.getTime() - Date.parse(last.at) < youngMs) return null

    const before = last ?? noSeal
    const known = before.heads.filter((head) => !head.final)
    const heads = (
      await openHeads(
        tx,
        known.map((head) => head.stream),
        before.streams,
      )
    ).map((head): SealedHead => ({ ...head, final: head.stream <= asked && !held.has(head.stream) }))
    reportCut(world, known, heads)
    if (!hasNews(known, heads)) return null

    const stream = await lastStream(tx)
    const key = sealKey(world.keys)
    const signed = signSeal(
      {
        number: before.number + 1,
        at: now.toISOString(),
        previous: last ? sealHash(last) : noSeal.hash,
        streams: stream.id,
        streamsHash: stream.hash,
        root: rootOf(heads),
        heads,
        keyId: key.id,
      },
      key,
    )
    await insertSeal(tx, signed)
    return signed
  })
}

/** Whether there are entries or streams that no seal covers. The end of a stream alone is not worth a seal. */
function hasNews(known: readonly SealedHead[], heads: readonly SealedHead[]): boolean {
  const sealed = new Map(known.map((head) => [head.stream, head.seq]))
  return heads.some((head) => sealed.get(head.stream) !== head.seq)
}

/** Logs sealed rows that are gone. Verification finds every tampering, but sealing sees this one in passing, and an operator should not have to ask first. */
function reportCut(world: World, known: readonly SealedHead[], heads: readonly SealedHead[]): void {
  for (const before of known) {
    const now = heads.find((head) => head.stream === before.stream)
    if (now && now.seq >= before.seq) continue
    world.log.error({ stream: before.stream, sealed: before.seq, found: now?.seq ?? null }, 'audit rows that were sealed are gone; run audit verify')
  }
}

/** Writes the seals that the copy of this host lacks: its own new seal, one that a crash kept from the copy, or seals that another host made. */
async function completeCopy(world: World, sql: Runner): Promise<void> {
  const folder = copyFolder(world.config.DATA_DIR)
  const key = sealKey(world.keys)
  for (;;) {
    const missing = await sealsAfter(sql, lastCopied(folder), copiedAtOnceMax)
    if (missing.length > 0) appendToCopy(folder, missing, key)
    if (missing.length < copiedAtOnceMax) return
  }
}

/** Seals in the background while the server runs. Stop it after the ledger is closed, so that the last seal covers everything. */
export function startSealing(world: World): () => Promise<void> {
  const everyMs = world.config.SEAL_SECONDS * 1000
  let running: Promise<void> = Promise.resolve()
  const once = (youngMs: number) => {
    running = running.then(async () => {
      try {
        await seal(world, { unlessYoungerThanMs: youngMs })
      } catch (error) {
        world.log.error({ err: error }, 'the audit could not be sealed; the unsealed window grows until it can')
      }
    })
    return running
  }
  // Several processes seal the same audit; the first one does it for all.
  const timer = setInterval(() => void once(everyMs / 2), everyMs)
  timer.unref()
  return () => {
    clearInterval(timer)
    return once(0)
  }
}
