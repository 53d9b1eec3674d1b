import { useEffect, useState } from 'react'
import type { FinderAnswer } from '../../identity/wire.ts'
import { post } from '../shared/api.ts'

const debounceMs = 120
const lettersMin = 2

export type Found = { query: string; answer: FinderAnswer | null; error: unknown; isSearching: boolean }

/** Asks 120 ms after the last key, by POST because a query may hold a personal number, and drops answers that come late. */
export function usePeople(typed: string): Found {
  const query = typed.trim()
  const [found, setFound] = useState<Found>({ query: '', answer: null, error: null, isSearching: false })
  useEffect(() => {
    if (query.length < lettersMin) {
      setFound({ query: '', answer: null, error: null, isSearching: false })
      return
    }
    const abort = new AbortController()
    setFound((before) => ({ ...before, isSearching: true }))
    const timer = setTimeout(() => {
      post<FinderAnswer>('/identity/people/search', { query }, abort.signal).then(
        (answer) => setFound({ query, answer, error: null, isSearching: false }),
        (error: unknown) => {
          if (!abort.signal.aborted) setFound({ query, answer: null, error, isSearching: false })
        },
      )
    }, debounceMs)
    return () => {
      clearTimeout(timer)
      abort.abort()
    }
  }, [query])
  return found
}
