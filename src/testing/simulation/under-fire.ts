import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { sealLog, verifyLog } from '../../bus/evidence/seal-log.ts'
import { openWorld } from '../../open-world.ts'
import { type Config, loadConfig } from '../../platform/config.ts'
import type { World } from '../../platform/world.ts'
import { withoutCountry } from '../plain-server.ts'
import { freePort, openFolder, postmasterOf, removeData, runCommand, type ServerProcess, spawnServer, stopServer, until } from '../process.ts'
import type { Seeded } from '../seeded.ts'
import { visit } from './sending.ts'
import { setStage } from './stage.ts'
import type { Signed, System, Wish } from './system.ts'

/** `sentAt` and `promisedAt` are places in the order in which the sender sent and heard. */
type Letter = { to: string; message: string | null; key: string; sentAt: number; promisedAt: number }
type Said = {
  /** By the sender's own number; `message` comes from the receipt and is null while there is none. */
  letters: Map<string, Letter>
  /** By the caller's own number. */
  calls: Map<string, { answer: string | null; effects: Set<string> }>
  steps: number
}

/** All of this outlives the servers that are killed: members know what they have done and what they were promised. */
type Fire = { base: string; world: World; lab: System; ward: System; his: System; said: Said; taken: Map<string, string> }
export type BusUnderFire = { round(random: Seeded): Promise<string>; finish(): Promise<string>; end(): Promise<void> }

/** A choice that gives every contract, none of which ends, and the slowest lane. */
const everything: Seeded = { seed: 0, next: () => 0.99, below: (limit) => limit - 1, pick: (from) => from.at(-1) as never }
const keys = 5
/** The server learns of members that were written into its tables within half a second. */
const heardMs = 600

export async function startBusUnderFire(): Promise<BusUnderFire> {
  const folder = openFolder('bus-fire')
  const dataDir = join(folder, 'var')
  const port = await freePort()
  const env = { ...withoutCountry(port), DATA_DIR: dataDir, PORT: String(port), RATE_PER_CLIENT: '100000', SEAL_SECONDS: '1' }
  let server = spawnServer(env)
  await server.ready
  const config = loadConfig({ ...env, LOG_LEVEL: 'silent' }) as Config
  const opened = await openWorld(config, { mode: 'share' })
  const clock = {
    get now() {
      return Date.now()
    },
    set now(_) {},
  }
  const { systems } = await setStage({ world: opened.world, clock }, everything, 'http://127.0.0.1:9')
  const [lab, ward, , his] = systems as [System, System, System, System]
  const { world } = opened
  await opened.close()
  await sleep(heardMs)
  const fire: Fire = { base: `http://127.0.0.1:${env.PORT}`, world, lab, ward, his, said: { letters: new Map(), calls: new Map(), steps: 0 }, taken: new Map() }
  return {
    async round(random) {
      const before = promised(fire.said)
      const what = await killInTheMiddle(fire, server, join(dataDir, 'postgres'), random)
      if (server.child.exitCode !== null || server.child.signalCode !== null) {
        server = spawnServer(env)
        await server.ready
      }
      await until(
        'the bus answers again',
        async () => (await send(fire, ward, { url: '/bus/deliveries/ack', body: text({ acknowledge: [] }) }))?.status === 200,
        60_000,
      )
      assert.ok(promised(fire.said) > before, 'something was promised')
      return `${what}; ${promised(fire.said) - before} promises`
    },
    async finish() {
      await drain(fire)
      const again = await openWorld(config, { mode: 'share' })
      try {
        await verify(fire, again.world)
        await sealLog(again.world)
        const log = await verifyLog(again.world)
        assert.deepEqual(log.problems, [])
        assert.ok(log.rows >= fire.said.letters.size, `the seals cover ${log.rows} rows of the log under ${log.seals} seals`)
        const { code, output } = await runCommand(['audit', 'verify', '--json'], env)
        assert.equal(code, 0, output)
        return `${fire.said.letters.size} messages, ${fire.said.calls.size} calls, ${log.rows} rows of the log under ${log.seals} seals`
      } finally {
        await again.close()
      }
    },
    async end() {
      if (server.child.exitCode === null) await stopServer(server)
      removeData(dataDir)
      removeData(folder)
    },
  }
}

