import type { Check } from '../runtime/check.ts'
import type { Json } from '../profile/items.ts'
import { addressRule } from './conformance.ts'
import { attachment, coding, identifier, period, quantity } from './datatypes.ts'
import { extensionRule } from './extension.ts'
import { measured } from './extensible.ts'
import { referenceRule } from './reference.ts'
import { containedAreUsed, labelsRule, resourceRules } from './resource-rules.ts'

/** The arguments of a rule: the check, and the depth of the object in the path. */
export type Place = { check: Check; depth: number }
export type Rule = (object: Json, place: Place) => void

/**
 * Rules of the specification's text and of the reference validator that are not invariants of a definition. `$validate` applies them and a
 * write does not: the generated functions call them where `isStrict` is set, after all other checks of the same object.
 */
export const typeRules: Record<string, Rule | undefined> = {
  Extension: extensionRule,
  Coding: coding,
  Identifier: identifier,
  Attachment: attachment,
  Period: period,
  Quantity: quantity,
  Age: measured('s', 'http://hl7.org/fhir/ValueSet/all-time-units'),
  Count: quantity,
  Distance: measured('m', 'http://hl7.org/fhir/ValueSet/all-distance-units'),
  Duration: measured('s', 'http://hl7.org/fhir/ValueSet/all-time-units'),
  Reference: referenceRule,
}

/** Rules of a resource as a whole. */
export function checkResource(check: Check, resource: Json, depth: number): void {
  const place = { check, depth }
  resourceRules[resource.resourceType as string]?.(resource, place)
  if (resource.url !== undefined) addressRule(resource, place)
  if (resource.meta !== undefined) labelsRule(resource, place)
  if (check.root === resource && resource.contained !== undefined) containedAreUsed(resource, place)
}
