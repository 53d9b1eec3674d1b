import type { Options, Print } from '../../platform/cli.ts'
import { Refusal } from '../../platform/refusal.ts'
import type { Status } from '../local/status.ts'
import { sentenceOn } from '../local/trouble.ts'
import { readConfig } from '../process/config.ts'

type Said = Pick<Status, 'state' | 'member' | 'queue' | 'centre' | 'undelivered' | 'unframed'>

/** Asks the running edge; exit code 1 when something needs a person. */
export async function printStatus(options: Options, print: Print): Promise<number> {
  const { status } = readConfig(String(options['config']))
  const answer = await fetch(`http://127.0.0.1:${status.port}/status.json`).catch(() => {
    throw new Refusal('busy', 'the edge does not run', { hint: 'npm run spona -- edge start' })
  })
  const said = (await answer.json()) as Said
  if (options['json']) print(JSON.stringify(said))
  else {
    print(`${said.member}: ${said.state}`)
    for (const [name, value] of Object.entries({ ...said.queue, ...said.centre })) if (value !== null) print(`  ${name}: ${String(value)}`)
    for (const { name, reason, lastAt, hint } of said.unframed) print(`  port ${name}: ${reason}, last ${lastAt}\n    ${hint}`)
    for (const one of said.undelivered) print(`  undelivered ${one.name ?? one.service}: ${sentenceOn(one)}\n    ${one.hint}`)
  }
  return said.state === 'well' || said.state === 'working' ? 0 : 1
}
