import { isObject, type Json } from '../profile/items.ts'
import { tokenOf } from '../runtime/check.ts'
import { bundleRule } from './bundle.ts'
import { codeSystemRule } from './code-system.ts'
import { capabilityRule, conceptMapRule, guideRule, operationRule, searchParameterRule } from './conformance.ts'
import { measureReportRule, measureRule } from './measure.ts'
import { vitalSignRule } from './vital-signs.ts'
import { questionnaireRule } from './questionnaire.ts'
import { responseRule } from './questionnaire-response.ts'
import { structureRule } from './structure-definition.ts'
import { structureMapRule } from './structure-map.ts'
import { valueSetRule } from './value-set.ts'
import type { Rule } from './strict.ts'

/** Rules about a whole resource, by its type. */
export const resourceRules: Record<string, Rule | undefined> = {
  Bundle: bundleRule,
  CapabilityStatement: capabilityRule,
  CodeSystem: codeSystemRule,
  ConceptMap: conceptMapRule,
  ImplementationGuide: guideRule,
  Measure: measureRule,
  MeasureReport: measureReportRule,
  Observation: vitalSignRule,
  OperationDefinition: operationRule,
  Questionnaire: questionnaireRule,
  QuestionnaireResponse: responseRule,
  SearchParameter: searchParameterRule,
  StructureDefinition: structureRule,
  StructureMap: structureMapRule,
  ValueSet: valueSetRule,
}

/** resource.html#Meta: security labels are a set. */
export const labelsRule: Rule = ({ meta }, { check, depth }) => {
  const labels = isObject(meta) && Array.isArray(meta.security) ? meta.security.filter(isObject) : []
  const seen = new Set<string>()
  labels.forEach((label, index) => {
    const token = tokenOf(label)
    if (seen.has(token))
      check.add('business-rule', `${check.path(depth)}.meta.security[${index}]`, 'the resource has this security label already', 'Give it once.')
    seen.add(token)
  })
}

/** dom-3: the containing resource must refer to each contained one, or the contained one to it. */
export const containedAreUsed: Rule = (resource, { check, depth }) => {
  const { contained } = resource
  if (!Array.isArray(contained)) return
  const waiting = new Map<string, Json[]>()
  const named = contained.filter((one): one is Json => isObject(one) && typeof one.id === 'string')
  for (const one of named) waiting.getOrInsertComputed(`#${one.id as string}`, () => []).push(one)
  const unused = new Set(named)
  look(resource, resource, waiting, unused, 0)
  contained.forEach((one, index) => {
    if (!isObject(one) || !unused.has(one)) return
    const hint = 'Refer to it by # and its id, or remove it.'
    check.add('invariant', check.path(depth, 'contained', index), 'nothing refers to this contained resource (dom-3)', hint)
  })
}

/** References to contained resources inside a narrative. */
const quoted = /["'](#[A-Za-z0-9\-.]{1,64})(?=["'])/g

/** Removes from `unused` the resources that something refers to. It stops when none is left, mostly long before the end of the resource. */
function look(value: unknown, owner: Json, waiting: Map<string, Json[]>, unused: Set<Json>, depth: number): void {
  if (unused.size === 0) return
  if (typeof value === 'string') {
    if (value.startsWith('#')) {
      if (value === '#') unused.delete(owner)
      else for (const one of waiting.get(value) ?? []) if (one !== owner) unused.delete(one)
    } else if (value.startsWith('<div')) {
      for (const [, name = ''] of value.matchAll(quoted)) for (const one of waiting.get(name) ?? []) if (one !== owner) unused.delete(one)
    }
  } else if (depth < 64 && typeof value === 'object' && value !== null) {
    const isContained = isObject(value) && typeof value.resourceType === 'string' && depth > 0
    const holder = isContained ? (value as Json) : owner
    for (const inner of Object.values(value)) look(inner, holder, waiting, unused, depth + 1)
  }
}
