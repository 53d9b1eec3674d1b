/** A large body must keep moving: whoever sends or takes it drop by drop would hold a place that others wait for. */
const windowMs = 10_000
const windowBytesMin = 655_360
/** The longest that a body may take at any pace: after this time the server itself ends a request that is not complete. */
const wholeMsMax = 300_000

export type Pace = {
  count(bytes: number): void
  /** Counts the present window as good: the delay was ours and not the other side's. */
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
