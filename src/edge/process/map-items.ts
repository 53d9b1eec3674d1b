import { Refusal } from '../../platform/refusal.ts'
import { type Arrival, type Item, itemColumns, makeReady, originalOf, type Ready, type Reason, setAside } from '../store/items.ts'
import { type Mapped, sealMapped } from '../store/mapped.ts'
import { countOf } from '../store/tally.ts'
import type { EdgeConfig } from './config.ts'
import type { Edge } from './edge.ts'
import { mapperOf, type MappedItem } from './mappers.ts'
import { patientIn } from './order-of.ts'

/** How many items are mapped ahead of sending: a mapped item is five times as large as its original. */
export const mapLimits = { ahead: 1000, atOnce: 250, heldBytes: 8 * 1_048_576, bytesMax: 8 * 1_048_576, turnMs: 5 } as const

/**
 * Maps waiting items, oldest first. An item that cannot be mapped stands aside with the reason and delays no other. Answers how many items it looked
 * at.
 */
export async function mapSome(edge: Edge): Promise<number> {
  const { store } = edge
  const ready = countOf(store, 'ready')
  const room = Math.min(mapLimits.ahead - ready, mapLimits.atOnce)
  if (room <= 0) return 0
  const items = store.all<Item>(`select ${itemColumns} from item where state = 'waiting' order by seq limit ?`, room)
  const made: Made[] = []
  let looked = 0
  let bytes = 0
  let since = performance.now()
  for (const item of items) {
    if (bytes > mapLimits.heldBytes) break
    const one = await mapOne(edge, item)
    made.push(one)
    bytes += one.body?.length ?? 0
    looked++
    if (performance.now() - since < mapLimits.turnMs) continue
    // Local systems that wait for their ACK come first.
    await new Promise((resolve) => setImmediate(resolve))
    since = performance.now()
  }
  await keep(edge, made)
  return looked
}

/** An item that was mapped, or that stands aside with the reason. */
type Made = { item: Item; body: Buffer; ready: Ready } | { item: Item; body: null; reason: Reason }

/** Writes all of them in one commit: a flush takes as long as mapping dozens. */
async function keep(edge: Edge, made: readonly Made[]): Promise<void> {
  const { store, vault } = edge
  const now = edge.now().getTime()
  const bodies = made.flatMap(({ item, body }) => (body === null ? [] : [{ id: item.id, body }]))
  const mapped = sealMapped(store, vault, edge, bodies).values()
  const marks = made.map((one) => {
    if (one.body === null) return () => setAside(store, one.item.seq, 'quarantined', one.reason, now)
    const its = mapped.next().value as Mapped
    return () => makeReady(store, vault, one.item, its, one.ready)
  })
  await Promise.all(marks.map((mark) => store.write(mark)))
}

async function mapOne(edge: Edge, item: Item): Promise<Made> {
  const { store, vault } = edge
  try {
    const original = originalOf(store, vault, item)
    if (original === null) throw new Refusal('gone', 'the original is not there any more')
    const map = await mapperOf(item.protocol)
    const mapped = map({ original, name: item.name, meta: JSON.parse(item.meta) as Record<string, unknown> }, edge.config)
    return { item, body: bodyOf(mapped), ready: readyOf(edge, mapped) }
  } catch (error) {
    if (!(error instanceof Refusal)) edge.log.error({ err: error, item: item.id }, 'a message could not be mapped')
    return { item, body: null, reason: reasonOf(error) }
  }
}

/**
 * Maps a large arrival before the local system gets its answer, so that its sender is told when the bus cannot carry it. An arrival that cannot be
 * mapped at all is kept.
 */
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

function readyOf({ vault }: Edge, { bundle, losses, mapping }: MappedItem): Ready {
  const patient = patientIn(bundle.entry)
  return { key: patient === null ? null : vault.keyed(`patient ${patient}`), document: null, mapping, losses }
}

function reasonOf(error: unknown): Reason {
  if (!(error instanceof Refusal))
    return { by: 'mapping', sentence: 'the mapping failed on this message', hint: 'Tell whoever maintains the edge, with the number of the item.' }
  return { by: 'mapping', sentence: error.message, ...(error.expression ? { place: error.expression } : {}), ...(error.hint ? { hint: error.hint } : {}) }
}
