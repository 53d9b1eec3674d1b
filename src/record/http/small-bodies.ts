import type { Actor } from '../../platform/actor.ts'
import { Refusal } from '../../platform/refusal.ts'
import type { Share } from '../../platform/turns.ts'

const megabyte = 1_048_576
/** The sum of small bodies being read or processed; a body beyond it is refused with 503. */
const bytesMax = 128 * megabyte
/** A body counts from its announcement, so a sender who announces bodies and then sends nothing may not take up everything. */
const ofInstitutionMax = bytesMax / 2
/** People file nothing here: they only send questions. */
const ofPersonMax = 8 * megabyte
const ofPeopleMax = 32 * megabyte

function sharesOf(actor: Actor): Share[] {
  const all = { whose: 'all', most: bytesMax }
  if (actor.kind !== 'person') return [all, { whose: `institution ${actor.institution ?? actor.id}`, most: ofInstitutionMax }]
  return [all, { whose: 'people', most: ofPeopleMax }, { whose: `person ${actor.id}`, most: ofPersonMax }]
}

/** What one body takes of the sum, for its sender. */
export type SmallBody = { take(bytes: number): void; giveBack(bytes: number): void }

/** Counts how many bytes of small bodies are in memory, by sender. */
export function countSmallBodies(): (actor: Actor) => SmallBody {
  const taken = new Map<string, number>()
  const add = (whose: string, bytes: number) => {
    const now = (taken.get(whose) ?? 0) + bytes
    if (now > 0) taken.set(whose, now)
    else taken.delete(whose)
  }
  return (actor) => {
    const shares = sharesOf(actor)
    return {
      take(bytes) {
        if (shares.some(({ whose, most }) => (taken.get(whose) ?? 0) + bytes > most))
          throw new Refusal('busy', 'other bodies are being read; send this one again in a moment', { retryAfterSeconds: 5 })
        for (const { whose } of shares) add(whose, bytes)
      },
      giveBack(bytes) {
        for (const { whose } of shares) add(whose, -bytes)
      },
    }
  }
}
