import type { Command } from '../platform/cli.ts'

const config = { type: 'string', about: 'The settings of the edge.', default: 'edge.yaml' } as const

/** Each act is loaded when it is asked for: the edge starts on small machines, and quickly. */
export const commands: Command[] = [
  {
    name: 'edge start',
    summary: 'Take what local systems send, keep it safe and exchange it over the bus; runs until it is stopped.',
    needs: 'nothing',
    options: { config },
    run: async (world, { config: file }, print) => (await import('./process/start.ts')).runEdge(world, String(file), print),
  },
]
