import { Refusal } from '../../platform/refusal.ts'
import type { CodeSystem } from './code-system.ts'
import { nameIn } from './designations.ts'
import { supplemented } from './expand.ts'
import { missing } from './members.ts'
import type { Known } from './membership.ts'
import type { Coding, Property } from './resources.ts'

/** One parameter of a Parameters resource. */
export type Parameter = { name: string; part?: Parameter[]; resource?: unknown; [value: `value${string}`]: unknown }

const canonicalOf = ({ system = '', version }: Coding): string => (version === undefined ? system : `${system}|${version}`)

export function requireSystem(known: Known, coding: Coding): CodeSystem {
  const found = known.codeSystem(canonicalOf(coding))
  if (found === null) throw missing('code system', canonicalOf(coding))
  return found
}

export function requireConcept(system: CodeSystem, code: string): number {
  const at = system.find(code)
  if (at >= 0) return at
  const why = `the code ${code.slice(0, 100)} is not in the code system ${system.url}`
  throw new Refusal('not-found', why, {
    issues: [{ severity: 'error', code: 'not-found', diagnostics: why, hint: 'Codes are compared exactly, unless the system says that case does not matter.' }],
  })
}

/** `CodeSystem/$lookup` (R4, codesystem-operation-lookup): the properties of one code. An empty `properties` asks for all of them. */
export function lookup(known: Known, coding: Coding, asked: { language?: string; properties: string[] }): Parameter[] {
  const { system: url = '', code = '' } = coding
  const grammar = known.grammars.get(url)
  if (grammar) {
    if (!grammar.isCode(code)) throw new Refusal('not-found', `this is no code of ${grammar.name}`, { hint: 'The code must follow the grammar of its system.' })
    return [
      { name: 'name', valueString: grammar.name },
      { name: 'display', valueString: grammar.displayOf(code, asked.language ?? 'en') },
    ]
  }
  const system = requireSystem(known, coding)
  const at = requireConcept(system, code)
  const { display, definition, designation = [], property = [] } = system.concept(at)
  const { name, title, version, language } = system.about
  const names = [...designation, ...supplemented(known, url, code)]
  const wanted = (one: string) => asked.properties.length === 0 || asked.properties.includes('*') || asked.properties.includes(one)
  const links = (kind: 'parent' | 'child', numbers: Iterable<number>) => (wanted(kind) ? [...numbers].map((one) => link(system, kind, one)) : [])
  return [
    { name: 'name', valueString: title ?? name ?? url },
    ...(version === undefined ? [] : [{ name: 'version', valueString: version }]),
    { name: 'display', valueString: nameIn(asked.language, display, names, language) ?? code },
    ...(wanted('designation') ? names.map(designationOf) : []),
    ...(definition !== undefined && wanted('definition') ? [propertyOf({ code: 'definition', valueString: definition })] : []),
    ...(wanted('inactive') && !property.some((one) => one.code === 'inactive') ? [propertyOf({ code: 'inactive', valueBoolean: system.isInactive(at) })] : []),
    ...property.filter((one) => wanted(one.code) && one.code !== 'parent' && one.code !== 'child').map((one) => propertyOf(one)),
    ...links('parent', system.parents(at)),
    ...links('child', system.children(at)),
  ]
}

function designationOf({ language, use, value }: { language?: string; use?: Coding; value: string }): Parameter {
  return {
    name: 'designation',
    part: [
      ...(language === undefined ? [] : [{ name: 'language', valueCode: language }]),
      ...(use === undefined ? [] : [{ name: 'use', valueCoding: use }]),
      { name: 'value', valueString: value },
    ],
  }
}

function propertyOf({ code, ...value }: Property): Parameter {
  return {
    name: 'property',
    part: [
      { name: 'code', valueCode: code },
      { name: 'value', ...value },
    ],
  }
}

function link(system: CodeSystem, kind: 'parent' | 'child', at: number): Parameter {
  const { display } = system.concept(at)
  const part: Parameter[] = [
    { name: 'code', valueCode: kind },
    { name: 'value', valueCode: system.codeOf(at) },
  ]
  if (display !== undefined) part.push({ name: 'description', valueString: display })
  return { name: 'property', part }
}

/** `CodeSystem/$subsumes` (R4, codesystem-operation-subsumes). */
export function subsumes(known: Known, one: Coding, other: Coding): 'equivalent' | 'subsumes' | 'subsumed-by' | 'not-subsumed' {
  const system = requireSystem(known, one)
  const meaning = system.about.hierarchyMeaning
  if (meaning === 'part-of' || meaning === 'grouped-by') {
    throw new Refusal('unprocessable', `the hierarchy of ${system.url} is ${meaning}, so a concept above another does not subsume it`)
  }
  const [first, second] = [requireConcept(system, one.code ?? ''), requireConcept(system, other.code ?? '')]
  if (first === second) return 'equivalent'
  if (system.isBelow(second, first)) return 'subsumes'
  return system.isBelow(first, second) ? 'subsumed-by' : 'not-subsumed'
}
