import { fragment, statementOf } from '../../platform/sql.ts'
import { Refusal } from '../../platform/refusal.ts'
import { type Asking, entryOf, type TraceStep } from '../asking.ts'

/** `Observation?…&_explain=true`: how a search is answered, instead of its answer. */
export const explainName = '_explain'
/** The right to have searches explained; no wildcard scope gives it. */
const explainRight = 'system/search.explain'

const statementsMax = 6

/**
 * Runs the search as usual, with the asker's own access and its rows in the log, but answers how it ran instead of the result. Values never appear:
 * statements have numbered parameters, and the database's plan is reduced to what is read by which index.
 */
export async function explained(asking: Asking, type: string, search: () => Promise<string>): Promise<string> {
  await requireRight(asking, type)
  const trace: TraceStep[] = []
  asking.trace = trace
  const began = performance.now()
  const answer = await search()
  trace.push({ step: 'whole answer', ms: performance.now() - began, what: `${Buffer.byteLength(answer)} bytes` })
  const plans = await plansOf(asking, trace)
  return JSON.stringify({ resourceType: 'Parameters', parameter: [...trace.map(stepOf), ...plans] })
}

async function requireRight(asking: Asking, type: string): Promise<void> {
  const { actor, world } = asking
  if (actor.roles.includes('operator') || (actor.kind === 'system' && actor.scopes.includes(explainRight))) return
  await world.ledger.record([entryOf(asking, 'search', null, `${type}?${explainName}`, { decision: 'deny' })])
  throw new Refusal('forbidden', 'only an operator has searches explained', {
    expression: `http.${explainName}`,
    hint: `The operator registers the client with the scope ${explainRight}, or uses npm run spona -- record explain.`,
  })
}

const rounded = (ms: number) => Math.round(ms * 100) / 100

function stepOf({ step, what, ms, rows, matches, statement }: TraceStep) {
  const part = [
    ...(what === undefined ? [] : [{ name: 'what', valueString: what }]),
    ...(ms === undefined ? [] : [{ name: 'milliseconds', valueDecimal: rounded(ms) }]),
    ...(rows === undefined ? [] : [{ name: 'rows', valueInteger: rows }]),
    ...(matches === undefined ? [] : [{ name: 'matches', valueInteger: matches }]),
    ...(statement === undefined ? [] : [{ name: 'sql', valueString: oneLine(statementOf(statement).text) }]),
  ]
  return { name: step, ...(part.length > 0 ? { part } : {}) }
}

const oneLine = (text: string) => text.replace(/\s+/g, ' ').trim()

type PlanNode = { 'Node Type': string; 'Relation Name'?: string; 'Index Name'?: string; 'Plan Rows': number; 'Total Cost': number; Plans?: PlanNode[] }

/** How the database would run each statement now. Conditions are left out, because they hold the values that were asked for. */
async function plansOf({ world }: Asking, trace: readonly TraceStep[]) {
  const statements = trace.flatMap(({ statement }) => (statement === undefined ? [] : [statement])).slice(0, statementsMax)
  const plans: { name: string; part: { name: string; valueString: string }[] }[] = []
  for (const statement of statements) {
    const [row] = await world.sql.run<Record<string, [{ Plan: PlanNode }]>>(fragment`explain (format json) ${statement}`)
    const plan = row && Object.values(row)[0]?.[0].Plan
    if (plan) plans.push({ name: 'plan', part: linesOf(plan, 0).map((valueString) => ({ name: 'node', valueString })) })
  }
  return plans
}

function linesOf(node: PlanNode, depth: number): string[] {
  const on = [node['Relation Name'], node['Index Name'] && `by ${node['Index Name']}`].filter(Boolean).join(' ')
  const line = `${'. '.repeat(depth)}${node['Node Type']}${on === '' ? '' : ` on ${on}`}, about ${node['Plan Rows']} rows, cost ${node['Total Cost']}`
  return [line, ...(node.Plans ?? []).flatMap((inner) => linesOf(inner, depth + 1))]
}
