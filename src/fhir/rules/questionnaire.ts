import { type Json, list } from '../profile/items.ts'
import { choiceOf } from './enable-when.ts'
import type { Rule } from './strict.ts'

const depthMax = 60

/**
 * questionnaire-definitions.html, answerOption.value and initial.value: both have the type of the item. Only types of item are listed whose value
 * can have no other form.
 */
const forms: Record<string, string[] | undefined> = {
  boolean: ['Boolean'],
  decimal: ['Decimal', 'Integer'],
  integer: ['Integer'],
  date: ['Date'],
  dateTime: ['DateTime', 'Date'],
  time: ['Time'],
  string: ['String'],
  text: ['String'],
  url: ['Uri'],
  attachment: ['Attachment'],
  reference: ['Reference'],
  quantity: ['Quantity', 'Decimal', 'Integer'],
}

/** questionnaire.html: the question of a condition must exist, and must not be the item itself or one below it. */
export const questionnaireRule: Rule = (questionnaire, { check, depth }) => {
  const all = new Map<unknown, Json>()
  const collect = (items: Json[], level: number) => {
    for (const item of items) {
      all.set(item.linkId, item)
      if (level < depthMax) collect(list(item.item), level + 1)
    }
  }
  collect(list(questionnaire.item), 0)
  const visit = (items: Json[], path: string, level: number) => {
    items.forEach((item, index) => {
      const here = `${path}.item[${index}]`
      const conditions = list(item.enableWhen)
      const below = conditions.length > 0 ? itemsBelow(item) : null
      conditions.forEach(({ question }, at) => {
        const says = (text: string, hint: string) => check.add('business-rule', `${here}.enableWhen[${at}]`, text, hint)
        const target = all.get(question)
        if (question === item.linkId) says('a condition must not ask the item itself', 'Name another question.')
        else if (target === undefined) says('there is no question of this linkId', 'Correct the linkId.')
        else if (below?.has(target) === true) says('a condition must not ask a question inside the item', 'Name a question before the item.')
      })
      for (const name of ['answerOption', 'initial'])
        list(item[name]).forEach((one, at) => {
          const given = choiceOf(one, 'value')?.type
          const allowed = forms[String(item.type)]
          if (given === undefined || allowed === undefined || allowed.includes(given)) return
          const hint = `Write value${allowed[0]}, or correct the type of the item.`
          check.add('business-rule', `${here}.${name}[${at}].value`, `the item asks for a ${allowed[0]}, and this is a ${given}`, hint)
        })
      if (level < depthMax) visit(list(item.item), here, level + 1)
    })
  }
  visit(list(questionnaire.item), check.path(depth), 0)
}

function itemsBelow(item: Json): Set<Json> {
  const below = new Set<Json>()
  const collect = (one: Json, level: number): void => {
    if (level >= depthMax) return
    for (const inner of list(one.item)) {
      below.add(inner)
      collect(inner, level + 1)
    }
  }
  collect(item, 0)
  return below
}
