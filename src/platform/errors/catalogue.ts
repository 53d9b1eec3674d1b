import { readFileSync } from 'node:fs'
import { filled, formOf } from '../sentence-form.ts'

/** What an error means and what to do, in English and in Serbian. `{}` in a sentence stands for what is filled in. */
export type KnownError = { code: string; kind: string; sentence: string; said: string; cure: string; remedy: string }

export const errorSystem = 'urn:spona:errors'

type Known = { all: readonly KnownError[]; exact: ReadonlyMap<string, KnownError>; patterns: readonly { kind: string; form: RegExp; error: KnownError }[] }
let known: Known | undefined

/** One line a sentence in catalogue.tsv; a test finds every sentence that bus, edge and vendor say and that is not there. Read when it is first needed. */
function read(): Known {
  const [, ...lines] = readFileSync(new URL('catalogue.tsv', import.meta.url), 'utf8')
    .trimEnd()
    .split('\n')
  const all = lines.map((line): KnownError => {
    const [kind = '', sentence = '', said = '', cure = '', remedy = ''] = line.split('\t')
    return { code: codeFor(kind, sentence), kind, sentence, said, cure, remedy }
  })
  return {
    all,
    exact: new Map(all.map((one) => [`${one.kind} ${one.sentence}`, one])),
    // The longest sentence says most: "the member is revoked; its queue is kept" before "the member is {}".
    patterns: all
      .filter(({ sentence }) => sentence.includes('{}'))
      .toSorted((one, other) => other.sentence.length - one.sentence.length)
      .map((error) => ({ kind: error.kind, form: formOf(error.sentence), error })),
  }
}

const codeFor = (kind: string, sentence: string): string =>
  `${kind}-${sentence
    .toLowerCase()
    .replaceAll('{}', ' x ')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')}`.slice(0, 80)

export const knownErrors = (): readonly KnownError[] => (known ??= read()).all

/** The entry of a sentence as it was said, of this kind, or of any when only the sentence is known; null when the catalogue has none. */
export function findError(kind: string | null, said: string): KnownError | null {
  const { all, exact, patterns } = (known ??= read())
  const whole = kind === null ? all.find(({ sentence }) => sentence === said) : exact.get(`${kind} ${said}`)
  return whole ?? patterns.find((one) => (kind === null || one.kind === kind) && one.form.test(said))?.error ?? null
}

/**
 * What was said and what to do about it in Serbian, with the same values in it, for whoever has only the sentence; null when the catalogue has none.
 * `script` writes the words of the catalogue, and never the values; `alsoSaid` those values that are words themselves.
 */
export function inSerbian(said: string, { script, alsoSaid }: { script(text: string): string; alsoSaid(value: string): string }): Serbian | null {
  const error = findError(null, said)
  if (!error) return null
  const values = formOf(error.sentence).exec(said)?.slice(1) ?? []
  return { sentence: filled(script(error.said), values.map(alsoSaid)), cure: error.cure, remedy: script(error.remedy) }
}

export type Serbian = { sentence: string; cure: string; remedy: string }
