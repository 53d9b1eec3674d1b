import { readFileSync } from 'node:fs'
import { type Command, WrongUse } from '../platform/cli.ts'
import type { PublicJwk } from '../platform/http-signature.ts'
import { systemClock } from '../platform/world.ts'
import { verifyCertificate } from './certificate.ts'
import { repeatTests } from './repeat.ts'

/** `npm run -s spona -- vendor verify certificate.jws --keys keys.json`, where keys.json is what GET /vendor/keys answered. */
export const verifyCommand: Command = {
  name: 'vendor verify',
  summary: 'Verify a certificate of conformance by public keys alone; exit code 1 when it does not hold.',
  argument: { name: 'FILE', about: 'The certificate, as edge certify wrote it.' },
  options: { keys: { type: 'string', about: 'File with the centre’s public keys, as GET /vendor/keys answers them.', required: true } },
  needs: 'nothing',
  async run(_world, options, print) {
    const { keys } = readJson(String(options['keys'])) as { keys?: PublicJwk[] }
    if (!Array.isArray(keys)) throw new WrongUse('--keys: the file holds no key set')
    const verdict = await verifyCertificate(readText(String(options['argument'])).trim(), keys, systemClock.now())
    const { claims } = verdict
    if (options['json']) print(JSON.stringify(verdict))
    else {
      print(verdict.ok ? 'holds' : `does not hold: ${verdict.problem}`)
      if (claims)
        print(
          `${claims.vendor}: ${claims.system} ${claims.systemVersion}, ${claims.protocol} (${claims.playedBy}), rules ${claims.rules}, until ${new Date(claims.exp * 1000).toISOString().slice(0, 10)}`,
        )
    }
    return verdict.ok ? 0 : 1
  },
}

export const repeatCommand: Command = {
  name: 'vendor repeat',
  summary: 'Test the certificates again now, as every night; exit code 1 when one does not hold any more.',
  options: {},
  async run(world, options, print) {
    const done = await repeatTests(world)
    print(options['json'] ? JSON.stringify(done) : `${done.looked} certificates tested, ${done.failing} failing`)
    return done.failing > 0 ? 1 : 0
  },
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    throw new WrongUse(`${file} cannot be read`)
  }
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readText(file))
  } catch {
    throw new WrongUse(`${file} cannot be read as JSON`)
  }
}
