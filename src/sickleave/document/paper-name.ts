import { Refusal } from '../../platform/refusal.ts'

/** How a document is named in an address: of a leave, by number and version, in a form. */
export type PaperName = { leave: string; number: string; version: string; form: string }

/** `?language=en` and nothing else. */
export function languageOf(query: unknown): unknown {
  for (const name of Object.keys(query as object)) if (name !== 'language') throw new Refusal('incorrect', 'only language may be asked here')
  return (query as { language?: unknown }).language
}
