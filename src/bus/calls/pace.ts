/** A large body must keep moving, or whoever sends or takes it drop by drop would hold a place that others wait for. */
const windowMs = 10_000
const windowBytesMin = 655_360
/** However well it moves: the server itself ends a request that has not come whole by then. */
const wholeMsMax = 300_000

export type Pace = {
  count(bytes: number): void
  /** This window was not the other side's. */
  forgive(): void
  end(): void
}

/** Calls `tooSlow` once when a window passes with too few bytes; `end` when there is nothing more to move. */
export function watchPace(tooSlow: () => void): Pace {
  const began = performance.now()
  let moved = 0
  const timer = setInterval(() => {
    const isMoving = moved >= windowBytesMin && performance.now() - began < wholeMsMax
    moved = 0
    if (isMoving) return
    clearInterval(timer)
    tooSlow()
  }, windowMs)
  timer.unref()
  return {
    count(bytes) {
      moved += bytes
    },
    forgive() {
      moved = windowBytesMin
    },
    end() {
      clearInterval(timer)
    },
  }
}
