import { open, rename, rm, stat, statfs } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import { reportRoom, type Room, type RoomLimits, type RoomState, stateOf } from './room.ts'

// A busy server writes about 25 MB/s, so between two looks the floor cannot be passed unseen by our own writes.
const lookEveryMs = 250
const pieceBytes = 4 * 1_048_576
const pauseMs = 20 // Between pieces: the ballast is made beside the work of a starting server.

type Watch = {
  folder: string
  file: string
  limits: RoomLimits
  log: Logger
  /** Who runs the database keeps the ballast; a command beside it only looks. */
  isKeeper: boolean
  state: RoomState
  availableBytes: number
  making: Promise<void> | undefined
  isEnded: boolean
}

export async function watchRoom(how: Pick<Watch, 'folder' | 'limits' | 'log' | 'isKeeper'>): Promise<Room> {
  const watch: Watch = { ...how, file: `${how.folder}.reserve`, state: 'roomy', availableBytes: 0, making: undefined, isEnded: false }
  let looking: Promise<void> | undefined
  // One look at a time: whoever asks during a look gets the result of that look.
  const look = async () => {
    looking ??= lookOnce(watch).finally(() => {
      looking = undefined
    })
    await looking
    return watch.state
  }
  await look()
  const timer = setInterval(() => void look(), lookEveryMs).unref()
  return {
    get state() {
      return watch.state
    },
    get availableBytes() {
      return watch.availableBytes
    },
    look,
    async end() {
      clearInterval(timer)
      watch.isEnded = true
      await looking
      await watch.making
    },
  }
}

async function lookOnce(watch: Watch): Promise<void> {
  try {
    const [disk, whole, half] = await Promise.all([statfs(watch.folder), sizeOf(watch.file), sizeOf(halfOf(watch))])
    watch.availableBytes = disk.bavail * disk.bsize + whole + half
    const before = watch.state
    watch.state = stateOf(watch.availableBytes, before, watch.limits)
    if (watch.state !== before) reportRoom(watch.log, watch.state, watch.availableBytes)
    if (watch.isKeeper) await keepBallast(watch, whole)
  } catch (error) {
    watch.log.error({ err: error }, 'the room on the disk of the database cannot be seen')
  }
}

const halfOf = ({ file }: Watch) => `${file}.new`
const sizeOf = (file: string): Promise<number> =>
  stat(file).then(
    ({ blocks }) => blocks * 512,
    () => 0,
  )

const isFullForWrites = ({ state }: Watch) => state === 'full' || state === 'full for writes'

async function keepBallast(watch: Watch, ballastBytes: number): Promise<void> {
  if (isFullForWrites(watch)) {
    if (ballastBytes > 0) await rm(watch.file, { force: true })
    return
  }
  if (ballastBytes >= watch.limits.reserveBytes || watch.making || watch.isEnded) return
  watch.making = makeBallast(watch).finally(() => {
    watch.making = undefined
  })
}

/** Real blocks, not a hole in a file: what is written is taken. A half-made ballast is none. */
async function makeBallast(watch: Watch): Promise<void> {
  const half = halfOf(watch)
  try {
    const handle = await open(half, 'w', 0o600)
    try {
      const piece = Buffer.alloc(pieceBytes, 0x5a)
      for (let left = watch.limits.reserveBytes; left > 0 && !watch.isEnded && !isFullForWrites(watch); left -= pieceBytes) {
        await handle.write(piece, 0, Math.min(left, pieceBytes))
        await sleep(pauseMs, undefined, { ref: false })
      }
      await handle.sync()
    } finally {
      await handle.close()
    }
    if (!watch.isEnded && !isFullForWrites(watch)) return await rename(half, watch.file)
  } catch {
    // No room after all: the next look will say so.
  }
  await rm(half, { force: true })
}
