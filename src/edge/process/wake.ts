export type Wake = { up(): void; wait(mostMs: number): Promise<void> }

/** Sleeps until something was accepted, or for so long. */
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
