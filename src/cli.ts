// `npm run spona -- <slice> <act>`: finds the command, opens what it needs, prints, and ends with 0, 1 or 2.
import { bareWorld } from './platform/bare-world.ts'
import { findCommand, helpOf, parseOptions, sentenceOf, WrongUse } from './platform/cli.ts'
import { loadConfig } from './platform/config.ts'

const words = process.argv.slice(2)
// The edge runs on small machines and starts within a second, so its commands load nothing of the centre. An import starts this file once for each
// processor, so it loads only the commands of the record.
const { commands } = await (words[0] === 'edge'
  ? import('./edge/commands.ts')
  : words[1] === 'import-parts'
    ? import('./record/commands.ts')
    : import('./commands.ts'))
// The reader of a pipe may close it early, as `… | head` does: that is no fault.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})
process.exitCode = await main()

async function main(): Promise<number> {
  const found = findCommand(commands, words)
  if (!found) {
    const asksHelp = words.length === 0 || words.includes('--help')
    ;(asksHelp ? console.log : console.error)(helpOf(commands, words))
    return asksHelp ? 0 : 2
  }
  if (found.rest.includes('--help')) {
    console.log(helpOf([found.command], found.command.name.split(' ')))
    return 0
  }
  try {
    const options = parseOptions(found.command, found.rest)
    const config = loadConfig(process.env)
    if (Array.isArray(config)) throw new WrongUse(config.join('\n'))
    if (found.command.needs === 'nothing') return (await found.command.run(bareWorld(config), options, print)) ?? 0
    const { openWorld } = await import('./open-world.ts')
    const { world, close } = await openWorld(config, { mode: 'share' })
    try {
      return (await found.command.run(world, options, print)) ?? 0
    } finally {
      await close({ patient: true })
    }
  } catch (error) {
    console.error(sentenceOf(error))
    return error instanceof WrongUse ? 2 : 1
  }
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
