import { Refusal } from '../platform/refusal.ts'
import type { Transaction, World } from '../platform/world.ts'

/** The day on which this population ends: the first run sets it and later ones keep it. */
export async function keepToday(tx: Transaction, seed: number, { today, staff }: { today: string; staff: Buffer }): Promise<string> {
  await tx`
    insert into simulator.population (seed, today, staff)
    values (${seed}, ${today}, ${staff})
    on conflict do nothing`
  const rows = await tx<{ seed: number; today: string; staff: Buffer }>`
    select seed, today, staff
      from simulator.population
     where seed = ${seed} or staff <> ${staff}`
  if (rows.some((row) => !row.staff.equals(staff))) {
    throw new Refusal('conflict', 'this database holds an invented country of another version of the simulator', {
      hint: 'Begin with an empty DATA_DIR, or load with the version that made it',
    })
  }
  return rows[0]!.today
}

/** How many people of each block are loaded. */
export async function loadedBlocks(sql: World['sql'], seed: number): Promise<Map<number, number>> {
  const rows = await sql<{ block: number; people: number }>`
    select block, people
      from simulator.progress
     where seed = ${seed}`
  return new Map(rows.map(({ block, people }) => [block, people]))
}

export async function saveBlock(tx: Transaction, seed: number, block: number, loaded: { people: number; resources: number }): Promise<void> {
  await tx`
    insert into simulator.progress (seed, block, people, resources)
    values (${seed}, ${block}, ${loaded.people}, ${loaded.resources})
    on conflict (seed, block) do update
       set people = excluded.people,
           resources = simulator.progress.resources + excluded.resources`
}

export type Demo<Summary, Day> = { summary: Summary; day: Day; until: Date }

export async function findDemo<Summary, Day>(sql: World['sql']): Promise<Demo<Summary, Day> | null> {
  const [row] = await sql<Demo<Summary, Day>>`
    select summary, day, until
      from simulator.demo`
  return row ?? null
}

export async function saveDemo(tx: Transaction, { summary, day, until }: Demo<object, object>): Promise<void> {
  await tx`
    insert into simulator.demo (summary, day, until)
    values (${JSON.stringify(summary)}::jsonb, ${JSON.stringify(day)}::jsonb, ${until})`
}

/** True for one caller only, so that the visits of a day are opened once even when two processes start. */
export async function claimDay(tx: Transaction, now: Date, until: Date): Promise<boolean> {
  const claimed = await tx`
    update simulator.demo
       set until = ${until}
     where until <= ${now}
 returning id`
  return claimed.length > 0
}

export async function saveLeaves(tx: Transaction, plan: object, began: Date): Promise<void> {
  await tx`insert into simulator.sick_leaves (plan, began) values (${JSON.stringify(plan)}::jsonb, ${began})`
}

export async function findLeaves<Plan>(sql: World['sql']): Promise<{ plan: Plan; began: Date; done: number } | null> {
  const [row] = await sql<{ plan: Plan; began: Date; done: number }>`select plan, began, done from simulator.sick_leaves`
  return row ?? null
}

export async function saveLeavesDone(sql: World['sql'], done: number): Promise<void> {
  await sql`update simulator.sick_leaves set done = ${done}`
}
