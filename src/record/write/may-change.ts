import type { Resource } from '../../fhir/fhir.ts'
import { Refusal } from '../../platform/refusal.ts'
import type { Runner } from '../../platform/sql.ts'
import type { Asking } from '../asking.ts'
import { reservedKeys } from '../ids.ts'
import type { Stored } from '../store.ts'
import { notTheirs } from '../subscription/owner.ts'
import { isOwnSubmission } from '../view.ts'
import { anyVersion, type Placed } from './apply.ts'
import { type Charts, deniedPatients, placeOfSubject, subjectOf } from './subject.ts'

/** Checks If-Match and If-None-Match. */
export function requireExpected(operation: Placed, before: Stored | null): void {
  const { ifMatch, ifNoneMatch } = operation.expected
  const isOneOf = (versions: readonly number[]) => before !== null && !before.deleted && (versions.includes(before.version) || versions.includes(anyVersion))
  if (ifNoneMatch !== null && isOneOf(ifNoneMatch)) {
    throw new Refusal('precondition', 'the resource is there already, and If-None-Match asks that it is not', {
      expression: operation.path,
      hint: 'Read it first, and send its ETag in If-Match to change it.',
    })
  }
  if (ifMatch === null || isOneOf(ifMatch)) return
  throw new Refusal('precondition', 'the resource has another version now than the one you changed', {
    expression: operation.path,
    hint: 'Read it again, repeat your change on the current version and send its ETag in If-Match.',
  })
}

/** Data belong to the institution where they arose: only it changes them (e-karton rulebook, article 2: kept correct by their source). */
export function requireOwn(asking: Asking, operation: Placed, before: Stored | null, charts: Charts): void {
  if (!before) {
    if (operation.type === 'Patient' && operation.name !== null && !charts.created.has(operation.patient)) {
      throw new Refusal('forbidden', 'another institution has used this id for a patient of its own', {
        expression: `${operation.path}.id`,
        hint: 'Choose another id, for example with a prefix of your institution, or POST the resource.',
      })
    }
    if (operation.name !== null) return
    throw new Refusal('not-found', `no ${operation.type} with this id`, { expression: operation.path, hint: 'Create it by POST, or choose an id of your own.' })
  }
  if (!isOwnSubmission(asking, before)) {
    const refusal =
      notTheirs(operation.type) ??
      new Refusal('forbidden', 'this resource was submitted by another institution; only that one may change it', {
        expression: operation.path,
        hint: 'Ask the institution where it arose for a correction. For a resource of your own choose another id, or POST it.',
      })
    if (operation.patient >= reservedKeys) deniedPatients.set(refusal, operation.patient)
    throw refusal
  }
  if (before.voided) {
    throw new Refusal('conflict', `this ${operation.type} was filed under a wrong patient and has been moved`, {
      expression: operation.path,
      hint: 'Search for it under the right patient and change it there.',
    })
  }
}

export async function requireSameSubject(asking: Asking, tx: Runner, resource: Resource, operation: Placed, charts: Charts): Promise<void> {
  const patient = await subjectOf(asking, tx, resource, charts, operation.path)
  const isShared = (key: number) => key < reservedKeys
  if (patient === operation.patient || (isShared(patient) && isShared(operation.patient))) return
  throw new Refusal('unprocessable', 'an update may not change whom the resource is about', {
    expression: placeOfSubject(resource, operation.path),
    hint: 'If it was filed under the wrong patient, ask the operator for `record move`, which voids it there and files it anew.',
  })
}
