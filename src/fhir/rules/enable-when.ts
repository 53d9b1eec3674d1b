import { isObject, type Json, list } from '../profile/items.ts'
import { compareValues, hasPattern, type UnitOf } from '../profile/values.ts'

/** The value of `value[x]` or `answer[x]`, and the type in its name. */
export function choiceOf(object: Json, prefix: string): { type: string; value: unknown } | null {
  for (const name in object) if (name.startsWith(prefix) && name.length > prefix.length) return { type: name.slice(prefix.length), value: object[name] }
  return null
}

const depthMax = 60

/** All answers of a response, at any depth, by the linkId of their question. */
export function answersByQuestion(response: Json[]): ReadonlyMap<unknown, Json[]> {
  const found = new Map<unknown, Json[]>()
  const collect = (items: Json[], depth: number): void => {
    if (depth > depthMax) return
    for (const item of items) {
      const answers = list(item.answer)
      const there = found.getOrInsertComputed(item.linkId, () => [])
      for (const answer of answers) there.push(answer)
      collect(list(item.item), depth + 1)
      for (const answer of answers) collect(list(answer.item), depth + 1)
    }
  }
  collect(response, 0)
  return found
}

/**
 * Every condition may look at every answer, and every answer at every option, so a malicious response would take the square of its length. Real
 * ones need some thousands of looks. A response that needs more than these is reported as not fully checked.
 */
export class Looks {
  #left = 300_000

  /** Takes `count` looks; false when there were not as many. */
  take(count: number): boolean {
    this.#left -= count
    return this.#left >= 0
  }

  get areSpent(): boolean {
    return this.#left < 0
  }
}

/** What conditions are evaluated on. */
export type Asked = {
  answers: ReadonlyMap<unknown, Json[]>
  looks: Looks
  unitOf: UnitOf | undefined
  /** Whether a FHIRPath expression is true of the response; null when it asks for something that is not available here. */
  isTrue(expression: string): boolean | null
}

/** The extensions with a condition in FHIRPath: that of Structured Data Capture, and that of a country which the reference validator also knows. */
const expressions =
  /^http:\/\/(?:hl7\.org\/fhir\/uv\/sdc\/StructureDefinition\/sdc-questionnaire-enableWhenExpression|phr\.kanta\.fi\/StructureDefinition\/fiphr-ext-questionnaire-enablewhen)$/

function expressionOf(item: Json): string | undefined {
  const found = list(item.extension).find(({ url }) => typeof url === 'string' && expressions.test(url))
  const { language, expression } = isObject(found?.valueExpression) ? found.valueExpression : { language: 'text/fhirpath', expression: found?.valueString }
  return language === 'text/fhirpath' && typeof expression === 'string' ? expression : undefined
}

/**
 * questionnaire.html, enableWhen: whether the item is to be answered in this response. Null when its expression needs unknown data, or when
 * no looks are left.
 */
export function isEnabled(item: Json, { answers, looks, unitOf, isTrue }: Asked): boolean | null {
  const expression = expressionOf(item)
  if (expression !== undefined) return isTrue(expression)
  const conditions = list(item.enableWhen)
  if (conditions.length === 0) return true
  const given = conditions.map(({ question }) => answers.get(question) ?? [])
  if (!looks.take(given.reduce((sum, { length }) => sum + length, conditions.length))) return null
  const holds = (one: Json, at: number) => isMet(one, given[at] as Json[], unitOf)
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

/** A text that is no date or time only equals itself. */
const isWord = (value: unknown): boolean => typeof value === 'string' && !/^\d/.test(value)

/** Two codings are the same by their code, and by their system where both have one; two quantities by their amount. */
export function isSame(value: unknown, wanted: unknown, unitOf: UnitOf | undefined): boolean {
  if (!isObject(value) || !isObject(wanted)) return value === wanted || (!isWord(value) && compareValues(value, wanted) === 0)
  if (wanted.value !== undefined && wanted.code !== undefined) return compareValues(value, wanted, unitOf) === 0
  if (wanted.code !== undefined)
    return value.code === wanted.code && (value.system === wanted.system || wanted.system === undefined || value.system === undefined)
  return hasPattern(value, wanted)
}
