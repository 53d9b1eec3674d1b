import { createHmac } from 'node:crypto'
import type { Keys } from '../../platform/keys.ts'

// A number on a paper must not tell its institution. An issuer whose name would tell of an illness is shown as neutral (decision 0028), and a
// colleague's paper would reveal whose number that is. So the institution and its serial are enciphered: each pair becomes one number, and that
// number can be turned back.

type Domain = { bits: number; size: number }
const roundsOf = 8
const serials = 100_000_000
const institutionsMax = 50_000
/** Papers of the centre begin with 50000 to 99999; papers from blocks, for places without a connection, with 00000 to 49999. */
const papers: Domain = { bits: 44, size: institutionsMax * serials }
const places: Domain = { bits: 16, size: institutionsMax }

/** A Feistel network over this many bits, repeated until the value is in the domain (as NIST SP 800-38G does when the size is no power of two). */
function permute(key: Buffer, tweak: string, { bits, size }: Domain, value: number): number {
  const half = 2 ** (bits / 2)
  for (let at = value; ; ) {
    let [left, right] = [Math.floor(at / half), at % half]
    for (let round = 0; round < roundsOf; round++) {
      const mixed = createHmac('sha256', key).update(`${tweak} ${round} ${right}`).digest().readUInt32BE() % half
      ;[left, right] = [right, (left + mixed) % half]
    }
    at = left * half + right
    if (at < size) return at
  }
}

const keyOf = (keys: Keys) => keys.derive('sickleave-numbers')
const requireKnown = (institution: number) => {
  if (institution < 0 || institution >= institutionsMax) throw new Error('an institution beyond the numbers of papers')
}

/** Five digits, the year, eight digits: they tell neither the institution, nor that two papers come from one. */
export function opaqueNumber(keys: Keys, institution: number, year: number, serial: number): string {
  requireKnown(institution)
  const hidden = permute(keyOf(keys), `paper ${year}`, papers, institution * serials + (serial % serials))
  return `${institutionsMax + Math.floor(hidden / serials)}-${year}-${String(hidden % serials).padStart(8, '0')}`
}

/** The beginning of the block numbers of an institution in a year. A place counts on by itself, so all its papers of a year share one beginning. */
export function beginningOf(keys: Keys, institution: number, year: number): string {
  requireKnown(institution)
  return String(permute(keyOf(keys), `block ${year}`, places, institution)).padStart(5, '0')
}
