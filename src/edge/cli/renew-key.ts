import { existsSync, renameSync } from 'node:fs'
import type { Options, Print } from '../../platform/cli.ts'
import { Centre } from '../centre/centre.ts'
import { makeKeyFile, readKeyFile } from '../centre/key-file.ts'
import { openLine } from '../centre/line.ts'
import { readConfig } from '../process/config.ts'
import type { Outside } from '../process/edge.ts'

/**
 * Makes a new key and has the old one sign for it while both are valid. The running edge takes the new key up when it next checks its rights; until
 * then the old key signs.
 */
export async function renewKey(outside: Outside, options: Options, print: Print): Promise<number> {
  const config = readConfig(String(options['config']))
  const old = readKeyFile(config.centre.key)
  const next = `${config.centre.key}.next`
  // After an interrupted call the new key is already here, and perhaps at the centre.
  const key = existsSync(next) ? readKeyFile(next) : makeKeyFile(next, outside.random, old)
  const line = openLine(config.centre)
  try {
    const centre = new Centre(outside, line, { url: config.centre.url, signs: config.centre.signs, key: old })
    const { json } = await centre.ask({ method: 'GET', path: `/bus/members/${config.member}`, isOpen: true })
    const isKnown = (json as { keys: { kid: string }[] }).keys.some(({ kid }) => kid === key.kid)
    if (!isKnown)
      await centre.ask({ method: 'POST', path: `/bus/members/${config.member}/keys`, body: Buffer.from(JSON.stringify({ key: key.jwk })), isOpen: true })
    renameSync(next, config.centre.key)
    print('The centre knows the new key. A running edge takes it up within ten minutes; until then the old one signs, and it stays valid.')
    return 0
  } finally {
    line.end()
  }
}
