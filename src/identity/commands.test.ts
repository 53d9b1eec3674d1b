import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Options } from '../platform/cli.ts'
import { mustFile, newJmbg, patientOf } from '../testing/identity.ts'
import { openLedger } from '../testing/audit.ts'
import { startPlatform } from '../testing/platform.ts'
import { commands } from './commands.ts'
import { registerPeople } from './register-people.ts'

test('the operator links, shows, separates and marks people, and no output holds a number or a name', async (t) => {
  const { world, sql } = await startPlatform(t)
  await openLedger(t, world)
  const run = async (name: string, options: Options) => {
    const lines: string[] = []
    await commands.find((one) => one.name === name)!.run(world, options, (line) => lines.push(line))
    return lines.join('\n')
  }
  const jmbg = newJmbg()
  const known = await mustFile(world, patientOf({ jmbg, mr: 'A-1' }))
  const pending = await mustFile(world, patientOf({ mr: 'B-2' }), { institution: 2 })

  assert.match(await run('identity show', { handle: pending.handle }), /pending as P-/)
  await run('identity link', { from: pending.handle, into: known.handle, reason: 'иста особа' })
  const shown = await run('identity show', { handle: pending.handle })
  assert.match(shown, new RegExp(`^${known.handle}  active, identified`))
  assert.match(shown, /link +key \d+  operator: иста особа/)
  assert.ok(!shown.includes(jmbg) && !shown.includes('Петровић') && !shown.includes(known.lzb!))
  assert.equal(JSON.parse(await run('identity show', { handle: known.handle, json: true })).keys.length, 4)

  await run('identity unlink', { key: String(pending.key), reason: 'ипак није' })
  assert.match(await run('identity show', { handle: pending.handle }), /pending as P-/)

  assert.match(await run('identity state', { handle: known.handle, state: 'void', reason: 'издат грешком' }), /is void now/)
  await assert.rejects(mustFile(world, patientOf({ jmbg })), /issued by mistake/)
  assert.match(await run('identity state', { handle: known.handle, state: 'active', reason: 'исправка' }), /is active now/)
  await mustFile(world, patientOf({ jmbg }))

  const wrong: [string, Options][] = [
    ['identity show', { handle: 'x' }],
    ['identity link', { from: 'x', into: known.handle, reason: 'због' }],
    ['identity link', { from: known.handle, into: known.handle, reason: 'због' }],
    ['identity unlink', { key: 'abc', reason: 'због' }],
    ['identity unlink', { key: String(known.key), reason: `JMBG ${jmbg}` }],
    ['identity state', { handle: known.handle, state: 'merged', reason: 'због' }],
  ]
  for (const [name, options] of wrong) await assert.rejects(run(name, options), { name: 'Refusal' })

  const [dead] = await sql.begin((tx) =>
    registerPeople(tx, world, [{ jmbg: newJmbg(), family: 'А', given: 'Б', birthDate: null, sex: 'male', deceasedAt: '2025-05-05' }]),
  )
  assert.match(await run('identity show', { handle: dead!.handle }), /deceased, identified[^]*state .* central register/)
})
