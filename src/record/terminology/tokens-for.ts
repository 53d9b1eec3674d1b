import { Refusal } from '../../platform/refusal.ts'
import type { Asking } from '../asking.ts'
import { readOne } from '../read.ts'
import { ask } from './ask.ts'

export type TokenModifier = 'in' | 'not-in' | 'above' | 'below'

/** Every token becomes a condition of the search; more than this is a search for nearly everything. */
const tokensMax = 5000

/**
 * What `code:in=ValueSet`, `:not-in`, `code:below=system|code` and `:above` stand for (R4, search 3.1.1.4.5): the codes, each with its system.
 * `:not-in` stands for the same codes as `:in`. A value set is named by its canonical or as `ValueSet/id`. What cannot be listed here
 * refuses the search: an incomplete list would answer something else than was asked.
 */
export async function tokensFor(asking: Asking, modifier: TokenModifier, value: string): Promise<{ system: string; value: string }[]> {
  try {
    const tokens = modifier === 'in' || modifier === 'not-in' ? await membersOf(asking, value) : await relativesOf(asking, modifier, value)
    return tokens.map((token) => {
      const bar = token.lastIndexOf('|')
      return { system: token.slice(0, bar), value: token.slice(bar + 1) }
    })
  } catch (error) {
    if (!(error instanceof Refusal) || error.kind === 'forbidden') throw error
    const { issues, hint } = error
    throw new Refusal('incorrect', `:${modifier} cannot be answered: ${error.message}`, { ...(issues ? { issues } : {}), ...(hint ? { hint } : {}) })
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
