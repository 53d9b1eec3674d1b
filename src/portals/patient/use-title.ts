import { useEffect } from 'react'
import { useSay } from '../shared/language.tsx'
import type { Message } from '../shared/message.ts'
import { shell } from '../shared/words.ts'

export function useTitle(title: Message): void {
  const say = useSay()
  useEffect(() => {
    document.title = `${say(title)} · ${say(shell.name)}`
  }, [say, title])
}
