import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { startOfflineIntake } from '../../sickleave/sickleave.ts'
import { contractOf } from '../../testing/bus-member.ts'
import { edgeOf } from '../../testing/edge.ts'
import { type EdgeProcess, startEdgeProcess } from '../../testing/edge-process.ts'
import { freePort, until } from '../../testing/process.ts'
import { seeded } from '../../testing/seeded.ts'
import { listen } from '../../testing/server.ts'
import { startLeaveTown, type Worker } from '../../testing/sickleave.ts'
import { Store } from '../store/store.ts'

const rounds = Number(process.env['EDGE_KILLS'] ?? 10)
/** Far more numbers than the edge uses during the test. */
const most = 10_000

test(`killed ${rounds} times at any moment, an edge has lost no certificate that it issued and given no number twice`, {
  skip: !process.env['SPONA_LONG'] && 'a long trial: SPONA_LONG=1',
}, async (t) => {
  const town = await startLeaveTown(t)
  town.world.now = () => new Date()
  await listen(town)
  const port = await freePort()
  const { member, config, file } = await edgeOf(t, town, 'ambulance', `certificates: { numbers: 50 }\nrest: { port: ${port}, token: token }`)
  await town.owner`update bus.member set institution = ${town.place.institution} where code = 'ambulance'`
  await town.owner`update bus.directory set version = version + 1`
  await contractOf(member, 'sickleave/certificates')
  t.after(startOfflineIntake(town.world))
  const random = seeded(Number(process.env['SEED'] ?? 1))
  let edge: EdgeProcess | undefined
  const start = async () => void (edge = await startEdgeProcess(file))
  const kill = async () => edge?.kill()
  t.after(kill)

  const today = Temporal.Now.plainDateISO('Europe/Belgrade').toString()
  const asked = async (path: string, body?: object): Promise<{ status: number; body: any } | null> => {
    const headers = { authorization: `Bearer ${readFileSync(join(dirname(file), 'token'), 'utf8').trim()}`, 'content-type': 'application/json' }
    const init = body === undefined ? { headers } : { method: 'POST', headers, body: JSON.stringify(body) }
    return fetch(`http://127.0.0.1:${port}${path}`, init).then(
      async (answer) => ({ status: answer.status, body: await answer.json() }),
      () => null,
    )
  }
  const heard = new Map<string, string>()
  const people: Worker[] = []
  let isOver = false
  await start()
  await until('numbers stand ready', async () => ((await asked('/certificates'))?.body.numbersLeft ?? 0) > 0, 60_000)
  // An unanswered request is repeated under the same id, as local systems do.
  const system = (async () => {
    while (!isOver) {
      const person = await town.worker([{ employer: town.employers[0]?.id as number }])
      people.push(person)
      const wish = { id: randomUUID(), doctor: 'L1', person: { jmbg: person.jmbg }, from: today, until: today, reason: '01', diagnosis: 'J06.9' }
      for (let answer = await asked('/certificates', wish); !isOver; answer = await asked('/certificates', wish)) {
        if (answer !== null && answer.status < 300) {
          heard.set(wish.id, answer.body.number)
          break
        }
        await sleep(50)
      }
      await sleep(10)
    }
  })()
  for (let round = 0; round < rounds; round++) {
    await sleep(random.below(1500))
    await kill()
    await start()
  }
  await sleep(500)
  isOver = true
  await system
  const look = () => {
    const store = new Store(config.data)
    try {
      return store.all<{ id: string; number: string; state: string | null }>(
        `select certificate.id, certificate.number, item.state
           from certificate left join item on item.seq = certificate.seq
          order by certificate.number
          limit ${most}`,
      )
    } finally {
      store.close()
    }
  }
  await until('the centre has all', () => look().every(({ state }) => state === null || state === 'acknowledged'), 120_000)
  const all = look()
  assert.equal(new Set(all.map(({ number }) => number)).size, all.length, 'a number stands in two certificates')
  for (const [id, number] of heard) assert.equal(all.find((one) => one.id === id)?.number, number, `${number} was answered and is lost`)
  const stored = await town.owner<{ number: string; count: number }>`
    select number, count(*)::int as count from sickleave.document where kind = 'certificate' group by number order by number limit ${most}`
  assert.deepEqual(
    stored.map(({ number }) => number),
    all.map(({ number }) => number),
  )
  assert.ok(stored.every(({ count }) => count === 1) && heard.size > rounds / 2)
  console.log(`${heard.size} answered, ${all.length} with the centre after ${rounds} kills`)
})
