import { access } from '../../access/access.ts'
import { type Command, WrongUse } from '../../platform/cli.ts'
import type { World } from '../../platform/world.ts'
import { accounts } from './accounts.ts'
import { authorities, guardians, mandates } from './acting-for.ts'
import { duty, substitutes } from './at-work.ts'
import { type Given, type List, type Problem, wrongForm } from './list.ts'
import { chosenDoctors, insurance, jobs } from './of-people.ts'
import { closeAccountsOfLeavers } from '../leavers.ts'
import { recordsOf } from './read-list.ts'
import { employers, institutions, units, workers } from './resources.ts'

/** In the order in which they need each other. */
export const lists: Record<string, List> = {
  ...{ institutions, units, workers, accounts, duty, substitutes, employers, authorities, mandates },
  ...{ insurance, jobs, 'chosen-doctors': chosenDoctors, guardians },
}

const recordsAtOnce = 2_000
const problemsShown = 50

/** `npm run spona -- registry load workers.csv --list workers` */
export const loadList: Command = {
  name: 'registry load',
  summary: 'Load a list of a register: new records are added, known ones brought up to date. Exit code 1 when some were left out.',
  argument: { name: 'FILE', about: 'Table (.csv, the first row names the columns) or one object in each line (.ndjson).' },
  options: {
    list: { type: 'string', about: `Which list: ${Object.keys(lists).join(', ')}.`, required: true },
    check: { type: 'boolean', about: 'Only look for what is wrong, and store nothing.', default: false },
  },
  async run(world, options, print) {
    const name = String(options['list'])
    const list = Object.hasOwn(lists, name) ? lists[name] : undefined
    if (!list) throw new WrongUse(`--list: must be one of ${Object.keys(lists).join(', ')}`)
    const done = await load(world, { name, list, file: String(options['argument']), isTrial: options['check'] === true })
    if (options['json']) print(JSON.stringify({ list: name, ...done }))
    else {
      for (const { line, column, sentence } of done.problems) print(`line ${line}: ${column} ${sentence}`)
      if (done.leftOut > done.problems.length) print(`… and ${done.leftOut - done.problems.length} more`)
      if (done.closed > 0) print(`${done.closed} accounts of who no longer works there are closed`)
      print(`${done.taken} of ${done.taken + done.leftOut} records ${options['check'] ? 'are good' : 'are in the register'}`)
    }
    return done.leftOut > 0 ? 1 : 0
  },
}

type Loading = { name: string; list: List; file: string; isTrial: boolean }
/** `closed`: accounts of health workers who left by this list. */
type Done = { taken: number; leftOut: number; closed: number; problems: Problem[] }

async function load(world: World, loading: Loading): Promise<Done> {
  const done: Done = { taken: 0, leftOut: 0, closed: 0, problems: [] }
  const leave = (problems: readonly Problem[]) => {
    done.leftOut += problems.length
    done.problems.push(...problems.slice(0, Math.max(0, problemsShown - done.problems.length)))
  }
  let part: Given[] = []
  const storePart = async () => {
    const problems = await storeRecords(world, loading, part)
    done.taken += part.length - problems.length
    leave(problems)
    part = []
  }
  for await (const one of recordsOf(loading.file)) {
    const wrong = 'sentence' in one ? one : wrongForm(loading.list, one)
    if (wrong) leave([wrong])
    else if (part.push(one as Given) === recordsAtOnce) await storePart()
  }
  if (part.length > 0) await storePart()
  if (done.taken + done.leftOut === 0) throw new WrongUse(`${loading.file}: holds no records`)
  if (loading.list === workers && !loading.isTrial) done.closed = await closeAccountsOfLeavers(world)
  done.problems.sort((a, b) => a.line - b.line)
  return done
}

/** A part at a time, each with its row in the log: a list that is cut off is loaded again. */
function storeRecords(world: World, { name, list, isTrial }: Loading, part: readonly Given[]): Promise<Problem[]> {
  if (isTrial) return world.sql.begin((tx) => list.store(tx, world, part, true))
  return access.asOperator(
    world,
    'configure',
    (tx) => list.store(tx, world, part, false),
    (problems) => `registry/${name}: ${part.length - problems.length} records`,
  )
}
