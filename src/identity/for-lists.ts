import type { Transaction, World } from '../platform/world.ts'
import { headersOf } from './headers.ts'
import { checkJmbg } from './jmbg.ts'
import { holdersOf } from './keys.ts'
import { checkLbo } from './numbers.ts'

/**
 * The root key of the person with each number, in the order asked; null for a number that nobody has. A number that cannot be right gives the
 * sentence that says why.
 */
async function find(world: World, tx: Transaction, asked: readonly { kind: 'jmbg' | 'lbo'; value: string }[]): Promise<(number | null | string)[]> {
  const rules = { today: world.now(), yearPivot: world.config.IDENTITY_JMBG_PIVOT }
  const verdicts = asked.map(({ kind, value }) => (kind === 'jmbg' ? checkJmbg(value, rules) : checkLbo(value)))
  const holders = await holdersOf(tx, world, asked)
  return verdicts.map(({ reason }, at) => reason ?? holders[at] ?? null)
}

/** What the pages of a representative show about people, by root key. */
async function shown(world: World, tx: Transaction, roots: readonly number[]): Promise<Map<number, { person: string; name: string; born: string | null }>> {
  const found = await headersOf(world, roots, tx)
  return new Map(
    [...found].map(([root, { id, given, family, birthDate }]) => [root, { person: id, name: `${given} ${family}`.trim(), born: birthDate || null }]),
  )
}

/** For lists of registers, which name people by number (src/commands.ts hands this down to registry, which stands below). */
export const forLists = { find, shown }
