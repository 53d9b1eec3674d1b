import type { ReactNode } from 'react'
import { Icon } from './Icon.tsx'
import { useSay } from './language.tsx'
import { type Meanings, Trouble } from './Trouble.tsx'
import { shell } from './words.ts'
import type { Live } from './use-live.ts'

type ArrivedOf<T> = { live: Live<T>; lines?: number; meanings?: Meanings; children(data: T): ReactNode }

/** The states of a part of a page: placeholders, data, data that is old, or an error. */
export function Arrived<T>({ live, lines = 5, meanings = {}, children }: ArrivedOf<T>) {
  const say = useSay()
  const { data, error, at, reload } = live
  if (data === null && error !== null) return <Trouble error={error} onRetry={reload} meanings={meanings} />
  if (data === null) {
    return (
      <div className="bones late" aria-busy="true">
        <p className="only-read" role="status">
          {say(shell.loading)}
        </p>
        {Array.from({ length: lines }, (_, line) => (
          <div key={line} className="bone" />
        ))}
      </div>
    )
  }
  return (
    <>
      {error !== null && (
        <p className="notice warn" role="status">
          <Icon name="warning" />
          <span>{say(shell.stale, { seconds: String(Math.round((performance.now() - at) / 1000)) })}</span>
        </p>
      )}
      {children(data)}
    </>
  )
}
