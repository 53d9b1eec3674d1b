// Loads a population block by block into the running system, through the doors of identity, registry and record.

import { createHash } from 'node:crypto'
import { type Load, loadAll } from '../record/record.ts'
import { keySets } from '../identity/identity.ts'
import type { World } from '../platform/world.ts'
import { type Country, generateCountry } from './country.ts'
import { createDirectory } from './directory.ts'
import { historyOf, type Sent, type Setting } from './history.ts'
import type { Person } from './person.ts'
import { type Register, registerCountry } from './register-country.ts'
import { registerBlock, type Registered } from './register-people.ts'
import { keepToday, loadedBlocks, saveBlock } from './store.ts'

const blockSize = 100
/** How many charts share a commit. */
export const chartsAtOnce = 40
/** How many blocks are under way at a time: some wait for the database while another is being generated. */
const blocksAtOnce = 3

export type Figures = { people: number; skipped: number; charts: number; resources: number }

type LoadOptions = {
  seed: number
  count: number
  /** Only every n-th block, when several processes share the work. */
  part?: Part
  report?: (figures: Figures) => void
}

export type Part = { place: number; of: number }

/** `first` are the people of the first block, whom demonstrations need later. */
type Loaded = { country: Country; register: Register; figures: Figures; today: string; first: Person[] }

type Run = { world: World; setting: Setting; register: Register; figures: Figures; report: (figures: Figures) => void }

export async function loadPopulation(world: World, { seed, count, part = { place: 0, of: 1 }, report = () => {} }: LoadOptions): Promise<Loaded> {
  const today = await world.sql.begin((tx) => keepToday(tx, seed, { today: world.now().toISOString().slice(0, 10), staff: staffHash() }))
  const country = generateCountry({ seed, count, today })
  const register = await world.sql.begin((tx) => registerCountry(tx, world, country))
  const done = await loadedBlocks(world.sql, seed)
  const setting: Setting = { seed, today, directory: createDirectory(country.institutions) }
  const run: Run = { world, setting, register, figures: { people: 0, skipped: 0, charts: 0, resources: 0 }, report }

  let first: Person[] = []
  const underWay = new Set<Promise<void>>()
  let failure: unknown
  for (const { block, people } of blocksOf(country.people)) {
    if (block === 0) first = people
    if (block % part.of !== part.place) continue
    const before = done.get(block) ?? 0
    run.figures.skipped += Math.min(before, people.length)
    const missing = people.slice(before)
    if (missing.length === 0) continue
    if (underWay.size >= blocksAtOnce) await Promise.race(underWay)
    if (failure !== undefined) break
    const work = loadBlock(run, block, before, missing)
      .catch((error: unknown) => {
        failure ??= error
      })
      .finally(() => underWay.delete(work))
    underWay.add(work)
  }
  await Promise.all(underWay)
  if (failure !== undefined) throw failure
  return { country, register, figures: run.figures, today, first }
}

function staffHash(): Buffer {
  const { institutions } = generateCountry({ seed: 0, count: 0, today: '2026-01-01' })
  const staff = institutions.flatMap(({ units }) => units.flatMap(({ workers }) => workers.map(({ licence, jmbg }) => [licence, jmbg])))
  return createHash('sha256').update(JSON.stringify(staff)).digest()
}

function* blocksOf(people: Iterable<Person>): Generator<{ block: number; people: Person[] }> {
  let gathered: Person[] = []
  for (const person of people) {
    gathered.push(person)
    if (gathered.length === blockSize) {
      yield { block: Math.floor(person.index / blockSize), people: gathered }
      gathered = []
    }
  }
  if (gathered.length > 0) yield { block: Math.floor(gathered[0]!.index / blockSize), people: gathered }
}

async function loadBlock(run: Run, block: number, before: number, people: Person[]): Promise<void> {
  const { world, setting, register, figures } = run
  const registered = await world.sql.begin((tx) => registerBlock(tx, world, register, people, setting.today))
  const told = () => people.map((person) => historyOf(setting, person))
  const filed = await filedCharts(world, registered)
  const inOrder = (sent: Sent[][]) => sent.flatMap((charts, place) => charts.slice(filed[place])).sort((one, other) => one.institution - other.institution)
  const waiting = inOrder(told())
  let resources = 0
  for (let from = 0; from < waiting.length; from += chartsAtOnce) {
    const some = (all: readonly Sent[]) =>
      all.slice(from, from + chartsAtOnce).map(({ institution, bundle }) => ({ institution: register.institution(institution), bundle }) as unknown as Load)
    await loadAll(world, some(waiting), () => some(inOrder(told())))
    for (const { bundle } of waiting.slice(from, from + chartsAtOnce)) resources += bundle.entry?.length ?? 0
  }
  figures.charts += waiting.length
  await world.sql.begin((tx) => saveBlock(tx, setting.seed, block, { people: before + people.length, resources }))
  figures.people += people.length
  figures.resources += resources
  run.report(figures)
}

/**
 * How many charts of each person are filed. A run that was broken off has filed some charts of its last block: in the order of the institutions,
 * several in one transaction. So the number of a person's keys tells how many are there.
 */
async function filedCharts(world: World, registered: readonly Registered[]): Promise<number[]> {
  const sets = await keySets(
    world.sql,
    registered.map(({ root }) => root),
  )
  return registered.map(({ root }) => Math.max(0, (sets.get(root)?.length ?? 1) - 1))
}
