import { isObject, type Json, list } from '../profile/items.ts'
import { compareQuantities, compareValues } from '../profile/values.ts'
import { numberOf } from '../search/numbers.ts'
import { patternFrom } from '../terminology/pattern.ts'
import { textOf } from '../runtime/check.ts'
import { isResourceType } from '../xml/shapes.ts'
import { sizeLimit } from './datatypes.ts'
import { choiceOf, isSame } from './enable-when.ts'
import type { Answering } from './questionnaire-response.ts'

/** item-type.html: the forms of value that may answer a question of each type. */
const forms: Record<string, string[] | undefined> = {
  boolean: ['Boolean'],
  decimal: ['Decimal'],
  integer: ['Integer'],
  date: ['Date'],
  dateTime: ['DateTime'],
  time: ['Time'],
  string: ['String'],
  text: ['String'],
  url: ['Uri'],
  choice: ['Coding'],
  'open-choice': ['Coding', 'String'],
  attachment: ['Attachment'],
  reference: ['Reference'],
  quantity: ['Quantity'],
}

const valuesOf = (of: Json, name: string): unknown[] =>
  list(of.extension)
    .filter(({ url }) => typeof url === 'string' && url.endsWith(`/${name}`))
    .flatMap((one) => Object.entries(one).find(([key]) => key.startsWith('value'))?.[1] ?? [])

/** The options and the types of value that a question allows for all of its answers. */
export type Offer = { options: Json[]; allowed: string[] }

export function offerOf(question: Json): Offer {
  const options = list(question.answerOption)
  const isChoice = question.type === 'choice' || question.type === 'open-choice'
  const optionForms = isChoice ? options.flatMap((one) => choiceOf(one, 'value')?.type ?? []) : []
  return { options, allowed: [...new Set([...(forms[textOf(question.type)] ?? []), ...optionForms])] }
}

export function checkAnswer(question: Json, { options, allowed }: Offer, answer: Json, all: Json[], path: string, answering: Answering): void {
  const given = choiceOf(answer, 'value')
  if (given === null) return
  const here = `${path}.value`
  if (allowed.length > 0 && !allowed.includes(given.type)) {
    answering.says(here, 'invariant', `the answer must be a ${allowed[0]}, found a ${given.type}`, `Write value${allowed[0]}.`)
    return
  }
  limits(question, given.value, here, answering)
  text(question, given.value, here, answering)
  optionsOf(question, given, options, all, path, answering)
  if (given.type === 'Attachment' && isObject(given.value)) file(question, given.value, here, answering)
  if (given.type === 'Reference' && isObject(given.value)) reference(question, given.value, here, answering)
  if (given.type === 'Quantity' && isObject(given.value)) unit(question, given.value, here, answering)
}

function limits(question: Json, value: unknown, path: string, answering: Answering): void {
  const quantities = isObject(value)
  for (const limit of [...valuesOf(question, 'minValue'), ...(quantities ? valuesOf(question, 'sdc-questionnaire-minQuantity') : [])])
    bound(value, limit, -1, path, answering)
  for (const limit of [...valuesOf(question, 'maxValue'), ...(quantities ? valuesOf(question, 'sdc-questionnaire-maxQuantity') : [])])
    bound(value, limit, 1, path, answering)
  const [places] = valuesOf(question, 'maxDecimalPlaces')
  const digits =
    typeof value === 'number'
      ? String(value)
      : isObject(value)
        ? ''
        : JSON.isRawJSON(value as object)
          ? String((value as unknown as { rawJSON: string }).rawJSON)
          : ''
  const decimals = /\.(\d+)$/.exec(digits)?.[1]?.length ?? 0
  if (typeof places === 'number' && decimals > places)
    answering.says(path, 'invariant', `the number has ${decimals} decimal places, ${places} are allowed`, 'Round it.')
}

function bound(value: unknown, limit: unknown, side: -1 | 1, path: string, answering: Answering): void {
  const order = isObject(value) && isObject(limit) ? compareQuantities(value, limit, answering.check.known?.unit) : compareValues(value, limit)
  const says = (what: string, hint: string) => answering.says(path, 'invariant', what, hint)
  if (order === null && isObject(value) && isObject(limit))
    return says('the quantity cannot be compared with the limit, because their units are not formal or not of one kind', 'Write the unit in UCUM.')
  if (order === null || order === 0 || Math.sign(order) !== side) return
  says(side < 0 ? 'the value is below the smallest that is allowed' : 'the value is above the largest that is allowed', 'Correct the value.')
}

function text(question: Json, value: unknown, path: string, answering: Answering): void {
  if (typeof value !== 'string') return
  const max = numberOf(question.maxLength)
  if (max !== null && value.length > max) answering.says(path, 'invariant', `the answer is longer than ${max} characters`, 'Shorten it.')
  const [least] = valuesOf(question, 'minLength')
  if (typeof least === 'number' && value.length < least) answering.says(path, 'invariant', `the answer is shorter than ${least} characters`, 'Say more.')
  for (const form of valuesOf(question, 'regex')) {
    const matches = typeof form === 'string' ? matchesForm(form, value) : true
    if (!matches) answering.says(path, 'invariant', 'the answer is not of the form that the questionnaire asks for', 'Correct the answer.')
  }
}

const textMax = 2000

/** A questionnaire may be contained in its own response, so its pattern is not trusted: an ordinary engine would try (a|a)*b for years. */
function matchesForm(form: string, value: string): boolean {
  return value.length > textMax || (patternFrom(form)?.(value) ?? true)
}

