import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { baseUrl } from '../platform/config.ts'
import type { World } from '../platform/world.ts'

/**
 * Tokens name the server's address as issuer and audience. A command may run with other settings than the server (PORT is
 * easily forgotten), so the server leaves its address where its keys are.
 */
const fileOf = (world: World) => join(world.config.DATA_DIR, 'address')

/** The server calls this once it listens. */
export function rememberAddress(world: World): void {
  writeFileSync(fileOf(world), `${baseUrl(world.config)}\n`)
}

/** The world as the running server sees it: its address is BASE_URL if that is set, else where it last listened. */
export function atServerAddress(world: World): World {
  if (world.config.BASE_URL !== '' || !existsSync(fileOf(world))) return world
  const address = readFileSync(fileOf(world), 'utf8').trim()
  return URL.parse(address) ? { ...world, config: { ...world.config, BASE_URL: address } } : world
}
