import { calculate } from '../sickleave/compensation/calculate.ts'
import { compensationOf } from '../sickleave/compensation/view.ts'
import { rulesOf } from '../sickleave/rules/parameters.ts'
import { print } from './figures.ts'
import { benchDatabase } from './sickleave-database.ts'
import { requests } from './sickleave-requests.ts'

const month = 120_000
const seed = 20_260_401

/**
 * `npm run bench -- sickleave`: calculates a month of the country by the pure rules, with the derivation of every line and without. The limit is
 * writing the text of the results alone, which any store must do. Measures the processor time of this process, and its memory while it runs.
 */
export async function bench(words: string[]): Promise<void> {
  const count = words.includes('--quick') ? month / 20 : month
  const rules = rulesOf()
  for (const input of requests(2000, 1)) compensationOf(input, rules) // So that the compiler has seen the code.
  const memory = { most: 0 }
  let lines = 0
  const bare = perSecond(count, memory, (input) => {
    lines += calculate(input, rules).lines.length
  })
  let bytes = 0
  let last: object = {}
  const whole = perSecond(count, memory, (input) => {
    last = compensationOf(input, rules)
    bytes += JSON.stringify(last).length
  })
  const text = JSON.stringify(last)
  const limit = perSecond(count, memory, () => {
    JSON.stringify(JSON.parse(text))
  })
  const of = `${count} requests, ${(lines / count).toFixed(1)} lines each`
  print({ name: 'requests calculated', value: bare, unit: '/s', note: of })
  print({
    name: 'requests calculated, derived in three scripts and written as text',
    value: whole,
    unit: '/s',
    note: `${Math.round(bytes / count)} characters each`,
    limit: 'the text of one result read and written',
    limitValue: limit,
  })
  print({ name: 'a month of the country', value: month / whole, unit: 's of processor time', note: `${month} requests` })
  print({ name: 'memory while it ran, at most', value: memory.most / 1e6, unit: 'MB', note: 'resident; requests come one after the other' })
  await benchDatabase(count)
}

type Request = ReturnType<typeof requests> extends Generator<infer T> ? T : never

function perSecond(count: number, memory: { most: number }, act: (input: Request) => void): number {
  const begin = process.cpuUsage()
  let at = 0
  let spentMs = 0
  for (const input of timeless(count)) {
    act(input)
    if (++at % 1000 === 0) memory.most = Math.max(memory.most, process.memoryUsage.rss())
  }
  const { user, system } = process.cpuUsage(begin)
  spentMs = (user + system) / 1000
  return count / ((spentMs - making(count)) / 1000)
}

const timeless = (count: number) => requests(count, seed)

let makingMs: number | null = null
/** The time for inventing the requests does not count for the engine. */
function making(count: number): number {
  if (makingMs === null) {
    const begin = process.cpuUsage()
    let made = 0
    for (const { earnings } of requests(count, seed)) made += earnings.length
    if (made === 0) throw new Error('no earnings were invented')
    const { user, system } = process.cpuUsage(begin)
    makingMs = (user + system) / 1000
  }
  return makingMs
}
