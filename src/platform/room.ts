import type { Logger } from 'pino'
import { Refusal } from './refusal.ts'

/**
 * How much room the disk of the database has. Every look needs its audit row, so a disk that is simply written full would end all
 * reading at once. Part of it is therefore kept for the rows of looks: when only that part is left, writes are refused and reads
 * go on; when that is used up too, reads end as well. The part lies there as a file (the ballast), because other programs do not
 * know that it is ours; it is given up when it is needed and made again when there is room.
 */
export type RoomState = 'roomy' | 'nearly full' | 'full for writes' | 'full'

export type Room = {
  readonly state: RoomState
  /** Bytes that may still be used, the ballast among them; null where the disk is not ours to look at. */
  readonly availableBytes: number | null
  /** Looks again now; what the database says about its disk may be news. */
  look(): Promise<RoomState>
  end(): Promise<void>
}

export type RoomLimits = { warnBytes: number; reserveBytes: number; floorBytes: number }

/** Below this PostgreSQL may not find room for its next two log segments (16 MB each) and would stop in the middle of work. */
const floorMb = 48
export const roomLimits = (config: { DISK_WARN_MB: number; DISK_RESERVE_MB: number }): RoomLimits => ({
  warnBytes: config.DISK_WARN_MB * 1_048_576,
  reserveBytes: config.DISK_RESERVE_MB * 1_048_576,
  floorBytes: floorMb * 1_048_576,
})

/** Who was refused writes hears yes again only when there is a little more room than the limit, or the answer would flicker. */
const againBytes = 16 * 1_048_576

export function stateOf(availableBytes: number, before: RoomState, { warnBytes, reserveBytes, floorBytes }: RoomLimits): RoomState {
  const isAbove = (limit: number, states: RoomState[]) => availableBytes >= limit + (states.includes(before) ? againBytes : 0)
  if (!isAbove(floorBytes, ['full'])) return 'full'
  if (!isAbove(floorBytes + reserveBytes, ['full', 'full for writes'])) return 'full for writes'
  return isAbove(warnBytes, ['full', 'full for writes', 'nearly full']) ? 'roomy' : 'nearly full'
}

/** The disk of a database that somebody else runs: it says itself when it is full. */
export const unwatchedRoom: Room = { state: 'roomy', availableBytes: null, look: async () => 'roomy', end: async () => {} }

/** Why nothing may be written now, if so. */
export function noRoomToWrite({ state }: Room): Refusal | undefined {
  if (state !== 'full for writes' && state !== 'full') return undefined
  return new Refusal('full', 'the disk of the database is full, so nothing more can be stored; nothing was', {
    hint: 'Records can be read as long as the reserve for the audit lasts. The operator must make room; writing goes on by itself then.',
    retryAfterSeconds: 60,
  })
}

/** Why nothing may be shown now, if so. */
export function noRoomToRead({ state }: Room): Refusal | undefined {
  if (state !== 'full') return undefined
  return new Refusal('full', 'the disk of the database is full to the last, so a look could not be recorded and is not allowed', {
    hint: 'The operator must make room; everything goes on by itself then.',
    retryAfterSeconds: 60,
  })
}

const sentences: Record<RoomState, string> = {
  roomy: 'the disk of the database has room again',
  'nearly full': 'the disk of the database is nearly full: make room, or writes will be refused',
  'full for writes': 'the disk of the database is full: writes are refused, reads go on while the reserve for the audit lasts',
  full: 'the disk of the database is full and the reserve for the audit is used up: reads are refused too',
}

export function reportRoom(log: Logger, state: RoomState, availableBytes: number): void {
  const facts = { disk: state, availableMb: Math.floor(availableBytes / 1_048_576) }
  if (state === 'roomy') log.warn(facts, sentences[state])
  else log.error(facts, sentences[state])
}
