import { lists } from './load.cli.ts'

/** The table of lists in docs/guides/operations.md: `node src/registry/lists/lists-page.ts` prints it, and a test keeps the two equal. */
export const listsTable = (): string =>
  Object.entries(lists)
    .map(([name, { about, columns }]) => {
      const told = Object.entries(columns).map(([column, { isNeeded, about: what }]) => `${isNeeded ? `**\`${column}\`**` : `\`${column}\``} (${what})`)
      return `| \`${name}\`: ${about} | ${told.join(', ')} |\n`
    })
    .join('')

if (import.meta.main) process.stdout.write(listsTable())
