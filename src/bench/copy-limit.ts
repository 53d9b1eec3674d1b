import { finished } from 'node:stream/promises'
import pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'

/**
 * The fastest that this database can take the same bodies: COPY of text into a table without an index, one commit for each bundle, nothing read,
 * judged, hashed or audited.
 */
export async function copyRate(owner: pg.ClientConfig, bundles: readonly string[][], connections: number, seconds: number): Promise<number> {
  const clients = await Promise.all(
    Array.from({ length: connections }, async () => {
      const client = new pg.Client(owner)
      await client.connect()
      return client
    }),
  )
  try {
    await clients[0]?.query('create table public.bench_copied (patient int8, body text)')
    const texts = bundles.map((bodies, at) => bodies.map((body) => `${at}\t${body.replaceAll('\\', '\\\\')}\n`).join(''))
    let next = 0
    let resources = 0
    const began = performance.now()
    const until = began + seconds * 1000
    await Promise.all(
      clients.map(async (client) => {
        while (performance.now() < until) {
          const at = next++ % texts.length
          const stream = client.query(copyFrom('copy public.bench_copied from stdin'))
          stream.end(texts[at] as string)
          await finished(stream)
          resources += (bundles[at] as string[]).length
        }
      }),
    )
    return resources / ((performance.now() - began) / 1000)
  } finally {
    await clients[0]?.query('drop table if exists public.bench_copied')
    await Promise.all(clients.map((client) => client.end()))
  }
}
