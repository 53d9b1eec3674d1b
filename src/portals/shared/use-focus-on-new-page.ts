import { type RefObject, useEffect, useRef } from 'react'
import { useLocation } from 'react-router'

/** A new page gets the focus, so that a screen reader starts at its beginning. On the first page the browser decides. */
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
