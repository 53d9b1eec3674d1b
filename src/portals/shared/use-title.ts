import { useEffect } from 'react'
import { useSay } from './language.tsx'
import type { Message } from './message.ts'
import { shell } from './words.ts'

export function useTitle(title: Message): void {
  const say = useSay()
  useEffect(() => {
    document.title = `${say(title)} · ${say(shell.name)}`
  }, [say, title])
}
