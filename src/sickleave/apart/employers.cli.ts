import { readFileSync, writeFileSync } from 'node:fs'
import { once } from 'node:events'
import type { Command } from '../../platform/cli.ts'
import { Refusal } from '../../platform/refusal.ts'
import { databaseFor } from './employers-side.ts'
import { type Given, whatIsGiven } from './given.ts'
import { runProcess } from './run-process.ts'

// For an employers' process on another machine: what it is given is written here, carried there, and run there.

const originOf = (text: unknown, name: string): string => {
  const url = URL.parse(String(text))
  if (url && ['http:', 'https:'].includes(url.protocol) && url.pathname === '/') return url.origin
  throw new Refusal('incorrect', `--${name} is an address such as http://10.0.0.5:9091`)
}

export const employersHandOver: Command = {
  name: 'sickleave employers-hand-over',
  summary: 'Write what an employers’ process on another machine is given: two keys by name, its database role, the door. Never the master key.',
  options: {
    out: { type: 'string', about: 'File to write; only its owner may read it.', required: true },
    listen: { type: 'string', about: 'Address and port on which that process listens, as 10.0.0.6:9090.', required: true },
    door: { type: 'string', about: 'Where it finds our door (EMPLOYERS_DOOR), as http://10.0.0.5:9091.', required: true },
  },
  async run(world, options, print) {
    const [, host, port] = /^\[?([\w.:-]+?)\]?:(\d{1,5})$/.exec(String(options['listen'])) ?? []
    if (host === undefined || port === undefined) throw new Refusal('incorrect', '--listen is an address and a port, as 10.0.0.6:9090')
    const given = whatIsGiven(world, {
      database: await databaseFor(world, null),
      door: originOf(options['door'], 'door'),
      listen: { host, port: Number(port) },
    })
    writeFileSync(String(options['out']), `${JSON.stringify(given)}\n`, { mode: 0o600, flag: 'wx' })
    print(`${String(options['out'])} holds the keys ${Object.keys(given.keys).join(', ')} and the password of ${given.database.user}: carry it by a safe way.`)
  },
}

export const employersRun: Command = {
  name: 'sickleave employers-run',
  summary: 'Run the employers’ process by itself, with the file that employers-hand-over wrote; ends with SIGTERM or Ctrl-C.',
  needs: 'nothing',
  options: { given: { type: 'string', about: 'The file.', required: true } },
  async run(_world, options, print) {
    const given = JSON.parse(readFileSync(String(options['given']), 'utf8')) as Given
    const running = runProcess(given, { say: print })
    await running.ready
    print(`The employers’ process listens on ${given.listen.host}:${given.listen.port}.`)
    await Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')])
    await running.stop()
  },
}
