import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { startTelling } from '../bus/bus.ts'
import { parse } from 'yaml'
import { listsTable } from '../registry/lists/lists-page.ts'
import { startServer } from '../testing/server.ts'
import type { Command } from './cli.ts'
import { settings } from './settings.ts'

// What the guide of operations tells an operator to write, to type and to watch is there.
const guide = readFileSync('docs/guides/operations.md', 'utf8')
const blockOf = (language: string, with_: string): string => {
  const found = [...guide.matchAll(/```(\w+)\n([^]*?)```/g)].find(([, named, text]) => named === language && text?.includes(with_))
  assert.ok(found, `a block of ${language} with ${with_}`)
  return found[2] as string
}
let commands: readonly Command[]
before(async () => {
  commands = (await import('../commands.ts')).commands
})

test('every setting that it names is one', () => {
  const known = new Set<string>(settings.map(({ name }) => name))
  const ofNode = new Set(['NODE_COMPILE_CACHE'])
  const written = [...blockOf('sh', 'DEMO=false').matchAll(/^([A-Z_]+)=/gm)].map(([, name]) => name as string)
  const told = [...guide.matchAll(/`([A-Z]+_[A-Z_]+)(?:=[^`]*)?`/g)].map(([, name]) => name as string)
  assert.ok(written.length > 10 && told.length > 5)
  assert.deepEqual(
    [...written, ...told].filter((name) => !known.has(name) && !ofNode.has(name)),
    [],
  )
})

test('every command that it types is one, with the options that it has', () => {
  const typed = [...guide.matchAll(/(?:^|`|&& )(?:spona|npm run spona --) ([^`\n#&]+)/gm)].map(([, words]) => (words as string).trim().split(/\s+/))
  assert.ok(typed.length > 15)
  for (const words of typed) {
    const command = commands.find(({ name }) => `${words.join(' ')} `.startsWith(`${name} `))
    assert.ok(command, words.join(' '))
    for (const word of words.filter((one) => one.startsWith('--'))) assert.ok(word.slice(2) in command.options, `${command.name} ${word}`)
  }
})

test('its lists have the columns that registry load takes', () => {
  assert.ok(guide.includes(listsTable()), 'node src/registry/lists/lists-page.ts prints the table anew')
})

test('every figure that its alerts look at is told by /metrics', async (t) => {
  const { app, world } = await startServer(t)
  t.after(startTelling(world))
  await app.inject('/health/live')
  const told = (await app.inject('/metrics')).body
  const rules = parse(blockOf('yaml', 'alert:')) as { groups: { rules: { alert: string; expr: string; for?: string }[] }[] }
  const expressions = rules.groups.flatMap((group) => group.rules.map(({ expr }) => expr))
  assert.ok(expressions.length > 5 && expressions.every((expr) => typeof expr === 'string'))
  const named = new Set([...expressions.join(' ').matchAll(/\bspona_[a-z_]+/g)].map(([name]) => name))
  assert.ok(named.size > 5)
  // Nothing has been exchanged, nothing is sealed, and this database is not on a disk of ours: of those only the name is known.
  for (const name of named) assert.ok(told.includes(name.replace(/_(?:count|bucket)$/, '')) || name.startsWith('spona_disk_'), name)
})

test('systemd takes its unit', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'spona-unit-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const unit = join(folder, 'spona.service')
  writeFileSync(unit, blockOf('ini', '[Service]').replace('/usr/bin/npm start', '/bin/true'))
  const { error, stdout, stderr } = spawnSync('systemd-analyze', ['verify', unit], { encoding: 'utf8' })
  if (error) return t.skip('there is no systemd-analyze here')
  assert.equal(`${stdout}${stderr}`, '')
})
