import { isObject, type Json, list } from '../profile/items.ts'
import { textOf } from '../runtime/check.ts'
import { checkAnswer, offerOf } from './answer.ts'
import { answersByQuestion, type Asked, isEnabled, Looks } from './enable-when.ts'
import type { Place, Rule } from './strict.ts'

const depthMax = 60

export type Answering = Place & {
  asked: Asked
  questionnaire: Json
  /** The linkIds of all items of the questionnaire. */
  links: ReadonlySet<unknown>
  isComplete: boolean
  says(path: string, code: string, text: string, hint: string): void
}

/** questionnaireresponse.html#notes: checks the answers against the questionnaire, when that is contained, loaded or in a package. */
export const responseRule: Rule = (response, place) => {
  const { check } = place
  const canonical = textOf(response.questionnaire)
  const questionnaire = canonical.startsWith('#') ? list(response.contained).find(({ id }) => `#${textOf(id)}` === canonical) : check.known?.find(canonical)
  if (canonical === '' || questionnaire?.resourceType !== 'Questionnaire') return
  const isComplete = response.status === 'completed' || response.status === 'amended'
  const says = (path: string, code: string, text: string, hint: string) => check.add(code, path, text, hint)
  const items = list(response.item)
  // Expressions of a questionnaire that the client itself sends are not run, only those of packages.
  const isTrue = (expression: string): boolean | null => {
    if (canonical.startsWith('#')) return null
    const asked = `(${expression}).where($this = true).exists()`
    const holds = check.known?.holds(asked, response, 'QuestionnaireResponse', response, response, { resolve: () => undefined, conforms: () => true })
    return typeof holds === 'boolean' ? holds : null
  }
  const asked = { answers: answersByQuestion(items), looks: new Looks(), unitOf: check.known?.unit, isTrue }
  const answering: Answering = { ...place, asked, questionnaire, links: linksOf(questionnaire), isComplete, says }
  const path = check.path(place.depth)
  unknownLinks(items, answering.links, path, answering, 0)
  level(items, list(questionnaire.item), path, answering, 0)
  if (asked.looks.areSpent) says(path, 'too-costly', 'there are too many answers, conditions and options to compare', 'Divide the questionnaire.')
}

function linksOf(questionnaire: Json): ReadonlySet<unknown> {
  const links = new Set<unknown>()
  const collect = (items: Json[], depth: number): void => {
    if (depth > depthMax) return
    for (const item of items) {
      links.add(item.linkId)
      collect(list(item.item), depth + 1)
    }
  }
  collect(list(questionnaire.item), 0)
  return links
}

function unknownLinks(items: Json[], known: ReadonlySet<unknown>, path: string, answering: Answering, depth: number): void {
  if (depth > depthMax) return
  items.forEach((item, index) => {
    const here = `${path}.item[${index}]`
    if (item.linkId !== undefined && !known.has(item.linkId))
      answering.says(`${here}.linkId`, 'not-found', 'the questionnaire has no item of this linkId', 'Correct the linkId or remove the item.')
    unknownLinks(list(item.item), known, here, answering, depth + 1)
    list(item.answer).forEach((answer, at) => unknownLinks(list(answer.item), known, `${here}.answer[${at}]`, answering, depth + 1))
  })
}

/** Checks the items of a response against those of its questionnaire, on one level. */
function level(items: Json[], questions: Json[], path: string, answering: Answering, depth: number): void {
  if (depth > depthMax) return
  const places = new Map<unknown, number>()
  questions.forEach(({ linkId }, at) => void places.getOrInsert(linkId, at))
  const given = new Map<unknown, Given[]>()
  let last = -1
  items.forEach((item, index) => {
    const here = `${path}.item[${index}]`
    const place = places.get(item.linkId)
    given.getOrInsertComputed(item.linkId, () => []).push({ item, path: here })
    if (place === undefined && answering.links.has(item.linkId))
      answering.says(here, 'structure', 'the questionnaire has this item in another place', 'Put it where the questionnaire has it.')
    else if (place !== undefined && last > place) answering.says(here, 'structure', 'the items must stand in the order of the questionnaire', 'Reorder them.')
    last = Math.max(last, place ?? -1)
  })
  for (const question of questions) one(question, given.get(question.linkId) ?? [], path, answering, depth)
}

type Given = { item: Json; path: string }

