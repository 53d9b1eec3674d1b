import { hash } from 'node:crypto'

const sha256 = (bytes: Buffer) => hash('sha256', bytes, 'buffer')

/** Root of a Merkle tree over leaves, shaped as in RFC 6962 section 2.1: leaves and nodes are hashed with different first bytes. */
export function merkleRoot(leaves: readonly Buffer[]): Buffer {
  if (leaves.length === 0) return sha256(Buffer.alloc(0))
  const [only] = leaves
  if (leaves.length === 1 && only) return sha256(Buffer.concat([Buffer.from([0]), only]))
  const split = 2 ** Math.floor(Math.log2(leaves.length - 1)) // the largest power of two below the number of leaves
  const nodes = [Buffer.from([1]), merkleRoot(leaves.slice(0, split)), merkleRoot(leaves.slice(split))]
  return sha256(Buffer.concat(nodes))
}
