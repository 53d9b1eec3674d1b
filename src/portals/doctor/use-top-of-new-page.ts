import { useEffect, useRef } from 'react'
import { NavigationType, useLocation, useNavigationType } from 'react-router'

/** A new page begins at its top; going back keeps the place, and so does a document, which opens beside its record. */
export function useTopOfNewPage(): void {
  const { pathname } = useLocation()
  const page = pathname.replace(/\/documents\/.*$/, '')
  const before = useRef(page)
  const isBack = useNavigationType() === NavigationType.Pop
  useEffect(() => {
    if (before.current !== page && !isBack) scrollTo(0, 0)
    before.current = page
  }, [page, isBack])
}
