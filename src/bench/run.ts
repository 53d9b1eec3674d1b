// `npm run bench -- <name>`: prints figures as JSON lines, each with the limit measured in the same run and the ratio to it.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const names = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith('.bench.ts'))
  .map((file) => file.replace('.bench.ts', ''))
const [wanted, ...words] = process.argv.slice(2)
if (wanted === undefined || !names.includes(wanted)) {
  console.error(`Usage: npm run bench -- <name> [--quick]\nNames: ${names.join(', ')}`)
  process.exit(2)
}
const { bench } = (await import(pathToFileURL(join(import.meta.dirname, `${wanted}.bench.ts`)).href)) as { bench: (words: string[]) => Promise<void> }
await bench(words)
process.exit(0)
