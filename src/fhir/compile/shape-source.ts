import type { Field, Model } from './model.ts'

/**
 * The shapes of all types as XML needs them: properties in the order of the schema, what repeats, which types a choice has. One text, a
 * line a structure, so that a start reads it past and the first XML document takes it apart: `HumanName use:code given:string* …`.
 */
export function shapeSource(model: Model): string {
  const lines = [...model.values()].map(({ name, fields }) => [name, ...[...fields.values()].map(wordOf)].join(' '))
  return `const shapes = ${JSON.stringify(lines.join('\n'))}`
}

const wordOf = ({ name, isChoice, isMany, types }: Field): string =>
  `${name}${isChoice ? '?' : ':'}${types.map(({ code }) => code).join('|')}${isMany ? '*' : ''}`
