import { useCallback, useEffect, useState } from 'react'
import { get } from './api.ts'
import { useLanguage } from './language.tsx'

/** The last answer of an address, and the error since then: the page keeps showing the answer and tells how old it is. */
export type Live<T> = { data: T | null; error: unknown; at: number; reload(): void }

/**
 * Loads an address, and loads it again some time after each answer while the page is visible. `everyMs` null: only once, and when `reload` is called.
 * The server writes reasons and verdicts in the reader's language, so another language loads anew.
 */
export function useLive<T>(path: string, everyMs: number | null): Live<T> {
  const [state, setState] = useState<{ path: string; data: T | null; error: unknown; at: number }>({ path, data: null, error: null, at: 0 })
  const [round, setRound] = useState(0)
  const language = useLanguage()
  const reload = useCallback(() => setRound((before) => before + 1), [])
  useEffect(() => {
    const leaving = new AbortController()
    let timer: ReturnType<typeof setTimeout> | undefined
    const ask = async () => {
      try {
        const data = document.hidden && everyMs !== null ? null : await get<T>(path, leaving.signal)
        if (data !== null && !leaving.signal.aborted) setState({ path, data, error: null, at: performance.now() })
      } catch (error) {
        if (!leaving.signal.aborted) setState((before) => ({ ...before, path, data: before.path === path ? before.data : null, error }))
      }
      if (everyMs !== null && !leaving.signal.aborted) timer = setTimeout(() => void ask(), everyMs)
    }
    void ask()
    return () => {
      leaving.abort()
      clearTimeout(timer)
    }
  }, [path, everyMs, round, language])
  const isOther = state.path !== path
  return { data: isOther ? null : state.data, error: isOther ? null : state.error, at: state.at, reload }
}
