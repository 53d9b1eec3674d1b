import { parseArgs } from 'node:util'
import { Refusal } from './refusal.ts'
import type { World } from './world.ts'

export type Options = Record<string, string | boolean | undefined>
export type Print = (line: string) => void

/** One act of the command line: `npm run spona -- <slice> <act> --option value`. */
export type Command = {
  name: string
  summary: string
  options: Record<string, { type: 'string' | 'boolean'; about: string; default?: string | boolean; required?: boolean }>
  /** Commands that manage the database itself run without opening it. */
  needs?: 'database' | 'nothing'
  /** Answers the exit code: 0 done, 1 the answer is no (something was found wrong). 2 is wrong use. */
  run(world: World, options: Options, print: Print): Promise<number | void>
}

export class WrongUse extends Error {}

/** Finds the command of the given words and its options; help at every level is thrown as WrongUse with exit code 0 by the caller. */
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
    const parsed = parseArgs({ args: rest, options: known, allowPositionals: true, strict: true })
    values = { ...parsed.values } as Options
    if (parsed.positionals.length > 0) values['_'] = parsed.positionals.join(' ')
  } catch (error) {
    throw new WrongUse((error as Error).message.split('\n')[0])
  }
  for (const [name, option] of Object.entries(command.options)) {
    values[name] ??= option.default
    if (option.required && values[name] === undefined && !values['help']) throw new WrongUse(`--${name} is missing: ${option.about}`)
  }
  return values
}

export function helpOf(commands: readonly Command[], words: string[]): string {
  const prefix = words.filter((word) => !word.startsWith('-')).join(' ')
  const chosen = commands.filter((one) => one.name === prefix || one.name.startsWith(`${prefix} `) || prefix === '')
  if (chosen.length === 1 && chosen[0]?.name === prefix) return helpOfOne(chosen[0])
  const list = (chosen.length > 0 ? chosen : commands).toSorted((a, b) => a.name.localeCompare(b.name))
  const width = Math.max(...list.map((one) => one.name.length))
  const lines = list.map((one) => `  ${one.name.padEnd(width)}  ${one.summary}`)
  return ['Usage: npm run spona -- <slice> <act> [--options]', '', ...lines, '', '--json answers for machines. Exit code: 0 done, 1 the answer is no, 2 wrong use.'].join('\n')
}

function helpOfOne(command: Command): string {
  const lines = Object.entries({ ...command.options, json: { type: 'boolean', about: 'Answer as JSON.' } }).map(([name, option]) => {
    const fallback = 'default' in option && option.default !== undefined ? ` (default ${option.default})` : ''
    return `  --${name}${option.type === 'string' ? ' VALUE' : ''}  ${option.about}${fallback}`
  })
  return [`Usage: npm run spona -- ${command.name} [--options]`, '', command.summary, '', ...lines].join('\n')
}

/** How an error reads on the command line: a refusal is a sentence, anything else keeps its text for the operator. */
export const sentenceOf = (error: unknown) =>
  error instanceof Refusal && error.hint ? `${error.message}. ${error.hint}` : (error as Error).message
