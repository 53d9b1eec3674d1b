import { leafHash, rootBy, rootOf, treeOf } from './merkle.ts'

/**
 * Several messages under one signature: the sender signs the Merkle root (RFC 6962) of what each of them says, in the header `bus-batch`.
 * So each is proved alone, by its own text and the hashes beside its way to the root, and shows nothing of the others.
 */
export type Part = { text: string; index: number; path: string[] }

const batchShape = /^sha-256=:([A-Za-z0-9+/]{43}=):;messages=(\d{1,3})$/

export function readBatch(value: unknown): { root: Buffer; count: number } | null {
  const [, root, count] = (typeof value === 'string' ? batchShape.exec(value) : null) ?? []
  return root === undefined || count === undefined ? null : { root: Buffer.from(root, 'base64'), count: Number(count) }
}

export const batchText = (root: Buffer, count: number): string => `sha-256=:${root.toString('base64')}:;messages=${count}`

/** What one message says, as lines of a signature base have it: those that it has, in this order. */
const said = ['content-digest', 'content-type', 'bus-to', 'bus-message-id', 'bus-key', 'bus-document', 'bus-subject', 'bus-answers'] as const

export const partText = (headers: Readonly<Record<string, string>>): string =>
  said.flatMap((name) => (headers[name] === undefined ? [] : [`"${name}": ${headers[name]}`])).join('\n')

/** Each text with its way to the root of all, which is what their sender signs. */
export function partsOf(texts: readonly string[]): { root: Buffer; parts: Part[] } {
  const { root, paths } = treeOf(texts.map(leafHash))
  return { root, parts: texts.map((text, index) => ({ text, index, path: (paths[index] as Buffer[]).map((one) => one.toString('base64')) })) }
}

/** The root alone: whoever has all the texts makes the way of each by himself. */
export const rootOver = (texts: readonly string[]): Buffer => rootOf(texts.map(leafHash))

/** Whether these are all the texts of a batch, in their order. */
export function areTexts(texts: readonly string[], batch: unknown): boolean {
  const signed = readBatch(batch)
  return signed !== null && signed.count === texts.length && rootOver(texts).equals(signed.root)
}

/** Whether a text is under what was signed as `bus-batch`. */
export function isPart({ text, index, path }: Part, batch: unknown): boolean {
  const signed = readBatch(batch)
  if (!signed) return false
  const steps = path.map((one) => Buffer.from(one, 'base64'))
  return rootBy(leafHash(text), index, signed.count, steps)?.equals(signed.root) === true
}

/** Whether these are all the texts of a batch, in their order, each with its own way to what was signed: the tree is hashed once, and not once for each. */
export function areParts(parts: readonly Part[], batch: unknown): boolean {
  const signed = readBatch(batch)
  if (!signed || signed.count !== parts.length) return false
  const { root, parts: made } = partsOf(parts.map(({ text }) => text))
  if (!root.equals(signed.root)) return false
  return made.every(({ index, path }, at) => {
    const given = parts[at] as Part
    return index === given.index && path.length === given.path.length && path.every((step, nth) => step === given.path[nth])
  })
}
