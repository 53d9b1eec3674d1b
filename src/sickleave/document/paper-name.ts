import { Refusal } from '../../platform/refusal.ts'

/** The name of a document in a URL: its leave, number, version and form. */
export type PaperName = { leave: string; number: string; version: string; form: string }

/** Reads `?language=en`; no other parameter is allowed. */
export function languageOf(query: unknown): unknown {
  for (const name of Object.keys(query as object)) if (name !== 'language') throw new Refusal('incorrect', 'only language may be asked here')
  return (query as { language?: unknown }).language
}
