// One process of the measured server. The bench that starts it has the database and makes the load.
import { join } from 'node:path'
import { buildApp } from '../app.ts'
import { openWorld } from '../open-world.ts'
import { loadConfig } from '../platform/config.ts'
import { isOneOfSeveral } from '../platform/processes.ts'

isOneOfSeveral()
const config = loadConfig(process.env)
if (Array.isArray(config)) throw new Error(config.join('\n'))
const { world, close } = await openWorld(config, { mode: 'share' })
const app = await buildApp(world, join(config.DATA_DIR, 'portals'))
await app.listen({ port: 0, host: '127.0.0.1' })
config.PORT = (app.server.address() as { port: number }).port
process.once('SIGTERM', async () => {
  app.server.closeAllConnections()
  await app.close()
  await close()
  process.exit(0)
})
