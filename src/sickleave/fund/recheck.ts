import { keySets } from '../../identity/identity.ts'
import type { Runner } from '../../platform/sql.ts'
import { uuidV4 } from '../../platform/uuid.ts'
import type { World } from '../../platform/world.ts'
import { deltaOf } from '../compensation/delta.ts'
import { endRecheck, type Recheck, rechecks } from '../recheck-store.ts'
import { type Ground, stepRequest } from '../request/act.ts'
import { calculationOf, type Head } from '../request/request-store.ts'
import { mayFollow, type Step } from '../request/state.ts'
import type { CompensationView } from '../wire.ts'
import { keepCalculation, reckon } from './calculation.ts'
import { clerk } from './clerk.ts'

// A correction after the decision brings the request back to the Fund: it is calculated anew and, when the Fund's part has changed, reopened with the
// difference. As with every sum, two people decide about the difference.

const batch = 50
const requestsMax = 200
const why = 'После одлуке исправљени су подаци о боловању или заради.'

export async function recheckCorrected(world: World, isStopped: () => boolean = () => false): Promise<number> {
  let count = 0
  for (const one of await rechecks(world.sql, batch)) {
    if (isStopped()) break
    count += await recheckPerson(world, one)
  }
  return count
}

async function recheckPerson(world: World, one: Recheck): Promise<number> {
  const keys = (await keySets(world.sql, [one.patient])).get(one.patient) ?? [one.patient]
  const rows = await world.sql<{ patient: number; id: string }>`
    select patient, id from sickleave.request
     where patient = any(${[...keys]}::int8[]) and state in ('calculated', 'rejected', 'paid', 'confirmed')
     order by created_at, id
     limit ${requestsMax}`
  const asking = { world, actor: clerk, correlation: uuidV4(world) }
  let [count, isLater] = [0, false]
  for (const row of rows) {
    await stepRequest(asking, row, {
      basis: 'fund',
      async plan(ground) {
        if (await isInOpenFile(ground.tx, ground.found.row)) {
          isLater = true
          return null
        }
        const steps = await changed(world, ground)
        if (steps !== null) count++
        return steps
      },
    })
  }
  if (!isLater) await endRecheck(world.sql, one)
  return count
}

/** Null when the Fund's part is unchanged, or when nothing had been decided on the request. */
async function changed(world: World, { tx, found, rules }: Ground): Promise<Step[] | null> {
  const { row, standing } = found
  if (mayFollow(standing, 'reopened')) return null
  const kept = await calculationOf(tx, row, standing.calculation)
  if (kept === null) return null
  const now = await reckon(tx, found, rules)
  const reopened: Step = { kind: 'reopened', why }
  // It cannot be calculated, for example because the leave was cancelled: an officer reads why and decides.
  if (!('view' in now)) return standing.total === 0 ? null : [reopened]
  if (deltaOf(ofFund(kept.view), ofFund(now.view)).length === 0) return null
  const calculation = await keepCalculation(tx, { world, actor: clerk, correlation: uuidV4(world) }, row, now)
  return [reopened, { kind: 'calculated', calculation, total: now.total }]
}

const ofFund = (view: CompensationView): CompensationView => ({ ...view, lines: view.lines.filter(({ payer }) => payer === 'fund') })

/** A request in a payment file that the treasury has not executed yet is paid as the file says, and reopened only afterwards. */
export async function isInOpenFile(sql: Runner, { patient, id }: Pick<Head, 'patient' | 'id'>): Promise<boolean> {
  const [found] = await sql`
    select from sickleave.payment_line line
      join sickleave.payment on payment.id = line.payment
     where line.patient = ${patient} and line.request = ${id} and payment.executed_on is null
     limit 1`
  return found !== undefined
}
