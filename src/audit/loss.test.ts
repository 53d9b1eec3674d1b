import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Connection, Sql } from '../platform/sql.ts'
import { Refusal } from '../platform/refusal.ts'
import type { World } from '../platform/world.ts'
import { anEntry, lookTwice, openLedger } from '../testing/audit.ts'
import { startPlatform } from '../testing/platform.ts'
import { seal, verify } from './audit.ts'

const killLanes = (owner: Sql) => owner`
  select pg_terminate_backend(l.pid)
    from pg_locks l
   where l.locktype = 'advisory' and l.classid = 730413
     and l.database = (select oid from pg_database where datname = current_database())`

test('when the backends of all lanes are killed under load, every acknowledged look is there once and the chains are whole', async (t) => {
  const { world, sql, owner } = await startPlatform(t)
  const ledger = await openLedger(t, world)
  const acknowledged = new Set<string>()
  let isKilling = true
  const callers = Array.from({ length: 12 }, async (_, caller) => {
    for (let n = 0; isKilling; n++) {
      const correlation = `k-${caller}-${n}`
      const act = n % 5 === 0 ? ledger.transaction(async (tx) => tx.audit([anEntry({ correlation })])) : ledger.record([anEntry({ correlation })])
      await act.then(
        () => acknowledged.add(correlation),
        (error) => assert.ok(error instanceof Refusal && error.kind === 'busy', String(error)),
      )
      await new Promise(setImmediate)
    }
  })
  try {
    for (let kill = 0; kill < 8 || (acknowledged.size <= 50 && kill < 200); kill++) {
      await Promise.race([sleep(60), Promise.all(callers)])
      await killLanes(owner)
    }
  } finally {
    isKilling = false
  }
  await Promise.all(callers)

  const stored = await sql<{ correlation: string }>`select entry::jsonb ->> 'correlation' as correlation from audit.entry`
  const found = new Set(stored.map((row) => row.correlation))
  assert.deepEqual(
    [...acknowledged].filter((one) => !found.has(one)),
    [],
  )
  assert.equal(found.size, stored.length, 'nothing is stored twice')
  assert.ok(acknowledged.size > 50)
  const report = await verify(world)
  assert.deepEqual(report.broken, [])
  assert.ok(report.streams > 4, 'a lane that lost its connection went on in a new stream')
})

type Asked = string | { text: string; callback: (error: unknown) => void }

/** A world whose connections lose the answer of the next commit: before the server has received it, or after it has committed. */
function losingWorld(world: World, when: 'before' | 'after'): { world: World; arm(): void; count(): number } {
  let isArmed = false
  let losses = 0
  const connect = async (): Promise<Connection> => {
    const connection = await world.connect()
    const { client } = connection
    const query = client.query.bind(client) as (...args: unknown[]) => Promise<unknown>
    const lose = async (...args: unknown[]): Promise<unknown> => {
      const [asked] = args as [Asked]
      if (asked !== 'commit' && (await inTransaction(query))) return query(...args)
      isArmed = false
      losses++
      if (when === 'after')
        await (typeof asked === 'string' ? query(...args) : new Promise((resolve) => void query(Object.assign(asked, { callback: resolve }))))
      ;(client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy()
      return query('select 1')
    }
    client.query = ((...args: unknown[]) => {
      const [asked] = args as [Asked]
      const isLost = isArmed && (asked === 'commit' || (typeof asked === 'object' && asked.text.includes('insert into audit.entry')))
      if (!isLost) return query(...args)
      // A query of our own answers by its callback, a query of the driver by a promise.
      const tell = typeof asked === 'string' ? undefined : asked.callback
      return tell ? void lose(...args).catch(tell) : lose(...args)
    }) as typeof client.query
    return connection
  }
  return {
    world: { ...world, connect },
    arm: () => {
      isArmed = true
    },
    count: () => losses,
  }
}
async function inTransaction(query: (...args: unknown[]) => Promise<unknown>): Promise<boolean> {
  const {
    rows: [row],
  } = (await query('select now() <> statement_timestamp() as inside')) as { rows: { inside: boolean }[] }
  return row?.inside ?? false
}

for (const when of ['before', 'after'] as const) {
  test(`a connection lost ${when} the commit took place is found out, and the caller gets the true answer`, async (t) => {
    const platform = await startPlatform(t)
    const losing = losingWorld(platform.world, when)
    const ledger = await openLedger(t, losing.world, 2)
    await lookTwice(ledger, { correlation: 'earlier' }, { correlation: 'earlier' })

    losing.arm()
    await Promise.all([ledger.record([anEntry({ correlation: 'a' })]), ledger.record([anEntry({ correlation: 'b' })])])
    losing.arm()
    const result = await ledger.transaction(async (tx) => {
      tx.audit([anEntry({ correlation: 'c' })])
      return 'the result of the act'
    })

    assert.equal(losing.count(), 2, 'both connections were lost')
    assert.equal(result, 'the result of the act')
    const rows = await platform.sql<{ correlation: string }>`
      select entry::jsonb ->> 'correlation' as correlation from audit.entry order by 1`
    assert.deepEqual(
      rows.map((row) => row.correlation),
      ['a', 'b', 'c', 'earlier', 'earlier'],
    )
    assert.equal((await verify(platform.world)).ok, true)
  })
}

test('a lost commit that left no audit row is reported as unknown, never guessed', async (t) => {
  const platform = await startPlatform(t)
  const losing = losingWorld(platform.world, 'after')
  const ledger = await openLedger(t, losing.world, 2)
  await lookTwice(ledger)
  losing.arm()
  const lost = ledger.transaction(async (tx) => void (await tx`select 1`))
  await assert.rejects(lost, (error) => error instanceof Refusal && error.kind === 'busy' && /unknown/.test(error.message))
})

test('a lane that dies while it is idle is replaced before anybody needs it', async (t) => {
  const { world, sql, owner } = await startPlatform(t)
  const ledger = await openLedger(t, world, 2)
  await lookTwice(ledger)
  await killLanes(owner)
  await sleep(300)
  assert.equal((await sql`select 1 from audit.stream`).length, 4)
  await ledger.record([anEntry()])
})

test('a stream whose connection is gone is sealed as final, a living one is not', async (t) => {
  const { world, owner } = await startPlatform(t)
  const ledger = await openLedger(t, world, 2)
  await lookTwice(ledger)
  await killLanes(owner)
  await sleep(300)
  await ledger.record([anEntry()])
  const made = await seal(world)
  assert.deepEqual(
    made?.heads.map((head) => head.final),
    [true, true, false, false],
  )
})
