import assert from 'node:assert/strict'
import { test } from 'node:test'
import { numbers } from '../identity/identity.ts'
import { WrongUse } from '../platform/cli.ts'
import { Refusal } from '../platform/refusal.ts'
import { startRecord, tell } from '../testing/simulator.ts'
import { chartsAtOnce, loadPopulation } from './load.ts'
import { people } from './people.cli.ts'

const nothing = { charts: 0, resources: 0 }

test('a population is loaded once, and a larger one of the same seed adds only who is missing', async (t) => {
  const { world, owner } = await startRecord(t)
  const { figures: first } = await loadPopulation(world, { seed: 3, count: 30 })
  assert.equal(first.people, 30)
  const { figures: again } = await loadPopulation(world, { seed: 3, count: 30 })
  assert.deepEqual(again, { people: 0, skipped: 30, ...nothing })

  const { figures: more } = await loadPopulation(world, { seed: 3, count: 45 })
  assert.equal(more.people, 15)
  assert.equal(more.skipped, 30)
  const [count] = await owner<{ people: number }>`select count(*)::int4 as people from identity.person`
  assert.equal(count!.people, 45)
  const [saved] = await owner<{ people: number; resources: number }>`select people, resources from simulator.progress where seed = 3`
  assert.deepEqual(saved, { people: 45, resources: first.resources + more.resources })
})

test('a run that broke off in the middle of a block is finished by the next, with no chart filed twice', async (t) => {
  const { world, owner } = await startRecord(t)
  let left = 1
  const breaking = {
    ...world,
    ledger: {
      ...world.ledger,
      transaction: ((act) => {
        if (left-- === 0) throw new Error('the plug was pulled')
        return world.ledger.transaction(act)
      }) as typeof world.ledger.transaction,
    },
  }
  await assert.rejects(loadPopulation(breaking, { seed: 4, count: 60 }), /the plug was pulled/)
  const { figures: resumed } = await loadPopulation(world, { seed: 4, count: 60 })
  assert.equal(resumed.people, 60)

  // The loading after that also continues from the state that a kill between filing and the progress row leaves behind.
  await owner`delete from simulator.progress where seed = 4`
  const { figures: again } = await loadPopulation(world, { seed: 4, count: 60 })
  assert.deepEqual(again, { people: 60, skipped: 0, ...nothing })
  const [filed] = await owner<{ charts: number }>`select count(*)::int4 as charts from identity.chart_key`
  const whole = tell(60, 4).reduce((sum, { sent }) => sum + sent.length + 1, 0) // one key for each chart and one for each person
  assert.equal(filed!.charts, whole)
  assert.equal(resumed.charts, whole - 60 - chartsAtOnce)
})

test('a database with a country of another version of the simulator is refused with a sentence', async (t) => {
  const { world, owner } = await startRecord(t)
  await loadPopulation(world, { seed: 9, count: 3 })
  await owner`update simulator.population set staff = sha256('another')`
  await assert.rejects(loadPopulation(world, { seed: 1, count: 3 }), (error) => error instanceof Refusal && /another version/.test(error.message))
})

test('the histories of a seed keep the day they were first made on', async (t) => {
  const { world } = await startRecord(t)
  const first = await loadPopulation({ ...world, now: () => new Date('2026-11-23T10:00:00Z') }, { seed: 6, count: 5 })
  const later = await loadPopulation({ ...world, now: () => new Date('2027-03-01T10:00:00Z') }, { seed: 6, count: 8 })
  assert.equal(first.today, '2026-11-23')
  assert.equal(later.today, '2026-11-23')
  assert.equal(later.figures.skipped, 5)
})

test('populations of different seeds live side by side', async (t) => {
  const { world, owner } = await startRecord(t)
  await loadPopulation(world, { seed: 1, count: 20 })
  const { figures } = await loadPopulation(world, { seed: 2, count: 20 })
  assert.equal(figures.people, 20)
  const [count] = await owner<{ people: number }>`select count(*)::int4 as people from identity.person`
  assert.equal(count!.people, 40)
})

test('the command refuses a count that is no number and answers figures for machines', async (t) => {
  const { world } = await startRecord(t)
  const lines: string[] = []
  await assert.rejects(
    async () => people.run(world, { count: 'many', seed: '1' }, () => {}),
    (error) => error instanceof WrongUse && /--count/.test(error.message),
  )
  await assert.rejects(
    async () => people.run(world, { count: '5', seed: '-1' }, () => {}),
    (error) => error instanceof WrongUse && /--seed/.test(error.message),
  )
  await people.run(world, { count: '5', seed: '8', json: true }, (line) => lines.push(line))
  const answer = JSON.parse(lines.join('')) as Record<string, number>
  assert.equal(lines.length, 1)
  assert.equal(answer['people'], 5)
  assert.ok(answer['resources']! > 100 && answer['charts']! >= 5)
  // No personal number may be printed.
  assert.ok(![...lines.join('').matchAll(/\d{13}/g)].some(([text]) => numbers.checkJmbg(text, { today: '2026-11-23' }).ok))
})

test('shares of several processes make up the whole population, each block once', async (t) => {
  const { world, owner } = await startRecord(t)
  const { figures: one } = await loadPopulation(world, { seed: 5, count: 120, part: { place: 0, of: 2 } })
  const { figures: other } = await loadPopulation(world, { seed: 5, count: 120, part: { place: 1, of: 2 } })
  assert.deepEqual([one.people, other.people], [100, 20])
  const { figures: again } = await loadPopulation(world, { seed: 5, count: 120 })
  assert.deepEqual(again, { people: 0, skipped: 120, ...nothing })
  const [count] = await owner<{ people: number }>`select count(*)::int4 as people from identity.person`
  assert.equal(count!.people, 120)
})
