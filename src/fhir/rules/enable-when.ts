import { isObject, type Json } from '../profile/items.ts'
import { compareValues, hasPattern, type UnitOf } from '../profile/values.ts'

const list = (value: unknown): Json[] => (Array.isArray(value) ? value.filter(isObject) : [])

/** The value of `value[x]` or `answer[x]` and the name of its form. */
export function choiceOf(object: Json, prefix: string): { type: string; value: unknown } | null {
  for (const name in object) if (name.startsWith(prefix) && name.length > prefix.length) return { type: name.slice(prefix.length), value: object[name] }
  return null
}

/** All answers to a question anywhere in a response. */
export function answersTo(items: Json[], linkId: unknown, depth = 0): Json[] {
  if (depth > 60) return []
  return items.flatMap((item) => [
    ...(item.linkId === linkId ? list(item.answer) : []),
    ...answersTo(list(item.item), linkId, depth + 1),
    ...list(item.answer).flatMap((answer) => answersTo(list(answer.item), linkId, depth + 1)),
  ])
}

/** Conditions in FHIRPath: of Structured Data Capture, and of the country that the reference validator reads it for. */
const expressions =
  /^http:\/\/(?:hl7\.org\/fhir\/uv\/sdc\/StructureDefinition\/sdc-questionnaire-enableWhenExpression|phr\.kanta\.fi\/StructureDefinition\/fiphr-ext-questionnaire-enablewhen)$/

function expressionOf(item: Json): string | undefined {
  const found = list(item.extension).find(({ url }) => typeof url === 'string' && expressions.test(url))
  const { language, expression } = isObject(found?.valueExpression) ? found.valueExpression : { language: 'text/fhirpath', expression: found?.valueString }
  return language === 'text/fhirpath' && typeof expression === 'string' ? expression : undefined
}

/** questionnaire.html, enableWhen: is the item to be answered in this response? Null when its expression asks what is not known here. */
export function isEnabled(item: Json, response: Json[], isTrue: (expression: string) => boolean | null, unitOf: UnitOf | undefined): boolean | null {
  const expression = expressionOf(item)
  if (expression !== undefined) return isTrue(expression)
  const conditions = list(item.enableWhen)
  if (conditions.length === 0) return true
  const holds = (one: Json) => isMet(one, answersTo(response, one.question), unitOf)
  return item.enableBehavior === 'any' ? conditions.some(holds) : conditions.every(holds)
}

function isMet(condition: Json, answers: Json[], unitOf: UnitOf | undefined): boolean {
  const wanted = choiceOf(condition, 'answer')
  if (condition.operator === 'exists') return answers.some((one) => choiceOf(one, 'value') !== null) === (wanted?.value === true)
  if (wanted === null) return true
  const given = answers.flatMap((one) => choiceOf(one, 'value') ?? [])
  if (condition.operator === '!=') return !given.some(({ value }) => isSame(value, wanted.value, unitOf))
  return given.some(({ value }) => compares(condition.operator, value, wanted.value, unitOf))
}

function compares(operator: unknown, value: unknown, wanted: unknown, unitOf: UnitOf | undefined): boolean {
  if (operator === '=') return isSame(value, wanted, unitOf)
  const order = compareValues(value, wanted, unitOf)
  if (order === null) return false
  return operator === '>' ? order > 0 : operator === '<' ? order < 0 : operator === '>=' ? order >= 0 : order <= 0
}

/** Of codings the code decides, with the system where both say it; of quantities the amount. */
export function isSame(value: unknown, wanted: unknown, unitOf: UnitOf | undefined): boolean {
  if (!isObject(value) || !isObject(wanted)) return value === wanted || compareValues(value, wanted) === 0
  if (wanted.value !== undefined && wanted.code !== undefined) return compareValues(value, wanted, unitOf) === 0
  if (wanted.code !== undefined)
    return value.code === wanted.code && (value.system === wanted.system || wanted.system === undefined || value.system === undefined)
  return hasPattern(value, wanted)
}
