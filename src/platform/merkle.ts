import { hash } from 'node:crypto'

/** The tree of RFC 6962, section 2.1: leaves and nodes are hashed behind different first bytes, so neither passes for the other. */
const sha256 = (...parts: Buffer[]): Buffer => hash('sha256', Buffer.concat(parts), 'buffer')
const leafMark = Buffer.from([0])
const nodeMark = Buffer.from([1])

export const leafHash = (leaf: Buffer | string): Buffer => sha256(leafMark, typeof leaf === 'string' ? Buffer.from(leaf) : leaf)
const nodeHash = (left: Buffer, right: Buffer): Buffer => sha256(nodeMark, left, right)

/** The largest power of two below the number of leaves. */
const splitOf = (count: number): number => 2 ** Math.floor(Math.log2(count - 1))

/** The root of the tree over these leaf hashes. */
export function rootOf(leaves: readonly Buffer[], from = 0, to = leaves.length): Buffer {
  if (to - from === 0) return sha256()
  if (to - from === 1) return leaves[from] as Buffer
  const split = from + splitOf(to - from)
  return nodeHash(rootOf(leaves, from, split), rootOf(leaves, split, to))
}

/** The audit path of a leaf (RFC 6962, section 2.1.1): the sibling hashes from the leaf up to the root. */
export function pathOf(leaves: readonly Buffer[], index: number, from = 0, to = leaves.length): Buffer[] {
  if (to - from <= 1) return []
  const split = from + splitOf(to - from)
  if (index < split) return [...pathOf(leaves, index, from, split), rootOf(leaves, split, to)]
  return [...pathOf(leaves, index, split, to), rootOf(leaves, from, split)]
}

/** The root and the path of every leaf at once: asked one by one, each would hash nearly the whole tree. */
export function treeOf(leaves: readonly Buffer[]): { root: Buffer; paths: Buffer[][] } {
  const paths: Buffer[][] = leaves.map(() => [])
  const build = (from: number, to: number): Buffer => {
    if (to - from === 1) return leaves[from] as Buffer
    const split = from + splitOf(to - from)
    const [left, right] = [build(from, split), build(split, to)]
    for (let at = from; at < to; at++) paths[at]?.push(at < split ? right : left)
    return nodeHash(left, right)
  }
  return { root: leaves.length === 0 ? rootOf(leaves) : build(0, leaves.length), paths }
}

/** The root that a leaf and its path lead to; null when the path has another length than the tree. */
export function rootBy(leaf: Buffer, index: number, count: number, path: readonly Buffer[]): Buffer | null {
  if (count === 1) return index === 0 && path.length === 0 ? leaf : null
  const last = path.at(-1)
  if (!last || index < 0 || index >= count) return null
  const split = splitOf(count)
  const rest = path.slice(0, -1)
  const below = index < split ? rootBy(leaf, index, split, rest) : rootBy(leaf, index - split, count - split, rest)
  if (below === null) return null
  return index < split ? nodeHash(below, last) : nodeHash(last, below)
}
