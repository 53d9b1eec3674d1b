import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseOptions } from '../platform/cli.ts'
import { Browser, startAccess } from '../testing/access.ts'
import { accountAdd, accountList, accountRevoke } from './account.cli.ts'
import { openSession } from './session.ts'

test('an operator lets people of offices in and closes their accounts, each as a row of the log', async (t) => {
  const { world, base, owner } = await startAccess(t, { DEMO: 'false', OIDC_ISSUER: 'https://eid.example', OIDC_CLIENT_SECRET: 's' })
  const run = async (command: typeof accountAdd, ...words: string[]) => {
    const lines: string[] = []
    await command.run(world, parseOptions(command, [...words, '--json']), (line) => lines.push(line))
    return JSON.parse(lines.join('')) as { account: string }
  }
  const add = (...words: string[]) => run(accountAdd, '--name', 'Иван Крстић', '--role', 'operator,ministry', ...words)
  const { account } = await add('--subject', 'eid-1')
  const listed = (await run(accountList)) as unknown as Record<string, unknown>[]
  assert.deepEqual(
    listed.map(({ id, name, roles }) => [id, name, roles]),
    [[account, 'Иван Крстић', ['operator', 'ministry']]],
  )
  assert.equal('password' in (listed[0] ?? {}), false)
  await assert.rejects(add('--subject', 'eid-1'), /there is an account of this user name or subject already/)

  const browser = new Browser(base)
  const cookie = await openSession(world, account)
  const me = async () => (await browser.ask('/access/me', { headers: { cookie: `spona_session=${cookie}` } })).status
  assert.equal(await me(), 200)
  await run(accountRevoke, account)
  const until = performance.now() + 5_000
  while ((await me()) !== 401) assert.ok(performance.now() < until, 'its session goes on')
  await assert.rejects(run(accountRevoke, account), /no such account, or it is revoked already/)
  assert.notEqual((await add('--subject', 'eid-1')).account, account, 'who comes back gets another account')
  assert.deepEqual(await owner`select action, count(*)::int as count from audit.entry group by action order by action`, [
    { action: 'grant', count: 2 },
    { action: 'revoke', count: 1 },
  ])
})

test('health workers and citizens are not let in by a name that somebody types', async (t) => {
  const { world } = await startAccess(t, { OIDC_ISSUER: '' })
  const add = (role: string, ...more: string[]) =>
    accountAdd.run(world, parseOptions(accountAdd, ['--name', 'Ана', '--role', role, '--subject', 's', ...more]), () => {})
  const issuer = ['--issuer', 'https://eid.example']
  await assert.rejects(add('doctor', ...issuer), /doctor comes from the registers/)
  await assert.rejects(add('operator,patient', ...issuer), /patient comes from the registers/)
  await assert.rejects(add('root', ...issuer), /"root" is none of operator/)
  await assert.rejects(add('operator'), /--issuer: there is no OIDC_ISSUER/)
  await assert.rejects(add('operator', ...issuer, '--name', ' '), /--name: must not be empty/)
})
