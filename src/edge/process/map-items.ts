import { Refusal } from '../../platform/refusal.ts'
import { type Arrival, type Item, itemColumns, makeReady, originalOf, type Ready, type Reason, sealMapped, setAside } from '../store/items.ts'
import { countOf } from '../store/tally.ts'
import type { EdgeConfig } from './config.ts'
import type { Edge } from './edge.ts'
import { mapperOf, type MappedItem } from './mappers.ts'
import { patientIn } from './order-of.ts'

/** Mapped ahead of sending, and no further: what is mapped is five times as large as what came. */
export const mapLimits = { ahead: 1000, atOnce: 250, heldBytes: 8 * 1_048_576, bytesMax: 8 * 1_048_576, turnMs: 5 } as const

/** Maps what waits, oldest first; what cannot be mapped stands aside with the reason and holds nothing back. Answers how many it looked at. */
export async function mapSome(edge: Edge): Promise<number> {
  const { store } = edge
  const ready = countOf(store, 'ready')
  const room = Math.min(mapLimits.ahead - ready, mapLimits.atOnce)
  if (room <= 0) return 0
  const items = store.all<Item>(`select ${itemColumns} from item where state = 'waiting' order by seq limit ?`, room)
  const marks: (() => void)[] = []
  let looked = 0
  let bytes = 0
  let since = performance.now()
  for (const item of items) {
    if (bytes > mapLimits.heldBytes) break
    const made = await mapOne(edge, item)
    marks.push(made.mark)
    bytes += made.bytes
    looked++
    if (performance.now() - since < mapLimits.turnMs) continue
    // Local systems that wait for their ACK go first.
    await new Promise((resolve) => setImmediate(resolve))
    since = performance.now()
  }
  // All of them in one commit: a flush takes as long as mapping dozens.
  await Promise.all(marks.map((mark) => store.write(mark)))
  return looked
}

/** What is left to do is to mark the item in the store: as ready, or as standing aside with the reason. */
async function mapOne(edge: Edge, item: Item): Promise<{ mark: () => void; bytes: number }> {
  const { store, vault } = edge
  const now = edge.now().getTime()
  try {
    const original = originalOf(store, vault, item)
    if (original === null) throw new Refusal('gone', 'the original is not there any more')
    const map = await mapperOf(item.protocol)
    const mapped = map({ original, name: item.name, meta: JSON.parse(item.meta) as Record<string, unknown> }, edge.config)
    const ready = readyOf(edge, item, mapped)
    return { mark: () => makeReady(store, edge.vault, item, ready), bytes: ready.sealed.length }
  } catch (error) {
    if (!(error instanceof Refusal)) edge.log.error({ err: error, item: item.id }, 'a message could not be mapped')
    return { mark: () => setAside(store, item.seq, 'quarantined', reasonOf(error), now), bytes: 0 }
  }
}

/** Large things are mapped before the local system hears yes: what the bus cannot carry is refused to whoever sends it. What cannot be mapped at all is kept. */
export async function mustFit(config: EdgeConfig, { protocol, name, meta = {}, original }: Arrival): Promise<void> {
  const map = await mapperOf(protocol)
  let mapped: MappedItem
  try {
    mapped = map({ original: Buffer.from(original.buffer, original.byteOffset, original.length), name, meta }, config)
  } catch {
    return
  }
  bodyOf(mapped)
}

function bodyOf({ bundle, body = Buffer.from(JSON.stringify(bundle)) }: MappedItem): Buffer {
  if (body.length <= mapLimits.bytesMax) return body
  const [has, may] = [Math.ceil(body.length / 1_048_576), mapLimits.bytesMax / 1_048_576]
  throw new Refusal('too-large', `mapped, with the original beside it, it has ${has} MB, and the bus carries ${may}`, {
    hint: 'Send large files apart from the message, or in parts.',
  })
}

function readyOf({ vault }: Edge, item: Item, mapped: MappedItem): Ready {
  const { bundle, losses, mapping } = mapped
  const patient = patientIn(bundle.entry)
  return { key: patient === null ? null : vault.keyed(`patient ${patient}`), document: null, sealed: sealMapped(vault, item, bodyOf(mapped)), mapping, losses }
}

function reasonOf(error: unknown): Reason {
  if (!(error instanceof Refusal))
    return { by: 'mapping', sentence: 'the mapping failed on this message', hint: 'Tell whoever maintains the edge, with the number of the item.' }
  return { by: 'mapping', sentence: error.message, ...(error.expression ? { place: error.expression } : {}), ...(error.hint ? { hint: error.hint } : {}) }
}
