import { readFileSync } from 'node:fs'
import { filled, formOf } from '../sentence-form.ts'

/** What an error means and how to mend it, in English and in Serbian. `{}` in a sentence stands for a value. */
export type KnownError = { code: string; kind: string; sentence: string; said: string; cure: string; remedy: string }

export const errorSystem = 'urn:spona:errors'

type Known = { all: readonly KnownError[]; exact: ReadonlyMap<string, KnownError>; patterns: readonly { kind: string; form: RegExp; error: KnownError }[] }
let known: Known | undefined

/** Reads catalogue.tsv, one sentence a line, at the first question. A test finds sentences of bus, edge and vendor that are missing there. */
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
    // The longest sentence is the most exact: "the member is revoked; its queue is kept" before "the member is {}".
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

/** The entry of a sentence with its values filled in; `kind` is null when only the sentence is known. Null when the catalogue has none. */
export function findError(kind: string | null, said: string): KnownError | null {
  const { all, exact, patterns } = (known ??= read())
  const whole = kind === null ? all.find(({ sentence }) => sentence === said) : exact.get(`${kind} ${said}`)
  return whole ?? patterns.find((one) => (kind === null || one.kind === kind) && one.form.test(said))?.error ?? null
}

/**
 * The sentence and its cure in Serbian, with the same values filled in. Null when the catalogue does not have the sentence.
 * `script` turns the catalogue's own words into the reader's script and never touches values; `alsoSaid` translates values that are words themselves.
 */
export function inSerbian(said: string, { script, alsoSaid }: { script(text: string): string; alsoSaid(value: string): string }): Serbian | null {
  const error = findError(null, said)
  if (!error) return null
  const values = formOf(error.sentence).exec(said)?.slice(1) ?? []
  return { sentence: filled(script(error.said), values.map(alsoSaid)), cure: error.cure, remedy: script(error.remedy) }
}

export type Serbian = { sentence: string; cure: string; remedy: string }
