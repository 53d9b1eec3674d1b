import { accessSync, constants, mkdirSync } from 'node:fs'
import { isAbsolute, resolve } from 'node:path'
import { wrongAboutNats } from './nats-settings.ts'
import { settings } from './settings.ts'

type Values = { -readonly [S in (typeof settings)[number] as S['name']]: ReturnType<S['read']> }
export type Config = Omit<Values, 'DEMO' | 'SANDBOX'> & { DEMO: boolean; SANDBOX: boolean }

const loopback = new Set(['127.0.0.1', '::1', 'localhost'])

const inPairs = [
  ['TLS_CERT', 'TLS_KEY'],
  ['NATS_CERT', 'NATS_KEY'],
] as const

/** Reads the settings; every wrong one is named with its reason, all at once. */
export function loadConfig(env: Record<string, string | undefined>): Config | string[] {
  const wrong: string[] = []
  const values: Record<string, unknown> = {}
  for (const setting of settings) {
    const given = env[setting.name] || setting.fallback // An empty value means the default, as in DATABASE_URL= npm start.
    try {
      values[setting.name] = setting.read(given)
    } catch (error) {
      const shown = setting.name.includes('URL') || setting.name.includes('SECRET') ? 'its value' : JSON.stringify(given)
      wrong.push(`${setting.name}: ${shown} ${(error as Error).message}. ${setting.about}`)
    }
  }
  if (wrong.length > 0) return wrong
  const published = URL.parse(values['BASE_URL'] as string)?.hostname
  // A proxy in front makes a loopback address public: what counts is the address people use.
  const isLocal = loopback.has(values['HOST'] as string) && (published === undefined || loopback.has(published))
  if (values['DEMO'] === 'true' && !isLocal) {
    return ['DEMO: true is only for a loopback HOST and a loopback BASE_URL, because demo accounts have a known password.']
  }
  values['DEMO'] = values['DEMO'] === 'auto' ? isLocal : values['DEMO'] === 'true'
  values['SANDBOX'] = values['SANDBOX'] === 'auto' ? values['DEMO'] : values['SANDBOX'] === 'true'
  for (const [one, other] of inPairs) if ((values[one] === '') !== (values[other] === '')) return [`${one} and ${other}: give both or none.`]
  const aboutNats = wrongAboutNats(values)
  if (aboutNats !== null) return [aboutNats]
  const ofLine = ['EMPLOYERS_TLS_CERT', 'EMPLOYERS_TLS_KEY', 'EMPLOYERS_TLS_CA'].filter((name) => values[name] !== '')
  if (ofLine.length % 3 !== 0) return ['EMPLOYERS_TLS_CERT, EMPLOYERS_TLS_KEY and EMPLOYERS_TLS_CA: give all or none.']
  const folder = values['DATA_DIR'] as string
  values['DATA_DIR'] = isAbsolute(folder) ? folder : resolve(folder)
  try {
    // As root the database runs as nobody, who must be able to pass the folder (the keys below it are closed by themselves).
    mkdirSync(values['DATA_DIR'] as string, { recursive: true, mode: process.getuid?.() === 0 ? 0o711 : 0o700 })
    accessSync(values['DATA_DIR'] as string, constants.W_OK)
  } catch (error) {
    return [`DATA_DIR: cannot write to ${values['DATA_DIR']} (${(error as NodeJS.ErrnoException).code}).`]
  }
  return values as unknown as Config
}

/** Where people and systems reach this server; the issuer and audience of its tokens. */
export function baseUrl(config: Config): string {
  if (config.BASE_URL) return config.BASE_URL.replace(/\/$/, '')
  const host = config.HOST === '0.0.0.0' || config.HOST === '127.0.0.1' ? 'localhost' : config.HOST
  return `http${config.TLS_CERT ? 's' : ''}://${host.includes(':') ? `[${host}]` : host}:${config.PORT}`
}
