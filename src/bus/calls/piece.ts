import type { World } from '../../platform/world.ts'
import { openBody, sealBody } from '../messages/body.ts'
import type { Contents } from './contents.ts'

/**
 * A large body that waits for somebody: what a provider fetches, or an answer that its caller may ask for again. It is stored as
 * sealed pieces before the row that names it, so no transaction and no memory holds it whole; pieces that no row names go.
 */
/** The driver reads bytes as hexadecimal text: a piece is three times in memory, and what is large is not given back soon. */
const pieceBytes = 262_144
/** What sealing adds to a piece: nonce and tag. */
const sealBytes = 28

export async function storePieces(world: World, about: string, contents: Contents): Promise<number> {
  let number = 0
  let chunks: Buffer[] = []
  let bytes = 0
  const store = async () => {
    const at = world.now()
    const sealed = sealBody(world, `${about} ${number}`, at, Buffer.concat(chunks))
    await world.sql`insert into bus.piece (about, number, sealed, stored_at) values (${about}, ${number}, ${sealed}, ${at})`
    number++
    chunks = []
    bytes = 0
  }
  try {
    for await (const chunk of contents.read()) {
      chunks.push(chunk)
      bytes += chunk.length
      if (bytes >= pieceBytes) await store()
    }
    if (bytes > 0) await store()
    return number
  } catch (error) {
    await dropPieces(world, about)
    throw error
  }
}

/** What was stored in so many pieces, one in memory at a time. */
export async function storedContents(world: World, { about, pieces, digest }: { about: string; pieces: number; digest: string }): Promise<Contents> {
  const [sum] = await world.sql<{ count: number; bytes: number }>`
    select count(*)::int4 as count, coalesce(sum(octet_length(sealed) - ${sealBytes}::int4), 0)::int8 as bytes
      from bus.piece
     where about = ${about}`
  if (sum?.count !== pieces) throw new Error('a piece of a body is gone')
  return {
    bytes: sum.bytes,
    digest,
    buffer: null,
    async *read() {
      for (let number = 0; number < pieces; number++) {
        const [row] = await world.sql<{ sealed: Buffer; storedAt: Date }>`select sealed, stored_at from bus.piece where about = ${about} and number = ${number}`
        if (!row) throw new Error('a piece of a body is gone')
        yield openBody(world, `${about} ${number}`, row.storedAt, row.sealed)
      }
    },
    end: async () => {},
  }
}

/** Nobody needs them any more. When the database cannot now, the hourly round takes them. */
export async function dropPieces(world: World, about: string): Promise<void> {
  await world.sql`delete from bus.piece where about = ${about}`.catch((error: unknown) => world.log.info({ err: error }, 'pieces of a body are removed later'))
}
