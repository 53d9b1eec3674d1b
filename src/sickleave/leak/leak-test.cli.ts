import type { Command } from '../../platform/cli.ts'
import { leakTest } from './leak-test.ts'

export const leakTestCommand: Command = {
  name: 'sickleave leak-test',
  summary: 'Try everything an employer could, and look for what it must not learn: routes, events, errors, log, database role, the memory of the process.',
  options: {},
  async run(world, options, print) {
    const say = (sentence: string) => void process.stderr.write(`${sentence}\n`)
    const report = await leakTest(world, { apart: true, ...(options['json'] ? {} : { say }) })
    if (options['json']) print(JSON.stringify(report))
    else {
      for (const route of report.routes) print(`tried ${route}`)
      print(`${report.answers} answers about ${report.leaves} leaves of ${report.employers} employers`)
      for (const one of report.untried) print(`not tried: ${one}`)
      for (const one of report.found) print(`LEAK: ${one}`)
      print(report.found.length === 0 ? 'no leak was found' : `${report.found.length} findings`)
    }
    return report.found.length === 0 ? 0 : 1
  },
}
