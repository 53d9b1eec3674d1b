import { after } from 'node:test'

/** What a test, or a whole file of them, is asked for when something is opened: to close it at the end. */
export type Ending = { after(end: () => unknown): void }

/** For what is opened once for all tests of a file, in a `before` of its own: closed after the last test, in the order of opening. */
export function forFile(): Ending {
  const ends: (() => unknown)[] = []
  after(async () => {
    for (const end of ends) await end()
  })
  return { after: (end) => void ends.push(end) }
}
