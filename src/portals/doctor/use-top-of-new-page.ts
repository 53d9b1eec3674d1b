import { useEffect } from 'react'
import { NavigationType, useLocation, useNavigationType } from 'react-router'

/** A new page begins at its top; going back keeps the place, and so does a document, which opens beside its record. */
export function useTopOfNewPage(): void {
  const { pathname } = useLocation()
  const page = pathname.replace(/\/documents\/.*$/, '')
  const isBack = useNavigationType() === NavigationType.Pop
  // biome-ignore lint/correctness/useExhaustiveDependencies: only another page goes to the top, whatever way the last step went
  useEffect(() => {
    if (!isBack) scrollTo(0, 0)
  }, [page])
}
