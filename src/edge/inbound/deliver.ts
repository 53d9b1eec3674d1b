import { Refusal } from '../../platform/refusal.ts'
import type { Receiver } from '../centre/receive.ts'
import type { Edge } from '../process/edge.ts'
import { forgetUndelivered, isUndelivered, noteBehind, noteUndelivered } from '../store/undelivered.ts'
import { contentsFor } from './contents.ts'
import type { InboundSettings } from './shape.ts'
import { file, later, MllpOut, never, taken, type Way, webhook } from './ways.ts'

/** After a failure nothing is tried for this long: the next delivery may be of the same patient, and must not overtake the failed one. */
const restMs = 1000

export type Inbound = { receivers: [string, Receiver][]; close(): void }

/** A receiver for each local system that takes deliveries. The bus is told "taken" only when the system has said so, and a delivery is given once. */
export function openInbound(edge: Edge, all: readonly InboundSettings[]): Inbound {
  const ways = all.map((settings) => ({ settings, way: wayOf(settings) }))
  return {
    receivers: ways.map(({ settings, way }) => [settings.service, receiverOf(edge, settings, way)]),
    close: () => ways.forEach(({ way }) => way.close()),
  }
}

function wayOf(settings: InboundSettings): Way {
  if (settings.by === 'webhook') return webhook(settings)
  return settings.by === 'file' ? file(settings) : new MllpOut(settings)
}

function receiverOf(edge: Edge, settings: InboundSettings, way: Way): Receiver {
  let restUntil = 0
  return async (delivery, bytes) => {
    const { store } = edge
    const about = () => ({ message: delivery.message, service: delivery.to, target: settings.name, at: edge.now().getTime() })
    // The system took it, but the bus was not told: the system does not get it again.
    if (store.one('select 1 from given where message = ? and target = ?', delivery.message, settings.name)) return taken
    if (performance.now() < restUntil) {
      if (!isUndelivered(store, delivery.message)) await store.write(() => noteBehind(store, about()))
      return later('the one before it was not taken yet')
    }
    let verdict
    try {
      verdict = await way.hand(delivery, await contentsFor(edge, settings, delivery, bytes))
    } catch (error) {
      if (error instanceof Refusal) verdict = never(error.message)
      else {
        edge.log.error({ err: error, target: settings.name, message: delivery.message }, 'a delivery could not be handed on')
        verdict = later('the edge could not hand it on')
      }
    }
    if (verdict.taken) {
      const at = edge.now().getTime()
      await store.write(() => {
        store.run('insert into given (message, target, at) values (?, ?, ?) on conflict do nothing', delivery.message, settings.name, at)
        forgetUndelivered(store, delivery.message)
        if (delivery.corrects) forgetUndelivered(store, delivery.corrects.message)
      })
      return verdict
    }
    if (!verdict.isFinal) restUntil = performance.now() + restMs
    const { reason, isFinal } = verdict
    await store.write(() => noteUndelivered(store, { ...about(), reason, isFinal }))
    return verdict
  }
}
