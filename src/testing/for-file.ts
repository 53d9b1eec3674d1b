import { after } from 'node:test'

/** Whatever closes at its end what was opened for it: a test, or a whole file of tests. */
export type Ending = { after(end: () => unknown): void }

/** Closes what a file opens once for all its tests, after the last test and in the order of opening. */
export function forFile(): Ending {
  const ends: (() => unknown)[] = []
  after(async () => {
    for (const end of ends) await end()
  })
  return { after: (end) => void ends.push(end) }
}
