import { randomUUID } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import type { Actor } from '../platform/actor.ts'
import { createSharedTurns, type Share } from '../platform/turns.ts'

/** Bodies that one answer holds without asking anybody: most answers are smaller. */
const freeBytes = 131_072
/** Above this an answer is large: one is in memory at a time, as with bodies that come in. */
const mediumBytes = 2 * 1_048_576
/** A page ends early, with a next link, rather than hold more than this. */
export const pageBytes = 8 * 1_048_576
/** Bodies that are read together on the way to a page. */
const portionBytes = 1_048_576

const hint = 'Ask again in a moment, or for fewer at a time with _count.'
const waitMs = 20_000
const medium = createSharedTurns({ atOnce: 16, waitingMax: 500, waitMs, what: 'many answers are being put together', hint })
const large = createSharedTurns({ atOnce: 1, waitingMax: 64, waitMs: 2 * waitMs, what: 'other large answers are being put together', hint })
const streams = createSharedTurns({ atOnce: 4, waitingMax: 32, waitMs, what: 'other large records are being sent', hint })
const heavy = createSharedTurns({
  ...{ atOnce: 4, waitingMax: 100, waitMs: 10_000 },
  what: 'too many searches that read much are under way',
  hint: 'Name a patient, or narrow by an identifier, a code or a date; or ask again later.',
})
/** Of the turns of each kind one asker has so many at most: a person, or all the systems of an institution. Of large ones there is but one. */
const ofPerson = { medium: 4, heavy: 2, large: 1, streams: 1 }
const ofInstitution = { medium: 12, heavy: 3, large: 1, streams: 3 }
export type Asker = Pick<Actor, 'kind' | 'id' | 'institution'>

function shareOf(kind: keyof typeof ofPerson, asker: Asker): Share {
  if (asker.kind === 'person') return { whose: `person ${asker.id}`, most: ofPerson[kind] }
  return { whose: `institution ${asker.institution ?? asker.id}`, most: ofInstitution[kind] }
}

/** Searches that read many rows: each holds parsed resources, and small questions want the processor, too. */
export const heavyTurn = (asker: Asker, limitMs?: number): Promise<() => void> => heavy.enter(shareOf('heavy', asker), limitMs)

/** A client must keep taking a large answer and have it in time, or one that does not would hold up every other. */
const silenceMs = 30_000
const sendingMs = 150_000

/**
 * The memory that one request takes for bodies, from the first that it reads until its answer has left. Bodies parsed take several times
 * as much, and 200 at once are usual: so what is larger waits for a turn. Turns are taken in one order (medium, heavy, large) and whoever has
 * a later one asks for no earlier one, so nobody waits in a circle.
 */
export type AnswerRoom = {
  /** Before these are read: waits until there is room for them. */
  take(bytes: number): Promise<void>
  /** Counts what was read as part of the answer, without waiting: whoever reads on waits then. */
  keep(bytes: number): void
  /** Of what was taken, this is not held any more. */
  giveBack(bytes: number): void
  /** For a search that reads on and on; the function it gives ends the turn. */
  readMuch(): Promise<() => void>
  /** For an answer that is sent batch by batch, whatever its size. */
  stream(): Promise<void>
}

export function openRoom(answer: ServerResponse, asker: Asker): AnswerRoom {
  let held = 0
  const had = { medium: false, heavy: false, large: false }
  let before: Promise<unknown> = Promise.resolve()
  const untilSent = (leave: () => void) => {
    if (answer.destroyed) leave()
    else answer.once('close', leave)
  }
  const grow = async () => {
    if (held > mediumBytes && !had.large) {
      untilSent(await large.enter(shareOf('large', asker)))
      had.large = true
      dropWhenSlow(answer, sendingMs)
    } else if (held > freeBytes && !had.medium && !had.heavy && !had.large) {
      untilSent(await medium.enter(shareOf('medium', asker)))
      had.medium = true
    }
  }
  return {
    take(bytes) {
      held += bytes
      if (held <= freeBytes) return Promise.resolve()
      // One after the other: two parts of one request must not wait for each other.
      const mine = before.then(grow)
      before = mine.catch(() => undefined)
      return mine
    },
    keep(bytes) {
      held += bytes
    },
    giveBack(bytes) {
      held -= bytes
    },
    async readMuch() {
      if (had.large) return () => undefined
      const end = await heavyTurn(asker)
      had.heavy = true
      return () => {
        had.heavy = false
        end()
      }
    },
    async stream() {
      untilSent(await streams.enter(shareOf('streams', asker)))
      dropWhenSlow(answer, null)
    },
  }
}

/** The socket's own timer counts from the last byte that the client took. */
function dropWhenSlow(answer: ServerResponse, wholeMs: number | null): void {
  const drop = () => void answer.destroy()
  const { socket } = answer
  if (socket instanceof Socket) socket.setTimeout(silenceMs, drop)
  const timer = wholeMs === null ? undefined : setTimeout(drop, wholeMs)
  timer?.unref()
  answer.once('close', () => {
    clearTimeout(timer)
    socket?.off('timeout', drop)
  })
}

const shared = new Map<string, AnswerRoom>()
/** The header by which an entry of a bundle, sent as a request of its own, is within the room of the bundle. */
export const roomHeader = 'x-spona-room'
export const sharedRoom = (name: unknown): AnswerRoom | undefined => (typeof name === 'string' ? shared.get(name) : undefined)

/** For as long as the act takes; nobody guesses the name. */
export async function sharing<T>(room: AnswerRoom, act: (name: string) => Promise<T>): Promise<T> {
  const name = randomUUID()
  shared.set(name, room)
  try {
    return await act(name)
  } finally {
    shared.delete(name)
  }
}

/** Versions in groups that may be in memory together, each of one at least. */
export function* portions<Row extends { length: number | null }>(rows: readonly Row[], bytesMax = portionBytes): Generator<{ some: Row[]; bytes: number }> {
  for (let from = 0; from < rows.length; ) {
    let bytes = 0
    let end = from
    while (end < rows.length && (end === from || bytes + (rows[end]?.length ?? 0) <= bytesMax)) bytes += rows[end++]?.length ?? 0
    yield { some: rows.slice(from, end), bytes }
    from = end
  }
}

/** For work that is no request: a job has a bound of its own. */
export const ownRoom: AnswerRoom = {
  take: () => Promise.resolve(),
  keep: () => undefined,
  giveBack: () => undefined,
  readMuch: () => heavyTurn({ kind: 'system', id: 'own work', institution: null }),
  stream: () => Promise.resolve(),
}
