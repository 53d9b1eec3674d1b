export type Wake = { up(): void; wait(mostMs: number): Promise<void> }

/** Sleeps until an item is accepted, or for the given time. */
export function createWake(): Wake {
  let isUp = false
  let ring: (() => void) | null = null
  return {
    up() {
      isUp = true
      ring?.()
    },
    wait: (mostMs) =>
      new Promise((resolve) => {
        const timer = setTimeout(() => ring?.(), mostMs)
        timer.unref()
        ring = () => {
          clearTimeout(timer)
          ring = null
          isUp = false
          resolve()
        }
        if (isUp) ring()
      }),
  }
}
