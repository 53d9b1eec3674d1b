import { fold } from '../../platform/text.ts'
import { nameIn } from './designations.ts'
import { type Member, membersOf, tooCostly } from './members.ts'
import type { Known } from './membership.ts'
import { pinned, type Pins } from './pinned.ts'
import type { Contains, ValueSetResource } from './resources.ts'

export type Expanding = Pins & {
  filter?: string
  offset?: number
  count?: number
  activeOnly?: boolean
  includeDesignations?: boolean
  includeDefinition?: boolean
  excludeNested?: boolean
  language?: string
  /** The time for the expansion's timestamp; the caller reads the clock. */
  now: string
}

const membersMax = 10_000

/** `ValueSet/$expand` (R4, valueset-operation-expand). */
export function expand(all: Known, valueSet: ValueSetResource, asked: Expanding): ValueSetResource {
  const { known, pin, isLeftOut } = pinned(all, asked)
  const { filter = '', offset = 0, count, activeOnly = false } = asked
  const words = fold(filter).split(/\s+/).filter(Boolean)
  const page: Member[] = []
  let total = 0
  const most = Math.min(count ?? membersMax, membersMax)
  const systems = new Map<string, string | undefined>()
  for (const member of membersOf(known, pin(valueSet), { words, activeOnly })) {
    if (isLeftOut(member.system)) continue // An expansion that is stored as a list has no includes to leave out.
    if (total >= offset && page.length < most) page.push(member)
    if (!systems.has(member.system)) systems.set(member.system, member.from?.system.about.version)
    total++
    if (count === undefined && total - offset > membersMax) throw tooCostly(`the value set has more than ${membersMax} members`)
  }
  const isWhole = offset === 0 && page.length === total && words.length === 0
  const entries = page.map((member) => entryOf(known, member, asked))
  const contains = asked.excludeNested === false && isWhole ? nested(page, entries) : entries
  const { compose, expansion: _, ...about } = valueSet
  return {
    ...about,
    resourceType: 'ValueSet',
    ...(asked.includeDefinition && compose ? { compose } : {}),
    expansion: {
      timestamp: asked.now,
      total,
      ...(count === undefined && offset === 0 ? {} : { offset }),
      parameter: [...parametersOf(asked), ...usedSystems(systems)],
      ...(contains.length > 0 ? { contains } : {}),
    },
  } as ValueSetResource
}

function entryOf(known: Known, member: Member, { includeDesignations, language }: Expanding): Contains {
  const { system, code, from } = member
  const concept = from?.system.concept(from.at)
  const designation = [...(member.designation ?? []), ...(concept?.designation ?? []), ...supplemented(known, system, code)]
  const display = nameIn(language, member.display ?? concept?.display, designation, from?.system.about.language)
  const version = from?.system.about.version
  return {
    system,
    ...(from && version !== undefined && known.codeSystem(`${system}|${version}`) !== known.codeSystem(system) ? { version } : {}),
    ...(from?.system.isAbstract(from.at) ? { abstract: true } : {}),
    ...(from?.system.isInactive(from.at) ? { inactive: true } : {}),
    code,
    ...(display === undefined ? {} : { display }),
    ...(includeDesignations && designation.length > 0 ? { designation } : {}),
  }
}

export const supplemented = (known: Known, system: string, code: string) =>
  known.supplementsOf(system).flatMap((supplement) => {
    const at = supplement.find(code)
    return at < 0 ? [] : (supplement.concept(at).designation ?? [])
  })

/** Puts each member below the first of its parents that is a member too; a value set has no hierarchy of its own. */
function nested(members: Member[], entries: Contains[]): Contains[] {
  const entryOfConcept = new Map<string, Contains>()
  members.forEach(({ system, code }, at) => entryOfConcept.set(`${system}|${code}`, entries[at] as Contains))
  const roots: Contains[] = []
  members.forEach(({ system, from }, at) => {
    const entry = entries[at] as Contains
    const parents = from ? [...from.system.parents(from.at)] : []
    const parent = parents.map((one) => entryOfConcept.get(`${system}|${from?.system.codeOf(one)}`)).find((one) => one !== undefined)
    if (parent === undefined) roots.push(entry)
    else (parent.contains ??= []).push(entry)
  })
  if (isTree(roots, members.length)) return roots
  // Concepts that stand below each other in a circle, or deeper than JSON may nest, are listed flat.
  for (const entry of entries) delete entry.contains
  return entries
}

const nestedMax = 60

function isTree(roots: Contains[], size: number): boolean {
  const open: [Contains, number][] = roots.map((one) => [one, 1])
  let count = 0
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [{ contains = [] }, depth] = next
    if (depth > nestedMax) return false
    count++
    for (const one of contains) open.push([one, depth + 1])
  }
  return count === size
}

function parametersOf(asked: Expanding): object[] {
  const { filter, offset, count, activeOnly, includeDesignations, excludeNested, language } = asked
  const pins = { 'system-version': asked.systemVersion, 'check-system-version': asked.checkSystemVersion, 'force-system-version': asked.forceSystemVersion }
  return [
    ...Object.entries({ ...pins, 'exclude-system': asked.excludeSystem }).flatMap(([name, values = []]) => values.map((valueUri) => ({ name, valueUri }))),
    filter === undefined ? null : { name: 'filter', valueString: filter },
    offset === undefined ? null : { name: 'offset', valueInteger: offset },
    count === undefined ? null : { name: 'count', valueInteger: count },
    activeOnly === undefined ? null : { name: 'activeOnly', valueBoolean: activeOnly },
    includeDesignations === undefined ? null : { name: 'includeDesignations', valueBoolean: includeDesignations },
    excludeNested === undefined ? null : { name: 'excludeNested', valueBoolean: excludeNested },
    language === undefined ? null : { name: 'displayLanguage', valueCode: language },
  ].filter((one) => one !== null)
}

/** The version of each code system that the codes were taken from (R4, ValueSet.expansion.parameter, `version`). */
function usedSystems(systems: ReadonlyMap<string, string | undefined>): object[] {
  return [...systems].filter(([, version]) => version !== undefined).map(([system, version]) => ({ name: 'version', valueUri: `${system}|${version}` }))
}
