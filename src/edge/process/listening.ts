import type { Server } from 'node:net'
import { Refusal } from '../../platform/refusal.ts'

/** Waits until the port is open, and answers its number. An unavailable port gives a sentence with the name from the settings. */
export async function listening(server: Server, name: string, port: number, host: string): Promise<number> {
  try {
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve))
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const hint = 'Stop what has it (an edge that runs already is one), or name another one in the settings of the edge.'
    if (code === 'EADDRINUSE') throw new Refusal('conflict', `port ${port} of ${name} is taken by another program`, { hint })
    throw new Refusal('conflict', `port ${port} of ${name} cannot be opened (${code})`, {
      hint: 'It must be one that this user may open, at an address of this machine.',
    })
  }
  return (server.address() as { port: number }).port
}
