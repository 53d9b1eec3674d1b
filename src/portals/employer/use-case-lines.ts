import { useCallback, useEffect, useRef, useState } from 'react'
import type { CaseLine, Cases, Latest } from '../../sickleave/employer/wire.ts'
import { get, post } from '../shared/api.ts'

/** The page often asks for a number that tells whether something new came and names nobody. It loads the lines only when the number has changed. */
const everyMs = 1000
const troubledMs = 15_000
const typingMs = 250
const pageLines = 100

/** The filters of the list, and how many pages of it are shown. */
export type Wish = { text: string; pib: string; state: '' | CaseLine['state']; unread: boolean; pages: number }
export const keyOf = ({ pib, leave }: CaseLine) => `${pib} ${leave}`

/** The leaves that the filters find, loaded again whenever something new came to the employer. */
export function useCaseLines(wish: Wish) {
  const [cases, setCases] = useState<Cases | null>(null)
  const [failure, setFailure] = useState<unknown>(null)
  const underWay = useRef<AbortController | null>(null)
  const load = useCallback(async () => {
    // Cancels the former request, so that its late answer is not shown.
    underWay.current?.abort()
    const mine = new AbortController()
    underWay.current = mine
    try {
      const answer = await casesOf(wish, mine.signal)
      if (mine.signal.aborted) return
      setCases(answer)
      setFailure(null)
    } catch (error) {
      if (!mine.signal.aborted) setFailure(error)
    }
  }, [wish])
  useEffect(() => {
    let latest: number | null = null
    let isOver = false
    let timer: ReturnType<typeof setTimeout> | undefined
    // The number is read before the lines: whatever comes between the two is loaded once more and not missed.
    const watch = async () => {
      const now = document.hidden ? latest : await latestNumber()
      if (!isOver && (now === null || now !== latest)) await load()
      latest = now
      if (!isOver) timer = setTimeout(() => void watch(), now === null ? troubledMs : everyMs)
    }
    // Waits for a pause in typing, so as not to search letter by letter.
    timer = setTimeout(() => void watch(), wish.text === '' ? 0 : typingMs)
    return () => {
      isOver = true
      clearTimeout(timer)
      underWay.current?.abort()
    }
  }, [load, wish.text])
  return { cases, failure, setFailure, load }
}

/** Null when the number cannot be read; the lines are then loaded themselves, but less often. */
const latestNumber = (): Promise<number | null> =>
  get<Latest>('/sickleave/employer/latest').then(
    ({ latest }) => latest,
    () => null,
  )

/** Loads the wanted number of pages one after the other; each begins where the one before ended. */
async function casesOf({ text, pib, state, unread, pages }: Wish, signal: AbortSignal): Promise<Cases> {
  const body = { ...(text.trim() ? { text: text.trim() } : {}), ...(pib ? { pib } : {}), ...(state ? { state } : {}), unread, limit: pageLines }
  let whole = await post<Cases>('/sickleave/employer/search', body, signal)
  for (let page = 1; page < pages && whole.next; page++) {
    const more = await post<Cases>('/sickleave/employer/search', { ...body, after: whole.next }, signal)
    whole = { ...more, cases: [...whole.cases, ...more.cases] }
  }
  return whole
}
