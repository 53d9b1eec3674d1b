import { Refusal } from '../../platform/refusal.ts'
import { requireConcept, requireSystem } from './lookup.ts'
import { membersOf, tooCostly } from './members.ts'
import type { Known } from './membership.ts'
import type { Coding, ValueSetResource } from './resources.ts'

/** The members of a value set for a search, as `system|code`, at most `most` of them. */
export function tokensOf(known: Known, valueSet: ValueSetResource, most: number): string[] {
  const tokens: string[] = []
  for (const { system, code } of membersOf(known, valueSet, { words: [], activeOnly: false })) {
    if (tokens.push(`${system}|${code}`) > most) throw tooCostly(`the value set has more than ${most} members, too many for one search`)
  }
  return tokens
}

/** For `:below` and `:above` of a token (R4, search 3.1.1.4.5): the concept itself, and those that it subsumes or that subsume it. */
export function related(known: Known, coding: Coding, where: 'below' | 'above', most: number): string[] {
  if (coding.system === undefined || coding.code === undefined) {
    throw new Refusal('incorrect', `:${where} needs a system and a code`, { hint: 'Write system|code.' })
  }
  const system = requireSystem(known, coding)
  const from = requireConcept(system, coding.code)
  const seen = new Set<number>()
  const open = [from]
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (seen.has(at)) continue
    seen.add(at)
    if (seen.size > most) throw tooCostly(`more than ${most} codes stand ${where} this one, too many for one search`)
    open.push(...(where === 'below' ? system.children(at) : system.parents(at)))
  }
  return [...seen].map((at) => `${system.url}|${system.codeOf(at)}`)
}
