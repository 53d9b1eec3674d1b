import { writeFileSync } from 'node:fs'
import { type Options, type Print, WrongUse } from '../../platform/cli.ts'
import type { World } from '../../platform/world.ts'
import { readKeyFile } from '../centre/key-file.ts'
import { issue, issued } from '../certificates/issue.ts'
import { paperOf } from '../certificates/paper.ts'
import { languageOf } from '../local/words.ts'
import { readConfig } from '../process/config.ts'
import { openVault } from '../store/vault.ts'
import { withStore } from '../store/with-store.ts'
import { readJson } from './json-file.ts'

/** Issues by hand, for when the local system cannot. The edge may be running or not; SQLite lets one writer in after the other. */
export async function issueByHand(world: World, options: Options, print: Print): Promise<number> {
  const config = readConfig(String(options['config']))
  if (config.certificates === undefined) throw new WrongUse('the settings do not say that certificates are issued here: name certificates')
  const key = readKeyFile(config.centre.key)
  return withStore(config.data, async (store) => {
    const { random, now } = world
    const made = await issue({ store, vault: openVault(key.secret, random), key, now, random }, readJson(String(options['file'])))
    print(options['json'] ? JSON.stringify(made) : `${made.number}, issued ${made.issuedAt}: it is sent as soon as the line is there (id ${made.id})`)
    return 0
  })
}

/** Writes the page to print of a certificate that was issued here into a file. */
export async function printPaper(world: World, options: Options, print: Print): Promise<number> {
  const config = readConfig(String(options['config']))
  return withStore(config.data, async (store) => {
    const vault = openVault(readKeyFile(config.centre.key).secret, world.random)
    const page = await paperOf({ store, vault, config }, String(options['argument']).toLowerCase(), languageOf(String(options['lang'] ?? '')))
    const file = String(options['file'])
    writeFileSync(file, page, { mode: 0o600 })
    print(`${file} is the page to print.`)
    return 0
  })
}

export function listIssued(_world: World, options: Options, print: Print): Promise<number> {
  return withStore(readConfig(String(options['config'])).data, (store) => {
    const all = issued(store)
    if (options['json']) print(JSON.stringify(all))
    else if (all.length === 0) print('No certificate was issued here.')
    else for (const one of all) print(`${one.number}  ${one.issuedAt}  ${one.state}${one.sentence ? `: ${one.sentence}` : ''}${one.hint ? ` ${one.hint}` : ''}`)
    return 0
  })
}
