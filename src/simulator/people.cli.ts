import { SingleBar } from 'cli-progress'
import type { Command } from '../platform/cli.ts'
import { Refusal } from '../platform/refusal.ts'
import { type Figures, loadPopulation } from './load.ts'

const countMax = 10_000_000
const seedMax = 2_147_483_647

/** `npm run spona -- simulator people --count 100000 --seed 1` */
export const people: Command = {
  name: 'simulator people',
  summary: 'Invent people and their records. The same seed gives the same people; what is loaded already is not loaded twice.',
  options: {
    count: { type: 'string', about: 'How many people the population has.', default: '300' },
    seed: { type: 'string', about: 'Number that names the population.', default: '1' },
  },
  async run(world, options, print) {
    const count = wholeNumber(options['count'], 1, countMax, 'count')
    const seed = wholeNumber(options['seed'], 0, seedMax, 'seed')
    const progress = startProgress(count, print, Boolean(options['json']))
    const began = performance.now()
    const { figures, today } = await loadPopulation(world, { seed, count, report: progress.report }).finally(progress.stop)
    const seconds = (performance.now() - began) / 1000
    const rates = { peoplePerSecond: Math.round(figures.people / seconds), resourcesPerSecond: Math.round(figures.resources / seconds) }
    if (options['json']) {
      print(JSON.stringify({ seed, count, today, ...figures, seconds: Number(seconds.toFixed(2)), ...rates }))
      return
    }
    print(`${figures.people} people with ${figures.resources} resources in ${figures.charts} charts loaded in ${seconds.toFixed(1)} s ` +
      `(${rates.peoplePerSecond} people/s, ${rates.resourcesPerSecond} resources/s); ${figures.skipped} were there already.`)
  },
}

function wholeNumber(text: string | boolean | undefined, low: number, high: number, name: string): number {
  const number = Number(text)
  if (typeof text === 'string' && /^\d+$/.test(text) && number >= low && number <= high) return number
  throw new Refusal('incorrect', `--${name} must be a whole number from ${low} to ${high}`)
}

/** A bar for people, a line every tenth part for logs, nothing for machines. */
function startProgress(count: number, print: (line: string) => void, isQuiet: boolean): { report(figures: Figures): void; stop(): void } {
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
