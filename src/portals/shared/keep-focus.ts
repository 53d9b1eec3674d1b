const everyMs = 100
const forMs = 3000

/** The part of the page that one acts in. */
export const placeOfFocus = (): HTMLElement | null => document.activeElement?.closest<HTMLElement>('section, main') ?? null

/**
 * What was pressed is often gone when its act is done: the row is decided, the button is another. Then the focus would fall to the beginning of the
 * document, and whoever works by keyboard would walk the whole page again: it stays in the part of the page where the act was.
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
