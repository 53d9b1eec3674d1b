import { keySets } from '../../identity/identity.ts'
import { parseJson, type Resource } from '../../fhir/fhir.ts'
import { Refusal } from '../../platform/refusal.ts'
import type { World } from '../../platform/world.ts'
import type { Asking } from '../asking.ts'
import { typesOf } from '../read/everything-wish.ts'
import { isServerId, keyOfId, parseReference } from '../ids.ts'
import { uuidV4 } from '../../platform/uuid.ts'
import { submit } from './jobs.ts'
import { readTypeFilters, typeOfFilter } from './type-filter.ts'
import { instantOf, keepMoment, type Moment } from '../read/moments.ts'
import { readOne } from '../read/read.ts'
import { allow, requireSystem, typesSeen } from '../scope.ts'
import { findNames } from '../store.ts'

/** What an export contains (Bulk Data Access 2.0, section "Bulk Data Kick-off Request"). */
export type ExportWish = {
  level: Level['level']
  types: number[] | null
  since: number | null
  /** The searches of `_typeFilter`, as the client gave them. */
  filters: string[]
  /** Keys of the patients that are named or belong to the group; null is everybody. */
  keys: number[] | null
  /** The whole answer shows the record at this moment. */
  moment: Moment
  /** The address of the request, which the manifest repeats. */
  request: string
  /** Parameters that were left out because the client asked to be lenient. */
  ignored: string[]
}
export type Level = { level: 'system' | 'patient' } | { level: 'group'; id: string }

const outputFormats = new Set(['application/fhir+ndjson', 'application/ndjson', 'ndjson'])
const patientsMax = 50_000

/** Stores the job and answers its id. The moment is fixed now, so later writes do not change the answer. */
export async function startExport(
  asking: Asking,
  level: Level,
  pairs: readonly [string, string][],
  how: { isLenient: boolean; request: string },
): Promise<string> {
  const { world } = asking
  requireSystem(asking.actor)
  const wish: Omit<ExportWish, 'moment'> = { level: level.level, types: null, since: null, filters: [], keys: null, request: how.request, ignored: [] }
  const patients: string[] = []
  for (const [name, text] of pairs) {
    if (name === '_outputFormat') requireNdjson(text)
    else if (name === '_since') wish.since = instantOf(text, name).getTime()
    else if (name === '_type') wish.types = [...new Set([...(wish.types ?? []), ...typesOf(world, text)])]
    else if (name === '_typeFilter') takeFilters(world, wish, text, how.isLenient)
    else if (name === 'patient' && level.level !== 'system') patients.push(...text.split(','))
    else if (name !== '_format' && name !== '_pretty') leaveOut(wish.ignored, name, how.isLenient)
  }
  requireNamed(world, wish)
  await requireTypes(asking, wish.types)
  const members = level.level === 'group' ? await membersOf(asking, level.id) : null
  if (members && patients.some((one) => !members.includes(one)))
    throw wrong('patient', 'a patient that is named is not in the group', 'Name members of the group only.')
  const named = patients.length > 0 ? patients : members
  if (named) wish.keys = await keysOf(asking, named)
  const id = uuidV4(world)
  await submit(asking, 'export', { ...wish, moment: await keepMoment(world.sql) }, id)
  return id
}

const wrong = (expression: string, sentence: string, hint: string) => new Refusal('incorrect', sentence, { expression, hint })

function requireNdjson(text: string): void {
  // An unescaped plus sign in an address arrives as a space.
  if (outputFormats.has(text.replaceAll(' ', '+'))) return
  throw wrong('_outputFormat', 'an export is given as NDJSON only', 'Leave _outputFormat out, or ask for application/fhir+ndjson.')
}

/** Skipping an unusable filter would make the export larger than asked for, so only a lenient client may skip it. */
function takeFilters(world: World, wish: Pick<ExportWish, 'filters' | 'ignored'>, text: string, isLenient: boolean): void {
  try {
    wish.filters.push(...readTypeFilters(world, text))
  } catch (error) {
    if (!isLenient || !(error instanceof Refusal)) throw error
    leaveOut(wish.ignored, '_typeFilter', true)
  }
}

function requireNamed(world: World, { types, filters }: Pick<ExportWish, 'types' | 'filters'>): void {
  if (types === null || filters.every((filter) => types.includes(world.fhir.typeCode(typeOfFilter(filter))))) return
  throw wrong('_typeFilter', '_typeFilter filters a type that _type leaves out', 'Name the type in _type, too.')
}

/** Ignoring a parameter would make the export larger than asked for: only a lenient client wants that. */
function leaveOut(ignored: string[], name: string, isLenient: boolean): void {
  const shown = /^[A-Za-z_:.-]{1,40}$/.test(name) ? name : 'parameter'
  if (!isLenient)
    throw wrong(
      shown,
      `$export does not support ${shown}`,
      'It knows _type, _since, _typeFilter, _outputFormat and, for patients and groups, patient. Prefer: handling=lenient leaves the rest out.',
    )
  if (ignored.length < 20) ignored.push(shown)
}

/** Each named type needs its scope; without names the scopes decide what is exported. */
async function requireTypes(asking: Asking, types: number[] | null): Promise<void> {
  const seen = typesSeen(asking.world, asking.actor)
  const refused = types?.find((type) => !seen.includes(type))
  if (refused !== undefined || seen.length === 0) await allow(asking, asking.world.fhir.types[refused ?? 0] as string, 'r')
}

/** The patients of a Group that the actor may read, without members who have left it. */
async function membersOf(asking: Asking, id: string): Promise<string[]> {
  const { body } = await readOne(asking, 'Group', id)
  const group = parseJson(body) as Resource & { member?: { entity?: { reference?: string }; inactive?: boolean }[] }
  const members = (group.member ?? []).filter((member) => member.inactive !== true)
  return members.flatMap(({ entity }) => {
    const found = parseReference(entity?.reference ?? '', asking.base)
    return found?.type === 'Patient' ? [`Patient/${found.id}`] : []
  })
}

/** All keys of the people behind these charts; an unknown chart has none. */
async function keysOf(asking: Asking, references: readonly string[]): Promise<number[]> {
  if (references.length > patientsMax) throw wrong('patient', `an export names at most ${patientsMax} patients`, 'Divide it.')
  const ids = references.map((text) => {
    const found = parseReference(text, asking.base)
    if (found?.type !== 'Patient') throw wrong('patient', 'patient is a reference to a Patient', 'Write it like Patient/123.')
    return found.id
  })
  const type = asking.world.fhir.typeCode('Patient')
  const named = await findNames(
    asking.world.sql,
    ids.filter((id) => !isServerId(id)).map((name) => ({ type, name })),
  )
  const direct = [...ids.filter(isServerId).map(keyOfId), ...named.map(({ patient }) => patient)]
  const sets = await keySets(asking.world.sql, direct)
  return [...new Set(direct.flatMap((key) => sets.get(key) ?? [key]))].toSorted((a, b) => a - b)
}
