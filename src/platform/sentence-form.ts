/** A pattern for a sentence with `{}` in it: it matches the sentence with any values and captures them. */
export function formOf(sentence: string): RegExp {
  const parts = sentence.split('{}').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${parts.join('(.*?)')}$`, 's')
}

export const filled = (sentence: string, values: readonly string[]): string =>
  sentence.split('{}').reduce((before, after, at) => `${before}${values[at - 1] ?? ''}${after}`)
