import { access } from '../../access/access.ts'
import { type Command, WrongUse } from '../../platform/cli.ts'
import { Refusal } from '../../platform/refusal.ts'
import { loadRules } from '../case-store.ts'
import { dayAt } from '../rules/days.ts'
import { inputsOfYear } from './case-input.ts'
import { changeOf, simulate } from './simulate.ts'

const everything = Number.MAX_SAFE_INTEGER
const tellEvery = 10_000

export const simulateCommand: Command = {
  name: 'sickleave parameter simulate',
  summary: 'Say what a changed number of the law would cost for all leaves of a year, before it is entered.',
  options: {
    name: { type: 'string', about: 'Parameter, as parameter list names it.', required: true },
    value: { type: 'string', about: 'Whole number; amounts are para, rates hundredths of a percent.', required: true },
    from: { type: 'string', about: 'First day it would hold for, as 2027-01-01.', required: true },
    year: { type: 'string', about: 'Leaves that began in this year.', required: true },
  },
  async run(world, options, print) {
    const year = yearOf(options['year'])
    const change = changeIn(options)
    const rules = await loadRules(world.sql)
    await access.asOperator(
      world,
      'search',
      async () => {},
      () => 'sick-leave simulation',
    )
    let told = 0
    const onPage = (cases: number) => {
      if (options['json'] || cases < told + tellEvery) return
      told = cases
      print(`${cases} leaves so far`)
    }
    const k = rules.on('statistics.k', dayAt(world.now()))
    const view = await simulate(inputsOfYear(world.sql, year, rules), rules, k, { year, change, pagesMax: everything, onPage })
    if (options['json']) return print(JSON.stringify(view))
    print(`${view.cases} leaves of ${year}; ${change.name} = ${change.value} from ${change.fromDay}; reasons with fewer than ${k} stand together`)
    for (const { reasons, cases, changed, refused, difference } of view.rows)
      print(
        `${reasons.join('+').padEnd(12)} cases ${cases}, changed ${changed}, not reckoned ${refused}; employers ${difference.employer}, insurance ${difference.insurance}, budget ${difference.budget}, with contributions ${difference.total}`,
      )
    if (view.rows.length === 0) print(`fewer than ${k} leaves: no sums are said`)
  },
}

function yearOf(text: unknown): number {
  const year = Number(text)
  if (!Number.isInteger(year) || year < 2019 || year > 2199) throw new WrongUse('--year: must be a year from 2019 on')
  return year
}

function changeIn(options: Record<string, unknown>) {
  try {
    return changeOf({ name: options['name'], value: Number(options['value']), from: options['from'] })
  } catch (error) {
    if (error instanceof Refusal) throw new WrongUse(`--${error.expression}: ${error.message}`)
    throw error
  }
}
