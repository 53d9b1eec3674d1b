import type { Options, Print } from '../../platform/cli.ts'
import { Refusal } from '../../platform/refusal.ts'
import { readConfig } from '../process/config.ts'

/** Asks the running edge; exit code 1 when something needs a person. */
export async function printStatus(options: Options, print: Print): Promise<number> {
  const { status } = readConfig(String(options['config']))
  const answer = await fetch(`http://127.0.0.1:${status.port}/status.json`).catch(() => {
    throw new Refusal('busy', 'the edge does not run', { hint: 'npm run spona -- edge start' })
  })
  const said = (await answer.json()) as { state: string; member: string; queue: Record<string, number>; centre: Record<string, unknown> }
  if (options['json']) print(JSON.stringify(said))
  else {
    print(`${said.member}: ${said.state}`)
    for (const [name, value] of Object.entries({ ...said.queue, ...said.centre })) if (value !== null) print(`  ${name}: ${String(value)}`)
  }
  return said.state === 'well' || said.state === 'working' ? 0 : 1
}
