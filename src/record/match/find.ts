import { keySets, keysOfNumber, numbers } from '../../identity/identity.ts'
import { parseSearch, type Resource } from '../../fhir/fhir.ts'
import { Refusal } from '../../platform/refusal.ts'
import { fragment } from '../../platform/sql.ts'
import type { Asking } from '../asking.ts'
import { contentsOf } from '../search/contents.ts'
import { nameAll } from '../search/named-patients.ts'
import { firstHits, type Hit } from '../search/run-search.ts'
import { scan } from '../store.ts'
import { basisOfRow, type View, viewOf, viewOfAll, visibleRows } from '../view.ts'
import type { Ground } from './grade.ts'

export type Found = { hit: Hit; ground: Ground; person: number; basis: string | null }
/** `looked` are the people to whom a number led, whether or not the actor may see them: each gets a row in the log. */
export type Sought = { found: Found[]; looked: number[]; hasNumber: boolean }

const chartsMax = 200
const candidatesMax = 200
const identifiersMax = 20

/** The part of a Patient that identity reads; the resource was checked before. */
type Described = Parameters<typeof numbers.ofPatient>[1]

/** Finds charts that the actor may see by the described patient's identifiers; without a national number also those with the same name. */
export async function seek(asking: Asking, described: Resource): Promise<Sought> {
  const { world } = asking
  const identifiers = (described['identifier'] ?? []) as { system?: string; value?: string }[]
  if (identifiers.length > identifiersMax) throw new Refusal('incorrect', `more than ${identifiersMax} identifiers`, { expression: 'Patient.identifier' })
  const national = numbers.ofPatient(world, described as Described)
  const local = identifiers.flatMap(({ system, value }) => {
    if (system === undefined || value === undefined || national.some((one) => one.system === system)) return []
    return [`${escaped(system)}|${escaped(value)}`]
  })
  const byNumber = await chartsOfNumbers(asking, national)
  const byIdentifier = local.length === 0 ? [] : await visible(asking, [['identifier', local.join(',')]], 'identifier')
  const byName = national.length > 0 ? [] : await namesakes(asking, described)
  if (national.length === 0 && local.length === 0 && byName === null) {
    throw new Refusal('incorrect', 'too little is said about the patient to look for it', {
      expression: 'Patient',
      hint: 'Send an identifier with its system, or the family name and the whole birth date.',
    })
  }
  return { found: [...byNumber.found, ...byIdentifier, ...(byName ?? [])], looked: byNumber.looked, hasNumber: national.length > 0 }
}

async function chartsOfNumbers(asking: Asking, national: readonly { system: string; value: string }[]): Promise<{ found: Found[]; looked: number[] }> {
  const { world } = asking
  const people = await Promise.all(national.map(({ system, value }) => keysOfNumber(world.sql, world, system, value)))
  const keys = [...new Set(people.flat())]
  if (keys.length === 0) return { found: [], looked: [] }
  const sets = await keySets(world.sql, keys)
  const view = await viewOf(asking, keys)
  const type = world.fhir.typeCode('Patient')
  const where = [fragment`r.patient = any(${keys}::int8[])`, fragment`r.type = ${type}`, visibleRows(view, type, keys)]
  const rows = await scan(world.sql, where, null, chartsMax)
  const hits = await contentsOf(asking, world.sql, rows)
  return { found: await foundOf(asking, view, hits, 'number'), looked: [...new Set(keys.map((key) => sets.get(key)?.[0] ?? key))] }
}

async function foundOf(asking: Asking, view: View, hits: readonly Hit[], ground: Ground): Promise<Found[]> {
  const sets = await keySets(
    asking.world.sql,
    hits.map(({ row }) => row.patient),
  )
  return hits.map((hit) => ({ hit, ground, person: sets.get(hit.row.patient)?.[0] ?? hit.row.patient, basis: basisOfRow(view, hit.row) }))
}

const escaped = (text: string): string => text.replace(/[\\,$|]/g, '\\$&')

/** Charts with the same name and birth date; null when the description lacks a name or a whole date. */
async function namesakes(asking: Asking, described: Resource): Promise<Found[] | null> {
  const families = ((described['name'] ?? []) as { family?: string }[]).flatMap(({ family }) => family ?? [])
  const born = described['birthDate']
  if (families.length === 0 || typeof born !== 'string' || born.length !== 10) return null
  return visible(
    asking,
    [
      ['family', families.slice(0, 5).map(escaped).join(',')],
      ['birthdate', born],
    ],
    'name',
  )
}

/** Runs the search that a client would make, so only what the actor may see is looked at. */
async function visible(asking: Asking, pairs: [string, string][], ground: Ground): Promise<Found[]> {
  const { world } = asking
  const { search, keys } = await nameAll(asking, parseSearch(world.fhir, 'Patient', pairs, { lenient: false }))
  const view = keys === null ? await viewOfAll(asking) : await viewOf(asking, keys)
  const scope = { keys, visible: visibleRows(view, world.fhir.typeCode('Patient'), keys) }
  const hits = await firstHits(asking, world.sql, search, scope, candidatesMax)
  return foundOf(asking, view, hits, ground)
}
