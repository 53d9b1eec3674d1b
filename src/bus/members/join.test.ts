import assert from 'node:assert/strict'
import { test } from 'node:test'
import { access } from '../../access/access.ts'
import { BusMember, expectStatus } from '../../testing/bus-member.ts'
import { startServer } from '../../testing/server.ts'
import { registerInstitutions } from '../../registry/registry.ts'
import { directoryOf } from './directory.ts'
import { codeCommand } from './member.cli.ts'
import { setMember } from './member.ts'

test('a member is told that its organisation is not proved, and may go on at once after each step', async (t) => {
  const { app, world } = await startServer(t)
  const member = new BusMember(app, world, 'new-lab')
  const mb = '20990001'
  const [institution] = await world.sql.begin((tx) =>
    registerInstitutions(tx, [{ mb, name: 'Лабораторија', kind: 'test', municipality: 'Ниш', ownership: 'public' }]),
  )
  await expectStatus(201, member.post('/members', { code: 'new-lab', name: 'Лабораторија', mb, contact: 'help@example.org', key: member.jwk }))
  const organisation = async () => {
    const { body } = await expectStatus(200, member.post('/members/new-lab/self-test', {}))
    return [body.passed, body.checks.find(({ check }: { check: string }) => check === 'organisation')?.found]
  }
  assert.deepEqual(await organisation(), [false, 'is not proved: post the operator’s code to /bus/members/new-lab/proof'])

  const lines: string[] = []
  await codeCommand.run(world, { mb, institution: String(institution), json: true }, (line) => lines.push(line))
  await expectStatus(200, member.post('/members/new-lab/proof', { code: JSON.parse(lines.join('')).code }))
  assert.deepEqual(await organisation(), [true, 'is proved'])

  // What the operator does in another process this one has not heard yet.
  await directoryOf(world)
  const wish = { code: 'new-lab', to: 'approved', decision: '1/2026', reason: null, scopes: 'system/*.cruds' }
  await access.asOperator(
    world,
    'grant',
    (tx) => setMember(world, tx, wish),
    () => 'new-lab',
  )
  const { body } = await expectStatus(200, member.post('/members/new-lab/activation', {}))
  assert.equal(body.state, 'active')
  assert.ok(body.client_id)
})
