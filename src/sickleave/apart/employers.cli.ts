import { readFileSync, writeFileSync } from 'node:fs'
import { once } from 'node:events'
import type { Command, Options } from '../../platform/cli.ts'
import { type HouseTls, readPem, requireSafeLine } from '../../platform/house-tls.ts'
import { Refusal } from '../../platform/refusal.ts'
import { databaseFor, lineTls } from './employers-side.ts'
import { type Given, whatIsGiven } from './given.ts'
import { runProcess } from './run-process.ts'

// For an employers' process on another machine: this command writes what the process needs, the operator carries the file there, and runs it there.

/** With the certificate of the line's authority. The certificate that the other machine itself shows is already with its operator. */
type Handed = Given & { ca: string | null }

function originOf(text: unknown): string {
  const url = URL.parse(String(text))
  if (url && ['http:', 'https:'].includes(url.protocol) && url.pathname === '/') return url.origin
  throw new Refusal('incorrect', '--door is an address such as https://10.0.0.5:9091')
}
const hostOf = (origin: string) => new URL(origin).hostname.replace(/^\[|\]$/g, '')

function writeNew(file: string, text: string): void {
  try {
    writeFileSync(file, text, { mode: 0o600, flag: 'wx' })
  } catch (error) {
    throw new Refusal('unprocessable', `${file} cannot be written as a new file (${(error as NodeJS.ErrnoException).code})`)
  }
}

function readGiven(file: string): Handed {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Handed
  } catch (error) {
    throw new Refusal('unprocessable', `${file} is not what employers-hand-over wrote (${(error as NodeJS.ErrnoException).code ?? 'no JSON'})`)
  }
}

/** The content of the file, and the certificate that this machine shows on the line. */
export function givenThere(options: Options): Given {
  const handed = readGiven(String(options['given']))
  return { ...handed, door: { ...handed.door, tls: tlsThere(handed, options['tls-cert'], options['tls-key']) } }
}

function tlsThere({ ca, listen, door }: Handed, cert: unknown, key: unknown): HouseTls | undefined {
  const isGiven = typeof cert === 'string' && typeof key === 'string'
  requireSafeLine('the address to listen on', listen.host, ca !== null)
  requireSafeLine('the door', hostOf(door.origin), door.origin.startsWith('https:') && ca !== null)
  if (ca === null) return undefined
  if (!isGiven) throw new Refusal('incorrect', '--tls-cert and --tls-key are missing', { hint: 'The line is under TLS: this side shows a certificate too.' })
  return { cert: readPem(cert), key: readPem(key), ca }
}

export const employersHandOver: Command = {
  name: 'sickleave employers-hand-over',
  summary: 'Write what an employers’ process on another machine is given: two keys by name, its database role, the door. Never the master key.',
  options: {
    out: { type: 'string', about: 'File to write; only its owner may read it.', required: true },
    listen: { type: 'string', about: 'Address and port on which that process listens, as 10.0.0.6:9090.', required: true },
    door: { type: 'string', about: 'Where it finds our door (EMPLOYERS_DOOR), as https://10.0.0.5:9091.', required: true },
  },
  async run(world, options, print) {
    const [, host, port] = /^\[?([\w.:-]+?)\]?:(\d{1,5})$/.exec(String(options['listen'])) ?? []
    if (host === undefined || port === undefined) throw new Refusal('incorrect', '--listen is an address and a port, as 10.0.0.6:9090')
    const ca = lineTls(world.config)?.ca ?? null
    const origin = originOf(options['door'])
    requireSafeLine('--listen', host, ca !== null)
    requireSafeLine('--door', hostOf(origin), origin.startsWith('https:') && ca !== null)
    const listen = { host, port: Number(port) }
    const given = { ...whatIsGiven(world, { database: await databaseFor(world, null), door: { origin }, listen }), ca } satisfies Handed
    writeNew(String(options['out']), `${JSON.stringify(given)}\n`)
    print(`${String(options['out'])} holds the keys ${Object.keys(given.keys).join(', ')} and the password of ${given.database.user}: carry it by a safe way.`)
  },
}

export const employersRun: Command = {
  name: 'sickleave employers-run',
  summary: 'Run the employers’ process by itself, with the file that employers-hand-over wrote; ends with SIGTERM or Ctrl-C.',
  needs: 'nothing',
  options: {
    given: { type: 'string', about: 'The file.', required: true },
    'tls-cert': { type: 'string', about: 'PEM file with the certificate that this side shows; needed beyond one machine.' },
    'tls-key': { type: 'string', about: 'PEM file with its private key.' },
  },
  async run(_world, options, print) {
    const given = givenThere(options)
    const running = runProcess(given, { say: print })
    await running.ready
    print(`The employers’ process listens on ${given.listen.host}:${given.listen.port}.`)
    await Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')])
    await running.stop()
  },
}
