import { mayHoldNumber } from '../../platform/personal-number.ts'
import { Refusal } from '../../platform/refusal.ts'

/** Small JSON documents of members: each field with its form, everything else refused by its name. */
export type Fields = Record<string, { form: TextForm | 'object' | 'list' | 'number'; about: string; optional?: boolean }>
/** A regular expression, or whatever else judges a text. */
export type TextForm = { test(text: string): boolean }

export function readInput(body: Buffer, fields: Fields): Record<string, any> {
  let given: unknown
  const text = body.toString('utf8')
  if (isTooDeep(text)) throw new Refusal('incorrect', `the body is nested deeper than ${depthMax} levels`)
  try {
    given = JSON.parse(text)
  } catch {
    throw new Refusal('incorrect', 'the body is no JSON')
  }
  if (given === null || typeof given !== 'object' || Array.isArray(given)) throw new Refusal('incorrect', 'the body is no JSON object')
  const input = given as Record<string, unknown>
  for (const name of Object.keys(input)) {
    if (!Object.hasOwn(fields, name))
      throw new Refusal('incorrect', 'the body has a field that is not known here', {
        expression: name.slice(0, 60),
        hint: `Known: ${Object.keys(fields).join(', ')}.`,
      })
  }
  for (const [name, field] of Object.entries(fields)) {
    const value = input[name]
    if (value === undefined && field.optional) continue
    if (!fits(value, field.form)) throw new Refusal('incorrect', `${name} is missing or has another form`, { expression: name, hint: field.about })
  }
  return input
}

const depthMax = 64

/** Whatever walks through a document of a hundred thousand brackets, its printing for one, would run out of stack. */
function isTooDeep(text: string): boolean {
  let depth = 0
  let isInText = false
  for (let at = 0; at < text.length; at++) {
    const char = text[at]
    if (isInText) {
      if (char === '\\') at++
      else if (char === '"') isInText = false
    } else if (char === '"') isInText = true
    else if ((char === '[' || char === '{') && ++depth > depthMax) return true
    else if (char === ']' || char === '}') depth--
  }
  return false
}

function fits(value: unknown, form: Fields[string]['form']): boolean {
  if (form === 'object') return value !== null && typeof value === 'object' && !Array.isArray(value)
  if (form === 'list') return Array.isArray(value)
  if (form === 'number') return Number.isSafeInteger(value)
  return typeof value === 'string' && form.test(value) && !value.includes('\0')
}

/** Text of a person's hand: one line, no personal number. */
export function words(max: number): TextForm {
  const line = new RegExp(`^[^\\p{Cc}]{1,${max}}$`, 'u')
  return { test: (text) => line.test(text) && !mayHoldNumber(text) }
}
