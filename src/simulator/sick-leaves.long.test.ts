import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startRecord } from '../testing/simulator.ts'
import { makeDemoCountry, playLeaves } from './simulator.ts'

test('the sick leaves of the demo come about by acts that nobody refuses, and every state of a request is there', async (t) => {
  const { world, owner } = await startRecord(t, { DEMO_PEOPLE: '50' })
  await makeDemoCountry(world)
  let calls = 0
  const begun = await playLeaves(world, () => ++calls > 30)
  assert.deepEqual(begun, { played: 30, refused: 0 }, 'broken off')
  const { played, refused } = await playLeaves(world)
  assert.ok(played > 60)
  assert.equal(refused, 0)
  assert.deepEqual(await playLeaves(world), { played: 0, refused: 0 }, 'a second start has nothing to do')

  const states = await owner<{ state: string }>`select distinct state from sickleave.request order by state`
  assert.deepEqual(
    states.map(({ state }) => state),
    'calculated confirmed draft incomplete paid proposed rejected returned submitted'.split(' '),
  )
  const desks = await owner<{ desk: string }>`select distinct desk from sickleave.objection where state = 'open' order by desk`
  assert.deepEqual(
    desks.map(({ desk }) => desk),
    ['commission1', 'commission2', 'fund'],
  )
  const [waiting] = await owner<{ count: number }>`select count(*)::int4 as count from sickleave.waiting`
  assert.ok(waiting!.count > 0)
  const [own] = await owner<{ leaves: number }>`
    select count(distinct event.known_as)::int4 as leaves
      from sickleave.employer_event event
      join sickleave.employer_member member on member.employer = event.employer
      join access.account account on account.id::text = member.member
     where account.user_name = 'poslodavac'`
  assert.ok(own!.leaves >= 4, `${own!.leaves} leaves in the list of the firm`)
  const [clients] = await owner<{ count: number }>`select count(*)::int4 as count from sickleave.mandate where confirmed_at is not null`
  assert.equal(clients!.count, 200)
})
