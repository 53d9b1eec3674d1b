import { isName, nameIn } from './designations.ts'
import { supplemented } from './expand.ts'
import { requireSystem } from './lookup.ts'
import { type Known, memberOf } from './membership.ts'
import type { Coding, Designation, ValueSetResource } from './resources.ts'

export type Checking = {
  /** The value set to check against; absent means the code system. */
  valueSet?: ValueSetResource
  codings: Coding[]
  /** False: an abstract concept, which only groups others, is an error. */
  abstract?: boolean
  language?: string
  /** A wrong display is only a warning. */
  isDisplayLenient?: boolean
}

export type Checked = {
  result: boolean
  /** The coding that the answer is about: the right one, or the last that was tried. */
  coding: Coding
  display?: string
  version?: string
  isInactive: boolean
  problems: { severity: 'error' | 'warning'; code: string; message: string }[]
}

/** `$validate-code` of ValueSet and CodeSystem (R4). One right coding makes a CodeableConcept right. */
export function validateCode(known: Known, checking: Checking): Checked {
  const all = checking.codings.map((coding) => checkOne(known, coding, checking))
  return all.find(({ result }) => result) ?? (all.at(-1) as Checked)
}

function checkOne(known: Known, given: Coding, { valueSet, abstract, language, isDisplayLenient }: Checking): Checked {
  const coding = given.system === undefined && valueSet ? { ...given, ...systemIn(known, valueSet, given) } : given
  const found = withListed(conceptOf(known, coding), valueSet, coding)
  const named = nameIn(language, found.display, found.designations, found.language)
  const severity = isDisplayLenient ? 'warning' : 'error'
  const problems = [...membership(known, coding, valueSet, found), ...useOf(found, abstract), ...nameProblems(coding, found, named, severity)]
  return {
    result: problems.every(({ severity }) => severity !== 'error'),
    coding,
    ...(named === undefined ? {} : { display: named }),
    ...(found.version === undefined ? {} : { version: found.version }),
    isInactive: found.isInactive,
    problems,
  }
}

type Found = {
  isThere: boolean | null
  display?: string
  designations: Designation[]
  language?: string
  version?: string
  isInactive: boolean
  isAbstract: boolean
}

function conceptOf(known: Known, coding: Coding): Found {
  const nothing = { designations: [], isInactive: false, isAbstract: false }
  const { system: url, code = '' } = coding
  if (url === undefined) return { isThere: null, ...nothing }
  const grammar = known.grammars.get(url)
  if (grammar) return grammar.isCode(code) ? { isThere: true, display: grammar.displayOf(code, 'en'), ...nothing } : { isThere: false, ...nothing }
  const system = known.codeSystem(coding.version === undefined ? url : `${url}|${coding.version}`)
  const { version, language } = system?.about ?? {}
  const about = { ...nothing, ...(version === undefined ? {} : { version }), ...(language === undefined ? {} : { language }) }
  const at = system?.find(code) ?? -1
  if (!system || at < 0) return { isThere: system?.isComplete ? false : null, ...about }
  const { display, designation = [] } = system.concept(at)
  return {
    ...about,
    isThere: true,
    ...(display === undefined ? {} : { display }),
    designations: [...designation, ...supplemented(known, url, code)],
    isInactive: system.isInactive(at),
    isAbstract: system.isAbstract(at),
  }
}

/** Adds the names that the value set itself gives to a concept, also when the code system is not here. */
function withListed(found: Found, valueSet: ValueSetResource | undefined, { system, code }: Coding): Found {
  const listed = (valueSet?.compose?.include ?? []).filter((include) => include.system === system).flatMap(({ concept = [] }) => concept)
  const own = listed.find((one) => one.code === code)
  if (own?.display === undefined) return found
  const designations = [...found.designations, ...(own.designation ?? [])]
  return { ...found, designations: [...designations, { value: own.display }], display: found.display ?? own.display }
}

const importsMax = 20

/** The system of a code without one: the only system of the value set that has the code. */
function systemIn(known: Known, { compose, expansion }: ValueSetResource, coding: Coding, depth = 0): { system?: string } {
  const named = [...(compose?.include ?? []).flatMap(({ system }) => system ?? []), ...(expansion?.contains ?? []).flatMap(({ system }) => system ?? [])]
  const imported = (compose?.include ?? []).flatMap(({ valueSet = [] }) => valueSet).map((url) => known.valueSet(url))
  const having = [...new Set(named)].filter((system) => {
    const include = (compose?.include ?? []).filter((one) => one.system === system)
    const probe = compose ? { resourceType: 'ValueSet' as const, compose: { include } } : { resourceType: 'ValueSet' as const, expansion: expansion ?? {} }
    return memberOf(known, probe, { ...coding, system }) === 'in'
  })
  if (having.length === 1) return { system: having[0] as string }
  for (const one of imported) if (one?.compose && depth < importsMax && memberOf(known, one, coding) === 'in') return systemIn(known, one, coding, depth + 1)
  return {}
}

type Problem = Checked['problems'][number]

function membership(known: Known, coding: Coding, valueSet: ValueSetResource | undefined, found: Found): Problem[] {
  const { code = '', system } = coding
  const shown = `${system ?? ''}#${code}`.slice(0, 200)
  if (!valueSet) {
    if (!known.grammars.has(system ?? '')) requireSystem(known, coding)
    if (found.isThere === false) return [wrong('code-invalid', `${shown} is not a code of this code system`)]
    return found.isThere === null ? [wrong('not-found', `${shown} cannot be judged: only a part of the code system is here`)] : []
  }
  const verdict = memberOf(known, valueSet, coding)
  const of = valueSet.url ?? 'that was sent'
  if (verdict === 'in') return found.isThere === false ? [wrong('code-invalid', `${shown} is not a code of its code system`)] : []
  if (verdict === 'out') return [wrong('code-invalid', `${shown} is not in the value set ${of}`)]
  return [wrong('not-found', `${shown} cannot be judged: the value set ${of} needs a code system, a version or a value set that is not here`)]
}

function useOf(found: Found, abstract: boolean | undefined): Problem[] {
  if (!found.isThere) return []
  const problems: Problem[] = []
  if (abstract === false && found.isAbstract) problems.push(wrong('business-rule', 'the concept is abstract: it groups others and is not used itself'))
  if (found.isInactive) problems.push({ severity: 'warning', code: 'business-rule', message: 'the concept is no longer in use' })
  return problems
}

function nameProblems({ display }: Coding, found: Found, named: string | undefined, severity: Problem['severity']): Problem[] {
  if (display === undefined || found.display === undefined || isName(display, found.display, found.designations)) return []
  return [{ severity, code: 'invalid', message: `the display is not a name of the concept; it is called ${JSON.stringify(named ?? found.display)}` }]
}

const wrong = (code: string, message: string): Problem => ({ severity: 'error', code, message })
