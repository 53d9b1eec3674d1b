import { Refusal } from '../../platform/refusal.ts'
import type { World } from '../../platform/world.ts'
import { dateAsked } from './asked-date.ts'
import { instantOf } from './moments.ts'

/** The part of a record that is asked for (R4 patient-operation-everything, and `_at`). Plain data, because page links carry it. */
export type Wish = {
  /** Codes of the wanted types; null is all types. */
  types: number[] | null
  /** Milliseconds since 1970. */
  since: number | null
  at: number | null
  /** Care between these instants, inclusive; open ends are null. */
  start: number | null
  end: number | null
  count: number | null
}

const countMax = 10_000
const typesMax = 200

export function wishOf(world: World, pairs: readonly (readonly [string, string])[]): Wish {
  const wish: Wish = { types: null, since: null, at: null, start: null, end: null, count: null }
  const seen = new Set<string>()
  for (const [name, text] of pairs) {
    if (name === '_type') {
      wish.types = [...new Set([...(wish.types ?? []), ...typesOf(world, text)])]
      continue
    }
    if (name === '_format' || name === '_pretty') continue
    if (seen.has(name)) throw wrong(name, `${name} may be given once`, 'Leave one of them out.')
    seen.add(name)
    if (name === '_since') wish.since = instantOf(text, name).getTime()
    else if (name === '_at') wish.at = instantOf(text, name).getTime()
    else if (name === '_count') wish.count = countOf(text)
    else if (name === 'start') wish.start = dayOf(world, text, name).low
    else if (name === 'end') wish.end = dayOf(world, text, name).high
    else
      throw wrong(
        /^[A-Za-z_:.-]{1,40}$/.test(name) ? name : 'parameter',
        '$everything has no such parameter',
        'It knows _type, _since, _at, start, end and _count.',
      )
  }
  if (wish.start !== null && wish.end !== null && wish.start > wish.end) throw wrong('start', 'start is after end', 'Give the earlier date as start.')
  return wish
}

/** Reads a list of types by their names of R4. */
export function typesOf(world: World, text: string): number[] {
  const names = text.split(',').map((name) => name.trim())
  if (names.length > typesMax) throw wrong('_type', `_type lists at most ${typesMax} types`, 'Without _type all types are given.')
  return names.map((name) => {
    const code = world.fhir.typeCode(name)
    if (code < 0) throw wrong('_type', '_type holds a name that is no resource type of FHIR R4', 'Write types like Observation,Condition.')
    return code
  })
}

function countOf(text: string): number {
  const count = Number(text)
  if (!/^\d{1,9}$/.test(text) || count < 1)
    throw wrong('_count', '_count is a whole number from 1', `Ask for 1 to ${countMax} a page; without it the answer comes whole.`)
  return Math.min(count, countMax)
}

/** The bounds of a date as a search reads it: a day is a day of the country. */
function dayOf(world: World, text: string, name: string): { low: number; high: number } {
  const value = dateAsked(world, text)
  if (value?.prefix === 'eq') return value
  throw wrong(name, `${name} is not a date`, `Write it like ${name}=2026-11-27.`)
}

const wrong = (expression: string, sentence: string, hint: string) => new Refusal('incorrect', sentence, { expression, hint })
