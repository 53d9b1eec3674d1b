import type { World } from '../../platform/world.ts'

/** A value of a patient and the days it spans: a row of record.token. */
export type TokenRow = { hash: number; patient: number; first: number; last: number }

/** The number of places. Each takes 24 bytes, so all of them take 12 MB. */
const places = 2 ** 19

/**
 * What record.token is known to have, because this process wrote it or met it there in a transaction that is stored. Nothing is ever taken out of that
 * table, so what was there once need not be looked for again: of a patient's tenth result of a week nearly all values are known. A value has one place
 * and loses it to another one; who is not found is looked for in the database.
 *
 * Only for as long as the connections live: another database that comes in place of a lost one may lack its last moments.
 */
export class KnownValues {
  readonly #hashes = new Float64Array(places)
  readonly #patients = new Float64Array(places)
  readonly #firsts = new Int32Array(places)
  readonly #lasts = new Int32Array(places)
  #opened = 0

  forgetAfter(opened: number): void {
    if (opened === this.#opened) return
    this.#opened = opened
    this.#hashes.fill(-1)
  }

  has({ hash, patient, first, last }: TokenRow): boolean {
    const at = placeOf(hash, patient)
    return this.#hashes[at] === hash && this.#patients[at] === patient && (this.#firsts[at] as number) <= first && (this.#lasts[at] as number) >= last
  }

  /** Notes the rows of a transaction that is stored. */
  add(rows: readonly TokenRow[]): void {
    for (const { hash, patient, first, last } of rows) {
      const at = placeOf(hash, patient)
      const isThere = this.#hashes[at] === hash && this.#patients[at] === patient
      this.#firsts[at] = isThere ? Math.min(first, this.#firsts[at] as number) : first
      this.#lasts[at] = isThere ? Math.max(last, this.#lasts[at] as number) : last
      this.#hashes[at] = hash
      this.#patients[at] = patient
    }
  }
}

/** Spread over all places, whatever the numbers have in common: the type of a value is in the upper bits of its hash. */
function placeOf(hash: number, patient: number): number {
  const mixed = hash ^ Math.imul((hash / 2 ** 32) | 0, 0x85ebca6b) ^ Math.imul(patient, 0x9e3779b1)
  return (Math.imul(mixed ^ (mixed >>> 16), 0x045d9f3b) >>> 8) & (places - 1)
}

/** What is known, and the rows that a statement sends: known, too, when they are stored. */
export type Known = { values: KnownValues; sent: TokenRow[] }
export const knownTo = (world: World): Known => ({ values: knownValues(world), sent: [] })
/** Requests that shared the statement say so each for themselves; the first is enough. */
export const learn = ({ values, sent }: Known): void => values.add(sent.splice(0))

const known = new WeakMap<World, KnownValues>()

export function knownValues(world: World): KnownValues {
  let mine = known.get(world)
  if (!mine) known.set(world, (mine = new KnownValues()))
  mine.forgetAfter(world.ledger.opened())
  return mine
}