/** Strictly; a write lets an answer go without the system of its code, and a Coding of its own where others may be written. */
function isOfSystem(given: unknown, offered: unknown): boolean {
  return !isObject(given) || !isObject(offered) || given.system === offered.system
}

function optionsOf(question: Json, given: { type: string; value: unknown }, options: Json[], all: Json[], path: string, answering: Answering): void {
  const isOpen = question.type === 'open-choice' && given.type === 'String'
  const valueSet = question.answerValueSet
  if (options.length > 0 && !isOpen && answering.asked.looks.take(options.length)) {
    const chosen = options.find((one) => isSame(given.value, choiceOf(one, 'value')?.value, undefined))
    const isOffered = chosen !== undefined && (!answering.check.isStrict || isOfSystem(given.value, choiceOf(chosen, 'value')?.value))
    if (!isOffered && (answering.check.isStrict || question.type !== 'open-choice'))
      answering.says(`${path}.value`, 'invariant', 'the answer is none of the options', 'Choose one of the options.')
    const isExclusive = chosen !== undefined && valuesOf(chosen, 'questionnaire-optionExclusive').includes(true)
    if (isExclusive && all.length > 1) answering.says(path, 'invariant', 'this option excludes all others', 'Keep this answer or the others.')
  }
  if (typeof valueSet === 'string' && isObject(given.value) && !(inValueSet(valueSet, given.value, answering) && hasSystem(valueSet, given.value, answering))) {
    answering.says(`${path}.value`, 'code-invalid', 'the answer is not in the value set of the question', 'Choose a code of the value set.')
  }
}

/** Strictly, a code without a system is none of a value set that is known here. */
function hasSystem(valueSet: string, { system, code }: Json, { check }: Answering): boolean {
  if (!check.isStrict || system !== undefined || typeof code !== 'string' || valueSet.startsWith('#')) return true
  return check.known?.member(valueSet, { system: 'urn:none', code }) !== 'out'
}

/** Of a value set contained in the questionnaire, only the codes that it lists itself are compared. */
function inValueSet(valueSet: string, coding: Json, { questionnaire, check }: Answering): boolean {
  const like = { ...(typeof coding.system === 'string' ? { system: coding.system } : {}), ...(typeof coding.code === 'string' ? { code: coding.code } : {}) }
  if (!valueSet.startsWith('#')) return check.known?.member(valueSet, like) !== 'out'
  const contained = list(questionnaire.contained).find(({ id }) => `#${textOf(id)}` === valueSet)
  const includes = list(isObject(contained?.compose) ? contained.compose.include : [])
  if (includes.length === 0 || includes.some((one) => !Array.isArray(one.concept))) return true
  return includes.some((one) => (one.system === coding.system || coding.system === undefined) && list(one.concept).some(({ code }) => code === coding.code))
}

function file(question: Json, attachment: Json, path: string, { says, check }: Answering): void {
  const types = valuesOf(question, 'mimeType')
  const isTyped = typeof attachment.contentType === 'string' || check.isStrict
  if (types.length > 0 && isTyped && !types.includes(attachment.contentType))
    says(path, 'required', 'the type of the file is not one that is allowed', `Send ${types.join(' or ')}.`)
  const limit = sizeLimit(question.extension)
  const size = numberOf(attachment.size) ?? (typeof attachment.data === 'string' ? Math.floor((attachment.data.length * 3) / 4) : null)
  if (limit !== null && size !== null && size > limit * 1_048_576) says(path, 'invalid', `the file is larger than ${limit} MB`, 'Send a smaller file.')
}

const literal = /(?:^|\/)([A-Za-z]+)\/[A-Za-z0-9\-.]{1,64}(?:\/_history\/[A-Za-z0-9\-.]{1,64})?$/

function reference(question: Json, value: Json, path: string, { says }: Answering): void {
  const text = textOf(value.reference)
  if (text === '' || text.startsWith('#') || text.startsWith('urn:')) return
  const type = literal.exec(text)?.[1]
  if (type === undefined || /\s/.test(text))
    return says(path, 'invariant', 'the reference is not one to a resource', 'Write Type/id or the address of a resource.')
  if (!isResourceType(type)) return says(path, 'invariant', 'the reference names a type that R4 does not have', 'Correct the type.')
  const allowed = [...valuesOf(question, 'questionnaire-referenceResource'), ...valuesOf(question, 'referenceResource')]
  if (allowed.length > 0 && !allowed.includes(type)) says(path, 'invariant', `a reference to ${type} is not allowed here`, `Refer to ${allowed.join(' or ')}.`)
}

function unit(question: Json, { code, system }: Json, path: string, answering: Answering): void {
  const options = valuesOf(question, 'questionnaire-unitOption').filter(isObject)
  if (options.length > 0 && !options.some((one) => one.code === code && (one.system === system || system === undefined))) {
    answering.says(path, 'code-invalid', 'the unit is none of those that are allowed', `Use ${options.map((one) => String(one.code)).join(' or ')}.`)
  }
  for (const valueSet of valuesOf(question, 'questionnaire-unitValueSet')) {
    if (
      typeof valueSet === 'string' &&
      typeof code === 'string' &&
      answering.check.known?.member(valueSet, { code, ...(typeof system === 'string' ? { system } : {}) }) === 'out'
    ) {
      answering.says(path, 'code-invalid', 'the unit is not in the value set of the question', `Use a unit of ${valueSet}.`)
    }
  }
}
