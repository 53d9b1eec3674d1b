import { type RefObject, useCallback, useMemo } from 'react'

/** J and K move the focus to the next or previous row of the timeline; when no row has it, to the first row on screen. */
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
