import { addClient, clientById } from '../access/client.ts'
import { tokenFor } from '../access/token-endpoint.ts'
import { openWorld } from '../open-world.ts'
import { loadConfig } from '../platform/config.ts'
import { registerInstitutions } from '../registry/registry.ts'

/** Settings of a server without the demo. It starts in half the time of one that invents a country, and plays no sick leaves during a test. */
export const withoutCountry = (port: number): Record<string, string> => ({
  DEMO: 'false',
  BASE_URL: `http://localhost:${port}`,
  OIDC_ISSUER: 'http://127.0.0.1:9/', // Nobody signs in.
  OIDC_CLIENT_SECRET: 'nobody-signs-in',
})

/** A token of a new system in the database of a server that runs as a process, without the two commands an operator types. */
export async function tokenOfSystem(env: Record<string, string>): Promise<string> {
  const config = loadConfig(env)
  if (Array.isArray(config)) throw new Error(config.join('\n'))
  const { world, close } = await openWorld(config, { mode: 'share' })
  try {
    const place = { mb: '10000001', name: 'Проба', kind: 'test', municipality: 'Београд', ownership: 'public' } as const
    const made = await world.sql.begin(async (tx) => {
      const [institution] = await registerInstitutions(tx, [place])
      return addClient(tx, world, { name: 'Проба', institution: institution as number, institutionName: place.name, scopes: 'system/*.cruds' })
    })
    const client = await clientById(world.sql, made.id)
    if (!client) throw new Error('the client was not stored')
    return await tokenFor(world, client, made.scopes, 3600)
  } finally {
    await close({ patient: true })
  }
}
