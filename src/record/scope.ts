import { access, type Interaction, requireScope } from '../access/access.ts'
import type { Actor } from '../platform/actor.ts'
import { Refusal } from '../platform/refusal.ts'
import type { World } from '../platform/world.ts'
import { type Asking, entryOf } from './asking.ts'

const actions = { c: 'create', r: 'read', u: 'update', d: 'delete', s: 'search' } as const
const isWrite = (interaction: Interaction) => interaction === 'c' || interaction === 'u' || interaction === 'd'

/** The first check of every path: whether the token allows this at all. A refusal is logged before it is sent. */
export async function allow(asking: Asking, type: string, interaction: Interaction): Promise<void> {
  const { world, actor } = asking
  try {
    requireScope(actor, type, interaction)
    if (isWrite(interaction)) requireSystem(actor)
  } catch (error) {
    await world.ledger.record([entryOf(asking, actions[interaction], null, type, { decision: 'deny' })])
    throw error
  }
}

/**
 * An entry is filed by the system of the institution where it arose, which knows who made it. A session in a browser files nothing: work in an
 * institution, as nurse or data officer, is no relation with everybody who has a chart there.
 */
export function requireSystem(actor: Actor): void {
  if (actor.kind === 'system' && actor.institution !== null) return
  throw new Refusal('forbidden', 'only the system of an institution writes to the record', {
    hint: 'Use a client that is registered for an institution.',
  })
}

/** A condition that depends on resources of a type needs the scope of that type: an answer that skipped them would answer another question. */
export async function requireSeen(asking: Asking, type: string): Promise<void> {
  if (!maySeeType(asking.actor, type)) await allow(asking, type, 's')
}

/** Whether an answer may bring resources of this type along, included or as part of everything: that needs the scope of the type. */
export const maySeeType = (actor: Actor, type: string): boolean => access.hasScope(actor, type, 'r') || access.hasScope(actor, type, 's')

const seen = new Map<string, readonly number[]>()
const seenMax = 1000

/** Codes of the types that an answer may bring along for this actor. */
export function typesSeen(world: World, actor: Actor): readonly number[] {
  const scopes = `${actor.kind} ${actor.scopes.join(' ')}`
  let types = seen.get(scopes)
  if (!types) {
    if (seen.size >= seenMax) seen.clear()
    types = [...world.fhir.types.keys()].filter((code) => maySeeType(actor, world.fhir.types[code] as string))
    seen.set(scopes, types)
  }
  return types
}