const text = (value: unknown) => Buffer.from(JSON.stringify(value))
const promised = ({ letters, calls }: Said) =>
  [...letters.values()].filter(({ message }) => message !== null).length + [...calls.values()].filter(({ answer }) => answer !== null).length

/** Null for no answer or "not now": nobody knows what happened. Any other answer than a promise is an error. */
async function send({ base, world }: Fire, from: System, wish: Wish): Promise<{ status: number; body: any } | null> {
  const { method, url, headers, body }: Signed = from.sign(world, wish)
  try {
    const answer = await fetch(`${base}${url}`, { method, headers, ...(body.length > 0 ? { body: new Uint8Array(body) } : {}) })
    const said = await answer.text()
    if (answer.status === 503) return null
    assert.ok(answer.status < 300 || answer.status === 404 || answer.status === 409, `${url}: ${answer.status} ${said}`)
    return { status: answer.status, body: said.startsWith('{') ? JSON.parse(said) : null }
  } catch (error) {
    if (error instanceof assert.AssertionError) throw error
    return null
  }
}

async function post(fire: Fire, id: string): Promise<void> {
  const letter = fire.said.letters.get(id)
  if (!letter) return
  const isDocument = letter.to === 'record/documents'
  const headers = {
    'content-type': isDocument ? 'application/fhir+json' : 'application/json',
    'bus-to': letter.to,
    'bus-message-id': id,
    'bus-key': letter.key,
  }
  const answer = await send(fire, fire.lab, { url: '/bus/messages', body: isDocument ? Buffer.from(visit(id, false)) : text({ id }), headers })
  if (!answer) return
  assert.equal(answer.status, 202)
  assert.ok(letter.message === null || letter.message === answer.body.message)
  if (letter.message === null) letter.promisedAt = fire.said.steps++
  letter.message = answer.body.message
}

/** Sends a number without receipt before a new one, as a careful system does. */
async function sendOne(fire: Fire, to: string, worker: number): Promise<void> {
  const mine = `${to.replace('/', '-')}-${worker}-`
  const open = [...fire.said.letters].find(([id, { message }]) => message === null && id.startsWith(mine))
  const id = open?.[0] ?? `${mine}${randomUUID()}`
  if (!open)
    fire.said.letters.set(id, { to, message: null, key: `k${fire.said.letters.size % keys}`, sentAt: fire.said.steps++, promisedAt: Number.POSITIVE_INFINITY })
  await post(fire, id)
}

async function callOne(fire: Fire): Promise<void> {
  const open = [...fire.said.calls].find(([, { answer }]) => answer === null)
  const number = open?.[0] ?? randomUUID()
  if (!open) fire.said.calls.set(number, { answer: null, effects: new Set() })
  const wish = { url: `/bus/call/${fire.ward.code}/ask/orders`, body: text({ number }), headers: { 'bus-message-id': number } }
  const answer = await send(fire, fire.his, wish)
  const call = fire.said.calls.get(number)
  if (call && answer?.status === 200) call.answer = JSON.stringify(answer.body)
  // The caller gave up before the call was fetched, so it cannot be answered any more.
  else if (answer) fire.said.calls.delete(number)
}

