import type { Server } from 'node:net'
import { Refusal } from '../../platform/refusal.ts'

const sentences: Record<string, string> = {
  EADDRINUSE: 'is taken by another program; an edge that runs already is one',
  EACCES: 'may not be opened by this user',
  EADDRNOTAVAIL: 'is at an address that this machine does not have',
}

/** Waits until the port is open; answers which it is. A port that cannot be had is a sentence with the name that the settings give it. */
export async function listening(server: Server, name: string, port: number, host: string): Promise<number> {
  try {
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve))
  } catch (error) {
    const why = sentences[(error as NodeJS.ErrnoException).code ?? '']
    if (why === undefined) throw error
    throw new Refusal('conflict', `port ${port} of ${name} ${why}`, { hint: 'Stop what has it, or name another one in the settings of the edge.' })
  }
  return (server.address() as { port: number }).port
}
