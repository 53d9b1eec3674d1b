import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Command, findCommand, helpOf, parseOptions, sentenceOf, WrongUse } from './cli.ts'
import { Refusal } from './refusal.ts'

const command = (name: string, options: Command['options'] = {}): Command => ({ name, summary: `Does ${name}.`, options, run: async () => 0 })
const commands = [
  command('audit verify', { 'from-copy': { type: 'string', about: 'A folder.' } }),
  command('access client add', { name: { type: 'string', about: 'Its name.', required: true }, hours: { type: 'string', about: 'How long.', default: '1' } }),
  command('access token'),
]
const [, add] = commands as [Command, Command]

test('a command is found by its one, two or three words', () => {
  assert.equal(findCommand(commands, ['access', 'client', 'add', '--name', 'x'])?.command.name, 'access client add')
  assert.deepEqual(findCommand(commands, ['audit', 'verify', '--json'])?.rest, ['--json'])
  assert.equal(findCommand(commands, ['audit']), null)
})

test('options have their defaults, and what is missing, unknown or too much is wrong use', () => {
  assert.deepEqual({ ...parseOptions(add, ['--name', 'x']) }, { name: 'x', hours: '1' })
  for (const words of [[], ['--name'], ['--name', 'x', '--nme', 'y'], ['x', '--name', 'y']])
    assert.throws(() => parseOptions(add, words), WrongUse, words.join(' '))
})

test('what stands behind an option that takes no value is told to be too much', () => {
  const show = { ...add, argument: { name: 'ITEM', about: 'Its number.' }, options: { original: { type: 'boolean', about: 'The bytes.' } } } as const
  assert.equal(parseOptions(show, ['7', '--original'])['argument'], '7')
  assert.throws(() => parseOptions(show, ['7', '--original', 'FILE']), /only one ITEM at a time; --original takes no value/)
  assert.throws(() => parseOptions(show, ['7', '8']), /only one ITEM at a time$/)
})

test('help is there at every level and says what there is not', () => {
  assert.match(helpOf(commands, []), /access client add +Does access client add\.\n.*access token/)
  assert.equal(helpOf(commands, ['access']).includes('audit'), false)
  assert.match(helpOf(commands, ['access', 'client']), /^Usage: .*\n\n {2}access client add/)
  assert.match(helpOf(commands, ['access', 'clint']), /^There is no command "access clint"\./)
  assert.match(helpOf(commands, ['access', 'client', 'add']), /--name VALUE {3}Its name\. Required\.\n {2}--hours VALUE {2}How long\. \(default 1\)/)
})

test('a refusal reads as a sentence with its hint', () => {
  assert.equal(sentenceOf(new Refusal('conflict', 'it is there', { hint: 'Take another name.' })), 'it is there. Take another name.')
})
