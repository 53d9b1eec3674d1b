import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { buildApp } from '../app.ts'
import { openWorld } from '../open-world.ts'
import { loadConfig } from '../platform/config.ts'
import type { World } from '../platform/world.ts'
import { type BusMember, joinBus } from './bus-member.ts'
import { freePort, openFolder, removeData, type ServerProcess, spawnServer, stopServer } from './process.ts'

/** The server as people start it, in processes of its own, and members of its bus in this process. */
export type Outside = {
  server: ServerProcess
  base: string
  dataDir: string
  world: World
  join(code: string): Promise<BusMember>
  /** Starts the server again after a kill. */
  startAgain(): Promise<void>
  end(): Promise<void>
}

export async function startOutside(settings: Record<string, string> = {}): Promise<Outside> {
  const folder = openFolder('outside')
  const dataDir = join(folder, 'var')
  const port = await freePort()
  const env = { DATA_DIR: dataDir, PORT: String(port), ...settings }
  let server = spawnServer(env)
  await server.ready
  const config = loadConfig({ DATA_DIR: dataDir, PORT: String(port), LOG_LEVEL: 'error' })
  if (Array.isArray(config)) throw new Error(config.join())
  const opened = await openWorld(config, { mode: 'share' })
  mkdirSync(join(folder, 'portals'))
  // Members join through a server in this process, on the same database.
  const app: FastifyInstance = await buildApp(opened.world, join(folder, 'portals'))
  await app.ready()
  return {
    get server() {
      return server
    },
    base: `http://127.0.0.1:${port}`,
    dataDir,
    world: opened.world,
    join: (code) => joinBus(app, opened.world, code),
    async startAgain() {
      server = spawnServer(env)
      await server.ready
    },
    async end() {
      await app.close()
      await opened.close()
      if (server.child.exitCode === null && server.child.signalCode === null) await stopServer(server)
      removeData(dataDir)
    },
  }
}
