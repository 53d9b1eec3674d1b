import { type Entry, type Json, put, some } from '../../draft/draft.ts'
import type { Segment, Value } from '../message.ts'
import type { Mapping } from './mapping.ts'
import { entity } from './types.ts'

/** Remembers orders by their numbers, and results by order, code and sub-id: a later OBR of the same message may name one as its parent. */
export function remember(segment: Segment, order: Entry, mapping: Mapping): void {
  const { common } = mapping.order
  for (const number of [segment.text(2), segment.text(3), common?.text(2), common?.text(3)]) if (number !== undefined) mapping.orders.set(number, order)
}

const keyOf = (order: string | undefined, code: string, sub: string | undefined) => [order, code, sub].join('\u0000')

export function rememberResult(segment: Segment, entry: Entry, mapping: Mapping): void {
  const code = segment.first(3)?.part(1)
  if (code === undefined) return
  const sub = segment.text(4)
  for (const order of [undefined, mapping.order.number]) {
    const key = keyOf(order, code, sub)
    if (!mapping.results.has(key)) mapping.results.set(key, entry)
  }
}

/**
 * OBR-26 and 29 (or ORC-8): an antibiogram belongs to the germ in an earlier result of the message, and its order is based on that result's order. In
 * R4 its results are members of the Observation of the germ (DiagnosticReport, 10.3.4).
 */
export function belongsTo(segment: Segment, order: Entry, mapping: Mapping): void {
  const { common } = mapping.order
  const parent = segment.first(29) ?? common?.first(8)
  if (segment.raw(29) === common?.raw(8)) common.skip(8)
  const [placer, filler] = [parent?.inside(1), parent?.inside(2)]
  const numbers = [filler?.part(1), placer?.part(1)].filter((one) => one !== undefined)
  const known = numbers.map((one) => mapping.orders.get(one)).find((one) => one !== undefined && one !== order)
  if (known !== undefined) {
    put(order.resource, 'basedOn[]', known.reference)
    for (const one of [placer, filler]) one?.skip(2, 3, 4)
  } else if (parent !== undefined) elsewhere(order, placer, filler, mapping)
  const result = segment.first(26)
  const code = result?.inside(1)
  if (result === undefined || code?.part(1) === undefined) return
  const [named, sub] = [code.part(1) as string, result.part(2)]
  const found = [...numbers, undefined].map((number) => mapping.results.get(keyOf(number, named, sub))).find((one) => one !== undefined)
  code.skip(2, 3)
  // The words in OBR-26 repeat the value of that result.
  result.skip(3)
  if (found === undefined) return mapping.draft.lose(`${segment.place}-26`, 'names a result that is not in this message before it')
  mapping.order.parent = found
}

/** An order of another message is named by its number. */
function elsewhere(order: Entry, placer: Value | undefined, filler: Value | undefined, mapping: Mapping): void {
  const identifier: Json | undefined = (placer && entity('PLAC')(placer, mapping)) ?? (filler && entity('FILL')(filler, mapping))
  if (identifier !== undefined) put(order.resource, 'basedOn[]', some({ type: 'ServiceRequest', identifier }))
}
