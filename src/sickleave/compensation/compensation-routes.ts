import type { Routes } from '../../platform/http.ts'
import { type Asking, askingOf, entryOf, requireRole } from '../asking.ts'
import { loadRules } from '../case-store.ts'
import { bodyOf, countOf } from '../read-body.ts'
import { dayAt } from '../rules/days.ts'
import type { SimulationView } from '../wire.ts'
import { calculator } from './calculator.ts'
import { inputsOfYear } from './case-input.ts'
import { changeOf, simulate } from './simulate.ts'

const pagesMax = 100 // Of fifty people each: some seconds. The command does the whole country.

/** The Fund asks what a change would cost, for the first leaves of a year. */
async function simulation(asking: Asking, given: unknown): Promise<SimulationView> {
  await requireRole(asking, 'fund', 'search')
  const { world } = asking
  const body = bodyOf(given, ['name', 'value', 'from', 'year'])
  const [change, year] = [changeOf({ name: body['name'], value: body['value'], from: body['from'] }), countOf(body, 'year')]
  const rules = await loadRules(world.sql)
  await world.ledger.record([entryOf(asking, null, { action: 'search', basis: 'fund', what: 'sick-leave simulation' })])
  return simulate(inputsOfYear(world.sql, year, rules), rules, rules.on('statistics.k', dayAt(world.now())), { year, change, pagesMax })
}

export const compensationRoutes: Routes = (app) => {
  app.post('/calculator', { bodyLimit: 65_536 }, (request) => calculator(askingOf(request), request.body))
  app.post('/fund/simulation', { bodyLimit: 4096 }, (request) => simulation(askingOf(request), request.body))
}