function one(question: Json, given: Given[], path: string, answering: Answering, depth: number): void {
  const { type, required, repeats } = question
  const isAsked = isEnabled(question, answering.asked)
  const isGroup = type === 'group'
  const answers = given.flatMap(({ item }) => list(item.answer))
  if (isAsked === false) {
    for (const { item, path: here } of given)
      if (hasContent(item)) answering.says(here, 'invalid', 'the item is answered, and its conditions say that it is not asked', 'Remove the answer.')
    return
  }
  const isAnswered = isGroup ? given.length > 0 : answers.length > 0
  if (isAsked === true && required === true && type !== 'display' && !isAnswered && answering.isComplete) {
    answering.says(given[0]?.path ?? path, 'required', 'a required item has no answer', 'Answer it, or send the response as in-progress.')
  }
  if (repeats !== true && given.length > 1) answering.says((given[1] as Given).path, 'invalid', 'the item may be there once only', 'Keep one.')
  if (repeats !== true && given.length === 1 && answers.length > 1)
    answering.says((given[0] as Given).path, 'invalid', 'the item may have one answer only', 'Keep one.')
  occurrences(question, answers.length, given, answering)
  if (answering.check.isStrict) for (const { item, path: here } of given) worded(question, item, here, answering)
  const isRepeated = isGroup && given.length > 1
  for (const { item, path: here } of given) ofItem(question, item, here, isRepeated ? within(question, item, answering) : answering, depth)
}

/**
 * questionnaire.html, enableWhen.question: of several occurrences "the nearest" is meant, so inside one of several groups the answers of the others are
 * not asked.
 */
function within(group: Json, item: Json, answering: Answering): Answering {
  const answers = new Map(answering.asked.answers)
  for (const link of linksOf(group)) answers.delete(link)
  for (const [link, given] of answersByQuestion(list(item.item))) answers.set(link, given)
  return { ...answering, asked: { ...answering.asked, answers } }
}

/** The text beside an answer must be that of the question, or one of its translations. */
function worded(question: Json, { text }: Json, path: string, { says }: Answering): void {
  if (typeof text !== 'string' || text === question.text) return
  const { _text } = question
  const parts = isObject(_text) ? list(_text.extension).flatMap((one) => list(one.extension)) : []
  if (parts.some(({ valueString, valueMarkdown }) => valueString === text || valueMarkdown === text)) return
  says(`${path}.text`, 'invalid', 'the text is not that of the question', 'Write the text of the questionnaire, or leave it out.')
}

const hasContent = (item: Json): boolean => Array.isArray(item.answer) || list(item.item).some(hasContent)

const extensionValue = (of: Json, name: string): unknown => {
  const found = list(of.extension).find(({ url }) => typeof url === 'string' && url.endsWith(`/${name}`))
  return found === undefined ? undefined : Object.entries(found).find(([key]) => key.startsWith('value'))?.[1]
}

function occurrences(question: Json, count: number, given: Given[], { says }: Answering): void {
  if (given.length === 0 || question.type === 'group') return
  const min = extensionValue(question, 'questionnaire-minOccurs')
  const max = extensionValue(question, 'questionnaire-maxOccurs')
  const path = (given[0] as Given).path
  if (typeof min === 'number' && count < min) says(path, 'invalid', `there must be ${min} answers at least, found ${count}`, 'Add answers.')
  if (typeof max === 'number' && count > max) says(path, 'invalid', `there may be ${max} answers at most, found ${count}`, 'Remove answers.')
}

function ofItem(question: Json, item: Json, path: string, answering: Answering, depth: number): void {
  const { type, required } = question
  const answers = list(item.answer)
  if (type === 'group') {
    if (answers.length > 0) answering.says(path, 'structure', 'a group has no answers of its own', 'Put the answers into its items.')
    if (required === true && answering.isComplete && list(item.item).length === 0)
      answering.says(path, 'invariant', 'a required group has no items', 'Answer the items of the group.')
    level(list(item.item), list(question.item), path, answering, depth + 1)
    return
  }
  if (type === 'display') {
    if (answers.length > 0 || list(item.item).length > 0) answering.says(path, 'structure', 'what is only displayed has no answer', 'Remove the answer.')
    return
  }
  if (list(item.item).length > 0) answering.says(path, 'structure', 'items below a question stand inside its answer', 'Move them into answer.item.')
  const offer = offerOf(question)
  answers.forEach((answer, index) => {
    const here = `${path}.answer[${index}]`
    checkAnswer(question, offer, answer, answers, here, answering)
    level(list(answer.item), list(question.item), here, answering, depth + 1)
  })
}
