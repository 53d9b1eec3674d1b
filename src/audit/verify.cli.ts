import { existsSync } from 'node:fs'
import { type Command, WrongUse } from '../platform/cli.ts'
import { type Broken, type Report, verify } from './verify.ts'

/** `npm run spona -- audit verify --from-copy /mnt/witness/seals` */
export const verifyCommand: Command = {
  name: 'audit verify',
  summary: 'Recompute every chain, seal and signature; exit code 1 when anything was changed, removed, added or moved.',
  options: {
    'from-copy': { type: 'string', about: 'Folder with the copy of the seals and their public keys (default: seals in DATA_DIR).' },
  },

  async run(world, options, print) {
    const copy = options['from-copy']
    if (typeof copy === 'string' && !existsSync(copy)) throw new WrongUse(`--from-copy: there is no folder ${copy}`)
    const report = await verify(world, typeof copy === 'string' ? { copy } : {})
    if (options['json']) print(JSON.stringify(report))
    else for (const line of linesOf(report)) print(line)
    return report.ok ? 0 : 1
  },
}

function linesOf(report: Report): string[] {
  const { unsealed, copy } = report
  const rate = `${report.rows} rows in ${report.streams} streams, ${report.seals} seals, ${report.seconds.toFixed(2)} s (${report.rowsPerSecond} rows/s)`
  const window =
    unsealed.since === null
      ? `no seal yet: nothing outside the database vouches for these ${unsealed.rows} rows`
      : `not sealed yet: ${unsealed.rows} rows since ${unsealed.since}`
  const outside = `copy outside the database: ${copy.folder}, last seal ${copy.last}${copy.behind > 0 ? `, ${copy.behind} behind the table` : ''}`
  if (report.ok) return [`whole: ${rate}`, window, outside]
  return [`BROKEN: ${rate}`, ...report.broken.map(lineOf), window, outside]
}

function lineOf(broken: Broken): string {
  const { stream, seq, seal, problem } = broken
  if (broken.where === 'entry') return `  row (stream ${stream}, seq ${seq}) ${problem}`
  if (broken.where === 'stream') return `  stream ${stream}: ${problem}`
  return `  seal ${seal} ${problem}`
}
