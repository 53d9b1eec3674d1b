import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { forBus } from '../../record/record.ts'
import { edgeOf, MllpSender, oru } from '../../testing/edge.ts'
import { type EdgeProcess, startEdgeProcess } from '../../testing/edge-process.ts'
import { freePort, until } from '../../testing/process.ts'
import { seeded } from '../../testing/seeded.ts'
import { listen, startServer } from '../../testing/server.ts'
import { Store } from '../store/store.ts'

const rounds = Number(process.env['EDGE_KILLS'] ?? 20)
const senders = 6

test(`killed ${rounds} times at any moment, an edge has lost and doubled nothing of what it acknowledged`, {
  skip: !process.env['SPONA_LONG'] && 'a long trial: SPONA_LONG=1',
}, async (t) => {
  const server = await startServer(t)
  await listen(server)
  t.after(forBus.startIntake(server.world))
  const port = await freePort()
  const { config, file } = await edgeOf(t, server, 'kill-edge', `mllp: [{ name: lis, port: ${port} }]`)
  const random = seeded(Number(process.env['SEED'] ?? 1))
  const acknowledged = new Set<string>()
  let edge: EdgeProcess | undefined
  const start = async () => void (edge = await startEdgeProcess(file))
  const kill = async () => edge?.kill()
  t.after(kill)

  let next = 0
  let isOver = false
  // An unanswered message is sent again, as local systems do.
  const systems = Array.from({ length: senders }, async (_, own) => {
    for (let number = `${own}-${next++}`; !isOver; number = `${own}-${next++}`) {
      // The bytes must be equal: they identify the message.
      const message = oru(number, `p-${own}`, `${next}.5`)
      for (let answer: string | null = null; answer === null && !isOver; ) {
        const sender = new MllpSender(port)
        answer = await sender.send(message)
        sender.end()
        if (answer === null) await sleep(50)
        else if (answer.includes(`MSA|AA|${number}`)) acknowledged.add(number)
      }
      await sleep(10)
    }
  })
  for (let round = 0; round < rounds; round++) {
    await start()
    await sleep(random.below(1500))
    await kill()
  }
  await start()
  await sleep(500)
  isOver = true
  await Promise.all(systems)
  const look = () => {
    const store = new Store(config.data)
    try {
      return store.all<{ name: string; state: string; times: number }>('select name, max(state) as state, count(*) as times from item group by name')
    } finally {
      store.close()
    }
  }
  await until('all is in the record', () => look().every(({ state }) => state === 'acknowledged'), 300_000)
  const items = look()
  for (const number of acknowledged)
    assert.ok(
      items.some(({ name }) => name.endsWith(` ${number}`)),
      `${number} was acknowledged and is lost`,
    )
  assert.ok(
    items.every(({ times }) => times === 1),
    'doubled',
  )
  const [found] = await server.sql<{
    count: number
  }>`select count(*)::int as count from record.resource where type = ${server.world.fhir.typeCode('DiagnosticReport')}`
  assert.equal(found?.count, items.length)
  console.log(`${acknowledged.size} acknowledged, ${items.length} in the record after ${rounds} kills`)
})
