import { type RefObject, useCallback, useMemo } from 'react'

/** J and K walk over the rows of the timeline: the next row, or from nowhere the first one on screen. */
export function useRows(body: RefObject<HTMLElement | null>) {
  const move = useCallback(
    (step: 1 | -1) => {
      const rows = [...(body.current?.querySelectorAll<HTMLElement>('[data-entry]') ?? [])]
      const current = document.activeElement?.closest<HTMLElement>('[data-entry]')
      const at = current ? rows.indexOf(current) + step : 0
      const next = rows[Math.max(0, Math.min(rows.length - 1, at))]
      next?.focus()
      next?.scrollIntoView({ block: 'nearest' })
    },
    [body],
  )
  return useMemo(() => ({ move }), [move])
}
