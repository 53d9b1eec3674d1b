import { type Extracted, matches, type Resource } from '../../fhir/fhir.ts'
import { TextMap } from '../../platform/text-map.ts'
import type { Asking } from '../asking.ts'
import { reservedKeys } from '../ids.ts'
import { detailsIn, valuesOf } from '../search/contents.ts'
import { isRelated } from '../search/related.ts'
import type { Placed } from './apply.ts'
import type { Answers, Condition } from './conditions.ts'
import type { Intent } from './intent.ts'

/** What a transaction of the same database transaction will leave; its values are taken out when somebody asks. */
type Left = { asking: Asking; operation: Placed; values?: Extracted[] }

/**
 * Which transactions may be written together: those that touch no person and no resource in common, and of which none asks a condition that an
 * earlier one answers anew. The others come after them.
 */
export function createNeighbours() {
  const patients = new Set<number>()
  /** Rows about nobody, and names that clients chose. */
  const others = new Set<string>()
  const left = new Map<number, TextMap<Left[]>>()
  return {
    /** Whether one of these conditions would find something else once the earlier transactions are written. */
    meets(conditions: readonly Condition[], answers: Answers): boolean {
      return conditions.some(({ asking, search }, at) => {
        if ((answers[at] ?? []).some(({ row }) => patients.has(row.patient) || (others.size > 0 && others.has(row.id)))) return true
        const near = left.get(asking.actor.institution as number)?.get(search.type as string) ?? []
        // What other resources decide is not looked for here.
        if (near.length > 0 && (search.clauses.some(isRelated) || detailsIn(search).length > 0)) return true
        return near.some(
          (one) => isUnknown(one) || matches(search, (one.values ??= valuesOf(one.asking, one.operation.resource as Resource)), asking.world.fhir),
        )
      })
    },
    /** Adds the transaction to those that are written together. False when it touches something that one of them touches. */
    takesIn({ asking, placed, charts }: Intent): boolean {
      const operations = placed.flatMap(({ one }) => one ?? [])
      const names = [
        ...operations.flatMap(({ patient, rowId, name, type }) => [...(patient < reservedKeys ? [rowId] : []), ...(name ? [`${type}/${name}`] : [])]),
        ...[...charts.reserved.keys()].map((name) => `Patient/${name}`),
      ]
      if (operations.some(({ patient }) => patients.has(patient)) || names.some((name) => others.has(name))) return false
      for (const name of names) others.add(name)
      const institution = asking.actor.institution as number
      const byType = left.get(institution) ?? new TextMap<Left[]>()
      left.set(institution, byType)
      for (const operation of operations) {
        if (operation.patient >= reservedKeys) patients.add(operation.patient)
        byType.getOrInsertComputed(operation.type, () => []).push({ asking, operation })
      }
      return true
    },
  }
}

/** What a patch or a delete leaves is only known when it is written. */
const isUnknown = ({ operation }: Left): boolean => operation.kind === 'delete' || operation.patch !== undefined
