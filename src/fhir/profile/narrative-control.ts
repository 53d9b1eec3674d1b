import { narrativeProblem } from '../runtime/narrative.ts'
import { textOf } from '../runtime/check.ts'
import type { Item } from './items.ts'
import type { Run } from './run.ts'
import type { Element } from './structure.ts'

const languageControl = 'http://hl7.org/fhir/StructureDefinition/narrative-language-control'
const sourceControl = 'http://hl7.org/fhir/StructureDefinition/narrative-source-control'

/** What a profile demands of the parts of a narrative: their languages, and whether each part names its source. */
export type NarrativeControl = { languages: string[]; isSourced: boolean }

export function narrativeControlOf({ extension = [] }: Element): NarrativeControl | undefined {
  const languages = extension.flatMap(({ url, valueCode }) => (url === languageControl && typeof valueCode === 'string' ? [valueCode] : []))
  const isSourced = extension.some(({ url }) => url === sourceControl)
  return languages.length > 0 || isSourced ? { languages, isSourced } : undefined
}

export function checkNarrative({ check }: Run, { languages, isSourced }: NarrativeControl, { value }: Item, depth: number): void {
  const div = textOf((value as { div?: unknown } | undefined)?.div)
  // The check of the resource itself reports a narrative that is broken.
  if (div === '' || narrativeProblem(div) !== null) return
  const parts = partsOf(div)
  for (const language of languages) {
    const problem = languageProblem(language, parts.languages, check.current.language)
    if (problem !== null) check.add('business-rule', check.path(depth, 'div'), problem, 'Give each language a div of its own, with lang and xml:lang.')
  }
  if (!isSourced || parts.isSourced) return
  check.add(
    'business-rule',
    check.path(depth, 'div'),
    'a part of the narrative does not say where it comes from',
    'Give it the class boilerplate, generated or original.',
  )
}

function languageProblem(wanted: string, found: ReadonlySet<string>, own: unknown): string | null {
  if (wanted === '_no') return found.size > 0 ? 'the narrative may not be divided by language' : null
  if (wanted === '_yes') return found.size === 0 ? 'the narrative must be divided by language' : null
  const language = wanted === '_resource' ? own : wanted
  return typeof language !== 'string' || found.has(language) ? null : 'the narrative has no part in a language that the profile asks for'
}

const piece = /<!--[\s\S]*?-->|<(\/?)[a-z][a-z0-9]*((?:"[^"]*"|'[^']*'|[^>"'])*)>|[^<]+/gi
const language = /\s(?:xml:)?lang\s*=\s*["']([^"']+)["']/i
const source = /\sclass\s*=\s*["'](?:[^"']*\s)?(?:boilerplate|generated|original)(?:\s[^"']*)?["']/i

/** For a well-formed div: the languages of the parts directly in it, and whether all text stands in an element that names its source. */
function partsOf(div: string): { languages: ReadonlySet<string>; isSourced: boolean } {
  const languages = new Set<string>()
  const open: boolean[] = []
  let isSourced = true
  for (const [text, closing, attributes] of div.matchAll(piece)) {
    if (attributes === undefined) isSourced &&= text.startsWith('<!--') || text.trim() === '' || open.at(-1) === true
    else if (closing === '/') open.pop()
    else {
      const found = language.exec(attributes)?.[1]
      if (found !== undefined && open.length === 1 && /^<div\b/i.test(text)) languages.add(found)
      if (!attributes.endsWith('/')) open.push(open.at(-1) === true || source.test(attributes))
    }
  }
  return { languages, isSourced }
}
