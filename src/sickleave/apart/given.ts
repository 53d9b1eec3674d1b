import type pg from 'pg'
import { baseUrl, type Config } from '../../platform/config.ts'
import type { Keys } from '../../platform/keys.ts'
import type { World } from '../../platform/world.ts'
import type { DoorAt } from './ask-door.ts'
import { houseSecret } from './pass.ts'

/** Everything the employers' process is given, over a pipe: no environment, no argument, no file holds a secret of it. */
export type Given = {
  settings: Pick<Config, (typeof settingsGiven)[number]>
  /** Keys by name; the master key, from which all others could be made, is never among them. */
  keys: Record<string, string>
  database: pg.ClientConfig
  door: DoorAt
  listen: { host: string; port: number }
}

const settingsGiven = ['BASE_URL', 'LOG_LEVEL', 'BODY_LIMIT_MB', 'TLS_CERT', 'TLS_KEY', 'SEAL_CERT', 'SEAL_KEY', 'SIGNATURE_LEVEL'] as const

/** What papers are sealed and checked by. That is all: nothing of the record, of persons, of sessions or of the medical part. */
export const keysGiven = [
  ['sickleave-check', 32],
  ['sickleave-seal', 40],
] as const

/** As large as a question of the employer's side may be: a file of earnings or a piece of evidence. */
const bodyLimitMb = 8
export const employersRole = 'spona_employers'

export function whatIsGiven(world: World, { database, door, listen }: { database: pg.ClientConfig; door: string; listen: Given['listen'] }): Given {
  const { config, keys } = world
  const { LOG_LEVEL, SEAL_CERT, SEAL_KEY, SIGNATURE_LEVEL } = config
  return {
    settings: { BASE_URL: baseUrl(config), BODY_LIMIT_MB: bodyLimitMb, TLS_CERT: '', TLS_KEY: '', LOG_LEVEL, SEAL_CERT, SEAL_KEY, SIGNATURE_LEVEL },
    keys: Object.fromEntries(keysGiven.map(([label, bytes]) => [`${label}/${bytes}`, keys.derive(label, bytes).toString('base64')])),
    database: { ...database, user: employersRole },
    door: { origin: door, secret: houseSecret(world) },
    listen,
  }
}

export function keysByName(given: Given['keys']): Keys {
  const known = new Map(Object.entries(given).map(([name, key]) => [name, Buffer.from(key, 'base64')]))
  return {
    derive(label, bytes = 32) {
      const key = known.get(`${label}/${bytes}`)
      if (!key) throw new Error(`this process was not given the key ${label}`)
      return key
    },
  }
}
