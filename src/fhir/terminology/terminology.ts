import type { Units } from '../units.ts'
import { grammarsOf } from './grammars.ts'
import { expand, type Expanding } from './expand.ts'
import { createLibrary } from './library.ts'
import { lookup, type Parameter, subsumes } from './lookup.ts'
import { missing } from './members.ts'
import { type Known, memberOf, type Verdict } from './membership.ts'
import { overlay, type Wish } from './overlay.ts'
import type { Coding, ConceptMapResource, Designation, TerminologyResource, ValueSetResource } from './resources.ts'
import { related, tokensOf } from './tokens.ts'
import { requireMap, translate, type Translating } from './translate.ts'
import { type Checked, type Checking, validateCode } from './validate-code.ts'

export type Description = {
  /** Null: the code system is not here, or only a part of it, so the code cannot be called unknown. */
  isKnown: boolean | null
  display?: string
  designations: Designation[]
  isInactive: boolean
  isAbstract: boolean
}

export type Terminology = {
  /**
   * Whether the coding is in the value set (a canonical, with or without `|version`). A coding without a system is looked for in every system of
   * the value set, as an element of type `code` needs. 'unknown' when the definitions here do not suffice.
   */
  member(valueSet: string, coding: Coding): Verdict
  /** What the code system tells about a code, independently of any value set. */
  describe(coding: Coding): Description
  /** Whether codes of the system match in any case. By R4 they do unless the system says otherwise (CodeSystem.caseSensitive). */
  isCaseless(system: string): boolean
  /**
   * Loads the CodeSystems, ValueSets and ConceptMaps of a package under a name that contains its version. The first process compiles them into the
   * cache; they are opened when needed. `resources` is not called when the cache has them. Compiling a code system of 400,000 concepts takes
   * seconds: the command that adds the package should do it before it tells the servers.
   */
  load(name: string, resources: () => Iterable<TerminologyResource>): void
  isLoaded(name: string): boolean
  unload(name: string): void
  /** The terminology operations, with these definitions in addition to the loaded ones. */
  within(stored: readonly TerminologyResource[]): Questions
}

export type Questions = {
  expand(valueSet: ValueSetResource, asked: Expanding): ValueSetResource
  validateCode(checking: Checking): Checked
  lookup(coding: Coding, asked: { language?: string; properties: string[] }): Parameter[]
  subsumes(one: Coding, other: Coding): string
  translate(asked: Translating): Parameter[]
  /** Throws when the value set is not here. */
  valueSet(url: string): ValueSetResource
  conceptMap(url: string): ConceptMapResource
  member(valueSet: ValueSetResource, coding: Coding): Verdict
  /** The members as `system|code`; throws when they are more than `most`. */
  tokens(valueSet: ValueSetResource, most: number): string[]
  /** The code and those below it (or above it) in its system, as `system|code`. */
  related(coding: Coding, where: 'below' | 'above', most: number): string[]
  /** Definitions that an answer needed and that are nowhere. */
  wishes(): Wish[]
}

/** Most codes are among the same few thousand: their verdicts are kept instead of walking through the definition again. */
const verdictsMax = 50_000
const verdictKeyMax = 300
const systemsMax = 5000

/** Verdicts by value set, then by system with version, then by code: joining the three into one key would cost more than the look-ups. */
class Verdicts {
  private readonly sets = new Map<string, Map<string, Map<string, Verdict>>>()
  private count = 0

  get(valueSet: string, system: string, code: string): Verdict | undefined {
    return this.sets.get(valueSet)?.get(system)?.get(code)
  }

  set(valueSet: string, system: string, code: string, verdict: Verdict): void {
    if (valueSet.length + system.length + code.length > verdictKeyMax) return
    if (this.count >= verdictsMax) this.clear()
    const systems = entry(this.sets, valueSet, () => new Map<string, Map<string, Verdict>>())
    entry(systems, system, () => new Map<string, Verdict>()).set(code, verdict)
    this.count++
  }

  clear(): void {
    this.sets.clear()
    this.count = 0
  }
}

function entry<V>(map: Map<string, V>, key: string, make: () => V): V {
  const there = map.get(key)
  if (there !== undefined) return there
  const made = make()
  map.set(key, made)
  return made
}

export function createTerminology(cacheDir: string, units: Units): Terminology {
  const library = createLibrary(cacheDir)
  const known: Known = { ...library, grammars: grammarsOf(units) }
  const verdicts = new Verdicts()
  const caseless = new Map<string, boolean>()
  return {
    member(valueSet, coding) {
      const { system: url = '', version, code = '' } = coding
      const system = version === undefined ? url : `${url}|${version}`
      const judged = verdicts.get(valueSet, system, code)
      if (judged !== undefined) return judged
      const verdict = memberOf(known, library.valueSet(valueSet), coding)
      verdicts.set(valueSet, system, code, verdict)
      return verdict
    },
    describe({ system, version, code }) {
      const nothing = { designations: [], isInactive: false, isAbstract: false }
      if (system === undefined || code === undefined) return { isKnown: null, ...nothing }
      const grammar = known.grammars.get(system)
      if (grammar) return { isKnown: grammar.isCode(code), display: grammar.displayOf(code, 'en'), ...nothing }
      const found = library.codeSystem(version === undefined ? system : `${system}|${version}`)
      const at = found?.find(code) ?? -1
      if (!found || at < 0) return { isKnown: found?.isComplete ? false : null, ...nothing }
      const { display, designation: designations = [] } = found.concept(at)
      return { isKnown: true, ...(display === undefined ? {} : { display }), designations, isInactive: found.isInactive(at), isAbstract: found.isAbstract(at) }
    },
    isCaseless(system) {
      let isIt = caseless.get(system)
      if (isIt !== undefined) return isIt
      const found = known.grammars.has(system) ? null : library.codeSystem(system)
      isIt = known.grammars.get(system)?.isCaseless ?? (found !== null && found.about.caseSensitive !== true)
      if (caseless.size >= systemsMax) caseless.clear()
      if (system.length <= verdictKeyMax) caseless.set(system, isIt)
      return isIt
    },
    load(name, resources) {
      library.load(name, resources)
      caseless.clear()
      verdicts.clear()
    },
    isLoaded: library.isLoaded,
    unload(name) {
      library.unload(name)
      caseless.clear()
      verdicts.clear()
    },
    within: (stored) => questionsOf(known, stored),
  }
}

function questionsOf(base: Known, stored: readonly TerminologyResource[]): Questions {
  const wishes = new Map<string, Wish>()
  const known = overlay(base, stored, wishes)
  return {
    expand: (valueSet, asked) => expand(known, valueSet, asked),
    validateCode: (checking) => validateCode(known, checking),
    lookup: (coding, asked) => lookup(known, coding, asked),
    subsumes: (one, other) => subsumes(known, one, other),
    translate: (asked) => translate(known, asked),
    valueSet(url) {
      const found = known.valueSet(url)
      if (found === null) throw missing('value set', url)
      return found
    },
    conceptMap: (url) => requireMap(known, url),
    member: (valueSet, coding) => memberOf(known, valueSet, coding),
    tokens: (valueSet, most) => tokensOf(known, valueSet, most),
    related: (coding, where, most) => related(known, coding, where, most),
    wishes: () => [...wishes.values()],
  }
}
