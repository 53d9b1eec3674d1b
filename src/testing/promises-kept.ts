import assert from 'node:assert/strict'
import pg from 'pg'
import { until } from './process.ts'
import { perTransaction, type Promises, settle } from './promises.ts'

type Json = Record<string, any>
type Address = { base: string; headers: Record<string, string> }

/** A batch of reads, in parts that a server takes. */
async function readAll({ base, headers }: Address, urls: string[]): Promise<Json[]> {
  const entries: Json[] = []
  for (let from = 0; from < urls.length; from += 200) {
    const entry = urls.slice(from, from + 200).map((url) => ({ request: { method: 'GET', url } }))
    const body = JSON.stringify({ resourceType: 'Bundle', type: 'batch', entry })
    let answered: Json[] = []
    // "Not now" is no answer to whether something is there: a busy machine says it for single entries.
    await until(
      'every entry is answered',
      async () => {
        const answer = await fetch(base, { method: 'POST', headers, body })
        assert.equal(answer.status, 200, await answer.clone().text())
        answered = ((await answer.json()) as Json)['entry']
        return answered.every(({ response }) => !String(response.status).startsWith('503'))
      },
      120_000,
    )
    entries.push(...answered)
  }
  return entries
}

/** Checks that everything acknowledged is there with its exact content, nothing is there in part, and what was refused is not there. */
export async function verifyKept(at: Address, said: Promises): Promise<void> {
  const urls = [...said.resources.keys()]
  for (const [n, entry] of (await readAll(at, urls)).entries()) {
    const url = urls[n] as string
    const deleted = said.deleted.get(url)
    const isGone = entry['response'].status.startsWith('410')
    if (deleted === 'gone') assert.ok(isGone, `${url} was deleted, and is ${entry['response'].status}`)
    else if (!(deleted === 'uncertain' && isGone))
      assert.deepEqual(entry['resource'], said.resources.get(url), `${url} was acknowledged, and is ${entry['response'].status}`)
  }
  for (const counter of said.counters) if (counter.tried > 0) await settleOrMissing(at, counter)
  await verifyTransactions(at, said)
  const once = [...said.conditional]
  const found = await readAll(
    at,
    once.map(([identifier]) => `Patient?identifier=urn:tag|${identifier}`),
  )
  for (const [n, [identifier, id]] of once.entries()) {
    const ids = (found[n]?.['resource'].entry ?? []).map((one: Json) => one['resource'].id)
    assert.ok(ids.length <= 1, `${identifier} is there ${ids.length} times`)
    if (id !== null) assert.deepEqual(ids, [id])
  }
}

async function settleOrMissing(at: Address, counter: Promises['counters'][number]): Promise<void> {
  if (counter.version > 0) return settle(at, counter)
  const answer = await fetch(`${at.base}/Patient/${counter.id}`, { headers: at.headers })
  await answer.text()
  if (answer.status !== 404) await settle(at, counter)
}

async function verifyTransactions(at: Address, said: Promises): Promise<void> {
  const tags = [...said.transactions.keys()]
  const totals = (
    await readAll(
      at,
      tags.flatMap((tag) => [`Observation?code=urn:tag|${tag}&_summary=count`, `Patient?identifier=urn:tag|${tag}&_summary=count`]),
    )
  ).map((entry) => entry['resource'].total)
  for (const [n, tag] of tags.entries()) {
    const found = [totals[2 * n], totals[2 * n + 1]]
    const isThere = found[0] !== 0
    assert.deepEqual(found, isThere ? [perTransaction, 1] : [0, 0], `transaction ${tag} is there in part`)
    if (said.transactions.get(tag) === 'stored') assert.ok(isThere, `transaction ${tag} was acknowledged`)
    if (said.transactions.get(tag) === 'refused') assert.ok(!isThere, `transaction ${tag} was said not to be stored`)
  }
}

/** In the database itself: each look has its row, each version its event, and the versions of a resource have no gap. */
export async function verifyRows(owner: pg.ClientConfig, said: Promises, sinceTx: string): Promise<void> {
  const client = new pg.Client(owner)
  await client.connect()
  try {
    const { rows: unseen } = await client.query(
      `select unnest($1::text[]) as correlation
       except select entry::jsonb ->> 'correlation' from audit.entry where at > now() - interval '1 hour'`,
      [said.looks],
    )
    assert.deepEqual(unseen, [], 'something was shown and no row says so')
    const { rows: unsaid } = await client.query(
      `select * from
        (select tx, count(*) from (select tx from record.resource union all select tx from record.superseded) v where tx >= $1 group by tx) versions
         full join (select tx, sum((body->>'count')::int) as count from bus.outbox where tx >= $1 group by tx) events using (tx, count)
        where versions.count is null or events.count is null
        limit 10`,
      [sinceTx],
    )
    assert.deepEqual(unsaid, [], 'a version without its event, or an event without its version')
    const { rows: broken } = await client.query(
      `select r.type, r.id, r.version, count(s.version) as before from record.resource r
         left join record.superseded s on s.patient = r.patient and s.type = r.type and s.id = r.id
        where r.tx >= $1 group by r.patient, r.type, r.id, r.version having count(s.version) <> r.version - 1 limit 10`,
      [sinceTx],
    )
    assert.deepEqual(broken, [], 'a version is missing or doubled')
  } finally {
    await client.end()
  }
}

/** From here on the database's rows are those of this trial. */
export async function currentTx(owner: pg.ClientConfig): Promise<string> {
  const client = new pg.Client(owner)
  await client.connect()
  const { rows } = await client.query('select pg_current_xact_id()::text as tx')
  await client.end()
  return rows[0].tx
}
