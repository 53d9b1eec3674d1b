import type { Asked } from '../../shared/StepDialog.tsx'
import type { Message } from '../../shared/message.ts'
import { roles } from '../firm-words.ts'

/** What is asked for before something of the firm is made or changed, and what is done with the answer. */
export type Ask = {
  title: Message
  /** Below the address of the firm. */
  to: string
  fields: Asked['fields']
  more?: Record<string, unknown>
  done?: (answer: never) => void
  method?: 'PUT'
}

/** What each part of the page is given. */
export type Part = {
  /** The address of the firm. */
  at: string
  ask(wish: Ask): void
  /** Does what needs no question; then all parts are read again. */
  act(work: () => Promise<unknown>): Promise<void>
  /** Shows a sentence above all parts: a code or a key that is shown once. */
  setSaid(text: string): void
}

export const roleOptions = (names: (keyof typeof roles)[]) => names.map((value) => ({ value, label: roles[value] }))
