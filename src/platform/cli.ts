import { parseArgs } from 'node:util'
import { Refusal, withHint } from './refusal.ts'
import type { World } from './world.ts'

export type Options = Record<string, string | boolean | undefined>
export type Print = (line: string) => void

/** One act of the command line: `npm run spona -- <slice> <act> --option value`. */
export type Command = {
  name: string
  summary: string
  options: Record<string, { type: 'string' | 'boolean'; about: string; default?: string | boolean; required?: boolean }>
  /** What stands after the words without an option's name, for example a file; given to `run` as the option `argument`. */
  argument?: { name: string; about: string }
  /** Commands that manage the database itself run without opening it. */
  needs?: 'database' | 'nothing'
  /** Answers the exit code: 0 done, 1 the answer is no (something was found wrong). 2 is wrong use. */
  run(world: World, options: Options, print: Print): Promise<number | void>
}

export class WrongUse extends Error {}

/** Finds the command that the first words name; `rest` are its options. Null when there is no such command. */
export function findCommand(commands: readonly Command[], words: string[]): { command: Command; rest: string[] } | null {
  for (const length of [3, 2, 1]) {
    const name = words.slice(0, length).join(' ')
    const command = commands.find((one) => one.name === name)
    if (command) return { command, rest: words.slice(length) }
  }
  return null
}

export function parseOptions(command: Command, rest: string[]): Options {
  const known: Record<string, { type: 'string' | 'boolean' }> = { json: { type: 'boolean' }, help: { type: 'boolean' } }
  for (const [name, option] of Object.entries(command.options)) known[name] = { type: option.type }
  let values: Options
  try {
    const parsed = parseArgs({ args: rest, options: known, allowPositionals: command.argument !== undefined, strict: true })
    values = { ...parsed.values } as Options
    if (command.argument) values['argument'] = argumentOf(command.argument, parsed.positionals, values)
  } catch (error) {
    if (error instanceof WrongUse) throw error
    const [sentence = ''] = (error as Error).message.split(/[\n.]/)
    throw new WrongUse(`${sentence}. See npm run spona -- ${command.name} --help`)
  }
  for (const [name, option] of Object.entries(command.options)) {
    values[name] ??= option.default
    if (option.required && values[name] === undefined && !values['help']) throw new WrongUse(`--${name} is missing: ${option.about}`)
  }
  return values
}

function argumentOf({ name, about }: { name: string; about: string }, given: readonly string[], values: Options): string | undefined {
  const [first] = given
  if (given.length === 1 || values['help']) return first
  if (given.length === 0) throw new WrongUse(`${name} is missing: ${about}`)
  // A word behind an option that takes no value was probably meant as its value.
  const said = Object.keys(values).filter((option) => values[option] === true)
  throw new WrongUse(`only one ${name} at a time${said.map((option) => `; --${option} takes no value`).join('')}`)
}

export function helpOf(commands: readonly Command[], words: string[]): string {
  const prefix = words.filter((word) => !word.startsWith('-')).join(' ')
  const exact = commands.find((one) => one.name === prefix)
  if (exact) return helpOfOne(exact)
  const under = (word: string) => commands.filter((one) => one.name.startsWith(`${word} `))
  const near = prefix === '' ? commands : under(prefix)
  const ofSlice = near.length > 0 ? near : under(prefix.split(' ')[0] as string)
  const unknown = near.length > 0 ? [] : [`There is no command "${prefix}".`, '']
  const list = (ofSlice.length > 0 ? ofSlice : commands).toSorted((a, b) => a.name.localeCompare(b.name))
  const width = Math.max(...list.map((one) => one.name.length))
  const lines = list.map((one) => `  ${one.name.padEnd(width)}  ${one.summary}`)
  return [...unknown, 'Usage: npm run spona -- <slice> <act> [--options]', '', ...lines, '', ...footer].join('\n')
}

const footer = ['--help after a command says its options, --json answers for machines. Exit code: 0 done, 1 the answer is no, 2 wrong use.']

function helpOfOne(command: Command): string {
  const all: Command['options'] = { ...command.options, json: { type: 'boolean', about: 'Answer as JSON.' } }
  const options = Object.entries(all)
  const argument = command.argument ? ` ${command.argument.name}` : ''
  const left = options.map(([name, option]) => `--${name}${option.type === 'string' ? ' VALUE' : ''}`)
  const width = Math.max(...left.map((text) => text.length))
  const lines = options.map(([, option], at) => {
    const fallback = option.default === undefined ? '' : ` (default ${option.default})`
    const needed = option.required ? ' Required.' : ''
    return `  ${left[at]?.padEnd(width)}  ${option.about}${fallback}${needed}`
  })
  const about = command.argument ? [`  ${command.argument.name}: ${command.argument.about}`] : []
  return [`Usage: npm run spona -- ${command.name}${argument} [--options]`, '', command.summary, '', ...about, ...lines].join('\n')
}

/** An error as the command line prints it: a refusal with its hint, anything else with its own message, which the operator may see. */
export function sentenceOf(error: unknown): string {
  if (error instanceof Refusal) return withHint(error)
  const { code, message, port } = error as NodeJS.ErrnoException & { port?: number }
  if (code === 'EADDRINUSE' && port !== undefined) return `PORT: ${port} is taken by another program; stop it, or set another PORT`
  return message
}
