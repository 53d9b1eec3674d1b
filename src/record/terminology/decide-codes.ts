import type { Clause } from '../../fhir/fhir.ts'
import { Refusal } from '../../platform/refusal.ts'
import type { Asking } from '../asking.ts'
import { readOne } from '../read/read.ts'
import { ask } from './ask.ts'

type Codes = Extract<Clause, { test: 'codes' }>

/** Every token becomes a condition of the search; a search with more than this would match nearly everything. */
const tokensMax = 5000

/**
 * Replaces `code:in=ValueSet`, `:not-in`, `code:below=system|code` and `:above` (R4, search 3.1.1.4.5) by the codes, each with its system. A value
 * set is named by its canonical or as `ValueSet/id`. When the codes cannot be listed here the search is refused: an incomplete list would answer
 * another question.
 */
export async function decideCodes(asking: Asking, type: string, { code, how, values }: Codes): Promise<Clause> {
  const tokens = new Set<string>()
  for (const value of values) for (const token of await tokensOf(asking, how, value)) tokens.add(token)
  if (tokens.size > tokensMax)
    throw new Refusal('incorrect', `:${how} stands for more than ${tokensMax} codes`, { expression: code, hint: 'Name a smaller value set.' })
  // An element of type code has no system of its own, so its tokens have none either.
  const isPlain = asking.world.fhir.parameters(type).some((one) => one.code === code && one.holds?.every((held) => held === 'code'))
  const wanted = [...tokens].map((token): { system?: string; value: string } => {
    const bar = token.lastIndexOf('|')
    const value = token.slice(bar + 1)
    return isPlain ? { value } : { system: token.slice(0, bar), value }
  })
  return { code, test: 'token', isNot: how === 'not-in', values: wanted }
}

async function tokensOf(asking: Asking, how: Codes['how'], value: string): Promise<string[]> {
  try {
    return await (how === 'in' || how === 'not-in' ? membersOf(asking, value) : relativesOf(asking, how, value))
  } catch (error) {
    if (!(error instanceof Refusal) || error.kind === 'forbidden') throw error
    const { issues, hint } = error
    throw new Refusal('incorrect', `:${how} cannot be answered: ${error.message}`, { ...(issues ? { issues } : {}), ...(hint ? { hint } : {}) })
  }
}

async function membersOf(asking: Asking, value: string): Promise<string[]> {
  const local = value.startsWith(`${asking.base}/`) ? value.slice(asking.base.length + 1) : value
  const id = /^ValueSet\/([A-Za-z0-9\-.]{1,64})$/.exec(local)?.[1]
  const stored = id === undefined ? null : JSON.parse((await readOne(asking, 'ValueSet', id)).body)
  return ask(asking, [], (questions) => questions.tokens(stored ?? questions.valueSet(value), tokensMax))
}

function relativesOf(asking: Asking, where: 'above' | 'below', value: string): Promise<string[]> {
  const bar = value.indexOf('|')
  const coding = bar < 0 ? { code: value } : { system: value.slice(0, bar), code: value.slice(bar + 1) }
  return ask(asking, [], (questions) => questions.related(coding, where, tokensMax))
}
