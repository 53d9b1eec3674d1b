import type { Actor } from '../../platform/actor.ts'
import { Refusal } from '../../platform/refusal.ts'

const megabyte = 1_048_576
/** Smaller bodies that are being read or worked on, together; beyond that the next one hears 503. */
const bytesMax = 128 * megabyte
/** A body counts from the moment that it is announced, so whoever announces and then says nothing may not take all of it. */
const ofInstitutionMax = bytesMax / 2
/** People file nothing here: what they send are questions. */
const ofPersonMax = 8 * megabyte
const ofPeopleMax = 32 * megabyte

type Share = { whose: string; most: number }

function sharesOf(actor: Actor): Share[] {
  const all = { whose: 'all', most: bytesMax }
  if (actor.kind !== 'person') return [all, { whose: `institution ${actor.institution ?? actor.id}`, most: ofInstitutionMax }]
  return [all, { whose: 'people', most: ofPeopleMax }, { whose: `person ${actor.id}`, most: ofPersonMax }]
}

export type SmallBodies = { take(actor: Actor, bytes: number): void; giveBack(actor: Actor, bytes: number): void }

/** How many bytes of small bodies are in memory, and whose. */
export function countSmallBodies(): SmallBodies {
  const taken = new Map<string, number>()
  const add = (whose: string, bytes: number) => {
    const now = (taken.get(whose) ?? 0) + bytes
    if (now > 0) taken.set(whose, now)
    else taken.delete(whose)
  }
  return {
    take(actor, bytes) {
      const shares = sharesOf(actor)
      if (shares.some(({ whose, most }) => (taken.get(whose) ?? 0) + bytes > most))
        throw new Refusal('busy', 'other bodies are being read; send this one again in a moment', { retryAfterSeconds: 5 })
      for (const { whose } of shares) add(whose, bytes)
    },
    giveBack(actor, bytes) {
      for (const { whose } of sharesOf(actor)) add(whose, -bytes)
    },
  }
}
