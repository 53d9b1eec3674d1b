import type { Patch, Resource } from '../../fhir/fhir.ts'
import { Refusal } from '../../platform/refusal.ts'
import { isUniqueViolation, type Runner } from '../../platform/sql.ts'
import { type Applied, applyAll, type Expected, type Operation, placeExisting, placeNew, type Placed, whatever } from './apply.ts'
import type { Asking } from '../asking.ts'
import { type Criteria, criteriaOf, severalMatch } from './conditional.ts'
import { askConditions, type Condition } from './conditions.ts'
import { auditDenial, requireInstitution } from './create.ts'
import { allow } from '../scope.ts'
import type { Hit } from '../search/run-search.ts'
import { noCharts } from './subject.ts'
import { checkEndpoints } from '../subscription/subscribe.ts'

/** A write whose address is a condition: `PUT Type?…`, `PATCH Type?…`, `DELETE Type?…` (R4 http, sections 3.1.0.4.3, 3.1.0.6, 3.1.0.7). */
export type ConditionalWrite = {
  method: 'PUT' | 'PATCH' | 'DELETE'
  type: string
  query: Criteria
  resource: Resource | null
  patch?: Patch
  expected: Expected
  /** Where the content stands in the request (`path`), and where the condition (`expression`). */
  path: string
  expression: string
}

/** How many one condition may delete where the setting allows several. */
const deletedMax = 1000

/** The condition to ask before the write. Only a PUT makes a resource when none is found. */
export function conditionOf(
  asking: Asking,
  { method, type, query, expression }: Pick<ConditionalWrite, 'method' | 'type' | 'query' | 'expression'>,
): Condition {
  return { asking, search: criteriaOf(asking, type, query, expression), limit: mostOf(asking, method) + 1, makes: method === 'PUT', expression }
}

/** How many resources the condition may find. */
export const mostOf = ({ world }: Asking, method: string): number => (method === 'DELETE' && world.config.CONDITIONAL_DELETE === 'multiple' ? deletedMax : 1)

/** The operations that follow from the hits of the condition: ordinary writes on them, a create, or nothing. */
export function operationsOf(asking: Asking, write: ConditionalWrite, hits: readonly Hit[]): Operation[] {
  const { method, type, resource, path, expression, expected } = write
  if (hits.length > mostOf(asking, method)) throw severalMatch(expression, hits)
  const ids = hits.map((hit) => hit.publicId)
  const [id] = ids
  if (method === 'DELETE') return ids.map((one) => ({ kind: 'delete', type, id: one, resource: null, expected, path }))
  if (method === 'PATCH') {
    if (id === undefined) throw new Refusal('not-found', `no ${type} meets the condition`, { expression, hint: 'A patch changes what is there.' })
    return [{ kind: 'update', type, id, resource: null, patch: write.patch as Patch, expected, path }]
  }
  const own = resource?.id
  if (id !== undefined) {
    if (own !== undefined && own !== id) {
      throw new Refusal('incorrect', 'the condition finds another resource than the id in the content names', {
        expression: `${path}.id`,
        hint: 'Leave the id out, or correct it.',
      })
    }
    return [{ kind: 'update', type, id, resource, expected, path }]
  }
  if (expected.ifMatch !== null) {
    throw new Refusal('precondition', 'If-Match asks for a version, and the condition finds nothing that has one', {
      expression,
      hint: 'Leave If-Match out to create it.',
    })
  }
  if (own === undefined) return [{ kind: 'create', type, id: null, resource, expected: whatever, path }]
  return [{ kind: 'update', type, id: own, resource, expected, path, isOnlyNew: true }]
}

export const place = (asking: Asking, tx: Runner, operation: Operation, charts: ReturnType<typeof noCharts>): Placed | null | Promise<Placed | null> =>
  operation.kind === 'create' ? placeNew(asking, tx, operation, charts) : placeExisting(asking, tx, operation, charts)

/** One conditional write in a transaction of its own. Null when a DELETE found nothing. */
export async function writeConditionally(asking: Asking, write: ConditionalWrite): Promise<Applied | null> {
  requireInstitution(asking)
  await allow(asking, write.type, 's')
  const kind = write.method === 'DELETE' ? 'delete' : 'update'
  await checkEndpoints(asking, [write.resource])
  try {
    return await asking.world.ledger.transaction(async (tx) => {
      const [hits = []] = await askConditions(tx, [conditionOf(asking, write)])
      const operations = operationsOf(asking, write, hits)
      const charts = noCharts()
      const placed: (Placed | null)[] = []
      for (const operation of operations) placed.push(await place(asking, tx, operation, charts))
      const [applied] = placed.length > 0 ? await applyAll(asking, tx, placed, charts) : []
      return applied ?? null
    })
  } catch (error) {
    await auditDenial(asking, kind, write.type, error)
    if (isUniqueViolation(error)) throw new Refusal('conflict', 'another request was first', { hint: 'Send the request again.' })
    throw error
  }
}
