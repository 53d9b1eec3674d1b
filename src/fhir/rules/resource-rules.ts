import { isObject, type Json } from '../profile/items.ts'
import { bundleRule } from './bundle.ts'
import { codeSystemRule } from './code-system.ts'
import { capabilityRule, conceptMapRule, searchParameterRule } from './conformance.ts'
import { measureReportRule, measureRule } from './measure.ts'
import { vitalSignRule } from './vital-signs.ts'
import { questionnaireRule } from './questionnaire.ts'
import { responseRule } from './questionnaire-response.ts'
import { structureRule } from './structure-definition.ts'
import { valueSetRule } from './value-set.ts'
import type { Rule } from './walk.ts'

/** Rules that one type of resource has as a whole. */
export const resourceRules: Record<string, Rule | undefined> = {
  Bundle: bundleRule,
  CapabilityStatement: capabilityRule,
  CodeSystem: codeSystemRule,
  ConceptMap: conceptMapRule,
  Measure: measureRule,
  MeasureReport: measureReportRule,
  Observation: vitalSignRule,
  Questionnaire: questionnaireRule,
  QuestionnaireResponse: responseRule,
  SearchParameter: searchParameterRule,
  StructureDefinition: structureRule,
  ValueSet: valueSetRule,
}

/** dom-3: a contained resource is referred to from the resource that contains it, or refers to that one itself. */
export const containedAreUsed: Rule = (resource, { check, depth }) => {
  const { contained } = resource
  if (!Array.isArray(contained)) return
  const named = new Map<string, Set<Json>>()
  collect(resource, resource, named, 0)
  contained.forEach((one, index) => {
    if (!isObject(one) || typeof one.id !== 'string') return
    const users = [...(named.get(`#${one.id}`) ?? [])].filter((user) => user !== one)
    const refersBack = named.get('#')?.has(one) === true
    if (users.length > 0 || refersBack) return
    const hint = 'Refer to it by # and its id, or remove it.'
    check.add('invariant', check.path(depth, 'contained', index), 'nothing refers to this contained resource (dom-3)', hint)
  })
}

function collect(value: unknown, owner: Json, named: Map<string, Set<Json>>, depth: number): void {
  if (typeof value === 'string') {
    if (value.startsWith('#')) named.set(value, (named.get(value) ?? new Set()).add(owner))
    else if (value.startsWith('<div'))
      for (const [, name = ''] of value.matchAll(/["'](#[^"']+)["']/g)) named.set(name, (named.get(name) ?? new Set()).add(owner))
  } else if (depth < 64 && typeof value === 'object' && value !== null) {
    const isContained = isObject(value) && typeof value.resourceType === 'string' && depth > 0
    const holder = isContained ? (value as Json) : owner
    for (const inner of Object.values(value)) collect(inner, holder, named, depth + 1)
  }
}
