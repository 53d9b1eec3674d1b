import type { Column } from './list.ts'
import { lists } from './load.cli.ts'

/** What a column holds; for a column of a few fixed words, those words. */
const toldOf = ({ about, says }: Column): string => (says.startsWith('one of ') && !about.startsWith('1 ') ? `${about}: ${says.slice(7)}` : about)

/** The table of lists in docs/guides/operations.md: `node src/registry/lists/lists-page.ts` prints it, and a test keeps the two equal. */
export const listsTable = (): string =>
  Object.entries(lists)
    .map(([name, { about, columns }]) => {
      const told = Object.entries(columns).map(([column, one]) => `${one.isNeeded ? `**\`${column}\`**` : `\`${column}\``} (${toldOf(one)})`)
      return `| \`${name}\`: ${about} | ${told.join(', ')} |\n`
    })
    .join('')

if (import.meta.main) process.stdout.write(listsTable())
