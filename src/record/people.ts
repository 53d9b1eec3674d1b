import { access } from '../access/access.ts'
import { keySetRows } from '../identity/identity.ts'
import { int4Array, int8Array } from '../platform/arrays.ts'
import { gather } from '../platform/gather.ts'
import { fragment } from '../platform/sql.ts'
import type { World } from '../platform/world.ts'
import type { Asking } from './asking.ts'

/** One person: all its keys, and the public ids of the Patient resources under them. */
export type Person = { key: number; keys: number[]; charts: string[] }
type Known = Person & { isRelated: boolean }
type Asked = { key: number; institution: number | null }

/** How many charts of one person are listed; one more shows that there are too many. */
export const chartsMax = 20_000
const keysAtOnce = 256
const askers = new WeakMap<World, (asked: Asked) => Promise<Known>>()

/**
 * The person behind each key, and whether the asker has to do with them. Requests of the same moment ask in one statement. The answers are kept in
 * the asking, so that one answer asks nothing twice.
 */
export async function peopleOf(asking: Asking, keys: readonly number[]): Promise<Person[]> {
  const { world, actor } = asking
  let ask = askers.get(world)
  if (!ask) askers.set(world, (ask = gather((asked) => findPeople(world, asked), keysAtOnce)))
  const institution = actor.kind === 'system' ? actor.institution : null
  const people = await Promise.all(keys.map((key) => ask({ key, institution })))
  const sets = people.flatMap(({ keys: all }) => all.map((key): [number, number[]] => [key, all]))
  asking.people = new Map([...(asking.people ?? []), ...sets])
  asking.unrelated = new Set([...(asking.unrelated ?? []), ...people.flatMap((person) => (person.isRelated ? [] : person.keys))])
  return people
}

async function findPeople(world: World, asked: readonly Asked[]): Promise<Known[]> {
  const keys = asked.map(({ key }) => key)
  const found = await world.sql.steady<Known & { n: number }>`
    select person.n::int4 as n, person.key, person.keys, ${access.isTreatedAt(fragment`person.institution`, fragment`person.keys`)} as is_related,
           array(select coalesce(r.name, r.id::text)
                   from record.resource r
                  where r.patient = any(person.keys) and r.type = ${world.fhir.typeCode('Patient')}::int2
                  limit ${chartsMax + 1}) as charts
      from (select asked.n, asked.key, asked.institution, coalesce(known.keys, array[asked.key]) as keys
              from rows from (
                     unnest(${int8Array(keys)}::int8[]), unnest(${int4Array(asked.map(({ institution }) => institution))}::int4[])
                   ) with ordinality as asked (key, institution, n)
              left join (${keySetRows(keys)}) known on known.key = asked.key) person`
  return found.sort((a, b) => a.n - b.n)
}
