import { missing } from './members.ts'
import type { Known } from './membership.ts'
import type { Parameter } from './lookup.ts'
import { type Coding, type ConceptMapResource, type MapGroup, type MapTarget, splitCanonical } from './resources.ts'

export type Translating = {
  codings: Coding[]
  /** The map itself; absent means every map for the given systems and value sets. */
  map?: ConceptMapResource
  source?: string
  target?: string
  targetSystem?: string
  reverse: boolean
}

type MapElement = NonNullable<MapGroup['element']>[number]
type Match = { equivalence: string; concept: Coding; map: string; product: Parameter[] }

const depthMax = 5
const isNoMatch = (equivalence: string): boolean => equivalence === 'unmatched' || equivalence === 'disjoint'
/** The equivalence when a map is read backwards (R4, concept-map-equivalence: the target relative to the source). */
const backwards: Record<string, string> = { wider: 'narrower', narrower: 'wider', subsumes: 'specializes', specializes: 'subsumes' }

/** `ConceptMap/$translate` (R4, conceptmap-operation-translate). */
export function translate(known: Known, asked: Translating): Parameter[] {
  const maps = asked.map ? [asked.map] : mapsFor(known, asked)
  const matches = asked.codings.flatMap((coding) => maps.flatMap((map) => matchesOf(known, map, coding, asked, 0)))
  const result = matches.some(({ equivalence }) => !isNoMatch(equivalence))
  const message = maps.length === 0 ? 'no concept map here speaks of this' : 'no translation found'
  return [{ name: 'result', valueBoolean: result }, ...(result ? [] : [{ name: 'message', valueString: message }]), ...matches.map(matchOf)]
}

function mapsFor(known: Known, { codings, source, target, targetSystem }: Translating): ConceptMapResource[] {
  const systems = codings.flatMap(({ system }) => system ?? [])
  const both = [source, target, targetSystem].filter((one) => one !== undefined)
  return known.conceptMapsOf(source === undefined ? [...both, ...systems.slice(0, 1)] : both)
}

export function requireMap(known: Known, url: string): ConceptMapResource {
  const found = known.conceptMap(url)
  if (found === null) throw missing('concept map', url)
  return found
}

function matchesOf(known: Known, map: ConceptMapResource, coding: Coding, asked: Translating, depth: number): Match[] {
  const groups = (map.group ?? []).filter((group) => fits(group, coding, asked))
  return groups.flatMap((group) => {
    const isIt = (code: string | undefined) => isSameCode(known, coding, code)
    const elements = asked.reverse ? [] : (group.element ?? []).filter(({ code }) => isIt(code))
    const found = asked.reverse ? reversed(group, isIt) : elements.flatMap((element) => forward(group, element))
    // The code has a mapping, even if it depends on a condition, so `unmapped` does not apply.
    if (found.length > 0 || asked.reverse || elements.some(({ target }) => target !== undefined)) return found.map((one) => ({ ...one, map: map.url ?? '' }))
    return unmapped(known, map, group, coding, asked, depth)
  })
}

function fits(group: MapGroup, { system }: Coding, { reverse, targetSystem }: Translating): boolean {
  const [from, to] = reverse ? [group.target, group.source] : [group.source, group.target]
  const isFrom = system === undefined || from === undefined || splitCanonical(from).url === system
  return isFrom && (targetSystem === undefined || to === undefined || splitCanonical(to).url === targetSystem)
}

function isSameCode(known: Known, { system, code }: Coding, other: string | undefined): boolean {
  if (code === other || code === undefined || other === undefined) return code === other
  const isAlike = system !== undefined && code.toLowerCase() === other.toLowerCase()
  return isAlike && known.codeSystem(system)?.about.caseSensitive === false
}

function forward(group: MapGroup, { target: targets = [] }: MapElement): Omit<Match, 'map'>[] {
  return targets.filter(isFree).map((target) => ({
    equivalence: target.equivalence,
    concept: codingOf(group.target, target.code, target.display),
    product: (target.product ?? []).map(productOf),
  }))
}

function reversed(group: MapGroup, isIt: (code: string | undefined) => boolean): Omit<Match, 'map'>[] {
  return (group.element ?? []).flatMap((element) =>
    (element.target ?? [])
      .filter((target) => isIt(target.code) && isFree(target))
      .map(({ equivalence }) => ({
        equivalence: backwards[equivalence] ?? equivalence,
        concept: codingOf(group.source, element.code, element.display),
        product: [],
      })),
  )
}

/** A mapping that depends on another element is not offered for a code alone. */
const isFree = ({ dependsOn }: MapTarget): boolean => (dependsOn?.length ?? 0) === 0

function unmapped(known: Known, map: ConceptMapResource, group: MapGroup, coding: Coding, asked: Translating, depth: number): Match[] {
  const { mode, code, display, url } = group.unmapped ?? {}
  if (mode === 'provided') return [{ equivalence: 'equal', concept: codingOf(group.target, coding.code, undefined), map: map.url ?? '', product: [] }]
  if (mode === 'fixed') return [{ equivalence: 'wider', concept: codingOf(group.target, code, display), map: map.url ?? '', product: [] }]
  const other = mode === 'other-map' && url !== undefined && depth < depthMax ? known.conceptMap(url) : null
  return other ? matchesOf(known, other, coding, asked, depth + 1) : []
}

function codingOf(system: string | undefined, code: string | undefined, display: string | undefined): Coding {
  return {
    ...(system === undefined ? {} : { system: splitCanonical(system).url }),
    ...(code === undefined ? {} : { code }),
    ...(display === undefined ? {} : { display }),
  }
}

function productOf({ property, system, value, display }: { property: string; system?: string; value: string; display?: string }): Parameter {
  return {
    name: 'product',
    part: [
      { name: 'element', valueUri: property },
      { name: 'concept', valueCoding: codingOf(system, value, display) },
    ],
  }
}

function matchOf({ equivalence, concept, map, product }: Match): Parameter {
  const part: Parameter[] = [{ name: 'equivalence', valueCode: equivalence }]
  if (concept.code !== undefined) part.push({ name: 'concept', valueCoding: concept })
  part.push(...product)
  if (map !== '') part.push({ name: 'source', valueUri: map })
  return { name: 'match', part }
}
