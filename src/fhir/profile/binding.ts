import { shown } from '../runtime/check.ts'
import { isObject, type Item, type Json } from './items.ts'
import type { CodingLike, Membership, Run } from './run.ts'
import type { Node } from './tree.ts'
import { profileOf } from './walk.ts'

const isText = (value: unknown): value is string | undefined => value === undefined || typeof value === 'string'

function codingOf(coding: Json): CodingLike {
  const { system, code, version } = coding
  if (isText(system) && isText(code) && isText(version)) return coding as CodingLike
  return {
    ...(typeof system === 'string' ? { system } : {}),
    ...(typeof code === 'string' ? { code } : {}),
    ...(typeof version === 'string' ? { version } : {}),
  }
}

/** A CodeableConcept is `in` when one of its codings is, and `out` when all of its codings are. */
export function membershipOf(run: Pick<Run, 'known'>, valueSet: string, value: unknown): Membership | 'none' {
  if (typeof value === 'string') return run.known.member(valueSet, { code: value })
  if (!isObject(value)) return 'none'
  const codings = Array.isArray(value.coding) ? value.coding.filter(isObject) : value.code !== undefined ? [value] : []
  if (codings.length === 0) return 'none'
  let found: Membership = 'out'
  for (const one of codings) {
    const verdict = run.known.member(valueSet, codingOf(one))
    if (verdict === 'in') return 'in'
    if (verdict === 'unknown') found = 'unknown'
  }
  return found
}

/** Checks additional bindings (terminologies.html of R5, carried by extensions in R4). Other purposes than these three do not bind a validator. */
export function checkFurther(run: Run, node: Node, item: Item, depth: number): void {
  const { check } = run
  for (const { purpose, valueSet = '' } of node.further) {
    if (purpose !== 'required' && purpose !== 'extensible' && purpose !== 'maximum') continue
    if (membershipOf(run, valueSet, item.value) !== 'out') continue
    const severity = purpose === 'extensible' ? 'warning' : 'error'
    const what = purpose === 'maximum' ? 'is outside' : `is not from the ${purpose}`
    check.add('code-invalid', check.path(depth), `the code ${what} value set ${valueSet} (${profileOf(run)})`, `Use a code of ${valueSet}.`, severity)
  }
}

/** A Quantity may have no coded unit; a value set only says which unit a coded one must be. */
const isAmount = ({ value, unit, coding }: Json): boolean => coding === undefined && (value !== undefined || unit !== undefined)

/**
 * A code outside a required value set is an error, outside an extensible one a warning, because it is right when no code inside fits. Weaker
 * bindings are not checked.
 */
export function checkBinding(run: Run, node: Node, item: Item, depth: number): void {
  const { strength, valueSet } = node.binding as NonNullable<Node['binding']>
  if (strength !== 'required' && strength !== 'extensible') return
  const { check } = run
  const membership = membershipOf(run, valueSet, item.value)
  if (membership === 'in') return
  if (membership === 'unknown') {
    const hint = 'Load the terminology to have it checked.'
    check.add(
      'not-found',
      check.path(depth),
      `${valueSet} needs code systems that are not loaded; the code was not checked (${profileOf(run)})`,
      hint,
      'information',
    )
    return
  }
  if (membership === 'none') {
    if (strength !== 'required' || !isObject(item.value) || isAmount(item.value)) return
    // To say why there is no code is enough to a write, and not to the reference validator.
    if (item.value.extension !== undefined && !(check.isStrict && node.types?.some(({ code }) => code === 'CodeableConcept'))) return
    check.add('code-invalid', check.path(depth), `there is no code from ${valueSet} (${profileOf(run)})`, `Add a code of ${valueSet}.`)
    return
  }
  const code = isObject(item.value) ? item.value.code : item.value
  const says = code === undefined ? `none of the codings is in` : `${shown(code)} is not in`
  const severity = strength === 'required' ? 'error' : 'warning'
  check.add('code-invalid', check.path(depth), `${says} the ${strength} value set ${valueSet} (${profileOf(run)})`, `Use a code of ${valueSet}.`, severity)
}
