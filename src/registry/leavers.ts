import { access } from '../access/access.ts'
import { type Entry, whoIs } from '../audit/audit.ts'
import { anonymous } from '../platform/actor.ts'
import { workSteadily } from '../platform/steady-work.ts'
import { uuidV4 } from '../platform/uuid.ts'
import type { Transaction, World } from '../platform/world.ts'
import { dayOf } from '../platform/calendar.ts'

// An account of a health worker rests on the register: it was made for who works at the institution with an active licence, and it ends with either. Nobody
// has to remember it, or a doctor would see the records of a hospital that they left.

const workersAtOnce = 2_000
/** An employment ends with a day, so a quarter of an hour after midnight is soon enough. */
const everyMs = 900_000
const troubledMs = 60_000

/** Closes the accounts of all who no longer work where their account is; answers how many it were. */
export async function closeAccountsOfLeavers(world: World): Promise<number> {
  let [closed, after] = [0, 0]
  for (;;) {
    const page = await world.sql<{ id: number }>`select id from registry.worker where id > ${after} order by id limit ${workersAtOnce}`
    const workers = page.map(({ id }) => id)
    // Asked without a transaction first: on most days nobody has left.
    if ((await accountsOfLeavers(world.sql, world, workers)).length > 0) closed += await close(world, workers)
    if (page.length < workersAtOnce) return closed
    after = workers.at(-1) as number
  }
}

async function accountsOfLeavers(sql: World['sql'] | Transaction, world: World, workers: readonly number[]): Promise<string[]> {
  const day = dayOf(world.now())
  const accounts = await access.accountsOfWorkers(sql, workers)
  const working = await sql<{ worker: number; institution: number }>`
    select distinct employment.worker, employment.institution
      from registry.employment employment
      join registry.worker worker on worker.id = employment.worker
     where employment.worker = any(${accounts.map(({ worker }) => worker)}::int4[]) and worker.licence_status = 'active'
       and employment.from_date <= ${day}::date and coalesce(employment.until_date, 'infinity') >= ${day}::date`
  const places = new Set(working.map(({ worker, institution }) => `${worker}/${institution}`))
  return accounts.filter(({ worker, institution }) => !places.has(`${worker}/${institution}`)).map(({ id }) => id)
}

function close(world: World, workers: readonly number[]): Promise<number> {
  return world.ledger.transaction(async (tx) => {
    const closed = await access.revokeAccounts(tx, await accountsOfLeavers(tx, world, workers), world.now())
    const who = whoIs({ ...anonymous, kind: 'system', id: 'registry', name: 'registry' })
    const correlation = uuidV4(world)
    tx.audit(
      closed.map(
        (id): Entry => ({
          action: 'revoke',
          who,
          patient: null,
          what: `account/${id}`,
          purpose: 'access',
          basis: 'no active licence, or no work there',
          decision: 'permit',
          correlation,
        }),
      ),
    )
    return closed.length
  })
}

/** An end that the register told beforehand comes without another list. */
export function startClosingAccounts(world: World): () => Promise<void> {
  const step = async () => {
    await closeAccountsOfLeavers(world)
    return everyMs
  }
  return workSteadily(world, { step, troubledMs, trouble: 'accounts of who left could not be closed; tried again in a minute' })
}
