import type pg from 'pg'
import { baseUrl, type Config } from '../../platform/config.ts'
import { readPem } from '../../platform/house-tls.ts'
import type { Keys } from '../../platform/keys.ts'
import type { World } from '../../platform/world.ts'
import type { DoorAt } from './ask-door.ts'
import { questionMb } from './house.ts'
import { houseSecret } from './pass.ts'

/** Everything that the employers' process gets, over a pipe: no secret of it is in an environment variable, an argument or a file. */
export type Given = {
  settings: Pick<Config, SettingGiven>
  /** Keys by name. The master key, from which all others could be made, is never among them. */
  keys: Record<string, string>
  database: pg.ClientConfig
  door: DoorAt
  listen: { host: string; port: number }
}

const asTheyAre = ['DEMO', 'LOG_LEVEL', 'MAIL_FROM', 'MAIL_MINUTES', 'SIGNATURE_LEVEL', 'SMTP_URL'] as const
type SettingGiven = (typeof asTheyAre)[number] | 'BASE_URL' | 'BODY_LIMIT_MB' | 'SEAL_CERT' | 'SEAL_KEY'

/** The keys that seal and check papers, and no others: none for the record, for persons, for sessions or for the medical part. */
export const keysGiven = [
  ['sickleave-check', 32],
  ['sickleave-seal', 40],
] as const

export const employersRole = 'spona_employers'

export function whatIsGiven(
  world: World,
  { database, door, listen }: { database: pg.ClientConfig; door: Pick<DoorAt, 'origin' | 'tls'>; listen: Given['listen'] },
): Given {
  const { config, keys } = world
  // The process opens no file, so certificates go as text, here and to another machine.
  const pem = (given: string) => (given === '' ? '' : readPem(given))
  return {
    settings: {
      ...(Object.fromEntries(asTheyAre.map((name) => [name, config[name]])) as Pick<Config, (typeof asTheyAre)[number]>),
      ...{ BASE_URL: baseUrl(config), BODY_LIMIT_MB: questionMb, SEAL_CERT: pem(config.SEAL_CERT), SEAL_KEY: pem(config.SEAL_KEY) },
    },
    keys: Object.fromEntries(keysGiven.map(([label, bytes]) => [`${label}/${bytes}`, keys.derive(label, bytes).toString('base64')])),
    database: { ...database, user: employersRole },
    door: { ...door, secret: houseSecret(world) },
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
