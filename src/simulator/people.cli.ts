import { availableParallelism } from 'node:os'
import { SingleBar } from 'cli-progress'
import { type Command, type Print, WrongUse } from '../platform/cli.ts'
import type { World } from '../platform/world.ts'
import { addUp, startOthers } from './child-loads.ts'
import { type Figures, loadPopulation, type Part } from './load.ts'

const countMax = 10_000_000
const seedMax = 2_147_483_647
const processesMax = 32
/** With fewer people than this, another process costs more time than it saves. */
const peoplePerProcessMin = 2_000

/** `npm run spona -- simulator people --count 100000 --seed 1` */
export const people: Command = {
  name: 'simulator people',
  summary: 'Invent people and their records. The same seed gives the same people; what is loaded already is not loaded twice.',
  options: {
    count: { type: 'string', about: 'How many people the population has.', default: '300' },
    seed: { type: 'string', about: 'Number that names the population.', default: '1' },
    processes: { type: 'string', about: 'Processes that load at a time; by default one for every two processors.' },
    part: { type: 'string', about: 'Load only this share, for example 2/4: what one of several processes is given.' },
  },
  async run(world, options, print) {
    const count = wholeNumber(options['count'], 1, countMax, 'count')
    const seed = wholeNumber(options['seed'], 0, seedMax, 'seed')
    if (options['part'] !== undefined) return loadPart(world, { seed, count, part: readPart(options['part']) }, print)
    const processes = options['processes'] === undefined ? usualProcesses(count) : wholeNumber(options['processes'], 1, processesMax, 'processes')
    const progress = startProgress(count, print, Boolean(options['json']))
    const began = performance.now()
    const { figures, today } = await loadAll(world, { seed, count, processes }, progress.report).finally(progress.stop)
    const seconds = (performance.now() - began) / 1000
    const rates = { peoplePerSecond: Math.round(figures.people / seconds), resourcesPerSecond: Math.round(figures.resources / seconds) }
    if (options['json']) {
      print(JSON.stringify({ seed, count, today, processes, ...figures, seconds: Number(seconds.toFixed(2)), ...rates }))
      return
    }
    print(
      `${figures.people} people with ${figures.resources} resources in ${figures.charts} charts loaded in ${seconds.toFixed(1)} s ` +
        `(${rates.peoplePerSecond} people/s, ${rates.resourcesPerSecond} resources/s); ${figures.skipped} were there already.`,
    )
  },
}

type Wish = { seed: number; count: number; processes: number }

async function loadAll(world: World, { seed, count, processes }: Wish, report: (figures: Figures) => void) {
  if (processes === 1) return loadPopulation(world, { seed, count, report })
  // The day and the registers are settled before other processes begin, so that no two processes decide them.
  await loadPopulation(world, { seed, count: 0 })
  const parts: Figures[] = []
  const show = (place: number) => (figures: Figures) => {
    parts[place] = { ...figures }
    report(addUp(parts))
  }
  const others = startOthers({ seed, count, of: processes }, show)
  const [own] = await Promise.all([loadPopulation(world, { seed, count, part: { place: 0, of: processes }, report: show(0) }), others.done]).catch(
    (error: unknown) => {
      others.stop()
      throw error
    },
  )
  show(0)(own.figures)
  return { figures: addUp(parts), today: own.today }
}

/** Prints one line of figures after each block, for the process that started this one. */
async function loadPart(world: World, wish: { seed: number; count: number; part: Part }, print: Print): Promise<void> {
  const { figures } = await loadPopulation(world, { ...wish, report: (done) => print(JSON.stringify(done)) })
  print(JSON.stringify(figures))
}

function readPart(text: string | boolean | undefined): Part {
  const [, place = '', of = ''] = /^([1-9]\d?)\/([1-9]\d?)$/.exec(String(text)) ?? []
  if (place && Number(place) <= Number(of)) return { place: Number(place) - 1, of: Number(of) }
  throw new WrongUse('--part must be like 2/4')
}

const usualProcesses = (count: number) => Math.max(1, Math.min(Math.floor(availableParallelism() / 2), Math.floor(count / peoplePerProcessMin)))

function wholeNumber(text: string | boolean | undefined, low: number, high: number, name: string): number {
  const number = Number(text)
  if (typeof text === 'string' && /^\d+$/.test(text) && number >= low && number <= high) return number
  throw new WrongUse(`--${name} must be a whole number from ${low} to ${high}`)
}

/** The progress: a bar on a terminal, a line for every tenth part in logs, nothing for machines. */
function startProgress(count: number, print: Print, isQuiet: boolean): { report(figures: Figures): void; stop(): void } {
  if (isQuiet) return { report() {}, stop() {} }
  if (process.stderr.isTTY) {
    const bar = new SingleBar({ format: '{bar} {percentage}% | {value}/{total} people | {resources} resources | {eta_formatted} left', hideCursor: true })
    bar.start(count, 0, { resources: 0 })
    return { report: ({ people, skipped, resources }) => bar.update(people + skipped, { resources }), stop: () => bar.stop() }
  }
  let shown = 0
  return {
    report({ people, skipped, resources }) {
      const tenth = Math.floor(((people + skipped) / count) * 10)
      if (tenth > shown) print(`${people + skipped} of ${count} people, ${resources} resources`)
      shown = Math.max(shown, tenth)
    },
    stop() {},
  }
}
