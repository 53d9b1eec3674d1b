import type { Actor } from '../platform/actor.ts'
import { Refusal } from '../platform/refusal.ts'
import { fragment, join, type Fragment } from '../platform/sql.ts'
import type { World } from '../platform/world.ts'
import { dayOf, endOfDay } from '../platform/calendar.ts'
import { Fresh } from './fresh.ts'
import { guardianAge, loadParameters, valueOn } from './parameter.ts'
import type { Action, Basis, Circumstances, Decision, Relation, Relations } from './relation.ts'
import { dutiesOf, liveRelations, relationsOfKeys, substitutionsOf } from './relation-store.ts'
import { basisOf, better, decideOn } from './rules.ts'

const subjectsMax = 20_000
const actorsMax = 2000

type Cached = { circumstances: Fresh<Circumstances>; relations: Fresh<Relations> }
const caches = new WeakMap<World['sql'], Cached>()
function cacheOf(world: World): Cached {
  let cached = caches.get(world.sql)
  if (!cached) caches.set(world.sql, (cached = { circumstances: new Fresh(actorsMax), relations: new Fresh(actorsMax) }))
  return cached
}

/**
 * One decision per person asked about; a person is the set of its keys. A relation on any of them opens all.
 * Rows are read each time, so a visit opened a moment ago in another process counts; only the roster is up to half a second old.
 * `unrelated`: keys for which this request has just learned from `isTreatedAt` that no row can concern the actor.
 */
export async function decide(
  world: World,
  actor: Actor,
  action: Action,
  subjects: readonly (readonly number[])[],
  unrelated: ReadonlySet<number> = nobody,
): Promise<Decision[]> {
  if (subjects.length > subjectsMax) throw new Refusal('incorrect', `at most ${subjectsMax} persons in one decision`)
  if (subjects.length === 0) return []
  const now = world.now()
  const who = await circumstancesOf(world, actor)
  // A system that only files its own needs no rows: whatever they say, it may.
  const needsRows = actor.kind === 'person' || (actor.kind === 'system' && action !== 'write')
  const keys = needsRows ? subjects.flat().filter((key) => !unrelated.has(key)) : []
  const rows = keys.length > 0 ? await relationsOfKeys(world.sql, keys, fragment`${join(waysOf(who), ' or ')}`) : []
  const byKey = Map.groupBy(rows, (row) => row.patient)
  return subjects.map((person) =>
    decideOn(
      who,
      action,
      person.flatMap((key) => byKey.get(key) ?? []),
      now,
    ),
  )
}
const nobody: ReadonlySet<number> = new Set()

/**
 * Whether any row of these keys could concern a system of this institution, for a statement that asks about the patients anyway. Of a
 * person, for whom the institution is null, that says nothing: rows may well concern them.
 */
export const isTreatedAt = (institution: Fragment, keys: Fragment): Fragment =>
  fragment`(${institution} is null or exists (select 1 from access.relation where patient = any(${keys}) and ${rowsOfSystem(institution)}))`

const rowsOfSystem = (institution: number | Fragment | null): Fragment => fragment`(institution = ${institution} and kind in ('visit', 'stay'))`

/** Every key with a live relation, for a search that names no patient. At most half a second old. */
export function relationsOf(world: World, actor: Actor): Promise<Relations> {
  return cacheOf(world).relations.get(world, `${actor.kind} ${actor.id}`, async () => {
    const institution = actor.kind === 'system' ? actor.institution : null
    if (actor.kind === 'anonymous') return { keys: new Map(), institution, everything: false }
    const now = world.now()
    const who = await circumstancesOf(world, actor)
    return { keys: bestByKey(who, await liveRelations(world.sql, waysOf(who), now), now), institution, everything: false }
  })
}

function bestByKey(who: Circumstances, rows: readonly Relation[], now: Date): Map<number, Basis> {
  const best = new Map<number, Basis>()
  for (const row of rows) {
    const basis = better(best.get(row.patient) ?? null, basisOf(who, row, now))
    if (basis) best.set(row.patient, basis)
  }
  return best
}

/** Forgets what is known of an actor, so that the answer to their next question counts what this process just wrote. */
export function forgetActor(world: World, actor: Actor): void {
  const cached = cacheOf(world)
  cached.circumstances.forget(`${actor.kind} ${actor.id}`)
  cached.relations.forget(`${actor.kind} ${actor.id}`)
}

/** The ways in which a row can concern somebody. Each has an index of its own. */
function waysOf(who: Circumstances): Fragment[] {
  if (who.kind === 'system') return [rowsOfSystem(who.institution)]
  const ways = [fragment`account = ${who.account}`]
  if (who.worker !== null) {
    const workers = [who.worker, ...who.standsInFor.map((one) => one.worker)]
    const units = [...who.duties.map((one) => one.unit), ...(who.unit === null ? [] : [who.unit])]
    ways.push(fragment`worker = any(${workers}::int4[])`)
    if (units.length > 0) ways.push(fragment`unit = any(${units}::int4[])`)
  }
  return ways
}

/** What is true of an actor now; the roster may be half a second old. */
export function circumstancesOf(world: World, actor: Actor): Promise<Circumstances> {
  const plain = {
    kind: actor.kind,
    roles: actor.roles,
    account: actor.id,
    worker: actor.worker,
    institution: actor.institution,
    unit: actor.unit,
    duties: [],
    standsInFor: [],
    guardianAge: world.config.CHILD_AGE,
  }
  if (actor.kind !== 'person') return Promise.resolve(plain)
  return cacheOf(world).circumstances.get(world, `${actor.kind} ${actor.id}`, async () => {
    const now = world.now()
    const day = dayOf(now)
    const { worker } = actor
    const [parameters, duties, substitutions] = await Promise.all([
      loadParameters(world.sql),
      worker === null ? [] : dutiesOf(world.sql, worker, now),
      worker === null ? [] : substitutionsOf(world.sql, worker, day),
    ])
    return {
      ...plain,
      duties,
      standsInFor: substitutions.map((one) => ({ worker: one.worker, until: endOfDay(one.untilDay) })),
      guardianAge: valueOn(parameters, guardianAge, day, world.config.CHILD_AGE),
    }
  })
}
