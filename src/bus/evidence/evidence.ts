import { Refusal } from '../../platform/refusal.ts'
import type { World } from '../../platform/world.ts'
import { bodyColumns, type BodyRow, contentsOf } from '../messages/body.ts'
import type { PublicJwk } from '../../platform/http-signature.ts'
import { centreKey } from '../members/centre-key.ts'
import { type Directory, directoryOf } from '../members/directory.ts'
import { pathOf } from '../../platform/merkle.ts'
import { storedContents } from '../calls/piece.ts'
import { leavesOf, type SealRow } from './seal-log.ts'
import { isUuid } from '../../platform/uuid.ts'

/** A row's place under a signed root; `stamp` is the token of a time-stamping authority over the seal's text, when there is one. */
export type SealProof = { seal: string; signature: string; index: number; path: string[]; stamp: string | null }
/** One row of the log with everything that proves it: whose key signed it, and its way to a root that the centre signed. */
export type Proven = { entry: string; key: PublicJwk; seal: SealProof | null }
export type Evidence = { format: 'spona-bus-evidence-1'; message: Proven; body: string | null; ends: Proven[]; centre: PublicJwk }

const endsMax = 1000

/** What one message left behind, in a file that needs nothing else to be checked but the centre's public key. */
export async function evidenceOf(world: World, id: string, withBody: boolean): Promise<Evidence> {
  const [row] = isUuid(id) ? await world.sql<{ tx: number; entry: string }>`select tx, entry from bus.log where id = ${id} limit 1` : []
  if (!row) throw new Refusal('not-found', 'the log has no message of this number')
  const directory = await directoryOf(world)
  const [kept] = withBody ? await world.sql<BodyRow & { pieces: number }>`select ${bodyColumns}, pieces from bus.body where message = ${id} limit 1` : []
  const ends = await world.sql<{ id: string; tx: number; entry: string }>`
    select id, tx, entry
      from bus.log
     where about = ${id} or id in (select ended_by from bus.delivery where message = ${id} union select proof from bus.ended where message = ${id})
     order by tx
     limit ${endsMax}`
  const leaves = leavesOnce(world)
  const proven: Proven[] = []
  for (const end of ends) proven.push(await prove(world, directory, leaves, end))
  return {
    format: 'spona-bus-evidence-1',
    message: await prove(world, directory, leaves, { id, ...row }),
    body: (kept && (await wholeOf(world, kept))?.toString('base64')) ?? null,
    ends: proven,
    centre: centreKey(world.keys).jwk,
  }
}

async function wholeOf(world: World, { pieces, ...row }: BodyRow & { pieces: number }): Promise<Buffer | null> {
  if (pieces === 0) return contentsOf(world, row)
  const chunks: Buffer[] = []
  for await (const chunk of (await storedContents(world, { about: row.message, pieces, digest: '' })).read()) chunks.push(chunk)
  return Buffer.concat(chunks)
}

type Leaves = Awaited<ReturnType<typeof leavesOf>>

/** What is under one seal is read once, however many rows of the evidence are: mostly a message and its end. */
function leavesOnce(world: World): (seal: SealRow) => Promise<Leaves> {
  const read = new Map<number, Promise<Leaves>>()
  return ({ number, fromTx, toTx }) => {
    let found = read.get(number)
    if (!found) read.set(number, (found = leavesOf(world.sql, fromTx, toTx, Number.POSITIVE_INFINITY)))
    return found
  }
}

async function prove(
  world: World,
  directory: Directory,
  leavesUnder: (seal: SealRow) => Promise<Leaves>,
  row: { id: string; tx: number; entry: string },
): Promise<Proven> {
  const { kid } = JSON.parse(row.entry) as { kid: string }
  const centre = centreKey(world.keys)
  const key = kid === centre.kid ? centre.jwk : directory.keys.get(kid)?.jwk
  if (!key) throw new Error('a row of the log was signed by a key that is gone')
  const [seal] =
    await world.sql<SealRow>`select number, from_tx, to_tx, rows, seal, signature from bus.seal where from_tx <= ${row.tx} and to_tx > ${row.tx} limit 1`
  if (!seal) return { entry: row.entry, key, seal: null }
  const { leaves, ids } = await leavesUnder(seal)
  const index = ids.indexOf(row.id)
  const [stamp] = await world.sql<{ token: Buffer }>`select token from bus.stamp where seal = ${seal.number} limit 1`
  return {
    entry: row.entry,
    key,
    seal: {
      seal: seal.seal,
      signature: seal.signature,
      index,
      path: pathOf(leaves, index).map((one) => one.toString('base64')),
      stamp: stamp?.token.toString('base64') ?? null,
    },
  }
}
