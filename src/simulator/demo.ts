// The country of the first run: a few hundred people, one account for every role, and a day at the doctor's in progress.

import type { World } from '../platform/world.ts'
import { registerBlock, type Registered } from './register-people.ts'
import { loadPopulation } from './load.ts'
import { type DemoAccount, demoPassword, makeAccounts } from './demo-accounts.ts'
import { type DemoDay, endOfDay, openDay } from './demo-day.ts'
import { claimDay, findDemo, saveDemo, saveLeaves } from './store.ts'

export type DemoSummary = {
  seed: number
  people: number
  resources: number
  password: string
  accounts: DemoAccount[]
  /** People whose records are worth opening, and what each shows. */
  showcase: { name: string; what: string }[]
}

const seed = 1

/**
 * Makes the demo country, or answers what the first run made. When a first run was killed half way, the next one finishes it: people resume by block,
 * and accounts and this summary are one transaction.
 */
export async function makeDemoCountry(world: World, options: { count?: number; report?: (people: number) => void } = {}): Promise<DemoSummary> {
  const made = await findDemo<DemoSummary, DemoDay>(world.sql)
  if (made) {
    await renewDay(world, made.day)
    return made.summary
  }
  const { country, register, figures, today, first } = await loadPopulation(world, {
    seed,
    count: options.count ?? world.config.DEMO_PEOPLE,
    report: ({ people }) => options.report?.(people),
  })
  return world.sql.begin(async (tx) => {
    // The people of the first block are registered already; this call only asks for their keys.
    const registered: Registered[] = await registerBlock(tx, world, register, first, today)
    const { accounts, showcase, day, leaves } = await makeAccounts({ tx, world, country, register, people: first, registered })
    const summary: DemoSummary = { seed, people: figures.people + figures.skipped, resources: figures.resources, password: demoPassword, accounts, showcase }
    const now = world.now()
    await openDay(tx, day, now)
    await saveDemo(tx, { summary, day, until: endOfDay(now) })
    await saveLeaves(tx, leaves, now)
    return summary
  })
}

/** Opens a new day, so that a demo started again tomorrow finds patients at the doctor's too. */
async function renewDay(world: World, day: DemoDay): Promise<void> {
  const now = world.now()
  await world.sql.begin(async (tx) => {
    if (await claimDay(tx, now, endOfDay(now))) await openDay(tx, day, now)
  })
}

/** For the start of the server: makes the country if need be, and answers the lines that say who to sign in as. */
export async function ensureDemoCountry(world: World, say: (line: string) => void): Promise<{ lines: string[] }> {
  const isFirst = (await findDemo(world.sql)) === null
  if (isFirst) say(`First run: inventing a country of ${world.config.DEMO_PEOPLE} people …`)
  const summary = await makeDemoCountry(world)
  return { lines: linesOf(summary) }
}

export function linesOf({ accounts, showcase, people, password }: DemoSummary): string[] {
  const width = Math.max(...accounts.map(({ userName }) => userName.length))
  return [
    `Invented country of ${people} people. Sign in (password „${password}“) as`,
    ...accounts.map(({ userName, name, what }) => `  ${userName.padEnd(width)}  ${name}, ${what}`),
    'The doctor may open, among others,',
    ...showcase.map(({ name, what }) => `  ${name}: ${what}`),
  ]
}
