import { useEffect, useState } from 'react'
import { Keep } from '../shared/Keep.tsx'
import { useSay } from '../shared/language.tsx'
import { leave as words } from './words.ts'

const shownMs = 30_000

/** A personal number is hidden from people who look over the reader's shoulder. It is shown on request and hides again by itself. */
export function Jmbg({ value }: { value: string }) {
  const say = useSay()
  const [isShown, setShown] = useState(false)
  useEffect(() => {
    if (!isShown) return
    const timer = setTimeout(() => setShown(false), shownMs)
    return () => clearTimeout(timer)
  }, [isShown])
  return (
    <>
      <span className="num" aria-live="polite">
        <Keep>{isShown ? value : `${'•'.repeat(value.length - 4)}${value.slice(-4)}`}</Keep>
      </span>{' '}
      <button type="button" className="link-button" onClick={() => setShown(!isShown)}>
        {say(isShown ? words.hideJmbg : words.showJmbg)}
      </button>
    </>
  )
}
