import type { Field, Model } from './model.ts'

/**
 * The shapes of all types for XML: properties in the order of the schema, which ones repeat, and the types of a choice. They are one text with
 * a line a structure, which costs no time at the start and is parsed for the first XML document: `HumanName use:code given:string* …`.
 */
export function shapeSource(model: Model): string {
  const lines = [...model.values()].map(({ name, fields }) => [name, ...[...fields.values()].map(wordOf)].join(' '))
  return `const shapes = ${JSON.stringify(lines.join('\n'))}`
}

const wordOf = ({ name, isChoice, isMany, types }: Field): string =>
  `${name}${isChoice ? '?' : ':'}${types.map(({ code }) => code).join('|')}${isMany ? '*' : ''}`
