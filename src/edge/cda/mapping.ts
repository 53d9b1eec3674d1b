import type { Draft, Entry } from '../draft/draft.ts'
import type { Words } from './types.ts'

/** The state of a document while it is mapped to resources. */
export type Mapping = {
  draft: Draft
  words: Words
  patient: Entry
  /** The visit that the whole document is about. */
  encounter: Entry | undefined
}
