import type { Command } from '../platform/cli.ts'
import { seal } from './sealing.ts'

/** `npm run spona -- audit seal` */
export const sealCommand: Command = {
  name: 'audit seal',
  summary: 'Sign how far the audit has come and write the seal outside the database too.',
  options: {},

  async run(world, options, print) {
    const made = await seal(world)
    if (options['json']) print(JSON.stringify(made))
    else if (made) print(`seal ${made.number} at ${made.at}: ${made.heads.length} streams, root ${made.root}`)
    else print('nothing has come since the last seal')
  },
}
