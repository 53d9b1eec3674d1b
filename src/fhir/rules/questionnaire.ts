import { isObject, type Json } from '../profile/items.ts'
import type { Rule } from './strict.ts'

const list = (value: unknown): Json[] => (Array.isArray(value) ? value.filter(isObject) : [])
const depthMax = 60

/** questionnaire.html: a condition asks a question that exists, is not the item itself and not one below it. */
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
      list(item.enableWhen).forEach(({ question }, at) => {
        const says = (text: string, hint: string) => check.add('business-rule', `${here}.enableWhen[${at}]`, text, hint)
        const target = all.get(question)
        if (question === item.linkId) says('a condition must not ask the item itself', 'Name another question.')
        else if (target === undefined) says('there is no question of this linkId', 'Correct the linkId.')
        else if (isBelow(item, target, 0)) says('a condition must not ask a question inside the item', 'Name a question before the item.')
      })
      if (level < depthMax) visit(list(item.item), here, level + 1)
    })
  }
  visit(list(questionnaire.item), check.path(depth), 0)
}

function isBelow(item: Json, wanted: Json, level: number): boolean {
  return level < depthMax && list(item.item).some((one) => one === wanted || isBelow(one, wanted, level + 1))
}
