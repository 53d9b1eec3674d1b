import type { Asked } from '../../shared/StepDialog.tsx'
import type { Message } from '../../shared/message.ts'
import { roles } from '../firm-words.ts'

/** The question before a part of the firm is made or changed, and what happens with the answer. */
export type Ask = {
  title: Message
  /** The address, relative to that of the firm. */
  to: string
  fields: Asked['fields']
  more?: Record<string, unknown>
  done?: (answer: never) => void
  method?: 'PUT'
}

/** The props of each part of the page. */
export type Part = {
  /** The address of the firm. */
  at: string
  ask(wish: Ask): void
  /** Does something without a question first; then all parts are loaded again. */
  act(work: () => Promise<unknown>): Promise<void>
  /** Shows a text above all parts, such as a code or a key that is shown only once. */
  setSaid(text: string): void
}

export const roleOptions = (names: (keyof typeof roles)[]) => names.map((value) => ({ value, label: roles[value] }))
