import { type Command, WrongUse } from '../platform/cli.ts'
import { addParameter, guardianAge, loadParameters } from './parameter.ts'
import { asOperator } from './operator.ts'

const known: Record<string, { low: number; high: number }> = { [guardianAge]: { low: 0, high: 18 } }

export const parameterList: Command = {
  name: 'access parameter list',
  summary: 'List the parameters of the law that decisions use, with the day they take effect.',
  options: {},

  async run(world, options, print) {
    const rows = await loadParameters(world.sql)
    if (options['json']) return print(JSON.stringify({ rows, settings: { [guardianAge]: world.config.CHILD_AGE } }))
    for (const row of rows) print(`${row.name}  from ${row.fromDay}  ${row.value}  ${row.paragraph}`)
    print(`until the first row takes effect: ${guardianAge} ${world.config.CHILD_AGE} (setting CHILD_AGE)`)
  },
}

export const parameterSet: Command = {
  name: 'access parameter set',
  summary: 'Enter a parameter of the law from a day on; what held before stays as it was.',
  options: {
    name: { type: 'string', about: Object.keys(known).join(', '), required: true },
    value: { type: 'string', about: 'Whole number.', required: true },
    from: { type: 'string', about: 'First day it holds, as 2027-01-01.', required: true },
    paragraph: { type: 'string', about: 'Where it stands in the law.', required: true },
  },

  async run(world, options, print) {
    const name = String(options['name'])
    const value = Number(options['value'])
    const fromDay = String(options['from'])
    const range = known[name]
    if (!range) throw new WrongUse(`--name: must be one of ${Object.keys(known).join(', ')}`)
    if (!Number.isInteger(value) || value < range.low || value > range.high)
      throw new WrongUse(`--value: must be a whole number from ${range.low} to ${range.high}`)
    if (!/^\d{4}-\d{2}-\d{2}$/.test(fromDay) || Number.isNaN(Date.parse(fromDay))) throw new WrongUse('--from: must be a day, as 2027-01-01')
    const parameter = { name, value, fromDay, paragraph: String(options['paragraph']) }
    await asOperator(
      world,
      'configure',
      (tx) => addParameter(tx, parameter),
      () => `parameter/${name}`,
    )
    print(options['json'] ? JSON.stringify(parameter) : `${name} is ${value} from ${fromDay}`)
  },
}