/** The receiver's program: it does not repeat an effect that is done, but acknowledges it once more. */
async function takeSome(fire: Fire): Promise<number> {
  const { ward, taken, said } = fire
  const answer = await send(fire, ward, { url: '/bus/deliveries/lease', body: text({ max: 50, wait: 1 }) })
  const deliveries = (answer?.body?.deliveries ?? []) as any[]
  const acknowledge: number[] = []
  for (const one of deliveries) {
    if (one.call) {
      const { number } = JSON.parse(Buffer.from(one.body, 'base64').toString())
      said.calls.get(number)?.effects.add(one.message)
      await send(fire, ward, { url: `/bus/calls/${one.message}/answer`, body: text({ done: number }), headers: { 'bus-status': '200' } })
      continue
    }
    const before = taken.get(one.message)
    assert.ok(before === undefined || before === one.messageId)
    assert.ok(before !== undefined || ![...taken.values()].includes(one.messageId), `${one.messageId} came as two messages`)
    taken.set(one.message, one.messageId)
    acknowledge.push(one.delivery)
  }
  if (acknowledge.length > 0) await send(fire, ward, { url: '/bus/deliveries/ack', body: text({ acknowledge }) })
  return deliveries.length
}

async function killInTheMiddle(fire: Fire, server: ServerProcess, data: string, random: Seeded): Promise<string> {
  let isOver = false
  const loop = async (act: () => Promise<unknown>) => {
    while (!isOver) {
      await act()
      await sleep(5)
    }
  }
  const before = promised(fire.said)
  const working = Promise.all([
    ...[0, 1, 2].map((worker) => loop(() => sendOne(fire, `${fire.ward.code}/box`, worker))),
    ...[0, 1].map((worker) => loop(() => sendOne(fire, 'record/documents', worker))),
    loop(() => callOne(fire)),
    loop(() => takeSome(fire)),
  ])
  // A wrong answer ends the round with its own words.
  await Promise.race([working, until('some promises are made', () => promised(fire.said) - before >= 10, 60_000)])
  await sleep(random.below(700))
  const killServer = async () => {
    server.child.kill('SIGKILL')
    await server.ended
  }
  const killDatabase = () => process.kill(postmasterOf(data), 'SIGKILL')
  const what = random.pick(['the server', 'the database', 'both'])
  if (what !== 'the server') killDatabase()
  if (what !== 'the database') await killServer()
  await sleep(100)
  isOver = true
  await working
  return what
}

/** Leases of dead processes last a minute; after that everything that was promised must be there. */
async function drain(fire: Fire): Promise<void> {
  const { letters } = fire.said
  const isOpen = () => [...letters].filter(([, { message }]) => message === null)
  await until(
    'everything is sent and taken',
    async () => {
      for (const [id] of isOpen()) await post(fire, id)
      await takeSome(fire)
      const mine = [...letters.values()].filter(({ to }) => to !== 'record/documents')
      return isOpen().length === 0 && mine.every(({ message }) => fire.taken.has(message as string))
    },
    180_000,
  )
}

async function verify({ said, taken, lab }: Fire, world: World): Promise<void> {
  const documents = [...said.letters.values()].filter(({ to }) => to === 'record/documents')
  const filed = async () =>
    (await world.sql<{ count: number }>`select count(*)::int as count from record.resource where institution = ${lab.institution}`)[0]?.count ?? 0
  await until('every document is filed', async () => (await filed()) >= 2 * documents.length, 120_000)
  await sleep(500) // Time for a second delivery, which must not come.
  assert.equal(await filed(), 2 * documents.length, 'each document is filed once')
  const place = new Map([...taken.keys()].map((message, at) => [message, at]))
  const mine = [...said.letters.values()].filter(({ to }) => to !== 'record/documents')
  // Of two letters on their way at the same time the centre may take either first. A letter with a receipt comes before all that are sent after it.
  const isWrong = (one: Letter, other: Letter) => one.promisedAt < other.sentAt && placeOf(one) > placeOf(other)
  const placeOf = ({ message }: Letter) => place.get(message as string) as number
  const passed = mine.filter((one) => mine.some((other) => other.key === one.key && isWrong(one, other)))
  assert.deepEqual(passed, [], 'effects of a key came in another order than its messages')
  for (const [number, { effects, answer }] of said.calls)
    assert.ok(effects.size <= 1 && (answer === null || effects.size === 1), `call ${number}: ${effects.size} effects`)
}
