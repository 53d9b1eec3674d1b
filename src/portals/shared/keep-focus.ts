const everyMs = 100
const forMs = 3000

/** The part of the page that contains the focus. */
export const placeOfFocus = (): HTMLElement | null => document.activeElement?.closest<HTMLElement>('section, main') ?? null

/**
 * A pressed button often disappears when its act is done, for example because its row is decided. The focus would then fall to the beginning of the
 * document, and a keyboard user would have to walk the whole page again. This keeps the focus in the part of the page where the act was.
 */
export function keepFocusIn(place: HTMLElement | null): void {
  const began = performance.now()
  const timer = setInterval(() => {
    if (performance.now() - began > forMs) clearInterval(timer)
    if (document.activeElement !== document.body) return
    clearInterval(timer)
    const part = place?.isConnected ? place : document.querySelector<HTMLElement>('main')
    if (part && part.tabIndex < 0) part.tabIndex = -1
    part?.focus({ preventScroll: true })
  }, everyMs)
}
