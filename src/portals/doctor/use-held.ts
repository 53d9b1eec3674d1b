import { useEffect, useState } from 'react'

/** The value, unchanged while a pointer is pressed: an answer that arrives in between must not move another line under the pointer. */
export function useHeld<T>(newest: T): T {
  const [held, setHeld] = useState<{ value: T } | null>(null)
  useEffect(() => {
    const hold = () => setHeld({ value: newest })
    // The click follows the release in the same task, so the value changes only after that.
    const release = () => setTimeout(() => setHeld(null))
    document.addEventListener('pointerdown', hold, true)
    for (const kind of releases) document.addEventListener(kind, release, true)
    return () => {
      document.removeEventListener('pointerdown', hold, true)
      for (const kind of releases) document.removeEventListener(kind, release, true)
    }
  }, [newest])
  return held === null ? newest : held.value
}

const releases = ['pointerup', 'pointercancel']
