import type { Command } from '../platform/cli.ts'
import { institutions } from './read.ts'

export const listInstitutions: Command = {
  name: 'registry institutions',
  summary: 'List the institutions of the register of resources with their numbers.',
  options: { kind: { type: 'string', about: 'Only this kind, for example health-center.' } },
  async run(world, options, print) {
    const rows = (await institutions(world)).filter((row) => options['kind'] === undefined || row.kind === options['kind'])
    if (options['json']) {
      print(JSON.stringify(rows))
      return
    }
    for (const row of rows) print(`${String(row.id).padStart(6)}  ${row.mb}  ${row.kind.padEnd(18)}  ${row.name}, ${row.municipality}`)
    print(`${rows.length} institutions`)
  },
}
