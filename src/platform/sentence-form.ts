/** A sentence in which `{}` stands for what is filled in, as a form that finds it and gives what was filled in. */
export function formOf(sentence: string): RegExp {
  const parts = sentence.split('{}').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${parts.join('(.*?)')}$`, 's')
}

export const filled = (sentence: string, values: readonly string[]): string =>
  sentence.split('{}').reduce((before, after, at) => `${before}${values[at - 1] ?? ''}${after}`)
