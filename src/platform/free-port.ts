import { createServer } from 'node:net'

/** Fails as opening it would, at once: a first run makes a database and a country before it listens, and whoever waits for an answer of that port gets one of another program meanwhile. */
export async function mustBeFree(port: number, host: string): Promise<void> {
  if (port === 0) return
  const trial = createServer()
  await new Promise<void>((resolve, reject) => trial.once('error', reject).listen({ port, host, exclusive: true }, resolve))
  await new Promise<void>((resolve) => trial.close(() => resolve()))
}
