import { type RefObject, useEffect, useRef } from 'react'
import { useLocation } from 'react-router'

/** A new page takes the focus, so that a screen reader starts at its beginning; the first page keeps the browser's own. */
export function useFocusOnNewPage(): RefObject<HTMLElement | null> {
  const content = useRef<HTMLElement>(null)
  const { pathname } = useLocation()
  const before = useRef(pathname)
  useEffect(() => {
    if (before.current !== pathname) content.current?.focus({ preventScroll: true })
    before.current = pathname
  }, [pathname])
  return content
}
