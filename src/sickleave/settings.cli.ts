import { access } from '../access/access.ts'
import { type Command, WrongUse } from '../platform/cli.ts'
import { addParameter, addStandard, loadRules } from './case-store.ts'
import { isDay } from './rules/days.ts'
import { limitsOf } from './rules/money-parameters.ts'
import { type ParameterName, parameterNames } from './rules/parameters.ts'

export const parameterList: Command = {
  name: 'sickleave parameter list',
  summary: 'List the numbers of the law that leaves are judged by: from which day, by which paragraph, and what is UNVERIFIED.',
  options: {},
  async run(world, options, print) {
    const { all } = await loadRules(world.sql)
    if (options['json']) return print(JSON.stringify({ rows: all }))
    for (const row of all)
      print(`${row.name.padEnd(34)} ${String(row.value).padStart(9)}  from ${row.fromDay}  ${row.paragraph}${row.isUnverified ? '  UNVERIFIED' : ''}`)
  },
}

export const parameterSet: Command = {
  name: 'sickleave parameter set',
  summary: 'Enter a number of the law from a day on; leaves that begin earlier keep what held before.',
  options: {
    name: { type: 'string', about: Object.keys(parameterNames).join(', '), required: true },
    value: { type: 'string', about: 'Whole number; amounts are para, rates hundredths of a percent.', required: true },
    from: { type: 'string', about: 'First day of leaves it holds for, as 2027-01-01.', required: true },
    paragraph: { type: 'string', about: 'Where it stands in the law.', required: true },
    unverified: { type: 'boolean', about: 'Nobody has read it in the primary text.', default: false },
  },
  async run(world, options, print) {
    const { name, from: fromDay } = options
    if (typeof name !== 'string' || !Object.hasOwn(parameterNames, name)) throw new WrongUse(`--name: must be one of ${Object.keys(parameterNames).join(', ')}`)
    const value = Number(options['value'])
    const { least, most } = limitsOf(name)
    if (!Number.isInteger(value) || value < least || value > most)
      throw new WrongUse(`--value: must be a whole number from ${least} to ${most}: ${parameterNames[name as ParameterName]}`)
    if (!isDay(fromDay)) throw new WrongUse('--from: must be a day, as 2027-01-01')
    const row = { name, value, fromDay, paragraph: String(options['paragraph']), isUnverified: options['unverified'] === true }
    await access.asOperator(
      world,
      'configure',
      (tx) => addParameter(tx, row, world.now()),
      () => `sick-leave parameter ${name}`,
    )
    print(options['json'] ? JSON.stringify(row) : `${name} is ${value} for leaves from ${fromDay}`)
  },
}

export const standardSet: Command = {
  name: 'sickleave standard set',
  summary: 'Enter the usual duration for a diagnosis; it is suggested to the doctor, never imposed.',
  options: {
    code: { type: 'string', about: 'Code of MKB-10, as M54 or M54.5.', required: true },
    days: { type: 'string', about: 'Days, 1 to 400.', required: true },
    source: { type: 'string', about: 'Where it comes from.', required: true },
  },
  async run(world, options, print) {
    const code = String(options['code'])
    const days = Number(options['days'])
    if (!/^[A-Z]\d{2}(\.\d{1,2})?$/.test(code)) throw new WrongUse('--code: must be a code of MKB-10, as M54.5')
    if (!Number.isInteger(days) || days < 1 || days > 400) throw new WrongUse('--days: must be a whole number from 1 to 400')
    const row = { code, days, source: String(options['source']), isUnverified: false }
    await access.asOperator(
      world,
      'configure',
      (tx) => addStandard(tx, row, world.now()),
      () => `sick-leave standard ${code}`,
    )
    print(options['json'] ? JSON.stringify(row) : `${code}: usually ${days} days`)
  },
}
