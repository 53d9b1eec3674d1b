import { Refusal } from '../platform/refusal.ts'

type Form = { test(text: string): boolean }
type Fields = Record<string, { form: Form; about: string; optional?: boolean }>

/** One line that a person typed, without control characters and without anything that may be a personal number. */
export const words = (most: number): Form => ({
  test: (text) => text.trim() !== '' && text.length <= most && !/[\p{Cc}\p{Cf}]/u.test(text) && !/\d{11}/.test(text.replace(/[\s.-]/g, '')),
})

/** Reads a small JSON object: each field must have its form, and an unknown field is refused by its name. */
export function readFields(body: unknown, fields: Fields): Record<string, string> {
  if (body === null || typeof body !== 'object' || Array.isArray(body)) throw new Refusal('incorrect', 'the body is no JSON object')
  for (const name of Object.keys(body))
    if (!Object.hasOwn(fields, name))
      throw new Refusal('incorrect', 'the body has a field that is not known here', {
        expression: name.slice(0, 60),
        hint: `Known: ${Object.keys(fields).join(', ')}.`,
      })
  const input: Record<string, string> = {}
  for (const [name, { form, about, optional }] of Object.entries(fields)) {
    const value = (body as Record<string, unknown>)[name]
    if (value === undefined && optional) continue
    if (typeof value !== 'string' || !form.test(value))
      throw new Refusal('incorrect', `${name} is missing or has another form`, { expression: name, hint: about })
    input[name] = value
  }
  return input
}
